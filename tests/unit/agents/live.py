"""A live market whose time a test moves: clock, feed and session."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from aibt.agents.model import Model
from aibt.agents.session import SessionRun
from aibt.agents.tape import Tape
from aibt.agents.times import LiveTimes
from aibt.errors import AibtError
from aibt.live.gate import Gate
from aibt.market.bars import BarSeries
from aibt.market.instruments import Instrument
from aibt.market.intervals import parse_interval
from tests.unit.agents.builders import MemoryJournal, a_run

HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 3, 4, 9, 59, 59, tzinfo=UTC)  # a Wednesday; the first bar ends at 10:00


@dataclass
class HandClock:
    """A clock that only `sleep` moves, so that a live day passes in no time."""

    at: datetime = BEGIN
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - BEGIN).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=max(seconds, 0.001))
        await asyncio.sleep(0)
        if self.meanwhile is not None:
            await self.meanwhile()


def hourly(symbol: str, closes: Sequence[float], first: datetime) -> BarSeries:
    """Bars around the clock from `first` on, each opening one above the close before it."""
    interval = parse_interval("1h")
    begin = int(first.timestamp()) * 10**9
    opened = begin + interval.ns * np.arange(len(closes), dtype=np.int64)
    close = np.asarray(closes, float)
    opens = np.r_[close[:1], close[:-1] + 1]
    return BarSeries(
        symbol=symbol,
        interval=interval,
        opened_ns=opened,
        ended_ns=opened + interval.ns,
        open=opens,
        high=np.maximum(opens, close),
        low=np.minimum(opens, close),
        close=close,
        volume=np.ones(len(close)),
    )


@dataclass
class Feed:
    """Has every bar, and hands over those that have ended; some come late, and it may fail.

    Attributes:
        late_s: of symbols, by when their bar ended: seconds until it can be had.
        failing: from when to when it fails.
        factor: what a source that adjusts tells its prices by, from then on.
    """

    clock: HandClock
    series: dict[str, BarSeries]
    late_s: dict[tuple[str, datetime], float] = field(default_factory=dict)
    failing: tuple[datetime, datetime] | None = None
    factor: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    asked: list[tuple[datetime, tuple[str, ...]]] = field(default_factory=list)

    async def fetch(self, symbols: Collection[str]) -> list[Instrument]:
        now = self.clock.now()
        self.asked.append((now, tuple(symbols)))
        if self.failing is not None and self.failing[0] <= now < self.failing[1]:
            raise SourceAway("the source is away")
        return self.now(symbols)

    def now(self, symbols: Collection[str]) -> list[Instrument]:
        return [Instrument(series=self._known(symbol)) for symbol in symbols]

    def _known(self, symbol: str) -> BarSeries:
        now, series = self.clock.now(), self.series[symbol]
        count = 0
        for ended in series.ended_ns:
            end = datetime.fromtimestamp(int(ended) / 1e9, UTC)
            if end + timedelta(seconds=self.late_s.get((symbol, end), 1.0)) > now:
                break
            count += 1
        known = series.slice(0, count)
        since, factor = self.factor.get(symbol, (now, 1.0))
        if now < since or factor == 1.0:
            return known
        ended = np.asarray(known.ended_ns)
        old = ended <= int(since.timestamp()) * 10**9
        factors = np.where(old, factor, 1.0)
        prices = {one: getattr(known, one) * factors for one in ("open", "high", "low", "close")}
        return replace(known, **prices)


class SourceAway(AibtError):
    """The feed's own failure."""


def a_live_run(
    feed: Feed,
    model: Model,
    *,
    journal: MemoryJournal | None = None,
    gate: Gate | None = None,
    late_s: float = 60.0,
    **changes: Any,
) -> SessionRun:
    """A live session by the hour over what a feed has at this moment."""
    clock = feed.clock

    def times(tape: Tape) -> LiveTimes:
        interval = parse_interval("1h")
        return LiveTimes(tape, interval, feed.fetch, clock, late_s=late_s, sleep=clock.sleep)

    return a_run(
        feed.now([*feed.series]),
        model,
        journal=journal,
        gate=gate,
        clock=clock,
        times=times,
        **{"start": None, "end": None, "live": True, "period": "1h", **changes},
    )
