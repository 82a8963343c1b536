"""What one activation of a run writes, under its epoch and one after the other."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Generic

from actors.run_rows import Kind
from aibt.live.event_log import EventLog
from aibt.live.events import Event, Json
from aibt.live.states import Desired
from aibt.store.database import Store, UnitOfWork
from aibt.store.runs import R


class RunRecorder(Generic[R]):
    """The one writer of an activation.

    Attributes:
        kind: of its run.
        row: the run's row as it was last seen.
        epoch: under which it writes.
        log: the stored events, for those who follow live.
    """

    def __init__(self, kind: Kind[R], row: R, epoch: int, *, store: Store) -> None:
        self.kind: Kind[R] = kind
        self.row: R = row
        self.epoch = epoch
        self.log = EventLog(last_seq=row.last_seq, epoch=epoch)
        self._store = store
        self._turn = asyncio.Lock()

    async def desired(self) -> Desired:
        """Return what the owner wants at this moment."""
        async with self._store.reading(self.row.owner_id) as unit:
            return (await self.kind.rows(unit).get(self.row.id)).desired

    async def is_answered(self, command_id: str | None) -> bool:
        """Say whether a command came before, was answered, and must not have its effect again."""
        if command_id is None:
            return False
        async with self._store.writing(self.row.owner_id) as unit:
            return await unit.commands.is_answered(command_id)

    async def save_status(self, status: Mapping[str, Json]) -> None:
        """Store the newest status, for lists and for whoever looks when no process hosts it."""
        async with self._turn, self._store.writing(self.row.owner_id) as unit:
            await self.kind.rows(unit).save_status(self.row.id, status, epoch=self.epoch)

    def _take_up(self, row: R) -> None:
        """Go on where the topic stands."""
        self.row = row
        self.log.close()  # whoever waits there already looks again, and finds the new one
        self.log = EventLog(last_seq=row.last_seq, epoch=self.epoch)

    async def _missed(self, unit: UnitOfWork, events: Sequence[Event]) -> list[Event]:
        """Return events that another wrote between our last one and `events`."""
        gap = events[0].seq - 1 - self.log.last_seq if events else 0
        if gap <= 0:
            return []
        return await unit.events.read(self.row.topic, self.log.last_seq, gap)
