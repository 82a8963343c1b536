"""When a session decides: at each time of a range that has passed, or as bars end in live time."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from aibt.agents.tape import Tape
from aibt.clock import Clock, nanoseconds
from aibt.errors import AibtError
from aibt.market.bars import moment
from aibt.market.calendar import DAY_NS, MarketCalendar, calendar_for, next_end
from aibt.market.instruments import Instrument
from aibt.market.intervals import Interval

_LOOK_S: Final = 1.0
_RETRY_S: Final = 5.0
_MOST_SKIPPED: Final = 100_000
_LONGEST_LOOK_NS: Final = 14 * DAY_NS  # back, for the last bar of a symbol that is late


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Times that passed without a decision."""

    since: datetime
    until: datetime
    times: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A moment at which bars have ended.

    Attributes:
        decides: whether a decision is taken; not at the end of a range.
        is_last: whether the range ends here.
        late: symbols whose bar is not there yet; they are looked at again the next time.
        notes: what the log says of it.
        skipped: what was missed before it, or None.
    """

    at: datetime
    decides: bool = True
    is_last: bool = False
    late: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    skipped: Skipped | None = None


class Times(Protocol):
    """When decisions are taken."""

    def after(self, last: datetime | None) -> AsyncIterator[Due]:
        """Yield what comes after the step at `last`, waiting for it in live time."""
        ...


class RangeTimes:
    """Every moment at which a bar of a past range ends, as fast as decisions are taken."""

    def __init__(self, times: Sequence[datetime]) -> None:
        self._times = tuple(times)

    def __len__(self) -> int:
        return len(self._times)

    async def after(self, last: datetime | None) -> AsyncIterator[Due]:
        first = 0 if last is None else bisect_right(self._times, last)
        for at in self._times[first:]:
            is_last = at == self._times[-1]
            yield Due(at=at, decides=not is_last, is_last=is_last)


Fetch = Callable[[Collection[str]], Awaitable[Sequence[Instrument]]]
"""Returns fresh bars of symbols; raises AibtErrors."""


class LiveTimes:
    """The ends of bars as the world goes on; the bars are fetched when they are due.

    A late bar is waited for, within bounds; then the decision is taken without it, and it
    counts as soon as it is there. Times that passed while nobody looked are skipped.
    """

    def __init__(
        self,
        tape: Tape,
        interval: Interval,
        fetch: Fetch,
        clock: Clock,
        *,
        late_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Decide over a tape's symbols.

        Args:
            tape: which is given the bars.
            interval: length of a bar.
            fetch: asks the market.
            clock: the time of the world.
            late_s: for how long a late bar is waited for.
            sleep: waits that many seconds.
        """
        self._tape = tape
        self._interval = interval
        self._fetch = fetch
        self._clock = clock
        self._late_s = late_s
        self._sleep = sleep
        self._calendars = {symbol: calendar_for(symbol) for symbol in tape.symbols}

    async def after(self, last: datetime | None) -> AsyncIterator[Due]:
        if last is None:
            last = self._clock.now()
            yield Due(at=last)
        while True:
            first = self._next(last)
            while self._clock.now() < first:
                left_s = (first - self._clock.now()).total_seconds()
                await self._sleep(min(max(left_s, 0.01), _LOOK_S))
            at, skipped = self._latest(first)
            late, notes = await self._bars_until(at, last)
            yield Due(at=at, late=late, notes=notes, skipped=skipped)
            last = at

    def _next(self, after: datetime) -> datetime:
        """Return when the next bar of any symbol ends."""
        after_ns = nanoseconds(after)
        calendars = set(self._calendars.values())
        return moment(min(next_end(after_ns, self._interval, one) for one in calendars))

    def _latest(self, first: datetime) -> tuple[datetime, Skipped | None]:
        """Return the last moment that is due by now, and what was missed before it."""
        at, times, now = first, 0, self._clock.now()
        before = first
        while times < _MOST_SKIPPED and (further := self._next(at)) <= now:
            before, at, times = at, further, times + 1
        if not times:
            return at, None
        reason = "the session was paused, its process was lost, or its model took that long"
        return at, Skipped(since=first, until=before, times=times, reason=reason)

    async def _bars_until(
        self, at: datetime, last: datetime
    ) -> tuple[frozenset[str], tuple[str, ...]]:
        """Fetch what ended up to `at`; return who is late, and sentences about it.

        A symbol that was late the last time is asked for again, but not waited for.
        """
        missing = self._due(at, last)
        last_ns = nanoseconds(last)
        deadline = self._clock.monotonic() + self._late_s
        trouble = ""
        while True:
            try:
                for instrument in await self._fetch(sorted(missing)):
                    self._tape.replace(instrument)
                    since, end = missing.get(instrument.symbol, (0, 0))
                    if end and _has_bar(instrument, since, end):
                        del missing[instrument.symbol]
            except AibtError as error:
                trouble = f" ({error})"
            waiting = sorted(symbol for symbol, (_, end) in missing.items() if end > last_ns)
            if not waiting or self._clock.monotonic() >= deadline:
                break
            await self._sleep(_RETRY_S)
        if not waiting:
            return frozenset(missing), ()
        names = ", ".join(waiting)
        note = f"no bar of {names} within {self._late_s:g} s of {at:%H:%M} UTC{trouble}"
        return frozenset(missing), (note,)

    def _due(self, at: datetime, last: datetime) -> dict[str, tuple[int, int]]:
        """Return the newest bar of each symbol that has ended: its end, and when it could begin."""
        found = {}
        ends: dict[tuple[MarketCalendar, int], tuple[int, int] | None] = {}
        for symbol, calendar in self._calendars.items():
            seen = self._tape.view(symbol).now
            since = nanoseconds(last if seen is None else min(seen, last))
            if (calendar, since) not in ends:
                ends[calendar, since] = self._newest(calendar, since, nanoseconds(at))
            newest = ends[calendar, since]
            if newest is not None:
                found[symbol] = newest
        return found

    def _newest(
        self, calendar: MarketCalendar, since_ns: int, until_ns: int
    ) -> tuple[int, int] | None:
        before = max(since_ns, until_ns - max(_LONGEST_LOOK_NS, 2 * self._interval.ns))
        end = next_end(before, self._interval, calendar)
        if end > until_ns:
            return None
        while (further := next_end(end, self._interval, calendar)) <= until_ns:
            before, end = end, further
        return before, end


def _has_bar(instrument: Instrument, after_ns: int, until_ns: int) -> bool:
    ended = instrument.series.ended_ns
    return bool(((ended > after_ns) & (ended <= until_ns)).any())
