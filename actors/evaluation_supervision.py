"""Making the live evaluations match what the store says should be: plain logic, without Ray.

An evaluation computes, so it takes a place in the cluster and waits there for one. One that is
paused for long gives its place back; what it had not finished is computed again.
"""

import logging
import uuid
from collections.abc import Callable
from typing import Protocol

from actors.activations import DEATHS_ALLOWED, Activation, Activations
from actors.run_rows import EVALUATION, HOSTED, set_state
from aibt.clock import Clock
from aibt.errors import EvaluationEnded, StoreUnavailable
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.records import Evaluation
from aibt.store.service import Service

logger = logging.getLogger(__name__)


class HostedEvaluation(Activation, Protocol):
    """One activation of an evaluation, as the cluster runs it."""

    async def park(self) -> bool:
        """Let it leave, if it is paused; return whether it did."""
        ...


class EvaluationCluster(Protocol):
    """Where evaluations run."""

    async def launch(self, evaluation: Evaluation, epoch: int) -> HostedEvaluation:
        """Start an activation; it waits in Ray until there is a place."""
        ...

    async def running(self) -> dict[int, HostedEvaluation]:
        """Return the activations that already run, by the id of their evaluation."""
        ...


class EvaluationSupervision:
    """Looks again and again; each look is safe to repeat and to lose at any point."""

    def __init__(
        self,
        store: Store,
        cluster: EvaluationCluster,
        clock: Clock,
        wake: Callable[[], None],
        *,
        park_after_s: float,
    ) -> None:
        """Supervise the evaluations of a store.

        Args:
            store: what should be.
            cluster: how things are.
            clock: the time.
            wake: called when an evaluation's life is over, so that the next look comes at once.
            park_after_s: a pause as long as this gives the place back.
        """
        self._store = store
        self._service = Service(store)
        self._cluster = cluster
        self._clock = clock
        self._park_after_s = park_after_s
        self._activations: Activations[HostedEvaluation] = Activations("evaluation", clock, wake)
        self._paused_since: dict[int, float] = {}

    async def take_over(self) -> None:
        """Keep what already runs."""
        for evaluation_id, hosted in (await self._cluster.running()).items():
            self._activations.keep(evaluation_id, hosted)

    async def look(self) -> None:
        """Bring the cluster one step closer to what the store says."""
        for evaluation_id in await self._activations.bury():
            self._paused_since.pop(evaluation_id, None)
        async with self._service.reading() as unit:
            active = await unit.overview.active_evaluations()
        self._activations.forget_ended({evaluation.id for evaluation in active})
        for evaluation in active:
            if evaluation.id in self._activations:
                self._see_to(evaluation)
                continue
            try:
                await self._start(evaluation)
            except StoreUnavailable:
                raise
            except Exception:  # it keeps no other waiting
                logger.exception("evaluation %d is started at the next look", evaluation.id)

    def _see_to(self, evaluation: Evaluation) -> None:
        """Let one that has a process, or waits for one, do what its owner wants."""
        hosted = self._activations[evaluation.id]
        if evaluation.state not in HOSTED and evaluation.desired is not Desired.RUNNING:
            self._activations.send(evaluation.id, hosted.release)  # it may wait for a place long
            return
        if self._activations.remind(evaluation.id, evaluation.state, evaluation.desired):
            return
        now = self._clock.monotonic()
        if evaluation.state is not RunState.PAUSED:
            self._paused_since.pop(evaluation.id, None)
        elif now - self._paused_since.setdefault(evaluation.id, now) >= self._park_after_s:
            self._activations.send(evaluation.id, hosted.park)

    async def _start(self, evaluation: Evaluation) -> None:
        """Bring the row of one without a process in order, and start one if it is to compute."""
        try:
            async with self._store.writing(evaluation.owner_id) as unit:
                settled = await self._settled(unit, await unit.evaluations.get(evaluation.id))
                if settled.state.has_ended or settled.desired is not Desired.RUNNING:
                    return
                epoch = await unit.leases.take(settled.topic, "supervisor")
        except EvaluationEnded:
            return
        self._activations.keep(settled.id, await self._cluster.launch(settled, epoch))

    async def _settled(self, unit: UnitOfWork, evaluation: Evaluation) -> Evaluation:
        """Return an evaluation's row as it is to be while nothing hosts it."""
        state, reason = self._state_without_process(evaluation)
        if state is evaluation.state:
            return evaluation
        key = f"after/{await unit.leases.current(evaluation.topic)}/{state}/{uuid.uuid4().hex}"
        return await set_state(unit, EVALUATION, evaluation, state, key, reason)

    def _state_without_process(self, evaluation: Evaluation) -> tuple[RunState, str | None]:
        if evaluation.state.has_ended:
            return evaluation.state, None
        if evaluation.desired is Desired.STOPPED:
            return RunState.STOPPED, None
        if evaluation.desired is Desired.PAUSED:
            return RunState.PAUSED, None
        if self._activations.dies_too_often(evaluation.id):
            return RunState.FAILED, f"its process was lost {DEATHS_ALLOWED} times in ten minutes"
        if evaluation.state is RunState.PAUSED:
            return RunState.QUEUED, None
        if evaluation.state in HOSTED:
            return RunState.RECOVERING, "its process was lost"
        return evaluation.state, None
