"""The journal of a session: what happened, written down before it counts.

A session's checkpoint is its journal: whoever reads it from the beginning is where the session was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aibt.live.events import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before it has a number.

    Attributes:
        key: names the happening within its journal: one key is stored once.
        kind: what it is; `aibt.agents.entries` lists them.
        data: plain JSON, no NaN; money as text, exact to the digit.
    """

    key: str
    kind: str
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry that is stored: `seq` counts 1, 2, 3 … within its journal."""

    seq: int
    key: str
    kind: str
    data: Mapping[str, Json]
    at: datetime  # when it was stored


class Journal(Protocol):
    """Where a session writes. It neither knows nor opens the store."""

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Store drafts in one transaction, and return them once they are durable.

        What has a key that is stored already is not stored again; the earlier entry is returned
        in its place.

        Raises:
            LeaseLost: a newer activation writes this journal.
            StoreUnavailable: nothing was stored; repeat.
        """
        ...

    async def read(self, after: int, limit: int) -> list[Entry]:
        """Return up to `limit` entries after the number `after`, in their order."""
        ...
