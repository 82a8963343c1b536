"""Events of a run: what happened, numbered without a gap, the same for every reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """Something that happened, before it has a number.

    Attributes:
        key: names the happening within its topic: `(step, kind, n)` written as text for what
            a run computes, `command/<id>` for what a command causes. What a recovery emits
            again has the same key, so it is neither stored nor sent twice.
        kind: `state`, `params`, `episode`, `trade`, `log` or `error`: the wire's `inner_task`.
        data: the payload, ready for the wire (plain JSON, no NaN).
    """

    key: str
    kind: str
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An emission that is stored: `seq` counts 1, 2, 3 … within its topic."""

    seq: int
    key: str
    kind: str
    data: Mapping[str, Json]
    at: datetime


class EventSink(Protocol):
    """Where a run's emissions go. The run neither waits for them nor opens the store."""

    def emit(self, emission: Emission) -> None:
        """Take one emission. Called from the run's compute thread; must not block on I/O."""
        ...
