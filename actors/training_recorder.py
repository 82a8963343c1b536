"""What a training leaves behind, stored in order: events, then the checkpoint that counts on them.

All writes of one activation go through here, under its epoch and one after the other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from actors.run_recorder import RunRecorder
from actors.run_rows import STATE, TRAINING, command_key, set_state
from actors.training_files import TrainingFiles
from actors.training_rows import changed_by, reached
from aibt.clock import Clock
from aibt.errors import StoreUnavailable
from aibt.live.events import Emission, EventSink, Json
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


Also = Callable[[UnitOfWork, Change], Awaitable[Sequence[Emission]]]
"""What is stored together with a change; it returns what is told of it."""


class TrainingRecorder(RunRecorder[Training]):
    """The one writer of an activation."""

    def __init__(
        self, training: Training, epoch: int, *, store: Store, files: TrainingFiles, clock: Clock
    ) -> None:
        super().__init__(TRAINING, training, epoch, store=store)
        self._files = files
        self._clock = clock
        self._saving = asyncio.Lock()
        self._outbox = Outbox(EpisodeMerger(clock))
        self._unstored: list[Emission] = []  # taken from the outbox, and refused by a busy store
        self._offered: tuple[Snapshot, Mapping[str, Json]] | None = None

    @property
    def sink(self) -> EventSink:
        """Where the run emits to."""
        return self._outbox

    async def open(self) -> tuple[CheckpointRow | None, list[Change]] | None:
        """Take up the topic where it stands and say that the training is loading.

        Whether it should run at all is looked at in the same transaction, so that a pause that
        comes meanwhile finds either its row, and sets that, or this process, and tells it.

        Returns:
            The newest checkpoint and all changes; None: the training has ended or is paused.

        Raises:
            LeaseLost: a newer activation has the lease already.
        """
        topic = self.row.topic
        async with self._turn:
            async with self._store.writing(self.row.owner_id) as unit:
                await unit.leases.check(topic, self.epoch)
                training = await unit.trainings.get(self.row.id)
                if training.state.has_ended or training.desired is Desired.PAUSED:
                    self.row = training
                    return None
                merged = await unit.events.last_of_kind(topic, EPISODE)
                checkpoint = await unit.checkpoints.latest(training.id)
                changes = await unit.changes.after(training.id)
                training = await set_state(
                    unit, TRAINING, training, RunState.LOADING, f"epoch/{self.epoch}/loading"
                )
            self._take_up(training)
            covered = merged.data["episode"] if merged is not None else 0
            self._outbox = Outbox(
                EpisodeMerger(self._clock, covered_until=covered if isinstance(covered, int) else 0)
            )
        return checkpoint, changes

    async def changes(self) -> list[Change]:
        """Return all changes that are stored, after looking at the training's row anew."""
        async with self._store.reading(self.row.owner_id) as unit:
            self.row = await unit.trainings.get(self.row.id)
            return await unit.changes.after(self.row.id)

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
                logger.warning("%s: %s", self.row.topic, error)
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

    async def record_change(
        self,
        changes: Mapping[str, float | int],
        *,
        steps: int,
        command_id: str | None,
        stop: bool = False,
        weights: str | None = None,
        also: Also | None = None,
    ) -> Change:
        """Store a change with the step it applies from, or find the one the command made.

        A run that computes again what was told already is changed where that ends: what was
        told stands.

        Args:
            changes: new values of parameters.
            steps: of the run, which stands at a border.
            command_id: of the command that wants it.
            stop: whether the training ends there.
            weights: what the run takes over there, under the storage root.
            also: stored in the same transaction; what it raises undoes all of it.
        """
        training, told = self.row, list[Emission]()

        async def store(unit: UnitOfWork) -> tuple[Change, Training]:
            earlier = await changed_by(unit, training, command_id)
            if earlier is not None:
                return earlier, training
            after = training
            if changes:
                after = await unit.trainings.set_current(
                    training.id, {**training.current, **changes}, epoch=self.epoch
                )
            change = await unit.changes.add(
                training.id,
                epoch=self.epoch,
                step=max(steps, await reached(unit, training)),
                changes=changes,
                stop=stop,
                command_id=command_id,
                weights=weights,
            )
            if changes:
                data: dict[str, Json] = {"changed": dict(changes), "step": change.step}
                key = command_key(command_id, "params")
                told.append(Emission(key=key, kind="params", data=data))
            if also is not None:
                told.extend(await also(unit, change))
            return change, after

        change, self.row = await self.record(told, store)
        return change

    async def set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None,
        status: Callable[[], Mapping[str, Json] | None],
        told: Sequence[Emission],
        first: Callable[[UnitOfWork], Awaitable[None]] | None,
    ) -> None:
        """Store a new state with its event, and the status; after `first` and what is `told`."""
        training = self.row
        event = Emission(key=key, kind=STATE, data={"state": str(state), "reason": reason})

        async def store(unit: UnitOfWork) -> Training:
            if first is not None:
                await first(unit)
            computed = status()
            if computed is not None:
                await unit.trainings.save_status(training.id, computed, epoch=self.epoch)
            return await unit.trainings.set_state(
                training.id, state, epoch=self.epoch, reason=reason
            )

        self.row = await self.record([*told, event], store)

    async def park(self) -> bool:
        """Store that the place is given back, unless the owner wants something else by now."""

        async def store(unit: UnitOfWork) -> Training | None:
            if (await unit.trainings.get(self.row.id)).desired is not Desired.PAUSED:
                return None
            return await unit.trainings.set_parked(self.row.id, True, epoch=self.epoch)

        parked = await self.record((), store)
        self.row = parked or self.row
        return parked is not None

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
            async with self._store.writing(self.row.owner_id) as unit:
                if also is not None:
                    result = await also(unit)
                events = await unit.events.append(
                    self.row.topic,
                    self.epoch,
                    [self._completed(emission) for emission in [*self._unstored, *emissions]],
                )
                missed = await self._missed(unit, events)
            self._unstored.clear()
            self.log.append([*missed, *events])
            return result

    def _completed(self, emission: Emission) -> Emission:
        """Add what the wire says of every event and the run need not know."""
        own: dict[str, Json] = (
            {"at": self._clock.now().isoformat()} if emission.kind == "log" else {"id": self.row.id}
        )
        return Emission(key=emission.key, kind=emission.kind, data={**own, **emission.data})

    async def _save(self, snapshot: Snapshot, status: Mapping[str, Json]) -> None:
        training_id = self.row.id
        path = self._files.checkpoint(training_id, self.epoch, snapshot.steps)
        await asyncio.to_thread(snapshot.save, self._files.absolute(path))
        async with self._store.writing(self.row.owner_id) as unit:
            await unit.leases.check(self.row.topic, self.epoch)
            if not (await unit.trainings.get(training_id)).state.has_ended:
                await unit.trainings.save_status(training_id, status, epoch=self.epoch)
            await unit.checkpoints.add(
                training_id, epoch=self.epoch, step=snapshot.steps, path=path
            )
            old = await unit.checkpoints.prune(training_id, epoch=self.epoch)
            oldest = await unit.checkpoints.oldest_step(training_id)
            passed = await unit.changes.taken_before(training_id, oldest)
        for path in old:
            await asyncio.to_thread(self._files.remove, path)
        if passed:
            await asyncio.to_thread(self._files.remove_taken, training_id, passed)
