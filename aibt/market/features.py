"""Causal features: row t of the table is what is known at the end of bar t, as numbers.

The table is what training reads instead of a `MarketView` per bar: row t is by definition
the last row of the table over `view(t)`, made with the same statistics.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aibt.errors import BadBars
from aibt.market.bars import BarSeries
from aibt.market.calendar import DAY_NS, MONDAY_NS, WEEK_NS

Floats = NDArray[np.float32]
Column = NDArray[np.float64]

WINDOW: Final = 32
SPANS: Final[tuple[int, ...]] = (8, 32, 128, 512, 2_048)
REACH: Final = 10 * max(SPANS)
"""Bars that a row looks back on: older ones weigh less than e⁻²⁰ in its longest average."""

_FAST: Final = 8  # bars of the fast and the slow volatility
_SLOW: Final = 64
_VOLUME_SPAN: Final = 32
_CLIP: Final = 8.0  # standard deviations
_OTHERS: Final = (
    "volatility_ratio",
    "volatility",
    "range",
    "place_in_bar",
    "place_in_window",
    "volume",
    "sine_of_day",
    "cosine_of_day",
    "sine_of_week",
    "cosine_of_week",
)
_FLOOR: Final = 0.01  # of the training part's volatility: what a standstill is taken for


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureStatistics:
    """All that a feature table needs besides the bars; the numbers come from training rows.

    `centres` and `scales` belong to the columns after the `window` returns, in their order.
    """

    window: int  # log returns in a row
    spans: tuple[int, ...]  # of the moving averages that the level is told against
    volatility: float  # standard deviation of the log return, per bar
    centres: tuple[float, ...]
    scales: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the same as JSON's own types; floats come back to the bit."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "FeatureStatistics":
        """Read what `to_json` returned.

        Raises:
            ValueError: a field is missing, unknown or not of its kind.
        """
        try:
            statistics = cls(
                window=int(given["window"]),
                spans=tuple(int(span) for span in given["spans"]),
                volatility=float(given["volatility"]),
                centres=tuple(float(centre) for centre in given["centres"]),
                scales=tuple(float(scale) for scale in given["scales"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"these are no feature statistics: {error!r}") from error
        fits = len(statistics.centres) == len(statistics.scales)
        if not fits or set(given) != set(asdict(statistics)):
            raise ValueError("these are no feature statistics: fields do not fit")
        return statistics


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureTable:
    """Features of every bar; rows before `warm_up` are zeros, and to be left alone."""

    rows: Floats  # [T, F] finite, within ±8, read-only
    warm_up: int  # index of the first usable row
    names: tuple[str, ...]  # [F]
    statistics: FeatureStatistics


def feature_table(
    series: BarSeries,
    *,
    window: int = WINDOW,
    fit_until: int | None = None,
    statistics: FeatureStatistics | None = None,
) -> FeatureTable:
    """Return the causal features of `series`.

    In a row: the last `window` log returns, oldest first, over the training part's
    volatility; the level, as log close against its exponential moving averages (returns
    alone do not tell where in its range a mean-reverting price is); fast and slow
    volatility; the bar's range, the close's place in it and in the window's; volume against
    its average; and for intraday bars the hour of the day and of the week (0 for others, so
    that a bot's weights fit bars of every period). All but the
    returns are centred and scaled by the training part's mean and standard deviation.

    Args:
        series: bars, of any length where `statistics` are given.
        window: returns in a row, at least 2; not looked at where `statistics` are given.
        fit_until: index of the first bar that the statistics must not see; none: all bars.
        statistics: those of an earlier table, instead of fitting.

    Raises:
        ValueError: `window` or `fit_until` is out of range.
        BadBars: there are too few bars to fit statistics to.
    """
    spans = SPANS
    if statistics is not None:
        window, spans = statistics.window, statistics.spans
    if window < 2:
        raise ValueError(f"window is {window}, but must be at least 2")
    stop = len(series) if fit_until is None else fit_until
    if not 0 <= stop <= len(series):
        raise ValueError(f"fit_until is {stop}, but there are {len(series)} bars")
    if statistics is None and stop < window + 2:
        raise BadBars(series.symbol, f"{stop} bars to learn from, at least {window + 2} needed")

    from aibt.market.feature_kernel import fill_rows  # which takes a second to load

    log_close = np.log(series.close)
    returns = np.diff(log_close, prepend=log_close[:1])  # [T] the first is 0
    volatility = statistics.volatility if statistics else _deviation(returns[1:stop])
    others, columns = _columns(
        series,
        log_close=log_close,
        returns=returns,
        volatility=volatility,
        window=window,
        spans=spans,
    )
    names = tuple(f"return_{back}" for back in range(window - 1, -1, -1)) + others
    if statistics is None:
        fitted = columns[:, window:stop]
        statistics = FeatureStatistics(
            window=window,
            spans=spans,
            volatility=volatility,
            centres=tuple(float(column.mean()) for column in fitted),
            scales=tuple(_deviation(column) for column in fitted),
        )
    if len(statistics.centres) != len(columns):
        raise ValueError("the statistics are those of another kind of bars")
    rows = np.empty((len(series), len(names)), np.float32)
    rows[:window] = 0.0
    shares = np.clip(returns / volatility, -_CLIP, _CLIP).astype(np.float32)
    centres, scales = np.array(statistics.centres), np.array(statistics.scales)
    fill_rows(rows, shares, columns, centres, scales, window, _CLIP)
    rows.setflags(write=False)
    return FeatureTable(rows=rows, warm_up=window, names=names, statistics=statistics)


def _deviation(values: Column) -> float:
    """Return the standard deviation, or 1 for what does not vary: it is divided by."""
    found = float(np.std(values)) if len(values) else 0.0
    return found if np.isfinite(found) and found > 1e-12 else 1.0


def _columns(
    series: BarSeries,
    *,
    log_close: Column,
    returns: Column,
    volatility: float,
    window: int,
    spans: tuple[int, ...],
) -> tuple[tuple[str, ...], Column]:
    """Return names and values of all columns but the returns. Shape [C, T]."""
    from aibt.market.feature_kernel import moving_averages

    squares = returns**2
    counts = np.arange(1.0, len(series) + 1)

    def spread(bars: int) -> Column:
        means = _of_last(np.add, squares, bars) / np.minimum(counts, bars)
        found: Column = np.sqrt(means) + _FLOOR * volatility
        return found

    names = tuple(f"level_{span}" for span in spans) + _OTHERS
    columns = np.zeros((len(names), len(series)))
    levels = columns[: len(spans)]
    named = dict(zip(_OTHERS, columns[len(spans) :], strict=True))
    moving_averages(log_close, np.array(spans, np.float64), levels)
    np.subtract(log_close, levels, out=levels)
    slow = spread(_SLOW)
    named["volatility_ratio"][:] = np.log(spread(_FAST) / slow)
    named["volatility"][:] = np.log(slow / volatility)
    named["range"][:] = np.log(series.high / series.low) / volatility
    named["place_in_bar"][:] = _place(series.close, series.low, series.high)
    lowest = _of_last(np.minimum, series.low, window)
    highest = _of_last(np.maximum, series.high, window)
    named["place_in_window"][:] = _place(series.close, lowest, highest)
    log_volume, usual = np.log1p(series.volume), np.empty((1, len(series)))
    moving_averages(log_volume, np.array([_VOLUME_SPAN], np.float64), usual)
    np.subtract(log_volume, usual[0], out=named["volume"])
    if series.interval.is_intraday:  # the columns are there for all bars: so one bot fits all
        for name, period, start in (("day", DAY_NS, 0), ("week", WEEK_NS, MONDAY_NS)):
            share = ((series.ended_ns - start) % period) / period
            turn = (2 * np.pi * share).astype(np.float32)  # as exact as rows are, and much faster
            np.sin(turn, out=named[f"sine_of_{name}"])
            np.cos(turn, out=named[f"cosine_of_{name}"])
    return names, columns


def _of_last(of: np.ufunc, values: Column, bars: int) -> Column:
    """Return the least, the greatest or the sum of the last `bars` values; fewer at first.

    `bars` is a power of 2 for a sum.
    """
    found, reach = values, 1
    while reach < bars:  # of 1, 2, 4 … values, which overlap at last unless it is a power of 2
        step = min(reach, bars - reach)
        found = np.concatenate([found[:step], of(found[step:], found[:-step])])
        reach += step
    return found


def _place(price: Column, low: Column, high: Column) -> Column:
    """Return where a price is between low (-½) and high (½); 0 where they are one."""
    width = high - low
    flat = width <= 0
    return np.where(flat, 0.0, (price - low) / np.where(flat, 1.0, width) - 0.5)
