"""Rollout workers in processes of their own, feeding one learner through the object store."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import ray
from ray.exceptions import GetTimeoutError, RayActorError
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from actors.names import NAMESPACE, rollout_worker_actor
from aibt.errors import ActorUnavailable
from aibt.rl.environment import Indices
from aibt.rl.network import Weights
from aibt.rl.rollout import (
    Rollout,
    RolloutSetup,
    RolloutState,
    RolloutWorker,
    WeightsSource,
    bars_ahead,
)

logger = logging.getLogger(__name__)

_ROUND_S = 60.0
_START_S = 120.0
_TRIES = 5


class RolloutWorkerActor:
    """Forward rounds to a `RolloutWorker`; a round depends on what it is given alone."""

    def __init__(self, setup: RolloutSetup, label: str) -> None:
        from envs.factory import trading_environments

        self._worker = RolloutWorker(setup, trading_environments)
        self._label = label

    def state(self) -> RolloutState:
        """Return where the worker begins."""
        return self._worker.state()

    def node(self) -> str:
        """Return the id of the node that this worker runs on."""
        return str(ray.get_runtime_context().get_node_id())

    def collect(
        self, weights: Weights, state: RolloutState, epsilon: float, vector_steps: int
    ) -> tuple[Rollout, RolloutState]:
        """Do one round; see `RolloutWorker.collect_from`."""
        return self._worker.collect_from(weights, state, epsilon=epsilon, vector_steps=vector_steps)

    def __repr__(self) -> str:
        return self._label


class RemoteWorkers:
    """All workers of one activation, in synchronous rounds.

    The learner keeps where each worker is, so a worker that is lost in a round is started
    again and computes that round again, to the same bits. They die with the process that
    started them, and take their places from its placement group.
    """

    def __init__(self, setups: Sequence[RolloutSetup], training_id: int, epoch: int) -> None:
        self._setups = list(setups)
        self._training_id, self._epoch = training_id, epoch
        self._starts = [0] * len(self._setups)
        self._handles = [self._start(index) for index in range(len(self._setups))]
        self._states: list[RolloutState] = ray.get(
            [handle.state.remote() for handle in self._handles], timeout=_START_S
        )
        self._version: int | None = None
        self._weights: Any = None

    def collect(
        self,
        source: WeightsSource,
        *,
        epsilon: float,
        vector_steps: int,
        passes_wanted: int | None,
    ) -> Sequence[Rollout]:
        """See `aibt.rl.rollout.RolloutWorkers.collect`.

        Raises:
            ActorUnavailable: a worker was lost again and again.
        """
        if passes_wanted is not None:
            raise ValueError("remote workers do whole rounds")
        if self._version != source.version:  # one copy per version, pulled by every worker
            self._weights, self._version = ray.put(source.weights()), source.version
        given = (epsilon, vector_steps)
        answers = [self._ask(index, *given) for index in range(len(self._handles))]
        results = [self._answer(index, ref, *given) for index, ref in enumerate(answers)]
        self._states = [state for _, state in results]
        return [rollout for rollout, _ in results]

    def bars_ahead(self, vector_steps: int) -> Indices:
        """See `aibt.rl.rollout.RolloutWorkers.bars_ahead`."""
        at = np.concatenate([state.environment["bars"] for state in self._states])
        return bars_ahead(self._setups[0], at, vector_steps)

    def states(self) -> list[RolloutState]:
        """See `aibt.rl.rollout.RolloutWorkers.states`."""
        return list(self._states)

    def load_states(self, states: Sequence[RolloutState]) -> None:
        """See `aibt.rl.rollout.RolloutWorkers.load_states`."""
        if len(states) != len(self._handles):
            raise ValueError(f"{len(states)} states for {len(self._handles)} workers")
        self._states = list(states)

    def _ask(self, index: int, epsilon: float, vector_steps: int) -> Any:
        handle = self._handles[index]
        return handle.collect.remote(self._weights, self._states[index], epsilon, vector_steps)

    def _answer(
        self, index: int, answer: Any, epsilon: float, vector_steps: int
    ) -> tuple[Rollout, RolloutState]:
        for _ in range(_TRIES):
            try:
                result: tuple[Rollout, RolloutState] = ray.get(answer, timeout=_ROUND_S)
            except (RayActorError, GetTimeoutError) as error:
                logger.warning("rollout worker %d is started again: %s", index, error)
                ray.kill(self._handles[index], no_restart=True)
                self._handles[index] = self._start(index)
                answer = self._ask(index, epsilon, vector_steps)
            else:
                return result
        raise ActorUnavailable(f"rollout worker {index} was lost {_TRIES} times in one round")

    def _start(self, index: int) -> Any:
        self._starts[index] += 1
        name = rollout_worker_actor(self._training_id, self._epoch, index)
        label = f"Rollout worker {index} of training {self._training_id}"
        group = ray.util.get_current_placement_group()
        options: dict[str, Any] = {
            "name": f"{name}/{self._starts[index]}",
            "namespace": NAMESPACE,
            "num_cpus": 1,
        }
        if group is not None:
            options["scheduling_strategy"] = PlacementGroupSchedulingStrategy(
                group, placement_group_bundle_index=1 + index
            )
        return ray.remote(RolloutWorkerActor).options(**options).remote(self._setups[index], label)
