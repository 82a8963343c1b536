"""All market sources as one: asked in order, cached, validated, and honest about age."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from aibt.clock import Clock, nanoseconds
from aibt.errors import AibtError, Invalid, SourceUnavailable, UnknownSymbol
from aibt.market.actions import CorporateAction
from aibt.market.bars import BarSeries, moment
from aibt.market.cache import BarCache
from aibt.market.intervals import Interval, parse_interval
from aibt.market.raw import RawBars
from aibt.market.resample import can_be_made_from, resample
from aibt.market.sources.base import Source, SymbolInfo
from aibt.market.sources.csv_folder import CsvFolder
from aibt.market.sources.sample import Samples
from aibt.market.sources.synthetic import Synthetic
from aibt.market.sources.yahoo import Yahoo
from aibt.market.symbols import parse_symbol
from aibt.market.validation import Report, validate
from aibt.settings import MarketSettings

_ALL_IN_S: Final = 18.5  # DESIGN.md §5 refuses within 20 s, the way to and fro included
_LEAST_S: Final = 0.2  # with less time left a source is not asked at all
_SEARCH_S: Final = 4.0
_QUIET_S: Final = 60.0  # a search that failed is not tried again for so long
_MOST_FOUND: Final = 50
_LONGEST_QUERY: Final = 40
_OLD: Final = timedelta(days=7)
_REMOTE: Final = frozenset({Yahoo.name})
_MADE_UP: Final = frozenset({Synthetic.name})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resolved:
    """Bars that can be traded on, and where they come from."""

    series: BarSeries
    source: str
    fetched_at: datetime
    age_s: float  # since `fetched_at`
    made_from: Interval | None  # the finer interval that these bars were made from
    notes: tuple[str, ...]  # sentences for a person: age, what was left out, what is missing
    report: Report
    actions: tuple[CorporateAction, ...] = ()  # those the source knows of the symbol


class MarketData:
    """Finds bars of a symbol and period in the sources there are. Safe for several threads."""

    def __init__(
        self,
        sources: Sequence[Source],
        order: Sequence[str],
        *,
        cache: BarCache,
        clock: Clock,
        timeout_s: float,
        cache_max_age_s: float,
    ) -> None:
        """Take the sources as they are.

        Args:
            sources: all that a request may name.
            order: names of those asked, in this order, when a request names none.
            cache: keeps what remote sources answered.
            clock: tells age and deadlines.
            timeout_s: seconds that one source may take to answer.
            cache_max_age_s: seconds for which a kept answer is served without asking.
        """
        self._sources: Mapping[str, Source] = {source.name: source for source in sources}
        self._order = tuple(order)
        self._cache = cache
        self._clock = clock
        self._timeout_s = timeout_s
        self._cache_max_age_s = cache_max_age_s
        self._quiet_until: dict[str, float] = {}

    def resolve(
        self,
        symbol: str,
        interval: Interval | str,
        source: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        fresh: bool = False,
    ) -> Resolved:
        """Return the bars of `symbol`, from the first source that has them.

        A source that has the symbol in finer bars only has them made into coarser ones.
        Answers within 18.5 s.

        Args:
            symbol: as a client writes it.
            interval: length of a bar.
            source: the only source to ask; none: the settings' order.
            start: bars that opened from then on.
            end: bars that opened before then.
            fresh: ask even where what is kept is young.

        Raises:
            Invalid: symbol, interval or source is none, or no bar lies between start and end.
            UnknownSymbol: no source that was asked has it in this period.
            SourceUnavailable: a source that may have it did not answer and nothing is kept;
                field `source` if the request named one, else `symbol`.
            BadBars: a source has it, but in bars that cannot be used.
        """
        deadline = self._clock.monotonic() + _ALL_IN_S
        canonical = parse_symbol(symbol)
        wanted = interval if isinstance(interval, Interval) else parse_interval(interval)
        within = _range(start, end)
        at = "symbol" if source is None else "source"
        refusals: list[AibtError] = []
        for name in self._asked(source):
            try:
                found = self._from(self._sources[name], canonical, wanted, deadline, fresh=fresh)
                cut = _between(found, *within)
            except UnknownSymbol:
                continue
            except SourceUnavailable as error:
                refusals.append(SourceUnavailable(error.source, error.reason, at))
                continue
            if len(cut.series):
                passed_over = tuple(f"{refusal}." for refusal in refusals)
                return replace(cut, notes=(*passed_over, *cut.notes))
            first, last = found.series[0].opened_at, found.series[-1].opened_at
            reason = f"{name} has {canonical} from {first:%Y-%m-%d} to {last:%Y-%m-%d} only"
            refusals.append(Invalid("start" if start else "end", reason))
        raise refusals[-1] if refusals else UnknownSymbol(canonical, str(wanted))

    def search(self, query: str) -> list[SymbolInfo]:
        """Return symbols that contain `query`, in the settings' order of sources, at most 50.

        A source that does not answer is left out, and left alone for a minute.
        """
        wanted = query.strip()[:_LONGEST_QUERY]
        names = dict.fromkeys((*self._order, *self._sources))
        found: dict[tuple[str, str, tuple[Interval, ...]], SymbolInfo] = {}
        for name in names:
            if name in _REMOTE:
                kept = [info for info in self._cache.search(wanted) if info.source == name]
                found.update({(i.source, i.symbol, i.intervals): i for i in kept})
            for info in self._searched(self._sources[name], wanted):
                found.setdefault((info.source, info.symbol, info.intervals), info)
        return list(found.values())[:_MOST_FOUND]

    def _asked(self, source: str | None) -> tuple[str, ...]:
        if source is None:
            return self._order
        if source not in self._sources:
            raise Invalid("source", f"{source[:20]!r} is not one of {', '.join(self._sources)}")
        return (source,)

    def _from(
        self, source: Source, symbol: str, interval: Interval, deadline: float, *, fresh: bool
    ) -> Resolved:
        has = source.intervals(symbol)
        finer = [other for other in has if can_be_made_from(interval, other)]
        if interval not in has and not finer:
            raise UnknownSymbol(symbol, str(interval))
        asked = interval if interval in has else max(finer, key=lambda other: other.seconds)
        max_age_s = 0.0 if fresh else self._cache_max_age_s
        series, report, raw, notes = self._validated(source, symbol, asked, deadline, max_age_s)
        if asked != interval:
            series = resample(series, interval)
            notes = (*notes, f"Bars of {interval} were made from {asked}.")
        now = self._clock.now()
        fetched_at = raw.fetched_at or now
        if source.name not in _MADE_UP and len(series):
            last = moment(series.ended_ns[-1])
            if now - last > _OLD:
                notes = (*notes, f"The bars are old: the last one ended {last:%Y-%m-%d}.")
        return Resolved(
            series=series,
            source=source.name,
            fetched_at=fetched_at,
            age_s=max(0.0, (now - fetched_at).total_seconds()),
            made_from=None if asked == interval else asked,
            notes=(*notes, *(f"{note[0].upper()}{note[1:]}." for note in report.notes())),
            report=report,
            actions=raw.actions,
        )

    def _validated(
        self, source: Source, symbol: str, interval: Interval, deadline: float, max_age_s: float
    ) -> tuple[BarSeries, Report, RawBars, tuple[str, ...]]:
        """Fetch, or take what is kept: while it is young, and when the source fails."""
        remote = source.name in _REMOTE
        kept = self._cache.get(source.name, symbol, interval) if remote else None
        if kept is not None and self._age_s(kept) < max_age_s:
            return (*validate(kept), kept, kept.notes)
        try:
            raw = self._fetched(source, symbol, interval, deadline)
        except SourceUnavailable as error:
            if kept is None:
                raise
            age = _told(self._age_s(kept))
            return (*validate(kept), kept, (*kept.notes, f"{error}; these bars are {age} old."))
        series, report = validate(raw)
        notes = raw.notes
        if remote:
            try:
                self._cache.put(source.name, raw)
            except OSError as error:
                notes = (*notes, f"The bars could not be kept: {error.strerror}.")
        return series, report, raw, notes

    def _fetched(self, source: Source, symbol: str, interval: Interval, deadline: float) -> RawBars:
        left_s = min(self._timeout_s, deadline - self._clock.monotonic())
        if left_s < _LEAST_S:
            raise SourceUnavailable(source.name, "no time is left to ask it")
        return source.fetch(symbol, interval, timeout_s=left_s)

    def _age_s(self, kept: RawBars) -> float:
        now = self._clock.now()
        return max(0.0, (now - (kept.fetched_at or now)).total_seconds())

    def _searched(self, source: Source, query: str) -> list[SymbolInfo]:
        if self._clock.monotonic() < self._quiet_until.get(source.name, -np.inf):
            return []
        try:
            return source.search(query, timeout_s=min(_SEARCH_S, self._timeout_s))
        except SourceUnavailable:
            self._quiet_until[source.name] = self._clock.monotonic() + _QUIET_S
            return []


def market_data(
    settings: MarketSettings,
    root: Path,
    clock: Clock,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> MarketData:
    """Build the sources and the cache that the settings name.

    Args:
        settings: order, folders, ages and time limits.
        root: the store's root; the cache and the default CSV folder lie in it.
        clock: the run's clock.
        sleep: waits that many seconds, between attempts.
    """
    return MarketData(
        (
            CsvFolder(settings.csv_folder or root / "csv"),
            Samples(),
            Yahoo(clock, base_url=settings.yahoo_url, sleep=sleep),
            Synthetic(),
        ),
        settings.sources,
        cache=BarCache(root / "market"),
        clock=clock,
        timeout_s=settings.timeout_s,
        cache_max_age_s=settings.cache_max_age_s,
    )


def _range(start: datetime | None, end: datetime | None) -> tuple[int | None, int | None]:
    for name, given in (("start", start), ("end", end)):
        if given is not None and given.tzinfo is None:
            raise Invalid(name, f"{given} has no time zone")
    if start is not None and end is not None and start >= end:
        raise Invalid("end", f"{end} is not after {start}")
    return (
        None if start is None else nanoseconds(start),
        None if end is None else nanoseconds(end),
    )


def _between(found: Resolved, start_ns: int | None, end_ns: int | None) -> Resolved:
    if start_ns is None and end_ns is None:
        return found
    opened = found.series.opened_ns
    first = 0 if start_ns is None else int(np.searchsorted(opened, start_ns))
    stop = len(opened) if end_ns is None else int(np.searchsorted(opened, end_ns))
    return replace(found, series=found.series.slice(first, stop))


def _told(age_s: float) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if age_s >= size:
            count = int(age_s // size)
            return f"{count} {word}{'s' if count > 1 else ''}"
    return "less than a minute"
