"""The performance of one account, an agent's or a bot's: every figure the leaderboard shows."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, localcontext
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from aibt.live.events import Json
from aibt.market.bars import moment
from aibt.trading.ledger import MONEY
from aibt.trading.metrics import (
    AccountFill,
    ConfidenceInterval,
    Curve,
    StockSplit,
    annual_rate,
    bar_returns,
    bootstrap_intervals,
    calmar_ratio,
    deepest_drawdown,
    mean_exposure,
    profit_factor,
    round_trips,
    sharpe_ratio,
    sortino_ratio,
    turnover,
    volatility,
    win_rate,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """The figures of one account; None where one is undefined or not known.

    Ratios and returns are fractions, per year where their function says so; money is in the
    account's currency, which is taken to be that of the model's cost, USD.

    Attributes:
        total_return: profit over the starting balance; the same of `benchmark_return`.
        max_drawdown: fraction of the peak, in [0, 1].
        max_drawdown_from: when the peak was last seen.
        max_drawdown_until: when the fall was deepest.
        recovered_at: when equity first was at the peak again.
        trades: closed ones, of which `win_rate` and `profit_factor` tell.
        turnover: traded value per year over mean equity.
        exposure: mean of the positions' gross value over equity.
        excess_return: total return less the benchmark's.
        sharpe_low, sharpe_high, return_low, return_high: ends of the 95 % intervals.
        profit: last equity less the balance, net of fees.
        fees: paid in all.
        bars: how many bars the account lived through.
    """

    total_return: float
    annual_return: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float
    max_drawdown_from: datetime | None
    max_drawdown_until: datetime | None
    recovered_at: datetime | None
    win_rate: float | None
    profit_factor: float | None
    trades: int
    turnover: float | None
    exposure: float | None
    benchmark_return: float | None
    excess_return: float | None
    sharpe_low: float | None
    sharpe_high: float | None
    return_low: float | None
    return_high: float | None
    profit: float
    fees: float
    model_cost: float | None
    profit_after_model_cost: float | None
    bars: int

    def as_wire(self) -> dict[str, Json]:
        """Return every figure by its name, times as ISO 8601: plain JSON without NaN."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


