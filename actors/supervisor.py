"""The supervisor actor: `Supervision` over a real Ray cluster."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import ray
from ray.util import placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from actors.activations import Activation
from actors.calls import ask
from actors.capacity import capacity
from actors.evaluation import EvaluationActor
from actors.evaluation_supervision import EvaluationSupervision, HostedEvaluation
from actors.named_actors import (
    ANSWER_S,
    CONCURRENCY,
    LIFE_S,
    answering,
    end,
    remove_places,
    started,
)
from actors.names import (
    EVALUATION,
    NAMESPACE,
    SESSION,
    SUPERVISOR,
    TRAINING,
    evaluation_actor,
    session_actor,
    training_actor,
)
from actors.population_places import PopulationPlaces
from actors.process import settings
from actors.session import SessionActor
from actors.session_supervision import SessionSupervision
from actors.supervision import Demand, Hosted, Supervision, demand
from actors.training import TrainingActor
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable
from aibt.settings import Settings
from aibt.store.database import Store, open_store
from aibt.store.records import Evaluation, Session, Training

logger = logging.getLogger(__name__)


class HostedSession:
    """A session's actor."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    async def life(self) -> None:
        await ask(self._handle.live.remote(), timeout_s=LIFE_S)

    async def obey(self) -> None:
        await ask(self._handle.obey.remote(), timeout_s=ANSWER_S)

    async def release(self) -> None:
        await asyncio.to_thread(ray.kill, self._handle, no_restart=True)


class HostedInPlace(HostedSession):
    """The actor of a run that computes, and can leave its place while it is paused."""

    async def park(self) -> bool:
        parked: bool = await ask(self._handle.park.remote(), timeout_s=ANSWER_S)
        return parked


class HostedTraining(HostedInPlace):
    """A training's actor, and the place it takes."""

    def __init__(self, handle: Any, group: str) -> None:
        super().__init__(handle)
        self._group = group

    async def checkpoint(self) -> None:
        await ask(self._handle.checkpoint.remote(), timeout_s=ANSWER_S)

    async def release(self) -> None:
        await asyncio.to_thread(self._release)

    def _release(self) -> None:
        end(self._handle, self._group)


class RayCluster:
    """Starts training actors, each with a place of its own for itself and its workers.

    The members of a population share an actor and its place.
    """

    def __init__(self, autoscaled: bool) -> None:
        self._autoscaled = autoscaled
        self._populations = PopulationPlaces()

    async def capacity(self) -> Demand:
        return await asyncio.to_thread(capacity, self._autoscaled)

    async def launch(self, training: Training, epoch: int) -> Hosted:
        return await asyncio.to_thread(self._launch, training, epoch)

    def _launch(self, training: Training, epoch: int) -> Hosted:
        takes = demand(training)
        if training.population_id is not None:
            return self._populations.launch(training, epoch, takes)
        group_name = f"{training_actor(training.id)}/{epoch}"
        own = {"CPU": 1, **({"GPU": takes.gpus} if takes.gpus else {})}
        workers = [{"CPU": 1} for _ in range(takes.cpus - 1)]
        group = placement_group([own, *workers], name=group_name, lifetime="detached")
        try:
            handle = started(
                TrainingActor,
                training_actor(training.id),
                training,
                epoch,
                num_cpus=1,
                num_gpus=takes.gpus,
                scheduling_strategy=PlacementGroupSchedulingStrategy(
                    group, placement_group_bundle_index=0
                ),
            )
        except ActorUnavailable:
            remove_placement_group(group)
            raise
        return HostedTraining(handle, group_name)

    async def running(self) -> dict[int, Hosted]:
        return await asyncio.to_thread(self._running)

    def _running(self) -> dict[int, Hosted]:
        found: dict[int, Hosted] = {**self._populations.running()}
        kept: set[str] = set()
        for number, handle, epoch in answering(TRAINING, "epoch"):
            name = f"{training_actor(number)}/{epoch}"
            found[number] = HostedTraining(handle, name)
            kept.add(name)
        remove_places(TRAINING, kept)
        return found


class RaySessions:
    """Starts session actors; they take no CPU, so there is always a place."""

    async def launch(self, session: Session, epoch: int) -> Activation:
        return await asyncio.to_thread(self._launch, session, epoch)

    def _launch(self, session: Session, epoch: int) -> Activation:
        name = session_actor(session.id)
        return HostedSession(started(SessionActor, name, session, epoch, num_cpus=0))

    async def running(self) -> dict[int, Activation]:
        return await asyncio.to_thread(self._running)

    def _running(self) -> dict[int, Activation]:
        return {number: HostedSession(handle) for number, handle, _ in answering(SESSION, "epoch")}


class RayEvaluations:
    """Starts evaluation actors, each with a CPU, which it may have to wait for."""

    async def launch(self, evaluation: Evaluation, epoch: int) -> HostedEvaluation:
        return await asyncio.to_thread(self._launch, evaluation, epoch)

    def _launch(self, evaluation: Evaluation, epoch: int) -> HostedEvaluation:
        name = evaluation_actor(evaluation.id)
        gpus = int(evaluation.request.get("device") == "cuda")
        return HostedInPlace(
            started(EvaluationActor, name, evaluation, epoch, num_cpus=1, num_gpus=gpus)
        )

    async def running(self) -> dict[int, HostedEvaluation]:
        return await asyncio.to_thread(self._running)

    def _running(self) -> dict[int, HostedEvaluation]:
        return {
            number: HostedInPlace(handle) for number, handle, _ in answering(EVALUATION, "epoch")
        }


class SupervisorActor:
    """Forward messages to `Supervision`."""

    def __init__(self) -> None:
        self._opening = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._supervision: Supervision | None = None

    async def begin(self) -> None:
        """Start looking, once; called after every start of this process."""
        async with self._opening:
            if self._supervision is not None:
                return
            read = settings()
            clock = SystemClock()
            store = await open_store(read.store.database_url, clock=clock)
            self._supervision = Supervision(
                store,
                RayCluster(read.ray.autoscaled),
                TrainingFiles(Path(read.store.root)),
                clock,
                read.training,
                beside=(
                    lambda wake: SessionSupervision(
                        store, RaySessions(), clock, wake, scored=_scored(store, read)
                    ),
                    lambda wake: EvaluationSupervision(
                        store,
                        RayEvaluations(),
                        clock,
                        wake,
                        park_after_s=read.training.park_after_s,
                    ),
                ),
            )
            self._task = asyncio.create_task(self._supervision.run())

    async def wake(self) -> None:
        """Look at once; see `Supervision.wake`."""
        await self.begin()
        if self._supervision is not None:
            self._supervision.wake()

    async def checkpoint_all(self) -> None:
        """Let every training store where it stands; see `Supervision.checkpoint_all`."""
        if self._supervision is not None:
            await self._supervision.checkpoint_all()

    async def ping(self) -> bool:
        """Say whether the supervisor is looking."""
        await self.begin()
        if self._task is None or self._task.done():
            raise ActorUnavailable("the supervisor is not looking")
        return True

    def __repr__(self) -> str:
        return "Supervisor"


def _scored(store: Store, read: Settings) -> Callable[[Session], Awaitable[None]]:
    async def score(session: Session) -> None:
        from actors.scoring import Scoring  # seldom needed here, and slow to load

        await Scoring(store, read).score_session(session)

    return score


def start_supervisor() -> Any:
    """Start the supervisor, or return the handle of the one that runs."""
    return (
        ray.remote(SupervisorActor)
        .options(
            name=SUPERVISOR,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=CONCURRENCY,
        )
        .remote()
    )
