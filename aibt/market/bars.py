"""Bars: open, high, low, close and volume of one interval, known from its end on."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from aibt.errors import BadBars
from aibt.market.intervals import Interval

Prices = NDArray[np.float64]
Times = NDArray[np.int64]


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

    Times are nanoseconds since 1970-01-01 UTC. Construction checks what makes a series a
    series (equal lengths, times strictly rising, prices finite and positive, high and low
    around the others); what is merely suspicious is reported by `aibt.market.validation`.

    Raises:
        BadBars: a rule is broken; the message names the first bar that breaks it.
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
    _checked: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("opened_ns", "ended_ns", "open", "high", "low", "close", "volume"):
            wanted = np.int64 if name.endswith("_ns") else np.float64
            column = np.array(getattr(self, name), dtype=wanted, order="C")
            column.setflags(write=False)
            object.__setattr__(self, name, column)
        if not self._checked:
            self._check()
            object.__setattr__(self, "_checked", True)

    def _check(self) -> None:
        length = len(self.opened_ns)
        columns = (self.ended_ns, self.open, self.high, self.low, self.close, self.volume)
        if any(column.shape != (length,) for column in columns):
            raise BadBars(self.symbol, "columns differ in length")
        prices = np.stack([self.open, self.high, self.low, self.close])
        rules = (
            (np.r_[False, np.diff(self.opened_ns) <= 0], "is not later than the one before"),
            (self.ended_ns <= self.opened_ns, "ends before it opens"),
            (~(np.isfinite(prices) & (prices > 0)).all(axis=0), "has a price that is not positive"),
            (self.high < prices.max(axis=0), "has a price above its high"),
            (self.low > prices.min(axis=0), "has a price below its low"),
            (~(np.isfinite(self.volume) & (self.volume >= 0)), "has a negative volume"),
        )
        for broken, says in rules:
            if length and broken.any():
                at = int(np.argmax(broken))
                raise BadBars(self.symbol, f"bar {at} ({_moment(self.opened_ns[at])}) {says}")

    def __len__(self) -> int:
        return len(self.opened_ns)

    def __getitem__(self, index: int) -> Bar:
        return Bar(
            opened_at=_moment(self.opened_ns[index]),
            ended_at=_moment(self.ended_ns[index]),
            open=float(self.open[index]),
            high=float(self.high[index]),
            low=float(self.low[index]),
            close=float(self.close[index]),
            volume=float(self.volume[index]),
        )

    def slice(self, start: int, stop: int) -> "BarSeries":
        """Return bars `start` up to but not including `stop`, as Python slices count."""
        columns = {
            name: getattr(self, name)[start:stop]
            for name in ("opened_ns", "ended_ns", "open", "high", "low", "close", "volume")
        }
        return replace(self, **columns)

    def until(self, moment_ns: int) -> "BarSeries":
        """Return the bars that have ended by `moment_ns`: what is known at that moment."""
        return self.slice(0, int(np.searchsorted(self.ended_ns, moment_ns, side="right")))


def _moment(ns: int | np.int64) -> datetime:
    return datetime.fromtimestamp(int(ns) / 1e9, tz=UTC)
