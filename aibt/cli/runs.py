"""What the commands on trainings, sessions and evaluations have in common."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer

from aibt.cli import formats, output
from aibt.cli.entry import address, connected
from aibt.live.states import RunState
from aibt.protocol.message import WireMessage

if TYPE_CHECKING:
    from rich.table import Table

States = Annotated[
    list[RunState] | None, typer.Option("--state", help="Only these; may be repeated.")
]
Limit = Annotated[int, typer.Option(min=1, max=1_000, help="At most so many.")]
Before = Annotated[int | None, typer.Option("--before", min=1, help="Only numbers below this one.")]

Q = TypeVar("Q", bound=WireMessage)


class RunMessage(Protocol):
    """What the wire says of a run."""

    @property
    def id(self) -> int: ...

    def model_dump(self, *, mode: str) -> dict[str, Any]: ...


M = TypeVar("M", bound=RunMessage)


class _Timed(Protocol):
    @property
    def created_at(self) -> datetime: ...

    @property
    def started_at(self) -> datetime | None: ...

    @property
    def ended_at(self) -> datetime | None: ...


def query(
    states: Sequence[RunState] | None, limit: int, before: int | None, **only: Any
) -> dict[str, Any]:
    """Return what a list of runs is asked for; `only` is what one kind of them has besides."""
    return {
        "state": [state.value for state in states] if states else None,
        "limit": limit,
        "before_id": before,
        **only,
    }


def show_list(
    found: Sequence[M],
    name: str,
    table: Callable[[Sequence[M]], "Table"],
    *,
    limit: int,
    first: str,
    as_json: bool,
) -> None:
    """Write a list of runs.

    Args:
        found: the newest, or those before a number.
        name: of their kind, in the plural, as the command has it.
        table: shows them.
        limit: how many were asked for.
        first: the command that starts one, for whoever has none.
        as_json: whether it is for programs.
    """
    if as_json:
        output.show_json({name: [run.model_dump(mode="json") for run in found]})
    elif not found:
        output.say(f"There is none. Start one: {first}")
    else:
        output.show(table(found))
        if len(found) == limit:
            output.say(f"Older ones: aibt {name} list --before {found[-1].id}")


def control(
    path: str, kind: type[Q], says: Callable[[Q], str], url: str | None, *, as_json: bool
) -> None:
    """Command a run and say how it stands now.

    Args:
        path: of the command.
        kind: of the answer.
        says: one sentence on it.
        url: of the platform.
        as_json: whether it is for programs.
    """
    with connected(address(url)) as client:
        run = client.change("POST", path, kind)
    if as_json:
        output.show_json(run.model_dump(mode="json"))
    else:
        output.show_lines(says(run))


def times(run: _Timed) -> str:
    """Return when a run was created, started and ended, as far as it has come."""
    return ", ".join(
        f"{what} {formats.moment(at)}"
        for what, at in (
            ("created", run.created_at),
            ("started", run.started_at),
            ("ended", run.ended_at),
        )
        if at is not None
    )
