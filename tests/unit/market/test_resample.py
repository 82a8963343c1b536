import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import BadBars
from aibt.market.bars import BarSeries
from aibt.market.intervals import parse_interval
from aibt.market.resample import can_be_made_from, resample
from tests.unit.market.builders import HOUR_NS, a_series, a_walk, at, moments, session_days


def hours_of(*sessions: str) -> BarSeries:
    """New York's seven bars a day as Yahoo counts them: from 9:30, the last one half an hour."""
    opened = np.concatenate([at(f"{day}T14:30") + np.arange(7) * HOUR_NS for day in sessions])
    ended = opened + HOUR_NS
    ended[6::7] -= HOUR_NS // 2
    return a_series(100 + np.arange(len(opened)), symbol="ABC", opened_ns=opened, ended_ns=ended)


def test_hours_of_a_session_make_its_day_known_at_its_close() -> None:
    series = hours_of("2024-01-03", "2024-01-04")

    days = resample(series, parse_interval("1d"))

    assert days.opened_ns.tolist() == moments("2024-01-03", "2024-01-04").tolist()
    assert days.ended_ns.tolist() == moments("2024-01-03T21:00", "2024-01-04T21:00").tolist()
    assert days.open.tolist() == [series.open[0], series.open[7]]
    assert days.close.tolist() == [106.0, 113.0]
    assert days.high.tolist() == [106.0, 113.0]
    assert days.low.tolist() == [series.low[:7].min(), series.low[7:].min()]
    assert days.volume.tolist() == [70.0, 70.0]


def test_four_hours_are_counted_from_the_opening() -> None:
    bars = resample(hours_of("2024-01-03"), parse_interval("4h"))

    assert bars.opened_ns.tolist() == moments("2024-01-03T14:30", "2024-01-03T18:30").tolist()
    assert bars.ended_ns.tolist() == moments("2024-01-03T18:30", "2024-01-03T21:00").tolist()


def test_a_last_bar_that_is_not_whole_is_left_out() -> None:
    series = hours_of("2024-01-03", "2024-01-04")

    days = resample(series.slice(0, 13), parse_interval("1d"))

    assert len(days) == 1


def test_weeks_begin_on_monday() -> None:
    days = session_days(10, "2024-01-01")
    series = a_series(a_walk(10), symbol="EURUSD", interval="1d", opened_ns=days)

    weeks = resample(series, parse_interval("1w"))

    assert weeks.opened_ns.tolist() == moments("2024-01-01").tolist()
    assert weeks.close.tolist() == [series.close[4]]


def test_a_pairs_week_ends_before_the_next_begins_on_sunday() -> None:
    opened = at("2017-01-01T22:00") + np.arange(24 * 15) * HOUR_NS
    series = a_series(a_walk(24 * 15), symbol="EURUSD", opened_ns=opened)

    weekly = resample(series, parse_interval("1w"))

    assert weekly.opened_ns.tolist() == moments("2017-01-01T22:00", "2017-01-08").tolist()
    assert weekly.ended_ns.tolist() == moments("2017-01-08", "2017-01-15").tolist()


def test_a_pairs_sunday_evening_is_part_of_monday() -> None:
    opened = at("2017-01-01T22:00") + np.arange(26) * HOUR_NS
    series = a_series(a_walk(26), symbol="EURUSD", opened_ns=opened)

    days = resample(series, parse_interval("1d"))

    assert days.opened_ns.tolist() == moments("2017-01-01T22:00").tolist()
    assert days.ended_ns.tolist() == moments("2017-01-03").tolist()


@pytest.mark.parametrize(("wanted", "finer"), [("1h", "1h"), ("1h", "4h"), ("4h", "90m")])
def test_only_whole_bars_make_a_coarser_one(wanted: str, finer: str) -> None:
    assert not can_be_made_from(parse_interval(wanted), parse_interval(finer))
    with pytest.raises(BadBars, match="cannot be made"):
        resample(a_series(interval=finer), parse_interval(wanted))


def test_too_few_bars_for_a_single_one_are_refused() -> None:
    with pytest.raises(BadBars, match="do not fill"):
        resample(a_series(), parse_interval("1d"))


@given(
    st.lists(st.integers(0, 300), min_size=5, max_size=120, unique=True).map(sorted),
    st.sampled_from(["2h", "4h", "1d"]),
    st.sampled_from(["OU", "EURUSD", "ABC"]),
)
def test_coarser_bars_know_only_what_had_ended_and_lose_nothing_before_the_last(
    hours: list[int], text: str, symbol: str
) -> None:
    opened = at("2024-01-01") + np.array(hours) * HOUR_NS
    series = a_series(a_walk(len(hours)), symbol=symbol, opened_ns=opened)
    try:
        coarse = resample(series, parse_interval(text))
    except BadBars:
        return

    for bar in range(len(coarse)):
        inside = (series.opened_ns >= coarse.opened_ns[bar]) & (
            series.opened_ns < coarse.ended_ns[bar]
        )
        assert (series.ended_ns[inside] <= coarse.ended_ns[bar]).all()
        assert coarse.close[bar] == series.close[inside][-1]
        assert coarse.high[bar] == series.high[inside].max()
    covered = series.opened_ns < coarse.ended_ns[-1]
    assert coarse.volume.sum() == series.volume[covered].sum()
