"""How sure a figure is: confidence intervals by a circular block bootstrap."""

from dataclasses import dataclass
from math import ceil, log10, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.trading.metrics.curve import Curve

FEWEST_RETURNS: Final = 20
"""Below so many returns there is too little to draw from, and no interval."""

_RESAMPLES: Final = 2_000
_MOST_BLOCKS: Final = 10_000  # of a resample: enough for any interval, however long the curve
_DRAWN_AT_ONCE: Final = 1_000_000  # blocks: some 30 MB
_BEYOND: Final = 1e12  # a return per bar: there was next to nothing before it
_SAME: Final = 1e-6  # of the sample's deviation: a resample with less has none


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceInterval:
    """Where a figure lies by the given level of confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapIntervals:
    """Of the two figures that a curve is judged by; None where one is undefined."""

    sharpe: ConfidenceInterval | None
    total_return: ConfidenceInterval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanInterval:
    """Where the mean of values lies, and the share of the resamples in which it is above 0."""

    low: float
    high: float
    above_zero: float


def mean_interval(
    values: Curve,
    generator: np.random.Generator,
    *,
    level: float = 0.95,
    resamples: int = _RESAMPLES,
) -> MeanInterval | None:
    """Return the percentile interval of the mean of values per bar [n].

    By the same circular block bootstrap as `bootstrap_intervals`; given the differences of two
    accounts' returns over the same bars, it is that of a paired comparison.

    Returns:
        None with fewer than `FEWEST_RETURNS` values, or where one is not finite.
    """
    count = len(values)
    if count < FEWEST_RETURNS or not np.isfinite(values).all():
        return None
    length = max(ceil(block_length(values)), ceil(count / _MOST_BLOCKS))
    means = _resampled_sums(values[None], length, resamples, generator)[0] / count
    interval = _interval(means, level)
    if interval is None:
        return None
    return MeanInterval(low=interval.low, high=interval.high, above_zero=float((means > 0).mean()))


def bootstrap_intervals(
    returns: Curve,
    bars_per_year: float,
    generator: np.random.Generator,
    *,
    level: float = 0.95,
    resamples: int = _RESAMPLES,
) -> BootstrapIntervals:
    """Return percentile intervals of the yearly Sharpe ratio and of the total return.

    A resample is made of blocks of successive returns, so that what depends on its neighbours
    goes on doing so; the returns are laid in a circle, so that each is drawn equally often
    (Politis & Romano, *A Circular Block-Resampling Procedure for Stationary Data*, 1992). The
    blocks are of one length, `block_length`, so that their sums can be known beforehand, and a
    resample costs as much as it has blocks. What the interval tells is the luck of another
    history of the same kind; it is no promise for a market that changes.

    Args:
        returns: per bar. Shape [n].
        bars_per_year: of the Sharpe ratio.
        generator: the same one gives the same intervals.
        level: of confidence, in (0, 1).
        resamples: how many histories are drawn.

    Returns:
        None for both with fewer than `FEWEST_RETURNS` returns, or where one of them lost
        everything or made it of nothing; for the Sharpe ratio also where most of the resamples
        do not vary.
    """
    count = len(returns)
    if count < FEWEST_RETURNS or returns.min() <= -1 or not returns.max() < _BEYOND:
        return BootstrapIntervals(sharpe=None, total_return=None)
    length = max(ceil(block_length(returns)), ceil(count / _MOST_BLOCKS))
    mean, deviation = float(returns.mean()), float(returns.std(ddof=1))
    centred = returns - mean
    sums = _resampled_sums(
        np.stack([centred, np.square(centred), np.log1p(returns)]), length, resamples, generator
    )
    off = sums[0] / count  # how far each resample's mean is from the sample's
    deviations = np.sqrt(np.maximum(sums[1] - count * np.square(off), 0) / (count - 1))
    varied = deviations > max(_SAME * deviation, 1e-15)
    sharpe = (mean + off[varied]) / deviations[varied] * sqrt(bars_per_year)
    with np.errstate(over="ignore"):
        totals = np.expm1(sums[2])
    return BootstrapIntervals(
        sharpe=_interval(sharpe, level) if 2 * len(sharpe) > resamples else None,
        total_return=_interval(totals, level),
    )


def block_length(returns: Curve) -> float:
    """Return how long the blocks of a circular bootstrap should be, at least 1.

    The longer of what the returns ask for and what their squares do: their mean and their
    deviation both make the Sharpe ratio, and calm and wild times last longer than trends.
    By the rule of Politis & White, *Automatic Block-Length Selection for the Dependent
    Bootstrap*, 2004, as corrected by Patton, Politis & White, 2009.
    """
    centred = returns - returns.mean()
    return max(_optimal_length(centred), _optimal_length(np.square(centred)))


def _optimal_length(values: Curve) -> float:
    """Return the length of blocks that estimates the variance of the values' mean best."""
    count = len(values)
    near = max(5, ceil(sqrt(log10(count)))) if count > 1 else 5  # lags that must all be small
    most = ceil(sqrt(count)) + near
    if count <= most:
        return 1.0
    covariances = _autocovariances(values, most)
    if covariances[0] <= 0:
        return 1.0
    small = np.abs(covariances[1:] / covariances[0]) < 2 * sqrt(log10(count) / count)
    runs = np.flatnonzero(np.convolve(small, np.ones(near), "valid") == near)
    last = int(runs[0]) if len(runs) else most  # the last lag that still depends
    width = min(2 * max(last, 1), most)
    lags = np.arange(1, width + 1)
    weights = np.minimum(1.0, 2 * (1 - lags / width))  # the flat-top window
    spectrum = covariances[0] + 2 * float(weights @ covariances[1 : width + 1])
    slope = 2 * float((weights * lags) @ covariances[1 : width + 1])
    if spectrum == 0:
        return 1.0
    longest = float(ceil(min(3 * sqrt(count), count / 3)))
    length = float(np.cbrt(1.5 * (slope / spectrum) ** 2 * count))
    return min(max(length, 1.0), longest)


