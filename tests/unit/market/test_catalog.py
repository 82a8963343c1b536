from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from aibt.errors import BadBars, Invalid, SourceUnavailable, UnknownSymbol
from aibt.market.cache import BarCache
from aibt.market.catalog import MarketData, market_data
from aibt.market.intervals import Interval, parse_interval
from aibt.market.raw import RawBars
from aibt.market.sources.base import Source, SymbolInfo
from aibt.settings import MarketSettings
from tests.fakes.yahoo import FakeYahoo, Listing, too_many
from tests.unit.market.builders import ManualClock, a_walk, at, session_days, some_raw


class FakeSource:
    """A source in memory; it fails where it is given an error, and takes time where told."""

    def __init__(self, name: str, *series: RawBars, error: Exception | None = None) -> None:
        self.name = name
        self.series = {(raw.symbol, raw.interval): raw for raw in series}
        self.error = error
        self.asked: list[tuple[str, str, float]] = []
        self.searched = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def intervals(self, symbol: str) -> tuple[Interval, ...]:
        return tuple(interval for named, interval in self.series if named == symbol)

    def fetch(self, symbol: str, interval: Interval, *, timeout_s: float) -> RawBars:
        self.asked.append((symbol, str(interval), timeout_s))
        self.meanwhile()
        if self.error is not None:
            raise self.error
        return self.series[symbol, interval]

    def search(self, query: str, *, timeout_s: float) -> list[SymbolInfo]:
        self.searched += 1
        if self.error is not None:
            raise self.error
        return [
            SymbolInfo(symbol=symbol, source=self.name, intervals=(interval,))
            for symbol, interval in self.series
            if query.upper() in symbol
        ]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def a_market(folder: Path, clock: ManualClock, *sources: Source) -> MarketData:
    return MarketData(
        sources,
        [source.name for source in sources],
        cache=BarCache(folder),
        clock=clock,
        timeout_s=15,
        cache_max_age_s=3_600,
    )


def recent(clock: ManualClock, symbol: str = "BTC-USD", interval: str = "1h") -> RawBars:
    """Hourly bars of which the last one has just ended."""
    length = parse_interval(interval)
    now = at(clock.moment.replace(tzinfo=None).isoformat())
    opened = now - np.arange(48, 0, -1) * length.ns
    raw = some_raw(a_walk(48), symbol=symbol, interval=interval, opened_ns=opened)
    return replace(raw, fetched_at=clock.moment)


DOWN = SourceUnavailable("yahoo", "no answer")


def test_the_first_source_that_has_symbol_and_period_is_taken(
    tmp_path: Path, clock: ManualClock
) -> None:
    first = FakeSource("csv", some_raw(symbol="OTHER"))
    second, third = FakeSource("sample", some_raw()), FakeSource("synthetic", some_raw())

    found = a_market(tmp_path, clock, first, second, third).resolve("ou", "H1")

    assert found.source == "sample"
    assert (found.series.symbol, str(found.series.interval)) == ("OU", "1h")
    assert first.asked == third.asked == []


def test_a_coarser_period_is_made_from_the_coarsest_that_fits(
    tmp_path: Path, clock: ManualClock
) -> None:
    source = FakeSource(
        "csv", some_raw(a_walk(99), interval="15m"), some_raw(a_walk(99)),
        some_raw(a_walk(99), interval="3h"),
    )  # fmt: skip

    found = a_market(tmp_path, clock, source).resolve("OU", "4h")

    assert str(found.made_from) == "1h"
    assert str(found.series.interval) == "4h"
    assert any("made from 1h" in note for note in found.notes)


