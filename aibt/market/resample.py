"""Coarser bars made from finer ones: `1h` → `4h` → `1d` → `1w`."""

import numpy as np

from aibt.errors import BadBars
from aibt.market.bars import BarSeries, Times
from aibt.market.calendar import (
    DAY_NS,
    MONDAY_NS,
    WEEK_NS,
    MarketCalendar,
    bar_ends,
    calendar_for,
    session_dates,
    sessions_of,
)
from aibt.market.intervals import Interval


def can_be_made_from(wanted: Interval, finer: Interval) -> bool:
    """Whether whole bars of `finer` make up one of `wanted`."""
    return finer.ns < wanted.ns and wanted.ns % finer.ns == 0


def resample(
    series: BarSeries, interval: Interval, calendar: MarketCalendar | None = None
) -> BarSeries:
    """Return coarser bars; one that the finer bars do not reach the end of is left out.

    Intraday bars of an exchange are counted from its opening, others from 00:00 UTC; days
    are sessions (a pair's Sunday evening belongs to Monday), weeks begin on Monday.

    Raises:
        BadBars: `interval` is not made up of whole bars of the series, or the series is too
            short to fill one.
    """
    if not can_be_made_from(interval, series.interval):
        raise BadBars(series.symbol, f"{interval} cannot be made from {series.interval}")
    hours = calendar or calendar_for(series.symbol)
    labels = _labels(series.opened_ns, interval, hours)
    starts = np.flatnonzero(np.r_[np.ones(min(len(labels), 1), np.bool_), np.diff(labels) > 0])
    if not len(starts):
        raise BadBars(series.symbol, "there are none")
    opened = np.minimum(labels[starts], series.opened_ns[starts])  # Sunday's, for a pair's Monday
    lasts = np.r_[starts[1:], len(labels)] - 1
    nominal = bar_ends(labels[starts], interval, hours)
    nominal[:-1] = np.minimum(nominal[:-1], opened[1:])  # a pair's next week begins on Sunday
    ended = np.maximum(nominal, series.ended_ns[lasts])
    whole = len(starts) if series.ended_ns[-1] >= nominal[-1] else len(starts) - 1
    if not whole:
        raise BadBars(series.symbol, f"they do not fill one of {interval}")
    return BarSeries(
        symbol=series.symbol,
        interval=interval,
        opened_ns=opened[:whole],
        ended_ns=ended[:whole],
        open=series.open[starts][:whole],
        high=np.maximum.reduceat(series.high, starts)[:whole],
        low=np.minimum.reduceat(series.low, starts)[:whole],
        close=series.close[lasts][:whole],
        volume=np.add.reduceat(series.volume, starts)[:whole],
    )


def _labels(opened_ns: Times, interval: Interval, calendar: MarketCalendar) -> Times:
    if not interval.is_intraday:
        dates = session_dates(opened_ns, calendar)
        anchor = MONDAY_NS if interval.ns % WEEK_NS == 0 else 0
        labels: Times = dates - (dates - anchor) % max(interval.ns, DAY_NS)
        return labels
    labels = opened_ns - opened_ns % interval.ns
    if calendar.has_sessions:
        sessions = sessions_of(calendar.name)
        at = np.searchsorted(sessions.opens, opened_ns, side="right") - 1
        found = np.maximum(at, 0)
        inside = (at >= 0) & (opened_ns < sessions.closes[found])
        since = opened_ns - sessions.opens[found]
        labels = np.where(inside, opened_ns - since % interval.ns, labels)
    return labels
