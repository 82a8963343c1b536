import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.market.calendar import (
    AROUND_THE_CLOCK,
    AROUND_THE_WEEK,
    NEW_YORK,
    bar_ends,
    bars_per_year,
    calendar_for,
    session_dates,
)
from aibt.market.intervals import parse_interval
from tests.unit.market.builders import DAY_NS, moments

DAY, HOUR, WEEK = (parse_interval(text) for text in ("1d", "1h", "1w"))


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("^GSPC", "XNYS"), ("GOOGL", "XNYS"), ("BRK.B", "XNYS"), ("EURUSD", "24/5"),
        ("EURUSD=X", "24/5"), ("BTC-USD", "24/7"), ("OU-7", "24/7"), ("VOD.L", "XLON"),
        ("7203.T", "XTKS"),
    ],
)  # fmt: skip
def test_the_symbol_says_where_it_trades(symbol: str, name: str) -> None:
    assert calendar_for(symbol).name == name


@pytest.mark.parametrize(
    ("date", "closes"),
    [
        ("1999-01-04", "1999-01-04T21:00"),  # winter
        ("2018-07-02", "2018-07-02T20:00"),  # summer
        ("2018-11-23", "2018-11-23T18:00"),  # the day after Thanksgiving closes early
        ("1985-05-28", "1985-05-28T20:00"),  # before the calendar's usual twenty years
    ],
)
def test_a_daily_bar_is_known_from_the_close_of_its_session(date: str, closes: str) -> None:
    assert bar_ends(moments(date), DAY, NEW_YORK).tolist() == moments(closes).tolist()


@pytest.mark.parametrize("date", ["2018-12-25", "2018-12-29", "1950-01-03", "2090-01-03"])
def test_where_the_calendar_says_nothing_the_whole_day_has_to_pass(date: str) -> None:
    assert bar_ends(moments(date), DAY, NEW_YORK).tolist() == [int(moments(date)[0]) + DAY_NS]


def test_a_weekly_bar_is_known_from_the_close_of_its_last_session() -> None:
    ends = bar_ends(moments("2018-03-26"), WEEK, NEW_YORK)  # Good Friday ends that week early

    assert ends.tolist() == moments("2018-03-29T20:00").tolist()


def test_an_hourly_bar_that_the_close_cuts_short_is_known_from_the_close() -> None:
    opened = moments("2024-01-03T19:30", "2024-01-03T20:30", "2024-01-03T22:00")

    ends = bar_ends(opened, HOUR, NEW_YORK)

    expected = moments("2024-01-03T20:30", "2024-01-03T21:00", "2024-01-03T23:00")
    assert ends.tolist() == expected.tolist()


def test_no_bar_ends_after_the_next_one_opens() -> None:
    opened = moments("2020-03-27T22:00", "2020-03-28T21:00", "2020-03-29T21:00")  # clocks change

    ends = bar_ends(opened, DAY, AROUND_THE_CLOCK)

    assert ends.tolist() == [opened[1], opened[2], opened[2] + DAY_NS]


@given(
    st.lists(st.integers(0, 70 * 365 * 24), min_size=1, max_size=30, unique=True).map(sorted),
    st.sampled_from(["1m", "1h", "4h", "1d", "3d", "1w"]),
    st.sampled_from(["XNYS", "XTKS", "24/5", "24/7"]),
)
def test_every_bar_ends_after_it_opens_and_before_the_next(
    hours: list[int], text: str, name: str
) -> None:
    from aibt.market.calendar import MarketCalendar

    opened = np.array(hours, np.int64) * 3_600 * 10**9
    interval = parse_interval(text)

    ends = bar_ends(opened, interval, MarketCalendar(name))

    assert (ends > opened).all()
    assert (ends[:-1] <= opened[1:]).all()
    assert (ends <= opened + interval.ns).all()


def test_a_pairs_sunday_evening_belongs_to_monday() -> None:
    opened = moments("2017-01-01T22:00", "2017-01-02T03:00", "2017-01-06T21:00")

    dates = session_dates(opened, AROUND_THE_CLOCK)

    assert dates.tolist() == moments("2017-01-02", "2017-01-02", "2017-01-06").tolist()


@pytest.mark.parametrize(
    ("text", "name", "least", "most"),
    [
        ("1d", "^GSPC", 250, 253), ("1h", "GOOGL", 1_750, 1_771), ("1w", "GOOGL", 52, 52.3),
        ("1h", "EURUSD", 6_200, 6_300), ("1d", "EURUSD", 260, 262), ("1d", "BTC-USD", 365, 366),
        ("1w", "BTC-USD", 52, 52.3), ("15m", "BTC-USD", 35_000, 35_100),
    ],
)  # fmt: skip
def test_a_year_has_as_many_bars_as_its_market_is_open_for(
    text: str, name: str, least: float, most: float
) -> None:
    assert least <= bars_per_year(parse_interval(text), calendar_for(name)) <= most


def test_a_market_that_never_closes_needs_no_sessions() -> None:
    opened = moments("2020-01-04", "2020-01-05")

    ends = bar_ends(opened, DAY, AROUND_THE_WEEK)

    assert ends.tolist() == (opened + DAY_NS).tolist()
