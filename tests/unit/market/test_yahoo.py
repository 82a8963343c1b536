import socket
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from aibt.clock import SystemClock
from aibt.errors import SourceUnavailable, UnknownSymbol
from aibt.market.intervals import parse_interval
from aibt.market.sources.yahoo import Yahoo
from aibt.market.validation import validate
from tests.fakes.yahoo import (
    FakeYahoo,
    Listing,
    Reply,
    broken,
    closed,
    garbage,
    not_found,
    strange,
    too_many,
)
from tests.unit.market.builders import ManualClock, at, moments

DAY, HOUR, HALF_HOUR = (parse_interval(text) for text in ("1d", "1h", "30m"))
DAYS = [at(f"2024-05-{day}T13:30") // 10**9 for day in (20, 21, 22, 23, 24)]


class Patience:
    """Remembers how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def server() -> Iterator[FakeYahoo]:
    with FakeYahoo() as fake:
        fake.list("MSFT", "1d", Listing(DAYS, [10.0, 11.0, 12.0, 13.0, 14.0]))
        yield fake


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def yahoo(server: FakeYahoo, patience: Patience) -> Yahoo:
    return Yahoo(ManualClock(), base_url=server.url, sleep=patience, jitter=lambda: 0.5)


def test_daily_bars_are_dated_by_their_session_and_not_adjusted_for_dividends(
    server: FakeYahoo, yahoo: Yahoo
) -> None:
    server.listings["MSFT", "1d"].splits[DAYS[2]] = (2, 1)
    server.listings["MSFT", "1d"].dividends[DAYS[1]] = 0.5

    raw = yahoo.fetch("MSFT", DAY, timeout_s=10)
    series, report = validate(raw)

    assert raw.opened_ns.tolist() == moments(*(f"2024-05-{d}" for d in range(20, 25))).tolist()
    assert raw.close.tolist() == [10, 11, 12, 13, 14]
    assert {(a.on, a.split, a.dividend) for a in raw.actions} == {
        (date(2024, 5, 22), 2.0, None),
        (date(2024, 5, 21), None, 0.5),
    }
    assert raw.fetched_at == ManualClock().now()
    assert report.findings == ()
    assert series.ended_ns[0] == at("2024-05-20T20:00")


def test_a_bar_that_has_not_ended_is_left_out(server: FakeYahoo) -> None:
    noon = Yahoo(ManualClock("2024-05-24T16:00"), base_url=server.url)

    assert noon.fetch("MSFT", DAY, timeout_s=10).close.tolist() == [10, 11, 12, 13]


def test_intraday_bars_are_in_universal_time_and_said_to_be_kept_for_a_while(
    server: FakeYahoo, yahoo: Yahoo
) -> None:
    server.list("MSFT", "1h", Listing([DAYS[0] + 3_600 * n for n in range(7)], [10.0] * 7))

    raw = yahoo.fetch("MSFT", HOUR, timeout_s=10)

    assert raw.opened_ns[0] == at("2024-05-20T13:30")
    assert len(raw) == 7
    assert "730 days" in raw.notes[0]


def test_half_hours_are_made_by_yfinance_from_quarters(server: FakeYahoo, yahoo: Yahoo) -> None:
    quarters = Listing([DAYS[0] + 900 * n for n in range(4)], [10.0, 11.0, 12.0, 13.0])
    server.list("MSFT", "15m", quarters)

    assert yahoo.fetch("MSFT", HALF_HOUR, timeout_s=10).close.tolist() == [11.0, 13.0]


def test_a_pair_is_asked_for_by_yahoos_name(server: FakeYahoo, yahoo: Yahoo) -> None:
    server.list("EURUSD=X", "1d", Listing(DAYS, [1.0] * 5, zone="Europe/London", kind="CURRENCY"))

    assert len(yahoo.fetch("EURUSD", DAY, timeout_s=10)) == 5
    assert server.charts_asked == ["EURUSD=X 1d"]


def test_an_index_and_a_name_like_an_isin_reach_the_chart_alone(
    server: FakeYahoo, yahoo: Yahoo
) -> None:
    for symbol in ("^GSPC", "US0378331005"):
        server.list(symbol, "1d", Listing(DAYS, [1.0] * 5, kind="INDEX"))

        assert len(yahoo.fetch(symbol, DAY, timeout_s=10)) == 5

    assert server.charts_asked == ["^GSPC 1d", "US0378331005 1d"]


def test_a_missing_close_is_handed_over_as_missing(server: FakeYahoo, yahoo: Yahoo) -> None:
    server.list("MSFT", "1d", Listing(DAYS, [10.0, 11.0, None, 13.0, 14.0]))

    assert np.isnan(yahoo.fetch("MSFT", DAY, timeout_s=10).close[2])


def test_an_unknown_symbol_is_said_to_be_unknown(server: FakeYahoo, yahoo: Yahoo) -> None:
    with pytest.raises(UnknownSymbol) as refused:
        yahoo.fetch("NOPE", DAY, timeout_s=10)
    assert refused.value.field == "symbol"

    server.always = not_found
    with pytest.raises(UnknownSymbol):
        yahoo.fetch("MSFT", DAY, timeout_s=10)


def test_a_period_that_yahoo_does_not_have_is_unknown_without_asking(
    server: FakeYahoo, yahoo: Yahoo
) -> None:
    with pytest.raises(UnknownSymbol):
        yahoo.fetch("MSFT", parse_interval("4h"), timeout_s=10)
    assert server.paths == []


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (broken, "status 502"), (garbage, "cannot be read"), (strange, "cannot be read"),
        (closed, "cannot be reached"),
    ],
)  # fmt: skip
def test_whatever_goes_wrong_over_there_is_an_unavailable_source(
    server: FakeYahoo, yahoo: Yahoo, failure: Reply, says: str
) -> None:
    server.always = failure

    with pytest.raises(SourceUnavailable, match=says):
        yahoo.fetch("MSFT", DAY, timeout_s=10)

    server.always = None
    assert len(yahoo.fetch("MSFT", DAY, timeout_s=10)) == 5


def test_asked_too_often_it_waits_longer_each_time_and_then_gets_its_bars(
    server: FakeYahoo, yahoo: Yahoo, patience: Patience
) -> None:
    server.failures.extend([too_many] * 4)  # yfinance itself asks twice each time

    assert len(yahoo.fetch("MSFT", DAY, timeout_s=10)) == 5
    assert patience.waits == [0.5, 1.0]


def test_the_waits_differ_by_chance(server: FakeYahoo, patience: Patience) -> None:
    server.failures.extend([too_many] * 4)
    chance = iter([0.0, 0.999])
    yahoo = Yahoo(ManualClock(), base_url=server.url, sleep=patience, jitter=lambda: next(chance))

    yahoo.fetch("MSFT", DAY, timeout_s=10)

    assert patience.waits == pytest.approx([0.25, 1.5], rel=0.01)


def test_limited_for_ever_it_gives_up(server: FakeYahoo, yahoo: Yahoo, patience: Patience) -> None:
    server.always = too_many

    with pytest.raises(SourceUnavailable, match="limits"):
        yahoo.fetch("MSFT", DAY, timeout_s=60)
    assert patience.waits == [0.5, 1.0, 2.0, 4.0]


def test_it_does_not_wait_beyond_its_time(
    server: FakeYahoo, yahoo: Yahoo, patience: Patience
) -> None:
    server.always = too_many

    with pytest.raises(SourceUnavailable, match="limits"):
        yahoo.fetch("MSFT", DAY, timeout_s=1)
    assert patience.waits == [0.5]


def test_a_server_that_says_nothing_is_given_up_in_time(server: FakeYahoo) -> None:
    server.always = server.aside = server.hang
    clock = SystemClock()
    began = clock.monotonic()

    with pytest.raises(SourceUnavailable, match="does not answer"):
        Yahoo(clock, base_url=server.url).fetch("MSFT", DAY, timeout_s=0.5)

    assert clock.monotonic() - began < 10  # not yfinance's own half minutes


def test_bars_come_also_where_cookie_and_crumb_do_not(server: FakeYahoo, yahoo: Yahoo) -> None:
    server.aside = too_many

    assert len(yahoo.fetch("MSFT", DAY, timeout_s=10)) == 5


def test_a_closed_port_is_an_unavailable_source() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        Yahoo(SystemClock(), base_url=f"http://127.0.0.1:{port}").fetch("MSFT", DAY, timeout_s=10)


def test_search_returns_the_symbols_that_we_can_write(server: FakeYahoo, yahoo: Yahoo) -> None:
    server.quotes = [
        {"symbol": "MSFT", "shortname": "Microsoft"},
        {"symbol": "MSFT US EQUITY"},
        {"symbol": "MSFT.MX"},
    ]

    found = yahoo.search("msft", timeout_s=10)

    assert [(info.symbol, info.title) for info in found] == [
        ("MSFT", "Microsoft"),
        ("MSFT.MX", None),
    ]
    assert yahoo.search(" ", timeout_s=10) == []


def test_a_search_that_fails_is_an_unavailable_source(server: FakeYahoo, yahoo: Yahoo) -> None:
    server.always = garbage

    with pytest.raises(SourceUnavailable):
        yahoo.search("msft", timeout_s=10)
