"""How a population is drawn in the terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from aibt.cli import formats, output
from aibt.cli.stream import END, Frame
from aibt.protocol.populations import (
    MemberMessage,
    PopulationMessage,
    PopulationStatusMessage,
    StepTakenMessage,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

_SHOWN: Final = 24  # members, the best first: more do not fit on a screen


class PopulationView:
    """What was seen of a population; see `aibt.cli.following.View`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._status: PopulationStatusMessage | None = None
        self._result: PopulationMessage | None = None

    @property
    def result(self) -> PopulationMessage | None:
        """The population as the last frame showed it."""
        return self._result

    def take(self, frame: Frame, now_s: float) -> "list[str | Text]":  # noqa: ARG002 - a View's
        """Note what a frame says; return the lines a person should read once."""
        if frame.kind == END:
            self._result = PopulationMessage.of(frame.data)
        elif frame.kind == "status":
            self._status = PopulationStatusMessage.of(frame.data)
        elif frame.kind == "step":
            return [_told(StepTakenMessage.of(frame.data))]
        return []

    def drawn(self) -> "RenderableType":
        """Draw the members, the best first."""
        from rich.console import Group
        from rich.text import Text

        if self._status is None:
            return Text(f"{formats.plain(self._name)} …")
        best = sorted(self._status.members, key=_rank)
        parts: list[RenderableType] = [Text(self._line()), members_table(best[:_SHOWN])]
        if len(best) > _SHOWN:
            parts.append(Text(f"and {len(best) - _SHOWN} more"))
        return Group(*parts)

    def passing(self, frame: Frame) -> str | None:
        """Return how far the population is."""
        return self._line() if frame.kind == "status" and self._status is not None else None

    def _line(self) -> str:
        status = self._status
        if status is None:
            return formats.plain(self._name)
        active = sum(not one.state.has_ended for one in status.members)
        scores = [one.score for one in status.members if one.score is not None]
        best = f", best score {formats.figure(max(scores))}" if scores else ""
        return (
            f"{formats.plain(self._name)}: {status.state}, {active} of {len(status.members)} "
            f"members{best}, {_steps(status.steps_taken, status.searching)}"
        )


def populations_table(found: Iterable[PopulationMessage]) -> "Table":
    """Return populations as a table."""
    columns = ("ID>", "Name", "Symbol", "Algorithm", "State", "Members>", "Search", "Created")
    return output.table(
        columns,
        (
            (
                str(one.id),
                one.name,
                f"{one.symbol} {one.period}",
                one.algorithm,
                one.state,
                f"{one.active_count}/{one.member_count}",
                "none" if one.search is None else _steps(one.steps_taken, one.searching),
                formats.moment(one.created_at),
            )
            for one in found
        ),
    )


def members_table(members: Iterable[MemberMessage]) -> "Table":
    """Return members as a table."""
    columns = (
        "#>", "Bot", "Training>", "State", "Mark", "Episode>", "Score>", "Validation>",
        "Out of sample>", "lr>", "gamma>",
    )  # fmt: skip
    return output.table(columns, map(_row, members), tight=True)


def facts_of(population: PopulationMessage) -> list[tuple[str, str]]:
    """Return what there is to say of a population beside its members."""
    search = population.search
    return [
        ("Population", f"{population.id}, {formats.plain(population.name)}"),
        ("State", f"{population.state}"),
        ("Bars", f"{population.symbol} {population.period} from {population.source}"),
        ("Network", f"{_network(population)}, {population.algorithm}"),
        (
            "Search",
            "none"
            if search is None
            else f"every {search.interval} episodes, "
            f"the lowest {formats.percent(search.fraction)}; "
            f"{_steps(population.steps_taken, population.searching)}",
        ),
        ("Trials", f"{population.trials}, members and steps together"),
        ("Seed", str(population.seed)),
    ]


def _network(population: PopulationMessage) -> str:
    return f"{population.depth} × {population.hidden_layers} {population.encoder}"


def summary(population: PopulationMessage) -> str:
    """Return a population in one sentence."""
    marked = {
        mark: [str(one.member) for one in population.members if one.mark == mark]
        for mark in ("pinned", "excluded")
    }
    marks = "".join(f"; {mark}: {', '.join(found)}" for mark, found in marked.items() if found)
    return (
        f"Population {population.id} is {population.state}, {population.active_count} of "
        f"{population.member_count} members go on; "
        f"{_steps(population.steps_taken, population.searching)}{marks}."
    )


def _steps(taken: int, searching: bool) -> str:
    steps = f"{formats.count(taken)} step{'s' if taken != 1 else ''}"
    return f"search on, {steps}" if searching else f"search off, {steps}"


def _rank(member: MemberMessage) -> tuple[bool, float, int]:
    return member.score is None, -(member.score or 0.0), member.member


def _row(one: MemberMessage) -> tuple[str, ...]:
    validation, out = one.validation, one.out_of_sample
    return (
        str(one.member),
        one.bot_name,
        str(one.training_id),
        one.state,
        "" if one.mark == "free" else one.mark,
        formats.count(one.episode),
        formats.figure(one.score),
        formats.amount(validation.profit if validation else None, signed=True),
        formats.amount(out.profit if out else None, signed=True),
        formats.figure(one.lr),
        formats.figure(one.gamma),
    )


def _told(step: StepTakenMessage) -> str:
    values = ", ".join(f"{name} {value:.3g}" for name, value in step.changes.items())
    source = "explores by itself" if step.source is None else f"takes over from {step.source}"
    return f"Step {step.number}: member {step.member} {source}, {values}"
