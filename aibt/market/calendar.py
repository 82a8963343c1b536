"""When markets are open: when a bar is known, which session it belongs to, bars in a year.

An exchange's sessions come from exchange-calendars. Markets that trade around the clock
need none: there a bar ends exactly one interval after it opens.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import Times, moment
from aibt.market.intervals import NS_PER_S, Interval
from aibt.market.symbols import currency_pair

DAY_NS: Final = 86_400 * NS_PER_S
WEEK_NS: Final = 7 * DAY_NS
MONDAY_NS: Final = 4 * DAY_NS  # 1970-01-05 was a Monday
_YEAR_DAYS: Final = 365.2425
# exchange-calendars reaches only twenty years back unless told otherwise; most American
# daily histories begin with the 1960s
_FIRST_SESSION: Final = "1960-01-01"
_SUFFIXES: Final = {
    "L": "XLON",
    "DE": "XETR",
    "F": "XFRA",
    "PA": "XPAR",
    "AS": "XAMS",
    "BR": "XBRU",
    "MI": "XMIL",
    "MC": "XMAD",
    "SW": "XSWX",
    "VI": "XWBO",
    "ST": "XSTO",
    "HE": "XHEL",
    "CO": "XCSE",
    "OL": "XOSL",
    "LS": "XLIS",
    "WA": "XWAR",
    "T": "XTKS",
    "HK": "XHKG",
    "SS": "XSHG",
    "SZ": "XSHG",
    "KS": "XKRX",
    "TW": "XTAI",
    "SI": "XSES",
    "AX": "XASX",
    "NZ": "XNZE",
    "TO": "XTSE",
    "SA": "BVMF",
    "MX": "XMEX",
    "BO": "XBOM",
    "NS": "XBOM",
}  # fmt: skip: a table reads better in rows
_QUOTES: Final = ("-USD", "-EUR", "-USDT", "-USDC", "-BTC", "-ETH", "-GBP")
_SYNTHETIC: Final = ("SINE", "OU", "TREND", "RANDOM")
_PAIRS_REST_IN: Final = ZoneInfo("America/New_York")  # from Friday, 17:00 to Sunday, 17:00 there
_FRIDAY_EVENING: Final = timedelta(days=4, hours=17)  # since Monday, 00:00
_SUNDAY_EVENING: Final = timedelta(days=6, hours=17)


@dataclass(frozen=True, slots=True)
class MarketCalendar:
    """The hours of a market: an exchange's code, or `24/5` or `24/7`."""

    name: str

    @property
    def has_sessions(self) -> bool:
        """Whether the market closes every day."""
        return not self.name.startswith("24/")


AROUND_THE_WEEK: Final = MarketCalendar("24/7")
AROUND_THE_CLOCK: Final = MarketCalendar("24/5")
NEW_YORK: Final = MarketCalendar("XNYS")


def calendar_for(symbol: str) -> MarketCalendar:
    """Return the calendar that a symbol's form says: New York's where it says nothing.

    Pairs of currencies trade 24/5, coins (`BTC-USD`) and synthetic markets 24/7, and
    Yahoo's suffixes name other exchanges (`VOD.L`).
    """
    if currency_pair(symbol):
        return AROUND_THE_CLOCK
    if symbol.endswith(_QUOTES) or symbol.partition("-")[0] in _SYNTHETIC:
        return AROUND_THE_WEEK
    if symbol.endswith("=F"):
        return AROUND_THE_CLOCK
    _, dot, suffix = symbol.rpartition(".")
    return MarketCalendar(_SUFFIXES.get(suffix, NEW_YORK.name) if dot else NEW_YORK.name)


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """An exchange's sessions, oldest first: dates at 00:00 UTC, opening and closing times.

    A session without a lunch break has the smallest number there is for both of its ends.
    """

    dates: Times  # [S]
    opens: Times  # [S]
    closes: Times  # [S]
    break_starts: Times  # [S]
    break_ends: Times  # [S]


