"""What a training asks of an algorithm."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aibt.rl.environment import Floats, Indices
from aibt.rl.network import Architecture, Weights
from aibt.rl.parameters import TrainingParameters
from aibt.rl.rollout import Rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What an algorithm learns from.

    Attributes:
        rows: feature rows of the whole series. Shape [T, F].
        train_start: index of the first bar at which a decision is learned.
        train_opens: opening prices up to the end of the training part: no later price is
            given to an algorithm. Shape [training part's end].
        reward_unit: standard deviation of the training part's log return per bar; rewards are
            divided by it, so that values are of the order of one on every market.
    """

    parameters: TrainingParameters
    architecture: Architecture
    rows: Floats
    train_start: int
    train_opens: NDArray[np.float64]
    reward_unit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmState:
    """All that makes an algorithm go on to the same bits: arrays, and facts for JSON."""

    tensors: Mapping[str, NDArray[np.generic]]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsLearned:
    """What the next updates of an algorithm that collects nothing learn from.

    Attributes:
        bars: how many, counted again where one is learned from again.
        passes: how many passes over the training bars end with them.
    """

    bars: int
    passes: int


class Algorithm(Protocol):
    """Learns one short update at a time.

    One that `collects` is called in turn: `foresee` until nothing is left of it, `learn_from`
    what was collected, then `update` until none is owed, then it collects again. Any other:
    `begin`, then `update` likewise. Where a training is paused between two such calls never
    changes what is computed.
    """

    @property
    def collects(self) -> bool:
        """Whether it learns from rollouts; else it learns from the bars themselves."""
        ...

    @property
    def version(self) -> int:
        """Counts the changes of the weights."""
        ...

    @property
    def loss(self) -> float | None:
        """Loss of the last update; None before the first, or where it is not finite."""
        ...

    @property
    def updates_owed(self) -> int:
        """How many calls of `update` come before the next round is collected."""
        ...

    @property
    def vector_steps(self) -> int:
        """Steps of every environment in a round, where they are collected in this process."""
        ...

    def epsilon(self, episode: int) -> float:
        """Return the share of random actions in the episode after so many."""
        ...

    def foresee(self, ahead: Callable[[], Indices]) -> bool:
        """Compute a part of what the next round will ask at its bars; say if nothing is left.

        It depends on the weights and these bars alone, so what is cut off is begun again.

        Args:
            ahead: returns the bars that can be met in it, in order, each once.
        """
        ...

    def learn_from(self, rollouts: Sequence[Rollout]) -> None:
        """Take what the workers collected, in worker order."""
        ...

    def begin(self) -> BarsLearned:
        """Owe the next updates, where nothing is collected."""
        ...

    def update(self) -> None:
        """Learn once from what is at hand."""
        ...

    def values(self, bars: Indices) -> Floats:
        """Return how each action is valued at each bar, for sides -1, 0, +1.

        The greatest is the greedy action; the unit is `Problem.reward_unit`. Shape [B, 3, 4].
        """
        ...

    def weights(self) -> dict[str, Floats]:
        """Return what acts, by name, as copies."""
        ...

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        """Return the probability of each action while collecting, for sides -1, 0, +1.

        Shape [B, 3, 4]. `epsilon` is the share of random actions.
        """
        ...

    def load_weights(self, weights: Weights) -> None:
        """Start from these weights instead of new ones.

        Raises:
            ValueError: they are those of another network.
        """
        ...

    def change(self, parameters: TrainingParameters) -> None:
        """Hold to these parameters from the next update on."""
        ...

    def knowledge(self) -> AlgorithmState:
        """Return what it has learned, as copies: weights and optimizer, nothing of its data."""
        ...

    def take_over(self, knowledge: AlgorithmState) -> None:
        """Go on from what another has learned, with its own data and random numbers.

        Raises:
            ValueError: it is not the knowledge of this algorithm with a network of this shape.
        """
        ...

    def state(self) -> AlgorithmState:
        """Return all that `load_state` needs, as copies."""
        ...

    def load_state(self, state: AlgorithmState) -> None:
        """Go on from `state`, to the same bits on one kind of device.

        Raises:
            ValueError: it is not a state of this algorithm with these parameters.
        """
        ...
