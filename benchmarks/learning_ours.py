"""Our algorithms in the race, driven as a training drives them, without what it shows."""

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.rl.algorithms import make_algorithm
from aibt.rl.environment import Actions
from aibt.rl.network import ACTIONS, SIDES
from aibt.rl.placement import local_workers
from aibt.rl.preparation import Preparation
from envs.factory import trading_environments

_SLICE_S: Final = 0.004


class Ours:
    """An algorithm of `aibt.rl.algorithms` and, where it collects, its environments.

    Attributes:
        steps: what was learned from so far, see `benchmarks.learning_race.Contender`.
        passes: over the training part, as a training counts them.
    """

    def __init__(self, preparation: Preparation) -> None:
        self._algorithm = make_algorithm(preparation.problem)
        self._workers = local_workers(preparation, trading_environments, self._algorithm)
        self._environments = preparation.parameters.environments
        self.passes = 0
        self.steps = 0

    def train_slice(self) -> None:
        """Collect and update as often as fits into some milliseconds, at least once."""
        began = time.perf_counter()
        while True:
            self._advance()
            if time.perf_counter() - began >= _SLICE_S:
                return

    def decide(self, bars: NDArray[np.int32]) -> Actions:
        """See `benchmarks.learning_race.Contender`."""
        found: Actions = self._algorithm.values(bars).argmax(axis=2).astype(np.int8)
        return found

    def _advance(self) -> None:
        algorithm = self._algorithm
        if algorithm.updates_owed:
            algorithm.update()
            return
        if not algorithm.collects:
            learned = algorithm.begin()
            self.steps += learned.bars * SIDES * ACTIONS
            self.passes += learned.passes
            return
        steps = algorithm.vector_steps
        if not algorithm.foresee(lambda: self._workers.bars_ahead(steps)):
            return
        rollouts = self._workers.collect(
            algorithm,
            epsilon=algorithm.epsilon(self.passes // self._environments),
            vector_steps=steps,
            passes_wanted=None,
        )
        algorithm.learn_from(rollouts)
        self.steps += sum(len(rollout.transitions) for rollout in rollouts)
        self.passes += sum(rollout.passes for rollout in rollouts)
