"""The market of a session: views that hold the past alone, moved by feeds that know more."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from aibt.clock import nanoseconds
from aibt.market.actions import CorporateAction, back_adjusted
from aibt.market.bars import Bar, BarSeries, moment
from aibt.market.calendar import open_times, session_dates
from aibt.market.instruments import Instrument
from aibt.market.view import MarketView, SeriesFeed

_RESCALED = 0.05  # a known close that a source tells anew this far off has had a split


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBar:
    """A bar that has ended since the last look.

    Attributes:
        on: the session's date that it belongs to.
        before: the last close before it, or None for the first bar; in the shares of that day.
        first_of_session: whether the session begins with it.
        actions: splits and dividends in force from its opening on.
    """

    symbol: str
    bar: Bar
    opened_at: datetime  # when the first trade could be
    on: date
    before: float | None
    first_of_session: bool
    actions: tuple[CorporateAction, ...]


class Tape:
    """Views of all symbols of a universe, and their clock."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._instruments = {one.symbol: one for one in instruments}
        self._views = {
            symbol: MarketView(symbol, one.series.interval)
            for symbol, one in self._instruments.items()
        }
        self._told: dict[str, list[CorporateAction]] = defaultdict(list)
        self._last_on: dict[str, date] = {}
        self._owed: dict[str, float] = {}  # splits that show only in what is told anew

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self._views)

    def view(self, symbol: str) -> MarketView:
        """Return what is known of a symbol now."""
        return self._views[symbol]

    def known(self, symbol: str, count: int) -> BarSeries:
        """Return the last `count` known bars in the shares of now: splits told so far are out."""
        return back_adjusted(self._views[symbol].last(count), self._told[symbol])

    def close(self, symbol: str) -> float | None:
        """Return the last known close, or None before the first bar."""
        latest = self._views[symbol].latest()
        return None if latest is None else latest.close

    def times(self, start: date, end: date) -> list[datetime]:
        """Return the moments at which a bar of a session's date from `start` to `end` ends."""
        found: set[int] = set()
        for one in self._instruments.values():
            dates = session_dates(one.series.opened_ns, one.calendar)
            within = (dates >= _day_ns(start)) & (dates <= _day_ns(end))
            found.update(one.series.ended_ns[within].tolist())
        return [moment(ns) for ns in sorted(found)]

    def replace(self, instrument: Instrument) -> None:
        """Take bars that a source tells anew, as in live time.

        A source that adjusts its prices tells of a split only in how it tells known ones: then
        the split is made good here, in force from the next bar on.
        """
        known = self._views[instrument.symbol].latest()
        ratio = None if known is None else _told_anew(known, instrument.series)
        if ratio is None:
            self._owed.pop(instrument.symbol, None)
        else:
            self._owed[instrument.symbol] = ratio
        self._instruments[instrument.symbol] = instrument

    def advance(self, until: datetime, late: Collection[str] = frozenset()) -> list[list[NewBar]]:
        """Move the clock; return the bars that have ended since, grouped by when they opened.

        The clock of a symbol that is late stays where it is, so that its bar is taken in later.
        """
        groups: dict[datetime, list[NewBar]] = defaultdict(list)
        for symbol in self._views:
            if symbol not in late:
                for new in self.advance_one(symbol, until):
                    groups[new.opened_at].append(new)
        return [groups[at] for at in sorted(groups)]

    def advance_one(self, symbol: str, until: datetime) -> list[NewBar]:
        """Move the clock of one symbol; return its bars that have ended since."""
        view, one = self._views[symbol], self._instruments[symbol]
        before = view.latest()
        count = view.advance_to(until, SeriesFeed(one.series))
        return self._new_bars(one, view.last(count), before) if count else []

    def recall(self, symbol: str, until: datetime, close: float | Decimal | None) -> None:
        """Move the clock of one symbol to where a journal left it, with no news.

        Args:
            symbol: which.
            until: the last moment at which its bars were looked at.
            close: its last close as it was told then, or None: as it is told now. A split since,
                of which only prices told anew speak, is made good as `replace` does.
        """
        one = self._instruments[symbol]
        past = one.series.slice(
            0, int(np.searchsorted(one.series.ended_ns, nanoseconds(until), side="right"))
        )
        if close is not None and len(past):
            ratio = float(close) / float(past.close[-1])
            if abs(ratio - 1) > _RESCALED:
                past = _rescaled(past, ratio)
        self._instruments[symbol] = replace(one, series=past)
        self.advance_one(symbol, until)
        self.replace(one)

    def _new_bars(self, one: Instrument, bars: BarSeries, before: Bar | None) -> list[NewBar]:
        calendar = one.calendar
        dates = session_dates(bars.opened_ns, calendar)
        opens = open_times(bars.opened_ns, bars.interval, calendar)
        found = []
        last = None if before is None else before.close
        for index in range(len(bars)):
            bar, on = bars[index], _date(int(dates[index]))
            previous = self._last_on.get(one.symbol)
            due = (*self._owed_split(one.symbol, on), *_due(one.actions, previous, on))
            self._told[one.symbol] += due
            self._last_on[one.symbol] = on
            found.append(
                NewBar(
                    symbol=one.symbol,
                    bar=bar,
                    opened_at=moment(opens[index]),
                    on=on,
                    before=last,
                    first_of_session=previous != on,
                    actions=due,
                )
            )
            last = bar.close
        return found

    def _owed_split(self, symbol: str, on: date) -> tuple[CorporateAction, ...]:
        ratio = self._owed.pop(symbol, None)
        return () if ratio is None else (CorporateAction(symbol=symbol, on=on, split=ratio),)


def _told_anew(known: Bar, series: BarSeries) -> float | None:
    """Return by how much a known close is told smaller now, or None: it is told as it was."""
    at = int(np.searchsorted(series.opened_ns, nanoseconds(known.opened_at)))
    if at == len(series) or series.opened_ns[at] != nanoseconds(known.opened_at):
        return None
    ratio = known.close / float(series.close[at])
    return round(ratio, 4) if abs(ratio - 1) > _RESCALED else None


def _rescaled(series: BarSeries, ratio: float) -> BarSeries:
    return replace(
        series,
        open=series.open * ratio,
        high=series.high * ratio,
        low=series.low * ratio,
        close=series.close * ratio,
        volume=series.volume / ratio,
    )


def _due(
    actions: Sequence[CorporateAction], after: date | None, until: date
) -> tuple[CorporateAction, ...]:
    """Return what came into force after one session and up to another; at first, nothing."""
    if after is None:
        return tuple(action for action in actions if action.on <= until and action.split)
    return tuple(action for action in actions if after < action.on <= until)


def _date(day_ns: int) -> date:
    return datetime.fromtimestamp(day_ns // 1_000_000_000, UTC).date()


def _day_ns(day: date) -> int:
    return nanoseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))