@lru_cache(maxsize=8)
def sessions_of(name: str) -> Sessions:
    """Return an exchange's sessions since 1960, up to about a year from now."""
    import exchange_calendars  # half a second to load, and only exchanges need it
    import pandas as pd

    bound = exchange_calendars.get_calendar(name).bound_min()  # none: as far back as asked
    earliest = pd.Timestamp(_FIRST_SESSION)
    start = earliest if bound is None else max(earliest, bound)
    exchange = exchange_calendars.get_calendar(name, start=start)
    columns = tuple(
        np.asarray(column.to_numpy(), dtype="datetime64[ns]").astype(np.int64)
        for column in (
            exchange.schedule.index,
            *(
                exchange.schedule[name].dt.tz_localize(None)
                for name in ("open", "close", "break_start", "break_end")
            ),
        )
    )
    return Sessions(*columns)


def bar_ends(opened_ns: Times, interval: Interval, calendar: MarketCalendar) -> Times:
    """Return when each bar is known: at the end of its interval, or earlier at the close.

    A daily or longer bar of an exchange is known from the close of its last session on; an
    intraday bar that its session's close cuts short, from that close on. Where the calendar
    says nothing (a Saturday, or long before it begins) the whole interval has to pass. No
    bar ends after the next one opens.

    Args:
        opened_ns: when each bar opened; an exchange's daily bars carry their session's date
            at 00:00 UTC, or a time within that session. Rising. Shape [T].
        interval: length of a bar.
        calendar: the market's hours.

    Returns:
        Nanoseconds since 1970-01-01 UTC, each later than `opened_ns`. Shape [T].
    """
    ends: Times = opened_ns + interval.ns
    if calendar.has_sessions and len(opened_ns):
        sessions = sessions_of(calendar.name)
        if interval.is_intraday:
            at = np.searchsorted(sessions.opens, opened_ns, side="right") - 1
            closes = sessions.closes[np.maximum(at, 0)]
            ends = np.where((at >= 0) & (opened_ns < closes), np.minimum(ends, closes), ends)
        else:
            ends = _session_ends(opened_ns, interval, sessions, ends)
    ends[:-1] = np.minimum(ends[:-1], opened_ns[1:])
    return ends


def _session_ends(opened_ns: Times, interval: Interval, sessions: Sessions, ends: Times) -> Times:
    dates = opened_ns - opened_ns % DAY_NS
    last = np.searchsorted(sessions.dates, dates + interval.ns, side="left") - 1
    found = np.maximum(last, 0)
    closes = sessions.closes[found]
    covered = (last >= 0) & (dates + interval.ns <= sessions.dates[-1] + DAY_NS)
    known = covered & (sessions.dates[found] >= dates) & (closes > opened_ns)
    return np.where(known, closes, ends)


def open_times(opened_ns: Times, interval: Interval, calendar: MarketCalendar) -> Times:
    """Return when the first trade of each bar can have been, at the earliest. Shape [T].

    An exchange's daily or longer bar carries its date; it opens with the first session that it
    covers, in Sydney the evening before. Where the calendar says nothing, as it is dated.
    """
    if not calendar.has_sessions or interval.is_intraday or not len(opened_ns):
        return opened_ns
    sessions = sessions_of(calendar.name)
    dates = session_dates(opened_ns, calendar)
    at = np.searchsorted(sessions.dates, dates, side="left")
    found = np.minimum(at, len(sessions.dates) - 1)
    covered = (sessions.dates[found] >= dates) & (sessions.dates[found] < dates + interval.ns)
    return np.where(covered, sessions.opens[found], opened_ns)


def next_end(after_ns: int, interval: Interval, calendar: MarketCalendar) -> int:
    """Return when the first bar that ends later than `after_ns` ends, as the calendar has it.

    Bars are counted as `resample` counts them; one that lies in a weekend or a lunch break as a
    whole is none.

    Raises:
        ValueError: the calendar does not reach so far.
    """
    if calendar.has_sessions:
        return _next_session_end(after_ns, interval, sessions_of(calendar.name))
    step = interval.ns
    end = after_ns - (after_ns - _anchor_ns(interval)) % step + step
    while calendar.name == AROUND_THE_CLOCK.name and _is_weekend(end - step, end, interval):
        end += step
    return end


