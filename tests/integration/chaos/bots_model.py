"""What a user's bots are, one command after the other: the truth that a history is held to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.chaos.history import Operation

FIELDS = ("lr", "hidden_layers", "gamma", "discounter_rate", "depth")
DEFAULTS = {"hidden_layers": 43, "discounter_rate": 80, "depth": 2}
_CONTROLS = frozenset({"bots-pause", "bots-resume", "bots-stop"})
MODELLED = frozenset({"bots-create", "bots-update", "bots-delete", "bots-get", *_CONTROLS})


@dataclass(frozen=True, slots=True)
class BotState:
    """A bot's fields, and how often it was written."""

    values: tuple[float, ...]
    version: int = 1


State = frozenset[tuple[str, BotState]]
EMPTY: State = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A bot as it lies in the database at the end.

    `exact`: nothing but commands wrote it; a training adds to its version when it keeps weights.
    """

    bot: BotState
    exact: bool = True


def values_of(bot: Mapping[str, Any]) -> tuple[float, ...]:
    """Return a bot's fields, of an answer or of a row."""
    return tuple(bot[name] for name in FIELDS)


def after(state: State, operation: Operation) -> list[State]:
    """Return the states that an operation may leave behind, had it its effect now.

    None at all: it cannot have been answered so now. An operation that was never answered may
    do whatever it would do.
    """
    bots = dict(state)
    outcome, following = _run(bots, operation)
    answer = operation.answer
    if answer is None:
        return [following] if outcome is None else [state]
    if answer.code == "bot_busy":  # trainings are not in this model: it only has to exist
        return [state] if outcome != "not_found" else []
    if answer.code != outcome:
        return []
    if outcome is None and not _shows(answer.data, operation, dict(following)):
        return []
    return [following]


def ends_as(state: State, found: Mapping[str, Found]) -> bool:
    """Say whether the database holds exactly this state."""
    bots = dict(state)
    return set(bots) == set(found) and all(
        bots[name].values == there.bot.values
        and (bots[name].version == there.bot.version
             or (not there.exact and bots[name].version < there.bot.version))
        for name, there in found.items()
    )  # fmt: skip


def _run(bots: dict[str, BotState], operation: Operation) -> tuple[str | None, State]:
    """Return why the operation is refused (None: it is not), and the state after it."""
    state = frozenset(bots.items())
    name = operation.params.get("name")
    if operation.query == "bots-create":
        if name in bots:
            return "name_taken", state
        bots[name] = BotState(values_of({**DEFAULTS, **operation.params}))
        return None, frozenset(bots.items())
    if name is not None and name not in bots:
        return "not_found", state
    if operation.query == "bots-delete":
        del bots[name]
    elif operation.query == "bots-update":
        new_name = operation.params.get("new_name") or name
        if new_name != name and new_name in bots:
            return "name_taken", state
        before = bots.pop(name)
        shown = dict(zip(FIELDS, before.values, strict=True))
        values = values_of({**shown, **operation.params})
        written = values != before.values or new_name != name
        bots[new_name] = BotState(values, before.version + written)
    return None, frozenset(bots.items())


def _shows(data: Mapping[str, Any], operation: Operation, bots: Mapping[str, BotState]) -> bool:
    """Say whether an answer shows what it should, given the bots after it."""
    if operation.query == "bots-delete":
        return bool(data["name"] == operation.params["name"])
    if "bots" in data:
        shown = {bot["name"]: values_of(bot) for bot in data["bots"]}
        return len(shown) == len(data["bots"]) and shown == {
            name: bot.values for name, bot in bots.items()
        }
    name = operation.params.get("new_name") or operation.params["name"]
    return bool(data["name"] == name) and bots[name].values == values_of(data)
