"""What an equity curve is worth: plain figures of one account.

A curve is equity at every bar, [T], and a figure of it is per year by `bars_per_year`. Where a
figure is not defined it is None, never NaN.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.trading.metrics.curve import Curve, bar_returns, finite

_ROUNDING: Final = 1e-15  # a constant return's own


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReturn:
    """The return over one calendar month in UTC, or over the part of it that the curve has."""

    year: int
    month: int  # 1 to 12
    value: float


def total_return(equities: Curve) -> float | None:
    """Return the simple return from the first equity to the last; None without any.

    Raises:
        ValueError: the first equity is not positive.
    """
    if not len(equities):
        return None
    if not equities[0] > 0:
        raise ValueError("a return needs a positive equity to start from")
    return float(equities[-1] / equities[0] - 1)


def annual_rate(total: float, bars: int, bars_per_year: float) -> float | None:
    """Return the compound rate per year of a `total` return over so many bars.

    (1 + total)^(bars per year / bars) - 1, the geometric rate of the CFA Institute's GIPS
    standards. Those annualise nothing shorter than a year; here the reader is told `bars`. Where
    nothing is left, or less, all of it is lost per year too: -1.

    Returns:
        None without bars, and where the rate is beyond every float.
    """
    if bars < 1:
        return None
    if total <= -1:
        return -1.0
    try:
        rate = (1 + total) ** (bars_per_year / bars) - 1
    except OverflowError:
        return None
    return finite(rate)


def annual_return(equities: Curve, bars_per_year: float) -> float | None:
    """Return the compound rate of return per year of a curve; see `annual_rate`."""
    total = total_return(equities)
    return None if total is None else annual_rate(total, len(equities) - 1, bars_per_year)


def volatility(equities: Curve, bars_per_year: float) -> float | None:
    """Return the yearly standard deviation of the returns per bar.

    The sample's (divisor n - 1), times √(bars per year): exact for returns that do not depend
    on each other (Hull, *Options, Futures, and Other Derivatives*, on historical volatility).
    None with fewer than two returns.
    """
    returns = bar_returns(equities)
    if len(returns) < 2:
        return None
    return finite(float(returns.std(ddof=1)) * sqrt(bars_per_year))


def sharpe_ratio(equities: Curve, bars_per_year: float) -> float | None:
    """Return the yearly Sharpe ratio of the returns per bar, against a risk-free rate of 0.

    Mean over sample standard deviation, times √(bars per year) (Sharpe, *The Sharpe Ratio*,
    1994). None where it is undefined: fewer than two returns, or no variation.
    """
    returns = bar_returns(equities)
    if len(returns) < 2:
        return None
    deviation = float(returns.std(ddof=1))
    if deviation <= _ROUNDING:
        return None
    return finite(float(returns.mean()) / deviation * sqrt(bars_per_year))


def sortino_ratio(equities: Curve, bars_per_year: float) -> float | None:
    """Return the yearly Sortino ratio of the returns per bar, against a required return of 0.

    Mean over downside deviation, times √(bars per year); the downside deviation is
    √(mean of min(return, 0)²) over all returns, not over the negative ones alone (Sortino &
    Price, *Performance Measurement in a Downside Risk Framework*, 1994). None where it is
    undefined: fewer than two returns, or none below 0.
    """
    returns = bar_returns(equities)
    if len(returns) < 2:
        return None
    deviation = sqrt(float(np.square(np.minimum(returns, 0)).mean()))
    if deviation <= _ROUNDING:
        return None
    return finite(float(returns.mean()) / deviation * sqrt(bars_per_year))


def calmar_ratio(annual: float | None, depth: float) -> float | None:
    """Return the return per year over the maximum drawdown, both of the whole curve.

    Young, *Calmar Ratio: A Smoother Tool*, 1991, took 36 months; here it is the curve's own
    length, as everywhere today. None where it is undefined: no rate per year, or no drawdown.
    """
    if annual is None or depth <= 0:
        return None
    return finite(annual / depth)


def monthly_returns(times: NDArray[np.int64], equities: Curve) -> list[MonthReturn]:
    """Return the return over each calendar month in which the curve has a point, oldest first.

    From the last equity of the month before to the last of the month: they compound to the total
    return. A month with no equity above 0 to start from is left out.

    Args:
        times: of the equities, in nanoseconds since 1970-01-01 UTC, rising. Shape [T].
        equities: shape [T].

    Raises:
        ValueError: the shapes differ.
    """
    if times.shape != equities.shape:
        raise ValueError(f"{times.shape} times for {equities.shape} equities")
    months = times.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64)
    lasts = np.flatnonzero(np.diff(months, append=months[-1:] + 1))
    before = np.r_[equities[:1], equities[lasts[:-1]]]
    return [
        MonthReturn(year=1970 + month // 12, month=month % 12 + 1, value=last / first - 1)
        for month, first, last in zip(
            months[lasts].tolist(), before.tolist(), equities[lasts].tolist(), strict=True
        )
        if first > 0
    ]


def mean_exposure(exposures: Curve) -> float | None:
    """Return the mean of gross exposure over the bars where it is a finite number.

    None where it is none anywhere.
    """
    known = exposures[np.isfinite(exposures)]
    return float(known.mean()) if len(known) else None


def turnover(traded_value: float, equities: Curve, bars_per_year: float) -> float | None:
    """Return the traded value per year, as a multiple of the mean equity.

    Purchases and sales both count, so that replacing all of the account once a year is 2. (The
    SEC's Form N-1A takes the lesser of the two.) None without bars or a positive mean equity.
    """
    bars = len(equities) - 1
    mean = float(equities.mean()) if bars > 0 else 0.0
    if mean <= 0:
        return None
    return finite(traded_value / mean * bars_per_year / bars)
