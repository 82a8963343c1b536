import pickle
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from aibt.errors import BadBars
from aibt.market.bars import moment
from tests.unit.market.builders import COLUMNS, HOUR_NS, a_series, assert_same, at


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"opened_ns": np.array([2, 1, 3]) * HOUR_NS}, "not later than the one before"),
        ({"opened_ns": np.array([1, 1, 3]) * HOUR_NS}, "not later than the one before"),
        ({"opened_ns": np.array([1.0, 2.0, np.nan])}, "whole nanoseconds"),
        ({"ended_ns": at("2020-01-01") + np.arange(3) * HOUR_NS}, "ends before it opens"),
        (
            {"ended_ns": at("2020-01-01") + np.array([2, 3, 4]) * HOUR_NS},
            "ends after the next one opens",
        ),
        ({"close": np.array([1.0, np.nan, 1.0])}, "not positive"),
        ({"close": np.array([1.0, np.inf, 1.0])}, "not positive"),
        ({"open": np.array([1.0, 0.0, 1.0])}, "not positive"),
        ({"high": np.array([100.0, 90.0, 102.0])}, "above its high"),
        ({"low": np.array([100.0, 101.0, 101.0])}, "below its low"),
        ({"volume": np.array([1.0, -1.0, 1.0])}, "negative volume"),
        ({"volume": np.array([1.0, 1.0])}, "differ in length"),
        ({"volume": np.ones((3, 1))}, "dimensions"),
    ],
)
def test_columns_that_break_a_rule_are_refused(columns: dict[str, object], says: str) -> None:
    with pytest.raises(BadBars, match=says):
        a_series((100.0, 101.0, 102.0), **columns)


def test_no_bars_are_a_series_too() -> None:
    assert len(a_series(())) == 0


def test_replacing_a_column_is_checked_like_a_new_series() -> None:
    with pytest.raises(BadBars):
        replace(a_series(), close=np.array([1.0, -1.0, 1.0]))


def test_columns_can_neither_be_written_nor_lead_to_the_whole_of_a_slice() -> None:
    part = a_series(range(100, 110)).slice(2, 4)

    for name in COLUMNS:
        column = getattr(part, name)
        assert column.base is None
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_a_series_survives_the_trip_between_processes_and_stays_read_only() -> None:
    series = a_series()

    arrived = pickle.loads(pickle.dumps(series))

    assert_same(arrived, series)
    assert not arrived.close.flags.writeable


def test_only_bars_that_have_ended_are_known() -> None:
    series = a_series()

    assert len(series.until(int(series.ended_ns[1]) - 1)) == 1
    assert len(series.until(int(series.ended_ns[1]))) == 2


def test_a_bar_tells_its_times_to_the_microsecond() -> None:
    ns = at("2020-01-01") + 123_456_000

    assert moment(ns) == datetime(2020, 1, 1, microsecond=123_456, tzinfo=UTC)
    assert a_series()[1].opened_at == datetime(2020, 1, 1, 1, tzinfo=UTC)