def _autocovariances(values: Curve, most: int) -> Curve:
    """Return the autocovariances of lags 0 to `most`. Shape [most + 1]."""
    centred = values - values.mean()
    count = len(centred)
    return np.array([centred[lag:] @ centred[: count - lag] for lag in range(most + 1)]) / count


def _resampled_sums(
    values: Curve, length: int, resamples: int, generator: np.random.Generator
) -> Curve:
    """Return the sums over each resample. Shape [V, R] for values [V, n]."""
    count = values.shape[1]
    blocks = -(-count // length)
    rest = count - (blocks - 1) * length
    whole, cut = _circular_sums(values, length), _circular_sums(values, rest)
    at_once = max(1, _DRAWN_AT_ONCE // blocks)
    parts: list[NDArray[np.float64]] = []
    for first in range(0, resamples, at_once):
        rows = min(at_once, resamples - first)
        starts = generator.integers(0, count, (rows, blocks))
        parts.append(
            np.stack(
                [
                    whole[value][starts[:, 1:]].sum(axis=1) + cut[value][starts[:, 0]]
                    for value in range(len(values))
                ]
            )
        )
    return np.concatenate(parts, axis=1)


def _circular_sums(values: Curve, length: int) -> Curve:
    """Return the sum of the `length` values from each place on, around the end. [V, n]."""
    count = values.shape[1]
    around = np.concatenate([values, values[:, : length - 1]], axis=1)
    sums = np.concatenate([np.zeros((len(values), 1)), around.cumsum(axis=1)], axis=1)
    found: Curve = sums[:, length:] - sums[:, :count]
    return found


def _interval(values: Curve, level: float) -> ConfidenceInterval | None:
    low, high = np.quantile(values, ((1 - level) / 2, (1 + level) / 2)).tolist()
    return ConfidenceInterval(low=low, high=high) if np.isfinite([low, high]).all() else None
