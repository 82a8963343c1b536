"""When the next bar is due, and when a bar's first trade can have been."""

from functools import cache

import exchange_calendars
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.market.bars import BarSeries
from aibt.market.calendar import (
    AROUND_THE_CLOCK,
    AROUND_THE_WEEK,
    NEW_YORK,
    MarketCalendar,
    bar_ends,
    calendar_for,
    next_end,
    open_times,
    sessions_of,
)
from aibt.market.intervals import parse_interval
from aibt.market.resample import resample
from aibt.market.sources.sample import Samples
from aibt.market.validation import validate
from tests.unit.market.builders import DAY_NS, HOUR_NS, at, moments
from tests.unit.market.nasdaq import nasdaq_daily

DAY, HOUR, WEEK = (parse_interval(text) for text in ("1d", "1h", "1w"))

# exchange-calendars asks pandas for what pandas is about to leave out
pytestmark = pytest.mark.filterwarnings("ignore:DatetimeIndex:DeprecationWarning")


@cache
def exchange(name: str) -> exchange_calendars.ExchangeCalendar:
    return exchange_calendars.get_calendar(name, start="2010-01-01", end="2026-12-31")


def ends_by_the_minute(name: str, day: str, interval: str) -> list[int]:
    """Return when those bars of a session end that have minutes of trading in them."""
    minutes = exchange(name).session_minutes(day).tz_localize(None).to_numpy("datetime64[ns]")
    since = minutes.astype(np.int64)
    length = parse_interval(interval).ns
    starts = np.unique(since[0] + (since - since[0]) // length * length)
    closes = exchange(name).session_close(day).value
    return [int(min(start + length, closes)) for start in starts]


def a_sample(symbol: str, text: str) -> BarSeries:
    series, _ = validate(Samples().fetch(symbol, parse_interval(text), timeout_s=5))
    return series


def ends_from(first_ns: int, last_ns: int, text: str, calendar: MarketCalendar) -> list[int]:
    found, interval = [first_ns], parse_interval(text)
    while found[-1] < last_ns:
        found.append(next_end(found[-1], interval, calendar))
    return found


@pytest.mark.parametrize("interval", ["5m", "15m", "30m", "1h", "2h", "4h"])
@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("XNYS", "2025-06-10"), ("XNYS", "2025-11-28"),  # an early close
        ("XNYS", "2025-03-10"), ("XNYS", "2025-11-03"),  # the clocks have changed on Sunday
        ("XHKG", "2025-06-10"), ("XHKG", "2024-12-24"),  # a lunch break; none on a half day
        ("XTKS", "2025-06-10"), ("XSHG", "2025-06-10"), ("XLON", "2025-03-31"),
        ("XASX", "2025-10-06"),
    ],
)  # fmt: skip
def test_the_bars_of_a_session_end_as_the_exchange_trades(
    name: str, day: str, interval: str
) -> None:
    expected = ends_by_the_minute(name, day, interval)

    before = exchange(name).session_open(day).value - HOUR_NS
    found = []
    while len(found) < len(expected):
        before = next_end(before, parse_interval(interval), MarketCalendar(name))
        found.append(before)

    assert found == expected


@pytest.mark.parametrize("name", ["XNYS", "XHKG", "XLON", "XTKS", "XASX"])
def test_days_and_weeks_end_at_the_close_of_their_last_session(name: str) -> None:
    schedule = exchange(name).schedule.loc["2012-01-02":"2025-12-31", "close"]
    closes = schedule.dt.tz_localize(None).to_numpy("datetime64[ns]").astype(np.int64)
    mondays = schedule.index - pd.to_timedelta(schedule.index.day_of_week, unit="D")
    weekly = pd.Series(closes, index=mondays).groupby(level=0).max().tolist()

    days = ends_from(int(closes[0]), int(closes[-1]), "1d", MarketCalendar(name))
    weeks = ends_from(weekly[0], weekly[-2], "1w", MarketCalendar(name))

    assert days == closes.tolist()
    assert weeks == weekly[:-1]


@pytest.mark.parametrize("text", ["1d", "1w"])
@pytest.mark.parametrize("symbol", ["^GSPC", "^IXIC", "GOOGL"])
def test_the_ends_of_real_daily_and_weekly_bars_follow_each_other(symbol: str, text: str) -> None:
    daily = a_sample(symbol, "1d")
    ends = (daily if text == "1d" else resample(daily, WEEK)).ended_ns.tolist()

    assert ends_from(ends[0], ends[-1], text, NEW_YORK) == ends


def test_the_ends_of_every_symbol_of_the_nasdaq_follow_each_other() -> None:
    for symbol, raw in nasdaq_daily().items():
        ends = validate(raw)[0].ended_ns.tolist()

        assert ends_from(ends[0], ends[-1], "1d", NEW_YORK) == ends, symbol


@pytest.mark.parametrize("text", ["1h", "2h", "4h", "1d"])
def test_the_ends_of_a_pairs_real_bars_follow_each_other_but_at_christmas(text: str) -> None:
    hourly = a_sample("EURUSD", "1h")
    series = hourly if text == "1h" else resample(hourly, parse_interval(text))
    ends = series.ended_ns.tolist()

    found = ends_from(ends[0], ends[-1], text, AROUND_THE_CLOCK)

    missing = sorted(set(found) ^ set(ends))
    assert all(at("2017-12-24T22:00") < end <= at("2017-12-26") for end in missing), [
        str(pd.Timestamp(end)) for end in missing
    ]


