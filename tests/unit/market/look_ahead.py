"""What a feature that looks ahead looks like, and how it is planted."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aibt.market import features
from aibt.market.bars import BarSeries

Column = NDArray[np.float64]
Maker = Callable[[BarSeries], Column]


def next_return(series: BarSeries) -> Column:
    """Return what the price does over the bar to come."""
    growth = np.diff(np.log(series.close))
    found: Column = np.r_[growth, 0.0]
    return found


def with_column(column: Maker) -> Callable[..., tuple[tuple[str, ...], Column]]:
    """Return what makes the features of a bar, with one more."""
    real = features._columns  # where a feature would be added

    def columns(series: BarSeries, **given: Any) -> tuple[tuple[str, ...], Column]:
        names, known = real(series, **given)
        return (*names, "planted"), np.vstack([known, column(series)])

    return columns
