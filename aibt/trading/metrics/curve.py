"""An equity curve and its returns."""

from math import isfinite

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
"""Equity at every bar. Shape [T]."""


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


def finite(figure: float) -> float | None:
    """Return a figure, or None where it is beyond every number."""
    return figure if isfinite(figure) else None
