"""A session again from its journal, to the last digit, with no model and no network."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace as but
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.agents import entries
from aibt.agents.plan import SessionPlan
from aibt.agents.replay import Replayed, ledger_of, replay
from aibt.agents.session_file import read_fixture, write_fixture
from aibt.agents.tape import Tape
from aibt.agents.tools.desk import OrderRequest
from aibt.errors import OrderDenied
from aibt.live.journal import Entry
from aibt.market.instruments import Instrument
from aibt.trading.orders import OrderAction
from tests.fakes.jina import FakeJina, Page
from tests.unit.agents.builders import (
    MemoryJournal,
    Says,
    a_plan,
    a_run,
    calls,
    walking,
)
from tests.unit.agents.random_sessions import (
    Losses,
    Whimsical,
    check_money,
    ledger,
    losses,
    markets,
    run_through,
)
from tests.unit.agents.real_tools import a_web, real_tools
from tests.unit.agents.recorded import FILE, record


def _again(journal: Sequence[Entry], plan: SessionPlan, bars: Sequence[Instrument]) -> Replayed:
    return asyncio.run(replay(journal, plan, Tape(bars)))


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise AssertionError("a replay needs no network")

    monkeypatch.setattr(socket.socket, "connect", refused)


@pytest.mark.usefixtures("_no_network")
def test_a_recorded_month_comes_out_to_the_last_digit() -> None:
    file = read_fixture(FILE)

    again = _again(file.entries, file.plan(), file.instruments)

    assert again.is_same, again.difference
    assert ledger(again.account) == ledger(ledger_of(file.entries, file.plan()))
    assert again.account.fills > 10
    check_money(file.entries, file.plan())


def test_what_is_recorded_now_is_what_was_recorded_then(tmp_path: Path) -> None:
    record(tmp_path / "now.gz")

    now, then = read_fixture(tmp_path / "now.gz"), read_fixture(FILE)

    assert [(one.key, one.data) for one in now.entries] == [
        (one.key, one.data) for one in then.entries
    ]


def test_a_file_holds_a_session_exactly(tmp_path: Path) -> None:
    path, file = tmp_path / "a.gz", read_fixture(FILE)

    write_fixture(path, file.request, file.entries, file.instruments)

    again = read_fixture(path)
    assert path.read_bytes() == FILE.read_bytes()
    assert again.entries == file.entries
    assert [one.series.close.tolist() for one in again.instruments] == [
        one.series.close.tolist() for one in file.instruments
    ]


def test_another_file_is_no_session(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "a.gz").write_bytes(gzip.compress(b'{"kind": "other"}\n'))

    with pytest.raises(ValueError, match=r"a\.gz is no session"):
        read_fixture(tmp_path / "a.gz")


@given(markets(), st.integers(0, 10**6), losses, st.integers(0, 10**6))
@settings(max_examples=15)
def test_any_session_is_replayed_however_often_it_was_lost_and_wherever_it_breaks_off(
    market: list[Instrument], seed: int, at: list[Any], cut: int
) -> None:
    journal = MemoryJournal()
    Losses(journal, list(at))
    model = Whimsical(seed, [one.symbol for one in market], journal)
    run = asyncio.run(
        run_through(lambda: a_run(market, model, journal=journal, open_tools=real_tools()), journal)
    )
    plan = a_plan(universe=[one.symbol for one in market])

    whole = _again(journal.entries, plan, market)
    part = _again(journal.entries[: cut % len(journal.entries)], plan, market)

    assert whole.is_same, whole.difference
    assert ledger(whole.account) == ledger(run.account)
    assert part.is_same, part.difference


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (entries.MARK, "cash", "10000.01"),
        (entries.FILL, "price", "1"),
        (entries.ORDER, "share", "0.2"),
    ],
)
def test_a_replay_says_where_a_journal_that_was_changed_differs(
    kind: str, field: str, value: str
) -> None:
    file = read_fixture(FILE)
    at = next(index for index, one in enumerate(file.entries) if one.kind == kind)
    wrong = but(file.entries[at], data={**file.entries[at].data, field: value})
    changed = [*file.entries[:at], wrong, *file.entries[at + 1 :]]

    again = _again(changed, file.plan(), file.instruments)

    assert again.difference is not None
    assert again.difference.recorded == wrong
    assert value in str(again.difference)


def test_bars_that_were_changed_show_in_a_replay() -> None:
    file = read_fixture(FILE)
    bars = [but(one, series=but(one.series, open=one.series.low)) for one in file.instruments]

    again = _again(file.entries, file.plan(), bars)

    assert not again.is_same


@pytest.mark.usefixtures("_no_network")
def test_a_live_session_is_a_fold_only() -> None:
    with pytest.raises(ValueError, match="fold only"):
        _again((), a_plan(start=None, end=None, live=True), ())


def test_what_was_searched_comes_from_the_journal() -> None:
    market = [walking("AAA", 4)]
    page = Page(
        url="https://a.example.com/x", title="AAA rises", description="up",
        content="Buy AAA", date="Jan 1, 2016", published="2016-01-01T00:00:00Z",
    )  # fmt: skip
    look = calls(("search_web", {"query": "AAA"}), ("read_page", {"url": page.url}))

    def script(messages: Any) -> Any:
        if len(messages) == 2:
            return look
        found = any("AAA rises" in str(one.get("content")) for one in messages)
        if found and messages[-1]["tool_call_id"] != "c9":
            buys = calls(("buy", {"symbol": "AAA", "share": 0.1}))
            return but(buys, tool_calls=(but(buys.tool_calls[0], id="c9"),))
        return calls(text="done")

    journal = MemoryJournal()

    async def recorded() -> None:
        with FakeJina(page) as fake:
            web = a_web(fake)
            await a_run(market, Says(script), journal=journal, open_tools=real_tools(web)).run()
            await web.close()

    asyncio.run(recorded())

    again = _again(journal.entries, a_plan(universe=["AAA"]), market)

    assert again.is_same, again.difference
    assert again.account.fills >= 3


def test_orders_of_outside_clients_come_from_the_journal() -> None:
    market, journal = [walking("AAA", 6), walking("BBB", 6, 2)], MemoryJournal()

    def script(messages: Any) -> Any:
        if len(messages) == 2:
            return calls(("buy", {"symbol": "AAA", "share": 0.1}), ("get_account", {}))
        return calls(text="done")

    run = a_run(market, Says(script), journal=journal)
    placed = 0
    stored = journal.append

    async def append(drafts: Any) -> Any:
        nonlocal placed
        found = await stored(drafts)
        if drafts[-1].kind == entries.REQUEST:
            placed += 1
            request = OrderRequest(action=OrderAction.BUY, symbol="BBB", quantity=Decimal(placed))
            with suppress(OrderDenied):  # the last ones are too large
                await run.desk.place(request, f"key-{placed}" if placed % 2 else None)
        return found

    journal.append = append  # type: ignore[method-assign] - an outside client at just that moment
    asyncio.run(run.run())
    ids = {str(one.data["order_id"]) for one in journal.of(entries.ORDER)}

    again = _again(journal.entries, a_plan(universe=["AAA", "BBB"]), market)

    assert {"outside.key-1", "1.1.0"} <= ids
    assert placed == 10
    assert again.is_same, again.difference
    assert ledger(again.account) == ledger(run.account)


def test_the_fold_needs_no_bars_and_no_clock() -> None:
    entry = Entry(
        seq=1, key="1/mark", kind=entries.MARK, at=datetime(2020, 1, 1, tzinfo=UTC),
        data={"step": 1, "at": "2020-01-01T00:00:00+00:00", "prices": {"AAA": "3"}},
    )  # fmt: skip

    assert ledger_of([entry], a_plan()).portfolio.prices == {"AAA": Decimal(3)}
