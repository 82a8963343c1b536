"""Bars, costs and decisions for the tests of the account."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.market.intervals import parse_interval
from aibt.trading.costs import Costs

DAY_NS = 86_400_000_000_000

prices = st.floats(0.5, 2_000.0)
costs = st.builds(Costs, fee_bps=st.floats(0, 300), slippage_bps=st.floats(0, 300))
balances = st.floats(1.0, 1e9)


def some_bars(
    opens: list[float],
    closes: list[float],
    *,
    beyond: float | NDArray[np.float64] = 0.0,
    volumes: float | NDArray[np.float64] = 1.0,
) -> BarSeries:
    """Return daily bars with these opens and closes, whose highs and lows go a part beyond."""
    first = np.array(opens, np.float64)
    last = np.array(closes, np.float64)
    opened: NDArray[np.int64] = np.arange(len(first), dtype=np.int64) * DAY_NS
    return BarSeries(
        symbol="TEST",
        interval=parse_interval("1d"),
        opened_ns=opened,
        ended_ns=opened + DAY_NS,
        open=first,
        high=np.maximum(first, last) * (1 + beyond),
        low=np.minimum(first, last) / (1 + beyond),
        close=last,
        volume=np.broadcast_to(volumes, first.shape),
    )


@st.composite
def bars_and_actions(draw: st.DrawFn) -> tuple[BarSeries, list[int]]:
    """Draw bars with gaps and jumps, and one action for each but the last."""
    count = draw(st.integers(2, 25))
    opens = draw(st.lists(prices, min_size=count, max_size=count))
    closes = draw(st.lists(prices, min_size=count, max_size=count))
    actions = draw(st.lists(st.integers(0, 3), min_size=count - 1, max_size=count - 1))
    return some_bars(opens, closes), actions


def some_times(
    count: int, *, step_ns: int = DAY_NS, first: str = "2024-01-01"
) -> NDArray[np.int64]:
    """Return so many moments, a step apart, in nanoseconds."""
    begin = int(np.datetime64(first, "ns").astype(np.int64))
    return begin + step_ns * np.arange(count, dtype=np.int64)


@st.composite
def curves(draw: st.DrawFn, *, fewest: int = 3, most: int = 120) -> NDArray[np.float64]:
    """Draw an equity curve whose returns vary and lie within a third."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale, drift = draw(st.floats(1e-4, 0.1)), draw(st.floats(-0.02, 0.02))
    returns = drift + scale * generator.standard_normal(draw(st.integers(fewest - 1, most - 1)))
    start = draw(st.floats(1.0, 1e6))
    return start * np.r_[1.0, np.cumprod(1 + np.clip(returns, -0.3, 0.3))]
