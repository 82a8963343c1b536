import gc
import pickle
from datetime import UTC, datetime, timedelta
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.market.bars import BarSeries, moment
from aibt.market.intervals import parse_interval
from aibt.market.view import MarketView, SeriesFeed
from tests.unit.market.builders import HOUR_NS, a_series, assert_same, at

START = moment(at("2020-01-01"))


def a_view() -> MarketView:
    return MarketView("OU", parse_interval("1h"))


def arrays_reachable_from(root: Any) -> list[np.ndarray]:
    """Return every array that attributes, containers, closures and array bases lead to."""
    seen: dict[int, Any] = {}
    left = [root]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, ModuleType | type | FunctionType | MethodType):
            continue
        seen[id(thing)] = thing
        left.extend(gc.get_referents(thing))
        if isinstance(thing, np.ndarray) and thing.base is not None:
            left.append(thing.base)
    return [thing for thing in seen.values() if isinstance(thing, np.ndarray)]


@given(st.integers(2, 200), st.data())
def test_nothing_that_a_view_leads_to_holds_a_later_bar(count: int, data: st.DataObject) -> None:
    closes = 1_000.0 + np.arange(count)  # every price tells which bar it is of
    feed = SeriesFeed(a_series(closes, open=closes))
    view = a_view()
    hours = sorted(data.draw(st.lists(st.integers(0, count), min_size=1, max_size=4)))
    for hour in hours:
        view.advance_to(START + timedelta(hours=hour), feed)
    view.bars()

    reachable = [array for array in arrays_reachable_from(view) if array.dtype == np.float64]
    pickled = arrays_reachable_from(pickle.loads(pickle.dumps(view)))

    known = {0.0, 10.0, *closes[: hours[-1]]}
    assert len(reachable) >= 5
    for array in (*reachable, *(array for array in pickled if array.dtype == np.float64)):
        assert set(array.ravel().tolist()) <= known
    for close in closes[hours[-1] :]:
        assert np.float64(close).tobytes() not in pickle.dumps(view)


@given(st.integers(1, 150), st.lists(st.integers(0, 160 * 60), max_size=12).map(sorted))
def test_however_the_clock_moves_the_bars_are_those_that_have_ended(
    count: int, minutes: list[int]
) -> None:
    series = a_series(100 + np.arange(float(count)))
    view, feed = a_view(), SeriesFeed(series)

    for minute in minutes:
        until = START + timedelta(minutes=minute)
        before = len(view)
        new = view.advance_to(until, feed)

        assert view.now == until
        assert len(view) == before + new
        expected = series.until(at("2020-01-01") + minute * HOUR_NS // 60)
        assert_same(view.bars(), expected)
        assert_same(view.last(3), expected.slice(max(0, len(expected) - 3), len(expected)))


def test_bars_handed_out_earlier_do_not_grow() -> None:
    view, feed = a_view(), SeriesFeed(a_series())
    view.advance_to(START + timedelta(hours=1), feed)
    first = view.bars()

    view.advance_to(START + timedelta(hours=3), feed)

    assert (len(first), len(view.bars())) == (1, 3)


def test_a_new_view_knows_nothing() -> None:
    view = a_view()

    assert (len(view), view.now, view.latest(), len(view.bars())) == (0, None, None, 0)


def test_the_latest_bar_is_the_one_that_ended_last() -> None:
    view = a_view()
    view.advance_to(START + timedelta(hours=2, minutes=59), SeriesFeed(a_series()))

    latest = view.latest()

    assert latest is not None
    assert latest.close == 101.0


class EagerFeed:
    """Hands over more than was asked for."""

    def __init__(self, series: BarSeries) -> None:
        self._series = series

    def bars_between(self, after_ns: int, until_ns: int) -> BarSeries:
        return self._series


def test_a_feed_that_hands_over_the_future_is_refused_and_changes_nothing() -> None:
    view = a_view()

    with pytest.raises(ValueError, match="ends after"):
        view.advance_to(START + timedelta(hours=2), EagerFeed(a_series()))

    assert (len(view), view.now) == (0, None)


def test_a_bar_that_is_known_is_not_taken_in_again() -> None:
    view = a_view()
    view.advance_to(START + timedelta(hours=3), EagerFeed(a_series()))

    with pytest.raises(ValueError, match="known already"):
        view.advance_to(START + timedelta(hours=4), EagerFeed(a_series()))


def test_bars_of_something_else_are_refused() -> None:
    with pytest.raises(ValueError, match="the feed is of ABC"):
        a_view().advance_to(START, SeriesFeed(a_series(symbol="ABC")))


def test_time_neither_runs_backwards_nor_lacks_a_zone() -> None:
    view, feed = a_view(), SeriesFeed(a_series())
    view.advance_to(START + timedelta(hours=2), feed)

    with pytest.raises(ValueError, match="backwards"):
        view.advance_to(START + timedelta(hours=1), feed)
    with pytest.raises(ValueError, match="time zone"):
        view.advance_to(datetime(2030, 1, 1), feed)  # noqa: DTZ001 - that is the mistake

    assert view.now == datetime(2020, 1, 1, 2, tzinfo=UTC)
