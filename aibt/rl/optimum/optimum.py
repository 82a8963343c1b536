"""One name for it all: `optimum("OU", cost=0.001).expected`."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from aibt.market.bars import BarSeries
from aibt.market.sources.synthetic import RANDOM_NOISE, kind_and_seed
from aibt.rl.environment import Actions, Sides
from aibt.rl.optimum.dynamic_program import SIDES, Solution, best_sides, solve
from aibt.rl.optimum.processes import (
    Autoregressive,
    HiddenTrend,
    NoisySine,
    OrnsteinUhlenbeck,
    Process,
    momentum,
)
from aibt.rl.score import held_sides, score
from aibt.trading.actions import Action

KINDS: Final = ("OU", "SINE", "TREND", "MOMENTUM", "RANDOM")
"""Synthetic markets whose optimum is known."""

_ACTIONS: Final[Actions] = np.array([Action.BEAR, Action.CLOSE, Action.BULL], np.int8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Optimum:
    """The best policy for one kind of market at one cost.

    It knows the process and sees the bars up to its own; it knows no seed, but the phase of
    a sine. Costs are counted as `aibt.rl.score` counts them.
    """

    kind: str
    cost: float
    _process: Process | NoisySine
    _solution: Solution

    @property
    def expected(self) -> float:
        """Score in the long run, per bar: no causal policy has a greater expectation."""
        return self._solution.mean

    @property
    def turnover(self) -> float:
        """Mean |change of side| per bar in the long run."""
        return self._solution.turnover

    def choices(self, bars: BarSeries) -> Sides:
        """Return the side chosen at the end of each bar by who holds -1, 0, +1. Shape [T, 3].

        Row t depends on the bars up to t alone. Belief in a hidden regime begins even at the
        first bar: give bars from well before those that are judged.
        """
        after = self._process.looked_up(self._solution.futures, bars)
        after += np.outer(self._process.returns_at(bars), SIDES)
        return best_sides(after, self.cost)

    def decisions(self, bars: BarSeries) -> Actions:
        """Return `choices` as actions of the environment; who stays, holds. Shape [T, 3]."""
        choices = self.choices(bars)
        actions = _ACTIONS[choices + 1]
        stays = choices == SIDES
        actions[stays] = Action.HOLD
        return actions

    def realised(self, bars: BarSeries, start: int = 0) -> float:
        """Return its score on `bars` from `start` on, beginning flat there.

        That is what a policy's score on the same bars is a share of: luck is the same for both.
        """
        sides = held_sides(self.choices(bars)[start:-1])
        return score(sides, bars.close[start:], self.cost)


def optimum(kind: str, *, cost: float, seed: int = 0) -> Optimum:
    """Return the best policy for a kind of synthetic market.

    The first call for a kind and cost takes up to some seconds, later ones none.

    Args:
        kind: one of `KINDS`.
        cost: share of the traded value that one unit of side costs: fee and slippage.
        seed: of the market; only `SINE` looks at it, for the phase.

    Raises:
        ValueError: the kind is unknown, or the cost negative.
    """
    if kind not in KINDS:
        raise ValueError(f"the optimum of {kind!r} is not known, only of {', '.join(KINDS)}")
    return _optimum(kind, float(cost), seed if kind == "SINE" else 0)


def optimum_for(symbol: str, *, cost: float) -> Optimum:
    """Return `optimum` for a symbol of the `synthetic` source, as `OU-7-100K`.

    Raises:
        ValueError: the symbol is not of that source, or the cost negative.
    """
    kind, seed = kind_and_seed(symbol)
    return optimum(kind, cost=cost, seed=seed)


@lru_cache(maxsize=32)
def _optimum(kind: str, cost: float, seed: int) -> Optimum:
    process = _process(kind, seed)
    return Optimum(kind=kind, cost=cost, _process=process, _solution=solve(process, cost))


def _process(kind: str, seed: int) -> Process | NoisySine:
    if kind == "OU":
        return OrnsteinUhlenbeck()
    if kind == "SINE":
        return NoisySine(seed)
    if kind == "TREND":
        return HiddenTrend()
    if kind == "MOMENTUM":
        return momentum()
    return Autoregressive(0.0, RANDOM_NOISE)
