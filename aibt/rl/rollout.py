"""Collecting: a worker acts in its environments, and is a pure function of what it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.rl.environment import (
    Actions,
    Arrays,
    Bools,
    EnvironmentFactory,
    Floats,
    Indices,
    Sides,
    Trajectories,
    VectorEnvironment,
)
from aibt.rl.exploration import as_policy, epsilon_greedy
from aibt.rl.network import ACTIONS, SIDES, Architecture, NumpyNetwork, Weights
from aibt.rl.replay_buffer import Transitions
from aibt.trading.costs import Costs

_FEW = 64  # bars up to which a set is quicker than an array
_SPARSE = 16  # bars to one that can be met, from which on to sort is quicker than to go over all


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSetup:
    """What one worker needs before its first round; the same for all of its life.

    Attributes:
        bars: the training part and what is before it, so that indices are the series' own.
        rows: feature rows of the same bars. Shape [T, F].
        start: index of the bar at which every pass begins.
        first, all_environments: place of the worker's first environment among all of them.
            They begin spread over the bars, so that what is met side by side differs.
        worker: its place among the workers; 0 has the environment that is shown.
    """

    bars: BarSeries
    rows: Floats
    architecture: Architecture
    environments: int
    start: int
    first: int
    all_environments: int
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

    Where it was collected on the learner's device, `transitions` and `truncations` hold tensors
    there.

    Attributes:
        transitions: step by step, the environments of a step side by side. Shape [K · N].
        truncations: which of them ended at the end of the bars. Shape [K · N].
        environments: N, so that each array can be seen as [K, N].
        passes: how many passes over the bars ended.
        shown: the first environment's steps.
    """

    transitions: Transitions
    truncations: Bools
    environments: int
    passes: int
    shown: ShownSteps


class Policy(Protocol):
    """What acts while a round is collected."""

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """Return the probability of each action for sides -1, 0, +1. Shape [B, 3, 4]."""
        ...


class WeightsSource(Policy, Protocol):
    """The learner, as its workers see it: asked where it is at hand, else copied."""

    @property
    def version(self) -> int:
        """Counts the changes of the weights."""
        ...

    def weights(self) -> dict[str, Floats]:
        """Return the weights by name, as copies."""
        ...


class NumpyPolicy:
    """Acts by weights that were shipped: ε-greedily, or as a policy that was learned does.

    Args:
        rows: feature rows of the bars. Shape [T, F].
    """

    def __init__(self, rows: Floats, architecture: Architecture, weights: Weights) -> None:
        self._rows, self._network = rows, NumpyNetwork(architecture, weights)
        self._draws = architecture.head == "policy"

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """See `Policy.behaviour`."""
        values = self._network.values(self._rows[bars])
        return as_policy(values) if self._draws else epsilon_greedy(values, epsilon)


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

    def bars_ahead(self, vector_steps: int) -> Indices:
        """Return the bars that can be met in a round of so many steps, in order, each once.

        The bar after the last decision is among them.
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
    """Acts in N environments by a policy that holds for a round.

    Prices do not depend on actions, so the policy of a round is a table over the bars that
    can be met in it: it is asked once, however many environments there are.

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
        self._thresholds: Floats = np.zeros((len(setup.bars), SIDES, ACTIONS - 1), np.float32)
        self._warm_up()
        self._environment.load_state(spread(self._environment.state(), setup))
        seeds = np.random.SeedSequence(setup.seed, spawn_key=(1 + setup.worker,))
        self._generator = np.random.Generator(np.random.PCG64(seeds))

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
        """Go on from `state` under `weights`; return the steps and where they led.

        Raises:
            ValueError: the weights or the state are not those of this worker.
        """
        policy = NumpyPolicy(self._setup.rows, self._setup.architecture, weights)
        self.load_state(state)
        found = self.collect(
            policy, epsilon=epsilon, vector_steps=vector_steps, passes_wanted=passes_wanted
        )
        return found, self.state()

    def collect(
        self, policy: Policy, *, epsilon: float, vector_steps: int, passes_wanted: int | None
    ) -> Rollout:
        """Step all environments up to `vector_steps` times.

        What is returned is good until the next call.

        Args:
            policy: what acts.
            epsilon: share of random actions.
            vector_steps: K.
            passes_wanted: stop after the step in which so many passes have ended; None: never.
        """
        decided_until = len(self._setup.bars) - 1
        bars = bars_within(
            self._environment.bars, start=self._setup.start, steps=vector_steps, stop=decided_until
        )
        probabilities = policy.behaviour(bars, epsilon)
        self._thresholds[bars] = probabilities[..., :-1].cumsum(axis=-1, dtype=np.float32)
        shape = (vector_steps, self._setup.environments)
        draws = self._generator.random(shape, dtype=np.float32)
        return _rollout(self._environment.follow(self._thresholds, draws, passes_wanted))

    @property
    def bars(self) -> Indices:
        """Index of the bar each environment is at. Shape [N]."""
        return self._environment.bars

    def _warm_up(self) -> None:
        """Have an environment compile what it compiles now, not in a round that is timed."""
        before = self._environment.state()
        self._environment.follow(
            self._thresholds, np.zeros((1, self._setup.environments), np.float32)
        )
        self._environment.load_state(before)


