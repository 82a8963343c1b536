"""Bars for tests: `a_series(...)` hides what a test is not about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.market.intervals import parse_interval
from aibt.market.raw import RawBars

HOUR_NS = 3_600 * 10**9
DAY_NS = 24 * HOUR_NS


def at(text: str) -> int:
    """Return an ISO time (UTC) in nanoseconds."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 10**9


def moments(*texts: str) -> NDArray[np.int64]:
    return np.array([at(text) for text in texts], np.int64)


def a_series(
    closes: Sequence[float] | NDArray[np.float64] = (100.0, 101.0, 102.0),
    *,
    symbol: str = "OU",
    interval: str = "1h",
    **columns: Any,
) -> BarSeries:
    """Bars around the clock from 2020-01-01 on; each opens at the last close."""
    raw = some_raw(closes, symbol=symbol, interval=interval, **columns)
    return BarSeries(
        symbol=raw.symbol,
        interval=raw.interval,
        opened_ns=raw.opened_ns,
        ended_ns=columns.get("ended_ns", raw.opened_ns + raw.interval.ns),
        open=raw.open,
        high=raw.high,
        low=raw.low,
        close=raw.close,
        volume=raw.volume,
    )


def some_raw(
    closes: Sequence[float] | NDArray[np.float64] = (100.0, 101.0, 102.0),
    *,
    symbol: str = "OU",
    interval: str = "1h",
    **columns: Any,
) -> RawBars:
    length = parse_interval(interval)
    close = np.array(closes, np.float64)
    opens = columns.get("open", np.r_[close[:1], close[:-1]])
    columns.pop("ended_ns", None)
    return RawBars(
        symbol=symbol,
        interval=length,
        **{
            "opened_ns": at("2020-01-01") + np.arange(len(close)) * length.ns,
            "open": opens,
            "high": np.maximum(opens, close),
            "low": np.minimum(opens, close),
            "close": close,
            "volume": np.full(len(close), 10.0),
            **columns,
        },
    )


def a_walk(count: int, *, seed: int = 0, sigma: float = 0.01) -> NDArray[np.float64]:
    noise = np.random.default_rng(seed).standard_normal(count)
    return np.asarray(100 * np.exp(np.cumsum(sigma * noise)))


def session_days(count: int, first: str = "2019-01-02") -> NDArray[np.int64]:
    """Return the dates of that many weekdays."""
    days = np.arange(np.datetime64(first), np.datetime64(first) + 2 * count + 10)
    weekdays = days[np.is_busday(days)][:count]
    return weekdays.astype("datetime64[ns]").astype(np.int64)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: str = "2024-06-03") -> None:
        self.moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds


COLUMNS = ("opened_ns", "ended_ns", "open", "high", "low", "close", "volume")


def assert_same(one: BarSeries, other: BarSeries) -> None:
    assert (one.symbol, one.interval) == (other.symbol, other.interval)
    for name in COLUMNS:
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype
        assert left.tobytes() == right.tobytes(), name
