"""The benchmark: buying everything at the start, and holding it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.clock import nanoseconds
from aibt.market.bars import BarSeries
from aibt.trading.account_rule import move
from aibt.trading.actions import LONG
from aibt.trading.costs import Costs
from aibt.trading.metrics.curve import Curve
from aibt.trading.metrics.round_trips import StockSplit

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDividend:
    """What each unit was paid that was held before `at`, from whose opening on it counts."""

    symbol: str
    at: datetime
    amount: Decimal


def benchmark_curve(
    times: NDArray[np.int64],
    bars: Mapping[str, BarSeries],
    *,
    balance: float,
    costs: Costs,
    splits: Sequence[StockSplit] = (),
    dividends: Sequence[CashDividend] = (),
) -> Curve:
    """Return the equity of buying every symbol for the same part of the balance, and holding.

    Each part is put into its symbol as any account here would (`account_rule.move`, with fee and
    slippage), at the last close that is known at the first moment. A symbol that has none by
    then is bought at its first one; until then its part is cash. Nothing is rebalanced, and
    nothing sold at the end: the last equity is marked, as an account's own is. Dividends stay
    cash.

    Args:
        times: moments in nanoseconds since 1970-01-01 UTC, rising; a close is known from its
            bar's end on, and until the next one's. Shape [T].
        bars: of each symbol of the universe.
        balance: starting cash, above 0.
        costs: of the purchases.
        splits: those which the bars' prices show.
        dividends: those that the account is paid, too.

    Returns:
        Shape [T].

    Raises:
        ValueError: there are no symbols, or the balance is not above 0.
    """
    if not bars:
        raise ValueError("a benchmark needs at least one symbol")
    if not balance > 0:
        raise ValueError(f"balance is {balance}, it must be above 0")
    equities: Curve = np.zeros(len(times))
    if not len(times):
        return equities
    for symbol, series in bars.items():
        equities += _held(
            times,
            series,
            balance / len(bars),
            costs,
            [split for split in splits if split.symbol == symbol],
            [dividend for dividend in dividends if dividend.symbol == symbol],
        )
    return equities


def _held(
    times: NDArray[np.int64],
    series: BarSeries,
    cash: float,
    costs: Costs,
    splits: Iterable[StockSplit],
    dividends: Iterable[CashDividend],
) -> Curve:
    """Return the equity of one symbol's part. Shape [T]."""
    known = np.searchsorted(series.ended_ns, times, side="right") - 1  # -1: no bar has ended yet
    if known[-1] < 0:
        return np.full(len(times), cash)
    bought = int(np.argmax(known >= 0))
    first = int(known[bought])
    left, quantity, _, _, _ = move(
        cash,
        0.0,
        0.0,
        LONG,
        float(series.close[first]),
        costs.fee_bps / _BPS,
        costs.slippage_bps / _BPS,
    )
    since = int(series.ended_ns[first])
    steps = [(nanoseconds(split.at), float(split.ratio)) for split in splits]
    ratios = [(at, ratio) for at, ratio in steps if at >= since]
    # a close is in the units of its own time: a split counts from the next one on, and what is
    # in force from an opening does not show in a close of the same moment
    units = quantity * _products(series.ended_ns - 1, ratios)
    equities: Curve = left + (units * series.close)[known]
    for dividend in dividends:
        paid = nanoseconds(dividend.at)
        if paid >= times[bought]:
            held = quantity * float(_products(np.array([paid]), ratios)[0])
            equities[times > paid] += held * float(dividend.amount)
    equities[:bought] = cash
    return equities


def _products(times: NDArray[np.int64], ratios: Iterable[tuple[int, float]]) -> Curve:
    """Return what one unit has become by each time. Shape [T]."""
    products: Curve = np.ones(len(times))
    for at, ratio in ratios:
        products[times >= at] *= ratio
    return products