@np.errstate(over="ignore", invalid="ignore")  # of next to nothing, a return can be any number
def performance(
    *,
    times: NDArray[np.int64],
    equities: Curve,
    bars_per_year: float,
    balance: float,
    exposures: Curve | None = None,
    fills: Sequence[AccountFill] = (),
    splits: Sequence[StockSplit] = (),
    fees: float | Decimal | None = None,
    benchmark: Curve | None = None,
    model_cost: float | None = None,
    seed: int = 0,
) -> Performance:
    """Return how an account did.

    An account that lost everything has its figures up to the bar in which it did; what is marked
    after that counts for its profit and its total return alone.

    Args:
        times: of the marks, in nanoseconds since 1970-01-01 UTC, rising. Shape [T].
        equities: at each mark. Where the first is not the balance, the account had traded before
            it, and the balance is put before it. Shape [T].
        bars_per_year: how many marks a year has on average.
        balance: starting cash, above 0.
        exposures: gross value over equity at each mark; None: not known. Shape [T].
        fills: the account's own, by time.
        splits: of what it held.
        fees: paid in all; None: those of the fills.
        benchmark: equity at each mark of an account that began with the same balance. [T].
        model_cost: of the model's requests in USD; None: not known.
        seed: of the bootstrap: the same numbers give the same intervals.

    Raises:
        ValueError: shapes differ, times do not rise, a number is not finite, or the balance or
            the bars per year are not above 0.
    """
    _check(times, equities, exposures, benchmark)
    if not (isfinite(balance) and balance > 0 and isfinite(bars_per_year) and bars_per_year > 0):
        raise ValueError(f"balance {balance} and {bars_per_year} bars per year must be above 0")
    lived = _lived(equities)
    dates, curve = _from_balance(times[:lived], equities[:lived], balance)
    returns = bar_returns(curve)
    profit = float(equities[-1]) - balance if len(equities) else 0.0
    annual = annual_rate(profit / balance, len(returns), bars_per_year)
    fall = deepest_drawdown(curve)
    closed = round_trips(fills, splits).closed
    traded, paid = _traded(fills)
    beaten = _last_return(benchmark, balance)
    generator = np.random.Generator(np.random.PCG64(seed))
    intervals = bootstrap_intervals(returns, bars_per_year, generator)
    sharpe_low, sharpe_high = _ends(intervals.sharpe)
    return_low, return_high = _ends(intervals.total_return)
    return Performance(
        total_return=profit / balance,
        annual_return=annual,
        volatility=volatility(curve, bars_per_year),
        sharpe=sharpe_ratio(curve, bars_per_year),
        sortino=sortino_ratio(curve, bars_per_year),
        calmar=calmar_ratio(annual, fall.depth if fall else 0.0),
        max_drawdown=fall.depth if fall else 0.0,
        max_drawdown_from=_date(dates, fall.peak if fall else None),
        max_drawdown_until=_date(dates, fall.trough if fall else None),
        recovered_at=_date(dates, fall.recovery if fall else None),
        win_rate=win_rate(closed),
        profit_factor=profit_factor(closed),
        trades=len(closed),
        turnover=turnover(traded, curve, bars_per_year),
        exposure=None if exposures is None else mean_exposure(exposures[:lived]),
        benchmark_return=beaten,
        excess_return=None if beaten is None else profit / balance - beaten,
        sharpe_low=sharpe_low,
        sharpe_high=sharpe_high,
        return_low=return_low,
        return_high=return_high,
        profit=profit,
        fees=paid if fees is None else float(fees),
        model_cost=model_cost,
        profit_after_model_cost=None if model_cost is None else profit - model_cost,
        bars=len(returns),
    )


def _check(
    times: NDArray[np.int64],
    equities: Curve,
    exposures: Curve | None,
    benchmark: Curve | None,
) -> None:
    if (np.diff(times) <= 0).any():
        raise ValueError("times of an equity curve must rise")
    given = {"times": times, "exposures": exposures, "benchmark": benchmark}
    for name, numbers in given.items():
        if numbers is not None and numbers.shape != equities.shape:
            raise ValueError(f"{numbers.shape} {name} for {equities.shape} equities")
    if not np.isfinite(equities).all():
        raise ValueError("an equity is not a finite number")
    if benchmark is not None and not np.isfinite(benchmark).all():
        raise ValueError("an equity of the benchmark is not a finite number")


def _lived(equities: Curve) -> int:
    """Return how many marks there are up to the first with nothing left, itself among them."""
    bust = np.flatnonzero(equities <= 0)
    return int(bust[0]) + 1 if len(bust) else len(equities)


def _from_balance(
    times: NDArray[np.int64], equities: Curve, balance: float
) -> tuple[NDArray[np.int64], Curve]:
    """Return the curve from the balance on, which has the time of the first mark."""
    if not len(equities) or equities[0] == balance:
        return times, equities
    return np.r_[times[:1], times], np.r_[balance, equities]


def _traded(fills: Sequence[AccountFill]) -> tuple[float, float]:
    """Return the value of all fills and their fees."""
    with localcontext(MONEY):
        value = sum((fill.value for fill in fills), Decimal(0))
        fees = sum((fill.fee for fill in fills), Decimal(0))
        return float(value), float(fees)


def _last_return(benchmark: Curve | None, balance: float) -> float | None:
    if benchmark is None or not len(benchmark):
        return None
    return float(benchmark[-1]) / balance - 1


def _date(times: NDArray[np.int64], index: int | None) -> datetime | None:
    return None if index is None else moment(times[index])


def _ends(interval: ConfidenceInterval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


def _plain(value: float | datetime | None) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isfinite(value) else None