def bars_within(at: Indices, *, start: int, steps: int, stop: int) -> Indices:
    """Return the bars that accounts can be at in so many steps, in order, each once.

    They are those ahead of each account, and as many from the start, where one is after a
    bust or the end of the bars.

    Args:
        at: where the accounts are. Shape [N].
        start: where a pass begins.
        steps: how many bars one account can be at.
        stop: the first bar that does not count.
    """
    at = np.append(at, np.int32(start))
    if len(at) * steps <= _FEW:
        met = {bar + step for bar in at.tolist() for step in range(steps)}
        return np.array(sorted(bar for bar in met if bar < stop), np.int32)
    if len(at) * steps * _SPARSE < stop:
        ahead = at[:, None] + np.arange(steps, dtype=np.int32)
        found: Indices = np.unique(ahead)
        return found[found < stop]
    changes = np.bincount(at, minlength=stop + 2)
    changes -= np.bincount(np.minimum(at + steps, stop + 1), minlength=stop + 2)
    covered = np.cumsum(changes)[:stop] > 0
    return np.flatnonzero(covered).astype(np.int32)


def bars_ahead(setup: RolloutSetup, at: Indices, vector_steps: int) -> Indices:
    """Return what `RolloutWorkers.bars_ahead` does, of workers with this set-up.

    Args:
        setup: of any of them: all have the same bars.
        at: the bars that the environments of all of them are at. Shape [N].
        vector_steps: of the round.
    """
    return bars_within(at, start=setup.start, steps=vector_steps + 1, stop=len(setup.bars))


def spread(state: Arrays, setup: RolloutSetup) -> dict[str, NDArray[np.generic]]:
    """Return a state in which each environment's first pass begins at a place of its own.

    That of environment 0 begins at the start.
    """
    span = len(setup.bars) - 1 - setup.start  # bars at which a decision can be made
    places = setup.first + np.arange(setup.environments)
    bars = setup.start + places * span // setup.all_environments
    return {**state, "bars": bars.astype(np.int32)}


class InProcessWorkers:
    """Workers in the learner's own process, one after another.

    Args:
        setups: one of each worker, in order.
        factory: makes their environments.
    """

    def __init__(self, setups: Sequence[RolloutSetup], factory: EnvironmentFactory) -> None:
        self._setups = setups
        self._workers = [RolloutWorker(setup, factory) for setup in setups]

    def collect(
        self,
        source: WeightsSource,
        *,
        epsilon: float,
        vector_steps: int,
        passes_wanted: int | None,
    ) -> Sequence[Rollout]:
        """See `RolloutWorkers.collect`."""
        return [
            worker.collect(
                source, epsilon=epsilon, vector_steps=vector_steps, passes_wanted=passes_wanted
            )
            for worker in self._workers
        ]

    def bars_ahead(self, vector_steps: int) -> Indices:
        """See `RolloutWorkers.bars_ahead`."""
        at = np.concatenate([worker.bars for worker in self._workers])
        return bars_ahead(self._setups[0], at, vector_steps)

    def states(self) -> list[RolloutState]:
        """See `RolloutWorkers.states`."""
        return [worker.state() for worker in self._workers]

    def load_states(self, states: Sequence[RolloutState]) -> None:
        """See `RolloutWorkers.load_states`."""
        if len(states) != len(self._workers):
            raise ValueError(f"{len(states)} states for {len(self._workers)} workers")
        for worker, state in zip(self._workers, states, strict=True):
            worker.load_state(state)


def _rollout(found: Trajectories) -> Rollout:
    return Rollout(
        transitions=Transitions(
            bars=found.bars.ravel(),
            sides=found.sides.ravel(),
            actions=found.actions.ravel(),
            rewards=found.rewards.ravel(),
            next_sides=found.next_sides.ravel(),
            terminations=found.terminations.ravel(),
        ),
        truncations=found.truncations.ravel(),
        environments=found.bars.shape[1],
        passes=found.passes,
        shown=ShownSteps(
            bars=found.bars[:, 0],
            sides=found.sides[:, 0],
            actions=found.actions[:, 0],
            rewards=found.rewards[:, 0],
            next_sides=found.next_sides[:, 0],
            terminations=found.terminations[:, 0],
            truncations=found.truncations[:, 0],
            equities=found.equities,
        ),
    )