def test_a_finer_period_than_there_is_is_unknown(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(UnknownSymbol) as refused:
        a_market(tmp_path, clock, FakeSource("csv", some_raw())).resolve("OU", "15m")
    assert refused.value.field == "symbol"


def test_a_named_source_alone_is_asked(tmp_path: Path, clock: ManualClock) -> None:
    market = a_market(
        tmp_path, clock, FakeSource("csv", some_raw()), FakeSource("sample", some_raw())
    )

    assert market.resolve("OU", "1h", "sample").source == "sample"
    with pytest.raises(Invalid) as refused:
        market.resolve("OU", "1h", "nowhere")
    assert refused.value.field == "source"


@pytest.mark.parametrize(("source", "field"), [(None, "symbol"), ("yahoo", "source")])
def test_a_source_that_cannot_be_reached_is_the_fault_of_whoever_named_it(
    tmp_path: Path, clock: ManualClock, source: str | None, field: str
) -> None:
    market = a_market(
        tmp_path, clock, FakeSource("csv"), FakeSource("yahoo", some_raw(), error=DOWN)
    )

    with pytest.raises(SourceUnavailable) as refused:
        market.resolve("OU", "1h", source)
    assert refused.value.field == field


def test_after_one_that_cannot_be_reached_the_next_is_asked_and_it_is_said(
    tmp_path: Path, clock: ManualClock
) -> None:
    market = a_market(
        tmp_path,
        clock,
        FakeSource("yahoo", some_raw(), error=DOWN),
        FakeSource("sample", some_raw()),
    )

    found = market.resolve("OU", "1h")

    assert found.source == "sample"
    assert "yahoo is unavailable" in found.notes[0]


def test_young_bars_are_served_without_asking_again(tmp_path: Path, clock: ManualClock) -> None:
    yahoo = FakeSource("yahoo", recent(clock))
    market = a_market(tmp_path, clock, yahoo)
    first = market.resolve("BTC-USD", "1h")
    clock.moment += timedelta(minutes=59)

    again = market.resolve("BTC-USD", "1h")

    assert len(yahoo.asked) == 1
    assert (first.age_s, again.age_s) == (0, 59 * 60)
    assert again.series.close.tolist() == first.series.close.tolist()
    assert again.notes == ()


def test_older_bars_are_asked_for_anew(tmp_path: Path, clock: ManualClock) -> None:
    yahoo = FakeSource("yahoo", recent(clock))
    market = a_market(tmp_path, clock, yahoo)
    market.resolve("BTC-USD", "1h")
    clock.moment += timedelta(minutes=61)

    market.resolve("BTC-USD", "1h")

    assert len(yahoo.asked) == 2


def test_when_the_source_fails_kept_bars_serve_and_say_how_old_they_are(
    tmp_path: Path, clock: ManualClock
) -> None:
    yahoo = FakeSource("yahoo", recent(clock))
    market = a_market(tmp_path, clock, yahoo)
    market.resolve("BTC-USD", "1h")
    clock.moment += timedelta(hours=3, minutes=5)
    yahoo.error = DOWN

    found = market.resolve("BTC-USD", "1h")

    assert found.age_s == 3 * 3_600 + 300
    assert any("3 hours old" in note and "no answer" in note for note in found.notes)


def test_local_files_are_read_each_time_and_not_kept(tmp_path: Path, clock: ManualClock) -> None:
    source = FakeSource("csv", some_raw())
    market = a_market(tmp_path, clock, source)

    market.resolve("OU", "1h")
    market.resolve("OU", "1h")

    assert len(source.asked) == 2
    assert list(tmp_path.iterdir()) == []


def test_bars_that_cannot_be_used_are_neither_served_nor_kept(
    tmp_path: Path, clock: ManualClock
) -> None:
    hopeless = replace(some_raw(np.full(20, np.nan)), fetched_at=clock.moment)

    with pytest.raises(BadBars):
        a_market(tmp_path, clock, FakeSource("yahoo", hopeless)).resolve("OU", "1h")
    assert list(tmp_path.iterdir()) == []


def test_what_was_left_out_and_how_old_the_bars_are_is_said(
    tmp_path: Path, clock: ManualClock
) -> None:
    close = a_walk(60)
    close[5] = -1

    found = a_market(tmp_path, clock, FakeSource("csv", some_raw(close))).resolve("OU", "1h")

    assert found.report.left_out == 2  # the next bar opens at that price
    assert any(
        note.startswith("Bar 5 ") and "1 more" in note and "not positive" in note
        for note in found.notes
    )
    assert any("the last one ended 2020-01-03" in note for note in found.notes)


def test_start_and_end_cut_the_bars(tmp_path: Path, clock: ManualClock) -> None:
    market = a_market(tmp_path, clock, FakeSource("csv", some_raw(a_walk(10))))

    found = market.resolve(
        "OU",
        "1h",
        start=datetime(2020, 1, 1, 2, tzinfo=UTC),
        end=datetime(2020, 1, 1, 5, tzinfo=UTC),
    )

    assert [found.series[at].opened_at.hour for at in range(len(found.series))] == [2, 3, 4]


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (datetime(2030, 1, 1, tzinfo=UTC), None, "start"),
        (None, datetime(2000, 1, 1, tzinfo=UTC), "end"),
        (datetime(2020, 1, 2, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC), "end"),
        (datetime(2020, 1, 1), None, "start"),  # noqa: DTZ001 - that is the mistake
    ],
)
def test_a_range_without_bars_names_its_field(
    tmp_path: Path, clock: ManualClock, start: datetime, end: datetime, field: str
) -> None:
    market = a_market(tmp_path, clock, FakeSource("csv", some_raw(a_walk(10))))

    with pytest.raises(Invalid) as refused:
        market.resolve("OU", "1h", start=start, end=end)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("symbol", "interval", "field"),
    [("../../x", "1h", "symbol"), ("A\0", "1h", "symbol"), ("OU", "1y", "period")],
)
def test_bad_names_are_refused_before_any_source_is_asked(
    tmp_path: Path, clock: ManualClock, symbol: str, interval: str, field: str
) -> None:
    source = FakeSource("csv", some_raw())

    with pytest.raises(Invalid) as refused:
        a_market(tmp_path, clock, source).resolve(symbol, interval)
    assert refused.value.field == field
    assert source.asked == []