def _next_session_end(after_ns: int, interval: Interval, sessions: Sessions) -> int:
    at = int(np.searchsorted(sessions.closes, after_ns, side="right"))
    if at == len(sessions.closes):
        raise ValueError("the calendar does not reach so far")
    opened, closed = int(sessions.opens[at]), int(sessions.closes[at])
    if interval.is_intraday:
        end = opened + (max(after_ns - opened, 0) // interval.ns + 1) * interval.ns
        while end - interval.ns >= sessions.break_starts[at] and end <= sessions.break_ends[at]:
            end += interval.ns
        return min(end, closed)
    while not _ends_period(sessions, at, interval):
        at += 1
    return int(sessions.closes[at])


def _ends_period(sessions: Sessions, at: int, interval: Interval) -> bool:
    """Return whether a session is the last one of its bar."""
    if at + 1 == len(sessions.dates):
        return True
    days = sessions.dates[at : at + 2] - _anchor_ns(interval)
    return bool(days[0] // interval.ns != days[1] // interval.ns)


def _anchor_ns(interval: Interval) -> int:
    """Return from when on bars are counted: weeks from a Monday, others from 1970."""
    return MONDAY_NS if interval.ns % WEEK_NS == 0 else 0


def _is_weekend(opened_ns: int, ended_ns: int, interval: Interval) -> bool:
    """Return whether pairs rest during the whole of a bar; their Sunday belongs to Monday."""
    if not interval.is_intraday:
        in_week = (opened_ns - MONDAY_NS) % WEEK_NS
        return in_week >= 5 * DAY_NS and in_week + (ended_ns - opened_ns) <= WEEK_NS
    opened, ended = (
        moment(ns).astimezone(_PAIRS_REST_IN).replace(tzinfo=None) for ns in (opened_ns, ended_ns)
    )
    monday = opened.replace(hour=0, minute=0) - timedelta(days=opened.weekday())
    return opened - monday >= _FRIDAY_EVENING and ended - monday <= _SUNDAY_EVENING


def session_dates(opened_ns: Times, calendar: MarketCalendar) -> NDArray[np.int64]:
    """Return the date (00:00 UTC) of the session each bar belongs to. Shape [T].

    A pair's trade on a Sunday evening belongs to Monday; bars outside every session of an
    exchange belong to their own date.
    """
    dates = opened_ns - opened_ns % DAY_NS
    if calendar.name == AROUND_THE_CLOCK.name:
        is_sunday = (dates - MONDAY_NS) % WEEK_NS == 6 * DAY_NS
        return np.where(is_sunday, dates + DAY_NS, dates)
    if not calendar.has_sessions or not len(opened_ns):
        return dates
    sessions = sessions_of(calendar.name)
    at = np.searchsorted(sessions.opens, opened_ns, side="right") - 1
    found = np.maximum(at, 0)
    inside = (at >= 0) & (opened_ns < sessions.closes[found])
    return np.where(inside, sessions.dates[found], dates)


def bars_per_year(interval: Interval, calendar: MarketCalendar) -> float:
    """Return how many bars a year has on average; the square root annualises a Sharpe ratio."""
    if calendar.name == AROUND_THE_WEEK.name:
        return _YEAR_DAYS * DAY_NS / interval.ns
    weeks = _YEAR_DAYS / 7
    if not interval.is_intraday and interval.ns >= WEEK_NS:
        return weeks * WEEK_NS / interval.ns
    if not calendar.has_sessions:
        return weeks * 5 * DAY_NS / interval.ns
    sessions = sessions_of(calendar.name)
    span_days = (sessions.dates[-1] - sessions.dates[0]) / DAY_NS + 1
    per_year = len(sessions.dates) / span_days * _YEAR_DAYS
    if not interval.is_intraday:
        return float(per_year * DAY_NS / interval.ns)
    usual_ns = float(np.median(sessions.closes - sessions.opens))
    return float(per_year * math.ceil(usual_ns / interval.ns))