@pytest.mark.parametrize(
    ("after", "interval", "ends"),
    [
        ("2025-01-03T21:00", "1h", "2025-01-03T22:00"),  # winter: Friday, 17:00 in New York
        ("2025-01-03T22:00", "1h", "2025-01-05T23:00"),
        ("2025-07-04T21:00", "1h", "2025-07-06T22:00"),  # summer
        ("2025-03-07T22:00", "1h", "2025-03-09T22:00"),  # the clocks change on this Sunday
        ("2025-10-31T21:00", "1h", "2025-11-02T23:00"),
        ("2025-01-03T22:00", "4h", "2025-01-04T00:00"),
        ("2025-01-04T00:00", "4h", "2025-01-06T00:00"),
        ("2025-01-04T00:00", "1d", "2025-01-07T00:00"),  # Sunday's trades belong to Monday
        ("2025-01-04T00:00", "1w", "2025-01-06T00:00"),
        ("2025-01-06T00:00", "1w", "2025-01-13T00:00"),
    ],
)
def test_pairs_rest_from_friday_to_sunday_evening_in_new_york(
    after: str, interval: str, ends: str
) -> None:
    found = next_end(at(after), parse_interval(interval), AROUND_THE_CLOCK)

    assert pd.Timestamp(found) == pd.Timestamp(ends)


@given(
    st.integers(at("1995-01-02"), at("2026-06-01")),
    st.sampled_from(["1m", "15m", "1h", "4h", "1d", "3d", "1w", "2w"]),
    st.sampled_from(["XNYS", "XHKG", "XLON", "XASX", "24/5", "24/7"]),
)
def test_what_ends_next_ends_later_and_nothing_ends_in_between(
    after_ns: int, text: str, name: str
) -> None:
    interval, calendar = parse_interval(text), MarketCalendar(name)

    end = next_end(after_ns, interval, calendar)

    assert end > after_ns
    for between in (after_ns + 1, (after_ns + end) // 2, end - 1):
        if after_ns <= between < end:
            assert next_end(between, interval, calendar) == end


@pytest.mark.parametrize("text", ["1m", "1h", "1d", "1w"])
def test_a_market_that_never_closes_ends_a_bar_at_every_whole_interval(text: str) -> None:
    interval = parse_interval(text)
    first = at("2024-12-30")

    ends = ends_from(first, first + 20 * interval.ns, text, AROUND_THE_WEEK)

    assert ends == [first + step * interval.ns for step in range(21)]


def test_a_calendar_that_does_not_reach_so_far_says_so() -> None:
    with pytest.raises(ValueError, match="does not reach"):
        next_end(at("2090-01-02"), DAY, NEW_YORK)


def test_a_session_without_a_lunch_break_has_none() -> None:
    sessions = sessions_of("XNYS")

    assert (sessions.break_starts == sessions.break_ends).all()
    assert (sessions.break_ends < sessions.opens).all()


@pytest.mark.parametrize(
    ("symbol", "interval", "dated", "opens"),
    [
        ("GOOGL", DAY, "2025-06-10", "2025-06-10T13:30"),  # summer
        ("GOOGL", DAY, "2025-01-10", "2025-01-10T14:30"),  # winter
        ("GOOGL", DAY, "2025-06-10T13:30", "2025-06-10T13:30"),  # dated by its opening
        ("GOOGL", WEEK, "2025-09-01", "2025-09-02T13:30"),  # that Monday is a holiday
        ("GOOGL", HOUR, "2025-06-10T13:30", "2025-06-10T13:30"),
        ("GOOGL", DAY, "2025-06-07", "2025-06-07"),  # a Saturday
        ("GOOGL", DAY, "1950-01-03", "1950-01-03"),  # before the calendar begins
        ("GOOGL", DAY, "2090-01-03", "2090-01-03"),  # after it ends
        ("0700.HK", DAY, "2025-06-10", "2025-06-10T01:30"),
        ("BHP.AX", DAY, "2025-01-10", "2025-01-09T23:00"),  # the evening before, in UTC
        ("BHP.AX", WEEK, "2025-01-06", "2025-01-05T23:00"),
        ("EURUSD", DAY, "2025-06-10", "2025-06-10"),
        ("BTC-USD", WEEK, "2025-06-09", "2025-06-09"),
    ],
)
def test_a_bar_opens_with_the_first_session_that_it_covers(
    symbol: str, interval: object, dated: str, opens: str
) -> None:
    found = open_times(moments(dated), interval, calendar_for(symbol))  # type: ignore[arg-type]

    assert pd.Timestamp(int(found[0])) == pd.Timestamp(opens)


@pytest.mark.parametrize("name", ["XNYS", "XHKG", "XLON", "XTKS", "XASX", "XNZE"])
def test_a_daily_bar_opens_and_ends_with_its_session(name: str) -> None:
    schedule = exchange(name).schedule.loc["2012-01-02":"2025-12-31"]
    dates = schedule.index.to_numpy("datetime64[ns]").astype(np.int64)
    hours = {
        column: schedule[column].dt.tz_localize(None).to_numpy("datetime64[ns]").astype(np.int64)
        for column in ("open", "close")
    }

    opens = open_times(dates, DAY, MarketCalendar(name))
    ends = bar_ends(dates, DAY, MarketCalendar(name))

    assert opens.tolist() == hours["open"].tolist()
    known = np.where(hours["close"] > dates, hours["close"], dates + DAY_NS)
    assert ends[:-1].tolist() == known[:-1].tolist()
    assert (opens[1:] >= ends[:-1]).all()


def test_no_bars_open_at_no_times() -> None:
    assert not len(open_times(moments(), DAY, NEW_YORK))
