"""What a policy sees at the end of a bar: the bar's features, and the side it holds."""

from dataclasses import dataclass
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
            ValueError: it lies before the first decision or at the last bar.
        """
        if not self.first <= start < self.last:
            raise ValueError(f"start is {start}, not in [{self.first}, {self.last - 1}]")
        return start


def market(
    bars: BarSeries, costs: Costs, *, rows: NDArray[np.float32] | None, fit_until: int | None
) -> Market:
    """Return what an environment over `bars` reads.

    Args:
        bars: the series.
        costs: of every fill.
        rows: features made elsewhere, [T, F], usable from bar 0 on; None: those of
            `aibt.market.features`, usable after their warm-up.
        fit_until: first bar that the features' statistics must not see; None: see all.

    Raises:
        BadBars: there are not two bars after the warm-up.
        ValueError: `rows` has another length than `bars`.
    """
    first = 0
    if rows is None:
        table = feature_table(bars, window=WINDOW, fit_until=fit_until)
        rows, first = table.rows, table.warm_up
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


def feature_space(features: int) -> gymnasium.Space[Observation]:
    """Return the space of a feature row and the side after it. Shape [F + 1]."""
    high = np.full(features + 1, FEATURE_BOUND, np.float32)
    high[-1] = 1.0
    space: gymnasium.Space[Any] = gymnasium.spaces.Box(-high, high, dtype=np.float32)
    return space
