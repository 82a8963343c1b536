"""Whether a Sharpe ratio is more than luck, given how many trials it is the best of."""

from dataclasses import dataclass
from math import e, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np

from aibt.trading.metrics.curve import Curve

EULER: Final = 0.5772156649015329
_NORMAL: Final = NormalDist()
_FEWEST: Final = 4  # returns: below there is no fourth moment worth the name
_ROUNDING: Final = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnMoments:
    """The moments that the certainty of a Sharpe ratio depends on.

    Attributes:
        sharpe: mean over sample standard deviation, per bar, risk-free rate 0.
        skewness, kurtosis: of the population; 0 and 3 for a normal distribution.
        bars: how many returns.
    """

    sharpe: float
    skewness: float
    kurtosis: float
    bars: int


def return_moments(returns: Curve) -> ReturnMoments | None:
    """Return the moments of returns per bar [n]; None with fewer than four, or if all are equal."""
    if len(returns) < _FEWEST:
        return None
    centred = returns - returns.mean()
    deviation = float(returns.std())
    if not np.isfinite(deviation) or deviation <= _ROUNDING:
        return None
    standard = centred / deviation
    return ReturnMoments(
        sharpe=float(returns.mean()) / float(returns.std(ddof=1)),
        skewness=float(np.power(standard, 3).mean()),
        kurtosis=float(np.power(standard, 4).mean()),
        bars=len(returns),
    )


def probabilistic_sharpe_ratio(moments: ReturnMoments, threshold: float = 0.0) -> float:
    """Return the probability that the true Sharpe ratio per bar is above `threshold`.

    Φ((SR - SR*)·√(n - 1) / √(1 - γ₃·SR + (γ₄ - 1)/4·SR²)) (Bailey & López de Prado, *The Sharpe
    Ratio Efficient Frontier*, 2012, equation 11). It counts the returns as independent of each
    other.
    """
    sharpe = moments.sharpe
    spread = 1 - moments.skewness * sharpe + (moments.kurtosis - 1) / 4 * sharpe**2
    # γ₄ >= 1 + γ₃² for every distribution, so that it is at least (1 - γ₃·SR/2)² >= 0
    distance = (sharpe - threshold) * sqrt(moments.bars - 1)
    return _NORMAL.cdf(distance / sqrt(max(spread, _ROUNDING)))


def expected_maximum_sharpe(variance: float, trials: int) -> float:
    """Return the highest Sharpe ratio that luck is expected to show in so many trials.

    √V·((1 - γ)·Φ⁻¹(1 - 1/N) + γ·Φ⁻¹(1 - 1/(N·e))) with Euler's γ: the expected maximum of N
    independent normal numbers of mean 0 and variance V (Bailey & López de Prado, *The Deflated
    Sharpe Ratio*, 2014, equation 1). With one trial there is nothing to choose from: 0.

    The deflated Sharpe ratio is `probabilistic_sharpe_ratio` with this as its threshold: the
    probability that the true ratio is above what luck shows (equation 2).

    Args:
        variance: of the Sharpe ratios over the trials, per bar.
        trials: N, at least 1.

    Raises:
        ValueError: there is no trial, or the variance is negative.
    """
    if trials < 1 or not variance >= 0:
        raise ValueError(f"{trials} trials with a variance of {variance}")
    if trials == 1:
        return 0.0
    usual = _NORMAL.inv_cdf(1 - 1 / trials)
    rare = _NORMAL.inv_cdf(1 - 1 / (trials * e))
    return sqrt(variance) * ((1 - EULER) * usual + EULER * rare)
