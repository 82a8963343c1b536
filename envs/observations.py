"""What a policy sees at the end of a bar: the bar's features, and the side it holds."""

from dataclasses import dataclass
from math import isfinite
from operator import index
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from aibt.errors import BadBars
from aibt.market.bars import BarSeries
from aibt.market.features import WINDOW, feature_table
from aibt.trading.costs import Costs

Observation = NDArray[np.float32]
FEATURE_BOUND = 8.0
_STATISTICS_SHARE = 4  # where nothing else is said, a quarter of the bars is for statistics


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """What an environment reads and never changes.

    Attributes:
        rows: features of each bar; row t is known at the end of bar t. Shape [T, F].
        first: index of the first bar at which a decision can be made.
    """

    opens: NDArray[np.float64]  # [T]
    closes: NDArray[np.float64]  # [T]
    rows: NDArray[np.float32]  # [T, F]
    first: int
    fee: float
    slippage: float

    @property
    def last(self) -> int:
        """Index of the last bar: no decision is made at it."""
        return len(self.closes) - 1

    def checked_start(self, start: int) -> int:
        """Return `start` if a decision can be made there.

        Raises:
            ValueError: it is no whole number, or lies before the first decision or at the
                last bar.
        """
        try:
            bar = index(start)
        except TypeError as error:
            raise ValueError(f"start is {start!r}, not a whole number") from error
        if not self.first <= bar < self.last:
            raise ValueError(f"start is {bar}, not in [{self.first}, {self.last - 1}]")
        return bar

    def observation_space(self) -> gymnasium.Space[Observation]:
        """Return the space of a feature row and the side after it. Shape [F + 1]."""
        high = np.full(self.rows.shape[1] + 1, FEATURE_BOUND, np.float32)
        high[:-1] = np.abs(self.rows).max(axis=0, initial=FEATURE_BOUND)
        high[-1] = 1.0
        space: gymnasium.Space[Any] = gymnasium.spaces.Box(-high, high, dtype=np.float32)
        return space


def checked_balance(balance: float) -> float:
    """Return a starting balance.

    Raises:
        ValueError: it is not a finite number above 0.
    """
    if not (balance > 0 and isfinite(balance)):
        raise ValueError(f"balance is {balance}, it must be a finite number above 0")
    return float(balance)


def market(
    bars: BarSeries, costs: Costs, *, rows: NDArray[np.float32] | None, fit_until: int | None
) -> Market:
    """Return what an environment over `bars` reads.

    Args:
        bars: the series.
        costs: of every fill.
        rows: features made elsewhere, [T, F], usable from bar 0 on; None: those of
            `aibt.market.features`, usable after their warm-up.
        fit_until: first bar that the features' statistics must not see; episodes may begin
            before it, as they do over the training part. None: the statistics are those of
            the first quarter, and no decision is made before its last bar, so that none
            knows of a later one.

    Raises:
        BadBars: there are not two bars left to begin at and to end at.
        ValueError: `rows` is no table of finite numbers, or has another length than `bars`.
    """
    first = 0
    if rows is None:
        until = fit_until
        if until is None:
            until = max(len(bars) // _STATISTICS_SHARE, WINDOW + 2)
            if len(bars) < until:
                raise BadBars(bars.symbol, f"{len(bars)} bars are too few, {until + 1} are needed")
        table = feature_table(bars, window=WINDOW, fit_until=until)
        rows = table.rows
        first = table.warm_up if fit_until is not None else until - 1
    rows = np.ascontiguousarray(rows, np.float32)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise ValueError("feature rows must be finite numbers of shape [T, F]")
    if len(rows) != len(bars):
        raise ValueError(f"{len(rows)} feature rows for {len(bars)} bars")
    if len(bars) < first + 2:
        raise BadBars(bars.symbol, f"{len(bars)} bars are too few, {first + 2} are needed")
    return Market(
        opens=bars.open,
        closes=bars.close,
        rows=rows,
        first=first,
        fee=costs.fee_bps / 10_000,
        slippage=costs.slippage_bps / 10_000,
    )
