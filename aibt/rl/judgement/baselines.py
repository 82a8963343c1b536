"""What every figure is set beside: policies that learned nothing, through the same ledger."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from aibt.market.bars import BarSeries
from aibt.rl.judgement.account import Sides
from aibt.rl.split import Part

FAST: Final = 20
SLOW: Final = 100
BUY_AND_HOLD: Final = "buy_and_hold"
HINDSIGHT: Final = "hindsight"
RANDOM: Final = "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A policy without weights.

    Attributes:
        sentence: what it does, for the user.
        is_bound: it sees the future.
    """

    name: str
    sentence: str
    is_bound: bool = False


BASELINES: Final = (
    Baseline(name=BUY_AND_HOLD, sentence="Buys at the first open and holds to the last close."),
    Baseline(name="flat", sentence="Never trades."),
    Baseline(
        name="moving_average",
        sentence=f"Long while the mean of the last {FAST} closes is above that of the last "
        f"{SLOW}, short while it is below.",
    ),
    Baseline(
        name=HINDSIGHT,
        sentence="The best that could be made of these prices by whoever knew them beforehand: "
        "a bound that nobody can reach.",
        is_bound=True,
    ),
)
"""Those that look at no policy, in the order of a report."""

RANDOM_BASELINE: Final = Baseline(
    name=RANDOM,
    sentence="The bot's own positions at other times, shifted by chance: as many trades, held as "
    "long, without its timing; the median draw.",
)


def causal_sides(name: str, series: BarSeries, part: Part) -> Sides:
    """Return what a baseline that knows only the past decides at each bar but the last.

    Shape [len(part) - 1].

    Raises:
        ValueError: there is no such baseline, or it is none of the causal ones.
    """
    count = len(part) - 1
    if name == BUY_AND_HOLD:
        return np.ones(count, np.int8)
    if name == "flat":
        return np.zeros(count, np.int8)
    if name == "moving_average":
        return moving_average_sides(series, part)
    raise ValueError(f"{name!r} is no baseline that knows only the past")


def moving_average_sides(series: BarSeries, part: Part) -> Sides:
    """Return the side of the moving-average cross; 0 where too few bars are known."""
    sums = np.r_[0.0, np.cumsum(series.close[: part.stop - 1])]
    ends = np.arange(part.start + 1, part.stop)  # bars known at each decision
    known = ends >= SLOW
    fast = (sums[ends] - sums[np.maximum(ends - FAST, 0)]) / FAST
    slow = (sums[ends] - sums[np.maximum(ends - SLOW, 0)]) / SLOW
    found: Sides = np.where(known, np.sign(fast - slow), 0).astype(np.int8)
    return found


def shifted_sides(sides: Sides, generator: np.random.Generator) -> Sides:
    """Return the same sides from another bar on, around the end. Shape [n].

    A shift keeps the holding times, the time in the market and, but for one change, the
    turnover; what it takes away is when. The shift is at least a tenth of the bars.
    """
    count = len(sides)
    least = max(count // 10, 1)
    by = int(generator.integers(least, max(count - least, least) + 1))
    return np.roll(sides, by)
