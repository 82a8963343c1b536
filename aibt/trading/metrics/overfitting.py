"""How likely it is that the best of several trials was best by luck alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.trading.metrics.curve import Curve

BLOCKS: Final = 12
"""Blocks of bars unless told otherwise: 924 ways to halve them."""

_FEWEST_BARS: Final = 4  # of a block
_ROUNDING: Final = 1e-15
_AT_ONCE: Final = 4_096  # ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfitting:
    """What symmetric cross-validation finds.

    Attributes:
        probability: that the best trial of one half is not above the median in the other.
        loss: share of the ways in which that trial's mean return there is below 0.
        combinations: ways to halve the blocks.
    """

    probability: float
    loss: float
    combinations: int


def probability_of_overfitting(returns: Curve, blocks: int = BLOCKS) -> Overfitting | None:
    """Return how often the trial that is best in one half of the bars disappoints in the other.

    Combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado & Zhu, *The
    Probability of Backtest Overfitting*, 2017): the bars are cut into `blocks` successive
    blocks; for every way to take half of them, the trial with the highest Sharpe ratio there is
    looked up in the other half, at the relative rank ω of its Sharpe ratio there, r / (N + 1).
    The probability is the share of the ways with ln(ω / (1 - ω)) <= 0. Ties share their rank;
    a trial that does not vary has a Sharpe ratio of 0. Where all trials are equally good it is
    about one half.

    Args:
        returns: per bar and trial. Shape [n, N].
        blocks: even, at least 2. Bars that do not fill the blocks evenly, at most one less than
            `blocks`, are left out at the beginning.

    Returns:
        None with fewer than two trials or fewer than four bars to a block.

    Raises:
        ValueError: the number of blocks is odd or less than 2.
    """
    if blocks < 2 or blocks % 2:
        raise ValueError(f"{blocks} blocks cannot be halved")
    bars, trials = returns.shape
    length = bars // blocks
    if trials < 2 or length < _FEWEST_BARS:
        return None
    cut = returns[bars - length * blocks :].reshape(blocks, length, trials)
    sums, squares = cut.sum(axis=1), np.square(cut).sum(axis=1)  # [S, N]
    half = length * blocks // 2
    below = losing = 0
    for chosen in _halves(blocks):
        inside = _sharpe(chosen @ sums, chosen @ squares, half)
        outside_sums = (1 - chosen) @ sums
        outside = _sharpe(outside_sums, (1 - chosen) @ squares, half)
        ways = np.arange(len(chosen))
        best = inside.argmax(axis=1)
        score = outside[ways, best][:, None]
        rank = (outside < score).sum(axis=1) + ((outside == score).sum(axis=1) + 1) / 2
        below += int((rank / (trials + 1) <= 0.5).sum())
        losing += int((outside_sums[ways, best] < 0).sum())
    ways_in_all = comb(blocks, blocks // 2)
    return Overfitting(
        probability=below / ways_in_all, loss=losing / ways_in_all, combinations=ways_in_all
    )


def _halves(blocks: int) -> Iterator[NDArray[np.float64]]:
    """Yield the ways to take half of the blocks, as ones. Shape [W, S]."""
    rows: list[NDArray[np.float64]] = []
    for taken in combinations(range(blocks), blocks // 2):
        row = np.zeros(blocks)
        row[list(taken)] = 1
        rows.append(row)
        if len(rows) == _AT_ONCE:
            yield np.array(rows)
            rows = []
    if rows:
        yield np.array(rows)


def _sharpe(sums: Curve, squares: Curve, count: int) -> Curve:
    means = sums / count
    deviations = np.sqrt(np.maximum(squares / count - np.square(means), 0))
    varied = deviations > np.maximum(_ROUNDING, 1e-7 * np.abs(means))
    found: Curve = np.where(varied, means / np.where(varied, deviations, 1.0), 0.0)
    return found
