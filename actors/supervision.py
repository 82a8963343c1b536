"""Making the live actors match what the store says should be: plain logic, without Ray.

The store is the truth. What Ray knows is only how things are; after a crash, or a restart of the
whole cluster, one look at the store says what to start again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from actors.activations import DEATHS_ALLOWED, Activation, Activations
from actors.names import address_of, training_actor
from actors.run_rows import TRAINING, is_hosted, set_state
from actors.training_files import TrainingFiles
from actors.training_rows import keep_best, stop_row
from aibt.clock import Clock
from aibt.errors import AibtError, TrainingEnded
from aibt.live.states import Desired, RunState
from aibt.settings import TrainingSettings
from aibt.store.database import Store
from aibt.store.records import Training
from aibt.store.service import Service

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, order=True)
class Demand:
    """What a training takes: one CPU for itself, one for each worker, and its GPUs."""

    cpus: int
    gpus: int

    def __add__(self, other: "Demand") -> "Demand":
        return Demand(self.cpus + other.cpus, self.gpus + other.gpus)

    def fits(self, capacity: "Demand") -> bool:
        """Return whether there is as much in `capacity`."""
        return self.cpus <= capacity.cpus and self.gpus <= capacity.gpus


def demand(training: Training) -> Demand:
    """Return what a training takes."""
    workers = training.request.get("rollout_workers", 0)
    on_gpu = training.request.get("device") == "cuda"
    return Demand(1 + (workers if isinstance(workers, int) else 0), int(on_gpu))


class Hosted(Activation, Protocol):
    """One activation of a training, as the cluster runs it."""

    async def park(self) -> bool:
        """Let it store where it stands and leave, if it is paused; return whether it did."""
        ...

    async def checkpoint(self) -> None:
        """Let it store where it stands."""
        ...


class Cluster(Protocol):
    """Where activations run."""

    async def capacity(self) -> Demand:
        """Return what all nodes have together, used or not."""
        ...

    async def launch(self, training: Training, epoch: int) -> Hosted:
        """Start an activation; it waits in Ray until there is a place."""
        ...

    async def running(self) -> dict[int, Hosted]:
        """Return the activations that already run, by the id of their training."""
        ...


class Beside(Protocol):
    """Another supervision, which takes its turns beside this one's."""

    async def take_over(self) -> None:
        """Keep what already runs."""
        ...

    async def look(self) -> None:
        """Bring the cluster one step closer to what the store says."""
        ...