def test_all_sources_together_have_less_than_twenty_seconds(
    tmp_path: Path, clock: ManualClock
) -> None:
    def slowly() -> None:
        clock.seconds += 15

    slow = [FakeSource(name, some_raw(), error=DOWN) for name in ("yahoo", "csv", "sample")]
    for source in slow:
        source.meanwhile = slowly
    slow[1].meanwhile = lambda: setattr(clock, "seconds", clock.seconds + slow[1].asked[-1][2])

    with pytest.raises(SourceUnavailable):
        a_market(tmp_path, clock, *slow).resolve("OU", "1h")

    assert [source.asked[-1][2] if source.asked else None for source in slow] == [15, 3.5, None]
    assert clock.seconds < 20


def test_search_leaves_out_a_source_that_fails_and_lets_it_rest(
    tmp_path: Path, clock: ManualClock
) -> None:
    yahoo = FakeSource("yahoo", error=DOWN)
    market = a_market(tmp_path, clock, FakeSource("csv", some_raw()), yahoo)

    assert [info.symbol for info in market.search("o")] == ["OU"]
    market.search("o")
    assert yahoo.searched == 1

    clock.seconds += 61
    market.search("o")
    assert yahoo.searched == 2


def test_search_tells_of_kept_bars_also_when_their_source_is_down(
    tmp_path: Path, clock: ManualClock
) -> None:
    yahoo = FakeSource("yahoo", recent(clock))
    market = a_market(tmp_path, clock, yahoo)
    market.resolve("BTC-USD", "1h")
    yahoo.error = DOWN

    (found,) = market.search("btc")

    assert (found.symbol, found.source, found.bars) == ("BTC-USD", "yahoo", 48)


def test_the_settings_build_it_all(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    days = [str(np.datetime64(int(day), "ns"))[:10] for day in session_days(5, "2024-05-20")]
    rows = "".join(f"{day},5,5,5,5,5\n" for day in days)
    (tmp_path / "csv" / "GOOGL.1d.csv").write_text(f"time,open,high,low,close,volume\n{rows}")
    with FakeYahoo() as server:
        times = [at(f"{day}T13:30") // 10**9 for day in days]
        server.list("MSFT", "1d", Listing(times, [10.0, 11.0, 12.0, 13.0, 14.0]))
        server.list("^GSPC", "1d", Listing(times, [1.0] * 5))
        clock = ManualClock()
        settings = MarketSettings(yahoo_url=server.url)
        market = market_data(settings, tmp_path, clock, sleep=lambda _: None)

        own = market.resolve("GOOGL", "D1")
        shipped = market.resolve("^GSPC", "D1")
        remote = market.resolve("MSFT", "D1")
        made_up = market.resolve("OU-7-100", "H1", "synthetic")
        hours = market.resolve("EURUSD", "H4")
        clock.moment += timedelta(days=2)
        server.always = too_many
        kept = market.resolve("MSFT", "D1")
        with pytest.raises(SourceUnavailable):
            market.resolve("NVDA", "D1")

    found = (own, shipped, remote, made_up, hours, kept)
    assert [each.source for each in found] == [
        "csv", "sample", "yahoo", "synthetic", "sample", "yahoo",
    ]  # fmt: skip
    assert [len(each.series) for each in found] == [5, 5_031, 5, 100, 1_608, 5]
    assert server.charts_asked[0] == "MSFT 1d"
    assert any("2 days old" in note for note in kept.notes)
    assert made_up.notes == ()
