"""What a training leaves behind, stored in order: events, then the checkpoint that counts on them.

All writes of one activation go through here, under its epoch and one after the other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from actors.training_files import TrainingFiles
from actors.training_rows import set_state
from aibt.clock import Clock
from aibt.errors import StoreUnavailable
from aibt.live.event_log import EventLog
from aibt.live.events import Emission, Event, EventSink, Json
from aibt.live.outbox import EPISODE, EpisodeMerger, Outbox
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Change, CheckpointRow, Training
from aibt.store.uninterrupted import uninterrupted

logger = logging.getLogger(__name__)
T = TypeVar("T")

_RETRY_S = 0.5
_IDLE_S = 1.0


class Snapshot(Protocol):
    """Where a run stands, as a copy in memory."""

    @property
    def steps(self) -> int:
        """Environment steps so far."""
        ...

    def save(self, folder: Path) -> None:
        """Write everything into the new `folder`, whole or not at all. Blocking."""
        ...


class TrainingRecorder:
    """The one writer of an activation."""

    def __init__(
        self, training: Training, epoch: int, *, store: Store, files: TrainingFiles, clock: Clock
    ) -> None:
        self.training = training
        self.epoch = epoch
        self._store = store
        self._files = files
        self._clock = clock
        self._turn = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._log = EventLog(last_seq=training.last_seq, epoch=epoch)
        self._outbox = Outbox(EpisodeMerger(clock))
        self._unstored: list[Emission] = []  # taken from the outbox, and refused by a busy store
        self._offered: tuple[Snapshot, Mapping[str, Json]] | None = None

    @property
    def sink(self) -> EventSink:
        """Where the run emits to."""
        return self._outbox

    @property
    def log(self) -> EventLog:
        """The stored events, for those who follow live."""
        return self._log

    async def open(self) -> tuple[CheckpointRow | None, list[Change]] | None:
        """Take up the topic where it stands and say that the training is loading.

        Whether it should run at all is looked at in the same transaction, so that a pause that
        comes meanwhile finds either its row, and sets that, or this process, and tells it.

        Returns:
            The newest checkpoint and all changes; None: the training has ended or is paused.

        Raises:
            LeaseLost: a newer activation has the lease already.
        """
        topic = self.training.topic
        async with self._turn:
            async with self._store.writing(self.training.owner_id) as unit:
                await unit.leases.check(topic, self.epoch)
                training = await unit.trainings.get(self.training.id)
                if training.state.has_ended or training.desired is Desired.PAUSED:
                    self.training = training
                    return None
                merged = await unit.events.last_of_kind(topic, EPISODE)
                checkpoint = await unit.checkpoints.latest(training.id)
                changes = await unit.changes.after(training.id)
                training = await set_state(
                    unit, training, RunState.LOADING, f"epoch/{self.epoch}/loading"
                )
            self.training = training
            covered = merged.data["episode"] if merged is not None else 0
            self._log.close()  # whoever waits there already looks again, and finds the new one
            self._log = EventLog(last_seq=training.last_seq, epoch=self.epoch)
            self._outbox = Outbox(
                EpisodeMerger(self._clock, covered_until=covered if isinstance(covered, int) else 0)
            )
        return checkpoint, changes

    async def desired(self) -> Desired:
        """Return what the owner wants at this moment."""
        async with self._store.reading(self.training.owner_id) as unit:
            row = await unit.trainings.get(self.training.id)
        return row.desired

    async def is_answered(self, command_id: str | None) -> bool:
        """Say whether a command came before, was answered, and must not have its effect again."""
        if command_id is None:
            return False
        async with self._store.writing(self.training.owner_id) as unit:
            return await unit.commands.is_answered(command_id)

    async def changes(self) -> list[Change]:
        """Return all changes that are stored, after looking at the training's row anew."""
        async with self._store.reading(self.training.owner_id) as unit:
            self.training = await unit.trainings.get(self.training.id)
            return await unit.changes.after(self.training.id)

    def offer(self, snapshot: Snapshot, status: Mapping[str, Json]) -> None:
        """Take a snapshot to be stored; called by the compute thread, never waits."""
        self._offered = (snapshot, status)

    async def drain(self) -> None:
        """Store what comes, for ever, waiting out a store that is busy.

        Raises:
            LeaseLost: a newer activation has the lease.
        """
        while True:
            await self._outbox.wait(_IDLE_S)
            try:
                await uninterrupted(self.store_pending(everything=self._offered is not None))
            except StoreUnavailable as error:
                logger.warning("%s: %s", self.training.topic, error)
                await asyncio.sleep(_RETRY_S)

    async def store_pending(self, *, everything: bool = True) -> None:
        """Store what was emitted, then the newest snapshot.

        Raises:
            LeaseLost: a newer activation has the lease.
            StoreUnavailable: the store is busy; nothing is lost, call again.
        """
        async with self._saving:
            offered, self._offered = self._offered, None  # before the outbox: it counts on that
            try:
                await self._write(everything=everything or offered is not None)
                if offered is not None:
                    await self._save(*offered)
            except StoreUnavailable:
                self._offered = self._offered or offered
                raise

    async def record(
        self, emissions: Sequence[Emission], also: Callable[[UnitOfWork], Awaitable[T]]
    ) -> T:
        """Store what `also` does and `emissions`, in one transaction, after all that came before.

        Raises:
            LeaseLost: a newer activation has the lease; nothing was stored.
            StoreUnavailable: the store is busy; of `emissions` nothing was stored.
        """
        return await self._write(emissions, also, everything=True)

    async def _write(
        self,
        emissions: Sequence[Emission] = (),
        also: Callable[[UnitOfWork], Awaitable[T]] | None = None,
        *,
        everything: bool,
    ) -> T:
        async with self._turn:
            self._unstored += self._outbox.take(everything=everything)
            result: T = None  # type: ignore[assignment]  # nobody asked for one
            if also is None and not self._unstored:
                return result
            async with self._store.writing(self.training.owner_id) as unit:
                if also is not None:
                    result = await also(unit)
                events = await unit.events.append(
                    self.training.topic,
                    self.epoch,
                    [self._completed(emission) for emission in [*self._unstored, *emissions]],
                )
                missed = await self._missed(unit, events)
            self._unstored.clear()
            self._log.append([*missed, *events])
            return result

    async def _missed(self, unit: UnitOfWork, events: Sequence[Event]) -> list[Event]:
        """Return events that another wrote between our last one and `events`."""
        gap = events[0].seq - 1 - self._log.last_seq if events else 0
        if gap <= 0:
            return []
        topic = self.training.topic
        return await unit.events.read(topic, self._log.last_seq, gap)

    def _completed(self, emission: Emission) -> Emission:
        """Add what the wire says of every event and the run need not know."""
        own: dict[str, Json] = (
            {"at": self._clock.now().isoformat()}
            if emission.kind == "log"
            else {"id": self.training.id}
        )
        return Emission(key=emission.key, kind=emission.kind, data={**own, **emission.data})

    async def _save(self, snapshot: Snapshot, status: Mapping[str, Json]) -> None:
        training_id = self.training.id
        path = self._files.checkpoint(training_id, self.epoch, snapshot.steps)
        await asyncio.to_thread(snapshot.save, self._files.absolute(path))
        async with self._store.writing(self.training.owner_id) as unit:
            await unit.leases.check(self.training.topic, self.epoch)
            if not (await unit.trainings.get(training_id)).state.has_ended:
                await unit.trainings.save_status(training_id, status, epoch=self.epoch)
            await unit.checkpoints.add(
                training_id, epoch=self.epoch, step=snapshot.steps, path=path
            )
            old = await unit.checkpoints.prune(training_id, epoch=self.epoch)
        for path in old:
            await asyncio.to_thread(self._files.remove, path)
