"""Bad ticks: a price that springs away for one bar and back, further than the market moves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aibt.market.raw import RawBars

Bools = NDArray[np.bool_]
Moves = NDArray[np.float64]

_NEIGHBOURS: Final = 10  # bars on each side that say how far this market moves now
_SCALES: Final = 10.0  # a move of so many ordinary ones is no ordinary one
_SMALLEST: Final = 0.05  # log; no smaller move of a daily bar is called a bad tick
_SMALLEST_INTRADAY: Final = 0.02
_WICK_SCALES: Final = 25.0  # a high or low alone is never traded at, so it may go further
_SMALLEST_WICK: Final = 0.25
_LASTING: Final = 0.25  # share of the way out that may be missing on the way back
_USUAL: Final = 0.02  # springs in more bars than this share are how this market moves
_MAD: Final = 1.4826  # from a median absolute move to a normal distribution's sigma


def bad_ticks(raw: RawBars) -> NDArray[np.int64]:
    """Return the indices of bars in which a price springs away and back.

    A close (or an open) is one when the move to it and the move away from it are opposite,
    each more than ten times what the ten bars on both sides call ordinary and more than a
    floor, and together they lead nowhere. A crash that stays down, and a wild market's
    swings, are therefore none: the ordinary move grows with them. The first and the last
    bar cannot be judged. Where such springs are frequent, none is called bad.

    Args:
        raw: bars with rising times, positive prices, low and high around the others.

    Returns:
        Rising indices. Shape [K].
    """
    length = len(raw)
    if length < 3:
        return np.zeros(0, np.int64)
    opens, highs, lows, closes = (
        np.log(column) for column in (raw.open, raw.high, raw.low, raw.close)
    )
    moves = np.diff(closes)
    ordinary = _MAD * _median_of_neighbours(np.abs(moves))  # [T - 2], of bars 1 … T-2
    smallest = _SMALLEST_INTRADAY if raw.interval.is_intraday else _SMALLEST
    limit = np.maximum(_SCALES * ordinary, smallest)
    into, out_of = moves[:-1], moves[1:]
    bad = _springs(into, out_of, limit)
    bad |= _springs(opens[1:-1] - closes[:-2], closes[1:-1] - opens[1:-1], limit)

    wick = np.maximum(_WICK_SCALES * ordinary, _SMALLEST_WICK)
    around = np.stack([opens[1:-1], closes[1:-1], closes[:-2], opens[2:]])
    bad |= highs[1:-1] - around.max(axis=0) > wick
    bad |= around.min(axis=0) - lows[1:-1] > wick
    if bad.sum() > max(3, _USUAL * length):
        return np.zeros(0, np.int64)
    return np.flatnonzero(bad) + 1


def _springs(into: Moves, out_of: Moves, limit: Moves) -> Bools:
    smaller = np.minimum(np.abs(into), np.abs(out_of))
    far: Bools = (into * out_of < 0) & (smaller > limit)
    return far & (np.abs(into + out_of) < _LASTING * smaller)


def _median_of_neighbours(sizes: Moves) -> Moves:
    """Return, for each bar with a move in and a move out, the median of those around the two.

    Args:
        sizes: absolute moves; number `m` leads from bar `m` to bar `m + 1`. Shape [T - 1].

    Returns:
        Shape [T - 2]; entry `b` is that of bar `b + 1`, whose own moves do not count.
    """
    padded = np.pad(sizes, _NEIGHBOURS, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 2)
    count = len(sizes) - 1
    left = windows[:count, :_NEIGHBOURS]
    right = windows[:count, _NEIGHBOURS + 2 :]
    around = np.concatenate([left, right], axis=1)
    known = ~np.isnan(around)
    lonely = ~known.any(axis=1)
    around[lonely] = 0.0
    medians: Moves = np.nanmedian(around, axis=1)
    return medians
