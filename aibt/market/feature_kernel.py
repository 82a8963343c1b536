"""What features take the most time for, compiled: moving averages, and rows out of columns."""

from typing import Any

import numpy as np

from aibt.compiled import compiled


@compiled
def moving_averages(values: Any, spans: Any, found: Any) -> None:
    """Write exponential moving averages: of all values so far, by weights (1 - α)^age.

    Args:
        values: shape [T].
        spans: α is 2 / (span + 1). Shape [S].
        found: written. Shape [S, T].
    """
    count = len(spans)
    kept, sums, weights = np.empty(count), np.zeros(count), np.zeros(count)
    for at in range(count):
        kept[at] = 1 - 2 / (spans[at] + 1)
    for bar in range(len(values)):
        value = values[bar]
        for at in range(count):
            sums[at] = value + kept[at] * sums[at]
            weights[at] = 1 + kept[at] * weights[at]
            found[at, bar] = sums[at] / weights[at]


@compiled
def fill_rows(
    rows: Any, returns: Any, columns: Any, centres: Any, scales: Any, window: int, most: float
) -> None:
    """Write rows from `window` on: the last `window` returns, then the other columns, scaled.

    Args:
        rows: written. Shape [T, window + C].
        returns: within ± `most`. Shape [T].
        columns: shape [C, T].
        centres: of the columns. Shape [C].
        scales: likewise.
        window: returns in a row.
        most: what scaled columns are cut to, up and down.
    """
    for bar in range(window, len(returns)):
        for at in range(window):
            rows[bar, at] = returns[bar - window + 1 + at]
        for at in range(len(columns)):
            scaled = (columns[at, bar] - centres[at]) / scales[at]
            rows[bar, window + at] = min(max(scaled, -most), most)
