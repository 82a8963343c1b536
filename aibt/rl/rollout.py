"""Collecting: a worker acts in its environments, and is a pure function of what it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.environment import (
    Actions,
    Bools,
    EnvironmentFactory,
    Floats,
    Indices,
    Sides,
    VectorEnvironment,
)
from aibt.rl.network import ACTIONS, SIDES, Architecture, NumpyNetwork, Weights
from aibt.rl.replay_buffer import Transitions
from aibt.trading.costs import Costs

_ONE_BY_ONE = 8  # up to so many environments, asking for each is cheaper than finding pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSetup:
    """What one worker needs before its first round; the same for all of its life.

    Attributes:
        bars: the training part and what is before it, so that indices are the series' own.
        rows: feature rows of the same bars. Shape [T, F].
        start: index of the bar at which every pass begins.
        worker: its place among the workers; 0 has the environment that is shown.
    """

    bars: BarSeries
    rows: Floats
    architecture: Architecture
    environments: int
    start: int
    balance: float
    costs: Costs
    seed: int
    worker: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutState:
    """Where a worker is: its environments' arrays and its generator, ready for JSON."""

    environment: Mapping[str, NDArray[np.generic]]
    generator: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSteps:
    """What the first environment of a worker did, step by step. Every array has shape [K]."""

    bars: Indices
    sides: Sides
    actions: Actions
    rewards: Floats
    next_sides: Sides
    terminations: Bools
    truncations: Bools
    equities: NDArray[np.float64]  # at the close of the next bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """K steps of N environments under one version of the weights.

    Attributes:
        transitions: step by step, the environments of a step side by side. Shape [K · N].
        passes: how many passes over the bars ended.
        shown: the first environment's steps.
    """

    transitions: Transitions
    passes: int
    shown: ShownSteps


class WeightsSource(Protocol):
    """The learner, as its workers see it."""

    @property
    def version(self) -> int:
        """Counts the changes of the weights."""
        ...

    def weights(self) -> dict[str, Floats]:
        """Return the weights by name, as copies."""
        ...

    def shared_weights(self) -> Weights | None:
        """Return arrays that always show the present weights, or None where none can."""
        ...


class RolloutWorkers(Protocol):
    """All workers of a training, in lockstep: results come in worker order."""

    def collect(
        self,
        source: WeightsSource,
        *,
        epsilon: float,
        vector_steps: int,
        passes_wanted: int | None,
    ) -> Sequence[Rollout]:
        """Let every worker do a round; see `RolloutWorker.collect`.

        What is returned is good until the next call.
        """
        ...

    def states(self) -> list[RolloutState]:
        """Return where each worker is after the last round."""
        ...

    def load_states(self, states: Sequence[RolloutState]) -> None:
        """Let each worker go on from its state.

        Raises:
            ValueError: there are not as many states as workers, or one does not fit.
        """
        ...


class RolloutWorker:
    """Acts ε-greedily in N environments.

    `collect_from` depends on its arguments alone, so a lost round is computed again to the
    same bits.
    """

    def __init__(self, setup: RolloutSetup, factory: EnvironmentFactory) -> None:
        self._setup = setup
        self._environment: VectorEnvironment = factory(
            setup.bars,
            num_envs=setup.environments,
            start=setup.start,
            balance=setup.balance,
            costs=setup.costs,
        )
        self._warm_up()
        seeds = np.random.SeedSequence(setup.seed, spawn_key=(1 + setup.worker,))
        self._generator = np.random.Generator(np.random.PCG64(seeds))
        self._network: NumpyNetwork | None = None
        self._columns = _Columns(0, setup.environments)

    def load_weights(self, weights: Weights) -> None:
        """Act by these arrays from now on; they are read in place.

        Raises:
            ValueError: they are those of another network.
        """
        self._network = NumpyNetwork(self._setup.architecture, weights)

    def state(self) -> RolloutState:
        """Return all that `load_state` needs, as copies."""
        return RolloutState(
            environment=self._environment.state(), generator=self._generator.bit_generator.state
        )

    def load_state(self, state: RolloutState) -> None:
        """Go on from `state`, to the same bits.

        Raises:
            ValueError: the state is not that of this worker.
        """
        self._environment.load_state(state.environment)
        self._generator.bit_generator.state = dict(state.generator)

    def collect_from(
        self,
        weights: Weights,
        state: RolloutState,
        *,
        epsilon: float,
        vector_steps: int,
        passes_wanted: int | None = None,
    ) -> tuple[Rollout, RolloutState]:
        """Go on from `state` under `weights`; return the steps and where they led."""
        self.load_weights(weights)
        self.load_state(state)
        found = self.collect(
            epsilon=epsilon, vector_steps=vector_steps, passes_wanted=passes_wanted
        )
        return found, self.state()

    def collect(self, *, epsilon: float, vector_steps: int, passes_wanted: int | None) -> Rollout:
        """Step all environments up to `vector_steps` times.

        Args:
            epsilon: probability of drawing an action, all four equally likely.
            vector_steps: K.
            passes_wanted: stop after the step in which so many passes have ended; None: never.

        Raises:
            ValueError: there are no weights yet.
        """
        if self._network is None:
            raise ValueError("a worker needs weights before it can act")
        if self._columns.steps != vector_steps:
            self._columns = _Columns(vector_steps, self._setup.environments)
        shape = (vector_steps, self._setup.environments)
        # drawn at once for all steps: one call costs as much as one number
        if epsilon > 0:
            exploring = self._generator.random(shape) < epsilon
            drawn = self._generator.integers(0, ACTIONS, shape, dtype=np.int8)
        columns, environment = self._columns, self._environment
        passes = done = 0
        while done < vector_steps and (passes_wanted is None or passes < passes_wanted):
            actions = self._greedy(self._network)
            if epsilon > 0:
                actions = np.where(exploring[done], drawn[done], actions)
            steps = environment.advance(actions)
            columns.bars[done] = steps.bars
            columns.sides[done] = steps.sides
            columns.actions[done] = steps.actions
            columns.rewards[done] = steps.rewards
            columns.next_sides[done] = steps.next_sides
            columns.terminations[done] = steps.terminations
            columns.truncations[done] = steps.truncations
            columns.equities[done] = steps.equities[0]
            passes += int(np.count_nonzero(steps.terminations | steps.truncations))
            done += 1
        return columns.rollout(done, passes)

    def _warm_up(self) -> None:
        """Have an environment compile what it compiles now, not in a round that is timed."""
        before = self._environment.state()
        self._environment.advance(np.zeros(self._setup.environments, np.int8))
        self._environment.load_state(before)

    def _greedy(self, network: NumpyNetwork) -> Actions:
        bars, sides, rows = self._environment.bars, self._environment.sides, self._setup.rows
        if len(bars) <= _ONE_BY_ONE:
            chosen = [
                network.of_one(rows[bar], side).argmax()
                for bar, side in zip(bars.tolist(), sides.tolist(), strict=True)
            ]
            return np.array(chosen, np.int8)
        # prices do not depend on actions: accounts at the same bar with the same side see the
        # same, and of those there are three to a bar, however many environments there are
        pairs, places = np.unique(bars.astype(np.int64) * SIDES + sides + 1, return_inverse=True)
        values = network.of_many(rows[pairs // SIDES], pairs % SIDES - 1)
        greedy: Actions = values.argmax(axis=1).astype(np.int8)[places]
        return greedy


class InProcessWorkers:
    """Workers in the learner's own process, one after another.

    Args:
        setups: one of each worker, in order.
        factory: makes their environments.
    """

    def __init__(self, setups: Sequence[RolloutSetup], factory: EnvironmentFactory) -> None:
        self._workers = [RolloutWorker(setup, factory) for setup in setups]
        self._seen: WeightsSource | int | None = None  # where arrays are shared, the source

    def collect(
        self,
        source: WeightsSource,
        *,
        epsilon: float,
        vector_steps: int,
        passes_wanted: int | None,
    ) -> Sequence[Rollout]:
        """See `RolloutWorkers.collect`."""
        self._see_weights(source)
        return [
            worker.collect(epsilon=epsilon, vector_steps=vector_steps, passes_wanted=passes_wanted)
            for worker in self._workers
        ]

    def states(self) -> list[RolloutState]:
        """See `RolloutWorkers.states`."""
        return [worker.state() for worker in self._workers]

    def load_states(self, states: Sequence[RolloutState]) -> None:
        """See `RolloutWorkers.load_states`."""
        if len(states) != len(self._workers):
            raise ValueError(f"{len(states)} states for {len(self._workers)} workers")
        for worker, state in zip(self._workers, states, strict=True):
            worker.load_state(state)

    def _see_weights(self, source: WeightsSource) -> None:
        if self._seen is source or self._seen == source.version:
            return
        shared = source.shared_weights()
        weights = source.weights() if shared is None else shared
        for worker in self._workers:
            worker.load_weights(weights)
        self._seen = source.version if shared is None else source


class _Columns:
    """Room for the steps of one round. Shapes [K, N], the shown environment's equities [K]."""

    def __init__(self, steps: int, environments: int) -> None:
        shape = (steps, environments)
        self.steps = steps
        self.bars: Indices = np.zeros(shape, np.int32)
        self.sides: Sides = np.zeros(shape, np.int8)
        self.actions: Actions = np.zeros(shape, np.int8)
        self.rewards: Floats = np.zeros(shape, np.float32)
        self.next_sides: Sides = np.zeros(shape, np.int8)
        self.terminations: Bools = np.zeros(shape, np.bool_)
        self.truncations: Bools = np.zeros(shape, np.bool_)
        self.equities = np.zeros(steps, np.float64)

    def rollout(self, done: int, passes: int) -> Rollout:
        return Rollout(
            transitions=Transitions(
                bars=self.bars[:done].ravel(),
                sides=self.sides[:done].ravel(),
                actions=self.actions[:done].ravel(),
                rewards=self.rewards[:done].ravel(),
                next_sides=self.next_sides[:done].ravel(),
                terminations=self.terminations[:done].ravel(),
            ),
            passes=passes,
            shown=ShownSteps(
                bars=self.bars[:done, 0],
                sides=self.sides[:done, 0],
                actions=self.actions[:done, 0],
                rewards=self.rewards[:done, 0],
                next_sides=self.next_sides[:done, 0],
                terminations=self.terminations[:done, 0],
                truncations=self.truncations[:done, 0],
                equities=self.equities[:done],
            ),
        )
