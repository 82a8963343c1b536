"""Bars: open, high, low, close and volume of one interval, known from its end on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aibt.errors import BadBars
from aibt.market.intervals import Interval

Prices = NDArray[np.float64]
Times = NDArray[np.int64]

COLUMNS: Final = ("opened_ns", "ended_ns", "open", "high", "low", "close", "volume")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar. Times are UTC; the bar is known from `ended_at` on, never before."""

    opened_at: datetime
    ended_at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BarSeries:
    """The bars of one symbol and interval, oldest first, as read-only columns.

    Times are nanoseconds since 1970-01-01 UTC; `opened_ns` of a daily or longer bar of an
    exchange is its date at 00:00 UTC, as sources date it. Construction copies the columns
    (no array of a series is a view of anything longer) and checks what makes a series a
    series; what is merely suspicious is reported by `aibt.market.validation`.

    Raises:
        BadBars: columns differ in length or kind, times do not rise, a bar ends before it
            opens or after the next one opens, a price is not finite and positive, or lies
            outside its bar's low and high, or a volume is negative. The message names the
            first bar that breaks the rule.
    """

    symbol: str
    interval: Interval
    opened_ns: Times  # [T]
    ended_ns: Times  # [T]
    open: Prices  # [T]
    high: Prices  # [T]
    low: Prices  # [T]
    close: Prices  # [T]
    volume: Prices  # [T]

    def __post_init__(self) -> None:
        for name in COLUMNS:
            object.__setattr__(self, name, _column(self.symbol, name, getattr(self, name)))
        self._check()

    def _check(self) -> None:
        length = len(self.opened_ns)
        columns = (self.ended_ns, self.open, self.high, self.low, self.close, self.volume)
        if any(column.shape != (length,) for column in columns):
            raise BadBars(self.symbol, "columns differ in length")
        prices = np.stack([self.open, self.high, self.low, self.close])
        rules = (
            (
                np.r_[np.zeros(min(length, 1), np.bool_), np.diff(self.opened_ns) <= 0],
                "is not later than the one before",
            ),
            (self.ended_ns <= self.opened_ns, "ends before it opens"),
            (
                np.r_[self.ended_ns[:-1] > self.opened_ns[1:], np.zeros(min(length, 1), np.bool_)],
                "ends after the next one opens",
            ),
            (~(np.isfinite(prices) & (prices > 0)).all(axis=0), "has a price that is not positive"),
            (self.high < prices.max(axis=0), "has a price above its high"),
            (self.low > prices.min(axis=0), "has a price below its low"),
            (~(np.isfinite(self.volume) & (self.volume >= 0)), "has a negative volume"),
        )
        for broken, says in rules:
            if length and broken.any():
                at = int(np.argmax(broken))
                raise BadBars(self.symbol, f"bar {at} ({moment(self.opened_ns[at])}) {says}")

    def __len__(self) -> int:
        return len(self.opened_ns)

    def __getitem__(self, index: int) -> Bar:
        return bar_at({name: getattr(self, name) for name in COLUMNS}, index)

    def slice(self, start: int, stop: int) -> "BarSeries":
        """Return bars `start` up to but not including `stop`, as Python slices count."""
        columns = {name: getattr(self, name)[start:stop] for name in COLUMNS}
        return BarSeries.of_checked(self.symbol, self.interval, columns)

    @classmethod
    def of_checked(
        cls, symbol: str, interval: Interval, columns: Mapping[str, NDArray[np.generic]]
    ) -> "BarSeries":
        """Return copies of columns that come from checked series, without a second check."""
        series = object.__new__(cls)
        object.__setattr__(series, "symbol", symbol)
        object.__setattr__(series, "interval", interval)
        for name in COLUMNS:
            column = columns[name].copy()
            column.setflags(write=False)
            object.__setattr__(series, name, column)
        return series

    def until(self, moment_ns: int) -> "BarSeries":
        """Return the bars that have ended by `moment_ns`: what is known at that moment."""
        return self.slice(0, int(np.searchsorted(self.ended_ns, moment_ns, side="right")))

    def __reduce__(self) -> tuple[Any, ...]:
        columns = tuple(getattr(self, name) for name in COLUMNS)
        return _rebuilt, (self.symbol, self.interval, *columns)


def bar_at(columns: Mapping[str, NDArray[Any]], index: int) -> Bar:
    """Return one bar of columns that are named as `COLUMNS`."""
    opened_ns, ended_ns, *prices = (columns[name][index] for name in COLUMNS)
    opening, high, low, close, volume = map(float, prices)
    return Bar(
        opened_at=moment(opened_ns),
        ended_at=moment(ended_ns),
        open=opening,
        high=high,
        low=low,
        close=close,
        volume=volume,
    )


def moment(ns: int | np.int64) -> datetime:
    """Return `ns` nanoseconds since 1970-01-01 UTC as a moment, cut to whole microseconds."""
    return _EPOCH + timedelta(microseconds=int(ns) // 1_000)


def _rebuilt(symbol: str, interval: Interval, *columns: NDArray[np.generic]) -> BarSeries:
    # unpickled arrays can be written to: the constructor makes them read-only again
    named: dict[str, Any] = dict(zip(COLUMNS, columns, strict=True))
    return BarSeries(symbol=symbol, interval=interval, **named)


def _column(symbol: str, name: str, given: NDArray[np.generic]) -> NDArray[np.generic]:
    found = np.asarray(given)
    if found.ndim != 1:
        raise BadBars(symbol, f"column {name} has {found.ndim} dimensions")
    if name.endswith("_ns") and found.dtype.kind not in "iu" and found.size:
        raise BadBars(symbol, f"column {name} holds {found.dtype}, not whole nanoseconds")
    wanted = np.int64 if name.endswith("_ns") else np.float64
    column = np.array(found, dtype=wanted, order="C")
    column.setflags(write=False)
    return column
