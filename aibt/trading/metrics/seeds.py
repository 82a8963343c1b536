"""What several seeds say together."""

import numpy as np

from aibt.trading.metrics.curve import Curve


def interquartile_mean(values: Curve) -> float | None:
    """Return the mean of the middle half of the values [n]; None without any.

    A quarter of the weight is cut off at each end, a value at the border counts in part, so
    that it is defined for every n (Agarwal, Schwarzer, Castro, Courville & Bellemare, *Deep
    Reinforcement Learning at the Edge of the Statistical Precipice*, 2021, for its use).
    """
    count = len(values)
    if not count:
        return None
    cut = count / 4
    ranks = np.arange(count)
    weights = np.minimum(ranks + 1, count - cut) - np.maximum(ranks, cut)
    return float(np.sort(values) @ np.maximum(weights, 0) / (count / 2))
