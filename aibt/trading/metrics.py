"""What an equity curve is worth: plain figures of one account."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]


def bar_returns(equities: Curve) -> Curve:
    """Return the simple return of equity over each bar. Shape [T - 1] for a curve [T].

    Raises:
        ValueError: an equity before the last is not positive.
    """
    if len(equities) < 2:
        return np.zeros(0)
    if not (equities[:-1] > 0).all():
        raise ValueError("a return needs a positive equity to start from")
    returns: Curve = np.diff(equities) / equities[:-1]
    return returns


def max_drawdown(equities: Curve) -> float:
    """Return the largest fall from a peak, as a fraction of the peak, in [0, 1].

    Raises:
        ValueError: the first equity is not positive.
    """
    if not len(equities):
        return 0.0
    if not equities[0] > 0:
        raise ValueError("a drawdown needs a positive equity to fall from")
    peaks = np.maximum.accumulate(equities)
    return float(min(1.0, ((peaks - equities) / peaks).max()))


def sharpe_ratio(equities: Curve, bars_per_year: float) -> float | None:
    """Return the yearly Sharpe ratio of the returns per bar, against a risk-free rate of 0.

    Mean over sample standard deviation, times √(bars per year) (Sharpe, *The Sharpe Ratio*,
    1994). None where it is undefined: fewer than two returns, or no variation.
    """
    returns = bar_returns(equities)
    if len(returns) < 2:
        return None
    deviation = float(returns.std(ddof=1))
    if deviation <= 1e-15:  # a constant return's own rounding
        return None
    return float(returns.mean()) / deviation * sqrt(bars_per_year)
