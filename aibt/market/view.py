"""What is known of a market at a moment, and nothing else: no look-ahead by construction."""

from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aibt.clock import nanoseconds
from aibt.market.bars import COLUMNS, Bar, BarSeries, bar_at, moment
from aibt.market.intervals import Interval

_FIRST_CAPACITY = 64


class Feed(Protocol):
    """Hands over bars as they end; it may know the future, a `MarketView` never holds it."""

    def bars_between(self, after_ns: int, until_ns: int) -> BarSeries:
        """Return the bars that ended later than `after_ns` and not later than `until_ns`."""
        ...


class SeriesFeed:
    """A feed over bars that are all there already, as in a back-test."""

    def __init__(self, series: BarSeries) -> None:
        self._series = series

    def bars_between(self, after_ns: int, until_ns: int) -> BarSeries:
        ended = self._series.ended_ns
        start, stop = np.searchsorted(ended, [after_ns, until_ns], side="right")
        return self._series.slice(int(start), int(stop))


class MarketView:
    """The bars of one symbol that have ended by the view's clock.

    The feed is an argument of `advance_to` and is not kept: whoever holds a view (a policy,
    an agent's tool, a copy in another process) cannot reach a bar that has not ended, and
    cannot move the clock without a feed.
    """

    def __init__(self, symbol: str, interval: Interval) -> None:
        self._symbol = symbol
        self._interval = interval
        self._now_ns = np.iinfo(np.int64).min
        self._count = 0
        self._columns: dict[str, NDArray[np.generic]] = {
            name: np.zeros(_FIRST_CAPACITY, np.int64 if name.endswith("_ns") else np.float64)
            for name in COLUMNS
        }
        self._known: BarSeries | None = None

    @property
    def symbol(self) -> str:
        return self._symbol

    @property
    def interval(self) -> Interval:
        return self._interval

    @property
    def now(self) -> datetime | None:
        """The moment up to which bars are known; None before the first `advance_to`."""
        return None if self._now_ns == np.iinfo(np.int64).min else moment(self._now_ns)

    def __len__(self) -> int:
        return self._count

    def advance_to(self, until: datetime, feed: Feed) -> int:
        """Take in the bars that have ended by `until`; return how many there are new.

        Raises:
            ValueError: `until` is earlier than the view's clock or has no time zone, or the
                feed hands over bars of something else, known ones, or ones yet to end. The
                view is then as it was.
        """
        until_ns = nanoseconds(until)
        if until_ns < self._now_ns:
            raise ValueError(f"{until} is before {self.now}: time does not run backwards")
        new = feed.bars_between(self._now_ns, until_ns)
        if (new.symbol, new.interval) != (self._symbol, self._interval):
            raise ValueError(f"the feed is of {new.symbol} in {new.interval}")
        if len(new):
            if new.ended_ns[-1] > until_ns:
                raise ValueError(f"the feed hands over a bar that ends after {until}")
            last_end = self._columns["ended_ns"][self._count - 1] if self._count else None
            if last_end is not None and new.opened_ns[0] < last_end:
                raise ValueError("the feed hands over a bar that is known already")
            self._append(new)
        self._now_ns = until_ns
        return len(new)

    def bars(self) -> BarSeries:
        """Return all known bars, oldest first."""
        if self._known is None:
            self._known = self._series(0)
        return self._known

    def last(self, count: int) -> BarSeries:
        """Return the last `count` known bars, or all where there are fewer."""
        return self._series(max(0, self._count - max(0, count)))

    def latest(self) -> Bar | None:
        """Return the bar that ended last, or None before the first."""
        return bar_at(self._columns, self._count - 1) if self._count else None

    def _series(self, start: int) -> BarSeries:
        known = {name: column[start : self._count] for name, column in self._columns.items()}
        return BarSeries.of_checked(self._symbol, self._interval, known)

    def _append(self, new: BarSeries) -> None:
        stop = self._count + len(new)
        for name, column in self._columns.items():
            if stop > len(column):
                grown = np.zeros(max(stop, 2 * len(column)), column.dtype)
                grown[: self._count] = column[: self._count]
                self._columns[name] = grown
            self._columns[name][self._count : stop] = getattr(new, name)
        self._count = stop
        self._known = None