class Supervision:
    """Looks again and again; each look is safe to repeat and to lose at any point."""

    def __init__(
        self,
        store: Store,
        cluster: Cluster,
        files: TrainingFiles,
        clock: Clock,
        settings: TrainingSettings,
        *,
        beside: Sequence[Callable[[Callable[[], None]], Beside]] = (),
    ) -> None:
        """Supervise the trainings of a store.

        Args:
            store: what should be.
            cluster: how things are.
            files: of trainings.
            clock: the time.
            settings: how often to look, and when to park.
            beside: make what looks after sessions and the like meanwhile; each is given what
                wakes all.
        """
        self._store = store
        self._service = Service(store)
        self._cluster = cluster
        self._files = files
        self._clock = clock
        self._settings = settings
        self._activations: Activations[Hosted] = Activations("training", clock, self.wake)
        self._takes: dict[int, tuple[str, Demand]] = {}  # training -> its actor, and its place
        self._paused_since: dict[int, float] = {}
        self._news: list[asyncio.Event] = []  # one for each that looks
        self._beside = [made(self.wake) for made in beside]

    def wake(self) -> None:
        """Look at once."""
        for news in self._news:
            news.set()

    async def run(self) -> None:
        """Take over what already runs, then look until cancelled.

        What is beside takes its own turns: none keeps another waiting, whatever it meets.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._turns(self._take_over, self.look))
            for other in self._beside:
                group.create_task(self._turns(other.take_over, other.look))

    async def _turns(
        self, take_over: Callable[[], Awaitable[None]], look: Callable[[], Awaitable[None]]
    ) -> None:
        news, taken_over = asyncio.Event(), False
        self._news.append(news)
        while True:
            news.clear()
            try:
                if not taken_over:
                    await take_over()
                    taken_over = True
                await look()
            except AibtError as error:
                logger.warning("the supervisor will look again: %s", error)
            except Exception:
                logger.exception("the supervisor will look again")
            try:
                async with asyncio.timeout(self._settings.supervise_interval_s):
                    await news.wait()
            except TimeoutError:
                continue

    async def _take_over(self) -> None:
        for training_id, hosted in (await self._cluster.running()).items():
            self._keep(training_id, hosted, training_actor(training_id), Demand(1, 0))

    async def look(self) -> None:
        """Bring the cluster one step closer to what the store says."""
        for training_id in await self._activations.bury():
            self._takes.pop(training_id, None)
            self._paused_since.pop(training_id, None)
        async with self._service.reading() as unit:
            active = await unit.overview.active_trainings()
        self._activations.forget_ended({training.id for training in active})
        waiting: list[Training] = []
        for training in active:
            if training.id in self._activations:
                self._takes[training.id] = (address_of(training).actor, demand(training))
                self._see_to(training)
            elif not training.parked:
                settled = await self._settle(training)
                if settled is not None:
                    waiting.append(settled)
        await self._admit(waiting)

    async def checkpoint_all(self) -> None:
        """Let every activation store where it stands; what cannot is left as it is."""
        for trouble in await self._activations.all(lambda hosted: hosted.checkpoint()):
            logger.warning("a training could not store where it stands: %s", trouble)

    async def _settle(self, training: Training) -> Training | None:
        """Bring the row of a training that no process hosts in order; return it if it is to run."""
        if training.state is RunState.QUEUED and training.desired is Desired.RUNNING:
            return training
        try:
            settled = await self._settle_row(training)
        except TrainingEnded:
            return None
        if settled.state.has_ended:
            await asyncio.to_thread(self._files.remove_all_taken, settled.id)
        return None if settled.state.has_ended or settled.parked else settled

    async def _settle_row(self, training: Training) -> Training:
        async with self._store.writing(training.owner_id) as unit:
            training = await unit.trainings.get(training.id)
            epoch = await unit.leases.current(training.topic)
            key = f"after/{epoch}"
            if training.state.has_ended or training.parked:
                return training
            if training.desired is Desired.PAUSED:
                training = await unit.trainings.set_parked(training.id, True, epoch=None)
                if training.state is not RunState.PAUSED:
                    key = f"{key}/paused"
                    training = await set_state(unit, TRAINING, training, RunState.PAUSED, key)
                return training
            if training.desired is Desired.STOPPED:
                training = await stop_row(unit, training, f"{key}/stopped", self._files)
                if training.state.has_ended:
                    return training
            if self._activations.dies_too_often(training.id):
                reason = f"its process was lost {DEATHS_ALLOWED} times within ten minutes"
                await keep_best(unit, training, self._files)
                key = f"{key}/failed"
                return await set_state(unit, TRAINING, training, RunState.FAILED, key, reason)
            if is_hosted(training):
                key, reason = f"{key}/recovering", "its process was lost"
                training = await set_state(
                    unit, TRAINING, training, RunState.RECOVERING, key, reason
                )
        return training

    # What is to run

    async def _admit(self, waiting: list[Training]) -> None:
        """Start what fits, strictly in order: a large one is not overtaken for ever.

        The members of a population share one place: who finds it taken by another takes no more.
        """
        if not waiting:
            return
        capacity = await self._cluster.capacity()
        used = dict(self._takes.values())
        for training in waiting:
            used.setdefault(address_of(training).actor, demand(training))
            if not sum(used.values(), Demand(0, 0)).fits(capacity):
                return
            await self._launch(training)

    async def _launch(self, training: Training) -> None:
        async with self._store.writing(training.owner_id) as unit:
            epoch = await unit.leases.take(training.topic, "supervisor")
        hosted = await self._cluster.launch(training, epoch)
        self._keep(training.id, hosted, address_of(training).actor, demand(training))

    def _keep(self, training_id: int, hosted: Hosted, actor: str, takes: Demand) -> None:
        self._takes[training_id] = (actor, takes)
        self._activations.keep(training_id, hosted)

    # What is hosted, and should be otherwise

    def _see_to(self, training: Training) -> None:
        if self._activations.remind(training.id, training.state, training.desired):
            return
        now = self._clock.monotonic()
        if training.state is not RunState.PAUSED:
            self._paused_since.pop(training.id, None)
        elif now - self._paused_since.setdefault(training.id, now) >= self._settings.park_after_s:
            self._activations.send(training.id, self._activations[training.id].park)
