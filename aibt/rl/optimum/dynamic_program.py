"""Trading for the long run on a market whose process is known, by dynamic programming.

The decision process is (state of the market, which no action moves) × (side held). With μ(x)
the mean log return over the next bar in state x and c the cost of one unit of side, the best
mean reward g per bar and the relative values h solve

    g + h(x, s) = max over s' of  s'·μ(x) - c·|s' - s| + E[h(x', s') | x]

which relative value iteration does (Puterman, *Markov Decision Processes*, 1994, ch. 8.5).
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIDES: Final[Floats] = np.array([-1.0, 0.0, 1.0])
_SPAN: Final = 1e-11  # per bar; the best mean rewards are of the order of 1e-3
_REST: Final = 1e-9  # change of the turnover per bar
_MOST_SWEEPS: Final = 100_000
_CLOSER: Final = 16  # looks between two points of the grid


class ProcessGrid(Protocol):
    """A Markov process on X points that stand for the states of a market."""

    @property
    def period(self) -> int:
        """After how many bars the process can be where it was: 1, unless it goes round."""
        ...

    @property
    def next_returns(self) -> Floats:
        """Mean log return over the next bar in each state. Shape [X]."""
        ...

    def expected(self, values: Floats) -> Floats:
        """Return the mean, over the next state, of `values` there. Shapes [X, S]."""
        ...

    def moved(self, masses: Floats) -> Floats:
        """Return where probability masses are a bar later; adjoint of `expected`. [X, S]."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solution:
    """The best policy on the grid.

    Attributes:
        mean: best mean reward per bar, in log return.
        turnover: mean |change of side| per bar under the best policy.
        futures: E[h(x', s')]: what holding -1, 0, +1 is worth beyond the next bar, up to a
            constant. Shape [X, 3].
    """

    mean: float
    turnover: float
    futures: Floats


def solve(grid: ProcessGrid, cost: float) -> Solution:
    """Return the best policy of trading on `grid` at `cost` per unit of side.

    Raises:
        ValueError: `cost` is negative or no number.
        ArithmeticError: the iteration did not come to rest.
    """
    if not 0 <= cost < np.inf:
        raise ValueError(f"cost is {cost}, not a number from 0 on")
    now = np.outer(grid.next_returns, SIDES)  # [X, 3]
    values = np.zeros_like(now)
    for _ in range(0, _MOST_SWEEPS, grid.period):
        before = values
        for _ in range(grid.period):
            values = best_values(now + grid.expected(values), cost)
        gains = (values - before) / grid.period
        values = values - values[0, 1]
        if np.ptp(gains) < _SPAN:
            mean = float(gains.max() + gains.min()) / 2
            futures = grid.expected(values)
            turnover = _turnover(grid, now + futures, cost)
            return Solution(mean=mean, turnover=turnover, futures=futures)
    raise ArithmeticError(f"no rest after {_MOST_SWEEPS} sweeps at cost {cost}")


def best_values(after: Floats, cost: float) -> Floats:
    """Return what each side held is worth, given what each side chosen is. Shapes [X, 3]."""
    found: Floats = (after[:, None, :] - _costs(cost)).max(axis=2)
    return found


def best_sides(after: Floats, cost: float) -> NDArray[np.int8]:
    """Return the side to choose for each side held; where two are as good, the one held.

    Args:
        after: worth of each side chosen. Shape [X, 3].
        cost: per unit of side.

    Returns:
        Sides -1, 0, +1. Shape [X, 3].
    """
    worth = after[:, None, :] - _costs(cost)  # [X, held, chosen]
    best = worth.argmax(axis=2)
    held = np.arange(3)
    keeps = worth[:, held, held] >= worth.max(axis=2)
    return (np.where(keeps, held, best) - 1).astype(np.int8)


def _costs(cost: float) -> Floats:
    return cost * np.abs(SIDES[:, None] - SIDES)  # [held, chosen]


def _turnover(grid: ProcessGrid, after: Floats, cost: float) -> float:
    """Return the long-run mean of |change of side| of who chooses by `after`, [X, 3]."""
    chosen = _shares(after, cost)
    changed = (chosen * np.abs(SIDES[:, None] - SIDES)).sum(axis=2)  # [X, held]
    masses = np.full(after.shape, 1 / after.size)
    found = np.inf
    for _ in range(0, _MOST_SWEEPS, grid.period):
        before, found = found, 0.0
        for _ in range(grid.period):
            found += float((masses * changed).sum()) / grid.period
            masses = grid.moved((masses[:, :, None] * chosen).sum(axis=1))
        if abs(found - before) < _REST:
            return found
    raise ArithmeticError("the turnover did not come to rest")


def _shares(after: Floats, cost: float) -> Floats:
    """Return how often each side is chosen around each point, for each held. Shape [X, 3, 3].

    A threshold falls between points; a point's share of it is told by looking closer.
    """
    places = np.arange(len(after), dtype=np.float64)
    found = np.zeros((len(after), 3, 3))
    for offset in (np.arange(_CLOSER) + 0.5) / _CLOSER - 0.5:
        between = [np.interp(places + offset, places, column) for column in after.T]
        choices = best_sides(np.column_stack(between), cost)
        found += (choices[:, :, None] == SIDES) / _CLOSER
    return found
