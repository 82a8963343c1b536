"""Live sessions: bars that come when they come, and nothing filled before its price was known."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from aibt.agents import entries
from aibt.agents.model import Answer
from aibt.agents.replay import ledger_of
from aibt.agents.tools.desk import OrderRequest
from aibt.errors import LeaseLost
from aibt.live.gate import Gate
from aibt.trading.orders import OrderAction
from tests.patience import PATIENCE_S
from tests.unit.agents.builders import MemoryJournal, Says, a_plan, calls
from tests.unit.agents.live import BEGIN, HOUR, Feed, HandClock, a_live_run, hourly
from tests.unit.agents.random_sessions import check_money, ledger

TEN = datetime.fromisoformat("2026-03-04T10:00:00+00:00")
FIRST = TEN - 20 * HOUR
BTC, ETH = "BTC-USD", "ETH-USD"


def _feed(*symbols: str, count: int = 60) -> Feed:
    names = symbols or (BTC,)
    series = {
        symbol: hourly(symbol, [100.0 * (1 + at) + 2 * bar for bar in range(count)], FIRST)
        for at, symbol in enumerate(names)
    }
    return Feed(HandClock(), series)


def _steps(journal: MemoryJournal) -> list[datetime]:
    return [datetime.fromisoformat(str(one.data["at"])) for one in journal.of(entries.STEP)]


def _logs(journal: MemoryJournal) -> list[str]:
    return [str(one.data["text"]) for one in journal.of(entries.LOG)]


def _script(*turns: tuple[str, dict[str, Any]] | None) -> Says:
    """A model that makes one call a decision, as listed, and nothing afterwards."""
    left = list(turns)

    def says(messages: Any) -> Answer:
        if messages[-1]["role"] == "tool" or not left:
            return Answer(text="done")
        wanted = left.pop(0)
        return Answer(text="wait") if wanted is None else calls(wanted)

    return Says(says)


def _told(model: Says, decision: int) -> str:
    """What a model was told at the beginning of a decision."""
    begun = [messages for messages in model.asked if len(messages) == 2]
    return str(begun[decision - 1][-1]["content"])


async def _until(run: Any, gate: Gate, steps: int) -> None:
    """Let a run go until it has taken so many steps, and stop it."""
    task = asyncio.ensure_future(run.run())
    async with asyncio.timeout(PATIENCE_S):
        while run.step < steps and not task.done():
            await asyncio.sleep(0)
        gate.stop()
        await task


def _buy(symbol: str = BTC, share: float = 0.5) -> tuple[str, dict[str, Any]]:
    return "buy", {"symbol": symbol, "share": share}


async def test_a_live_session_decides_at_once_and_then_at_each_end_of_a_bar() -> None:
    feed, journal, gate = _feed(), MemoryJournal(), Gate()
    model = _script(_buy())

    await _until(a_live_run(feed, model, journal=journal, gate=gate), gate, 4)

    assert _steps(journal)[:4] == [BEGIN, TEN, TEN + HOUR, TEN + 2 * HOUR]
    (fill,) = journal.of(entries.FILL)
    (order,) = journal.of(entries.ORDER)
    assert order.data["placed_at"] == BEGIN.isoformat()
    assert fill.data["at"] == TEN.isoformat(), "the open of the first bar after the decision"
    assert Decimal(str(fill.data["market_price"])) == Decimal(139)  # 138 at ten, and one above
    assert fill.data["step"] == 3, "which is known once that bar has ended"
    check_money(journal.entries, a_plan(universe=[BTC], start=None, end=None))
    assert max(feed.clock.slept) <= 5


async def test_an_order_never_fills_at_an_open_that_was_before_it() -> None:
    feed, journal, gate = _feed(), MemoryJournal(), Gate()
    model = _script(None, _buy())

    await _until(a_live_run(feed, model, journal=journal, gate=gate), gate, 5)

    (order,), (fill,) = journal.of(entries.ORDER), journal.of(entries.FILL)
    placed = datetime.fromisoformat(str(order.data["placed_at"]))
    assert TEN < placed < TEN + timedelta(minutes=1), "the bar that opened at ten is under way"
    assert fill.data["at"] == (TEN + HOUR).isoformat()


async def test_an_outside_client_places_orders_while_the_session_waits_for_a_bar() -> None:
    feed, journal, gate = _feed(), MemoryJournal(), Gate()
    run = a_live_run(feed, _script(), journal=journal, gate=gate)
    wanted = OrderRequest(action=OrderAction.BUY, symbol=BTC, share=Decimal("0.5"))
    task = asyncio.ensure_future(run.run())
    async with asyncio.timeout(PATIENCE_S):
        while run.step < 1 or not run.desk.accepts or journal.entries[-1].kind != entries.ANSWER:
            await asyncio.sleep(0)

        placed = await run.desk.place(wanted, "mine")

        while not journal.of(entries.FILL):
            await asyncio.sleep(0)
        gate.stop()
        await task
    assert placed["order_id"] == "outside.mine"
    (fill,) = journal.of(entries.FILL)
    assert fill.data["order_id"] == "outside.mine"
    check_money(journal.entries, a_plan(universe=[BTC], start=None, end=None))


async def test_a_late_bar_is_waited_for_and_if_it_comes_the_decision_sees_it() -> None:
    feed, journal, gate = _feed(BTC, ETH), MemoryJournal(), Gate()
    feed.late_s[ETH, TEN] = 40.0
    model = _script()

    await _until(a_live_run(feed, model, journal=journal, gate=gate), gate, 2)

    assert journal.of(entries.STEP)[1].data["late"] == []
    assert not _logs(journal)
    assert f"{ETH}: 238" in _told(model, 2)
    waited = [symbols for at, symbols in feed.asked if TEN + timedelta(seconds=6) < at < TEN + HOUR]
    assert waited
    assert set(waited) == {(ETH,)}, "who has come is not asked again"


async def test_a_bar_that_is_too_late_is_said_counts_later_and_fills_at_no_known_price() -> None:
    feed, journal, gate = _feed(BTC, ETH), MemoryJournal(), Gate()
    feed.late_s[ETH, TEN] = 600.0
    model = _script(_buy(ETH), None)

    await _until(a_live_run(feed, model, journal=journal, gate=gate), gate, 4)

    late = journal.of(entries.STEP)[1]
    assert late.data["late"] == [ETH]
    assert _logs(journal)[0].startswith(f"no bar of {ETH} within 60 s of 10:00 UTC")
    assert f"{ETH}: 236" in _told(model, 2), "the last close that is known"
    assert f"{ETH}: 240" in _told(model, 3)
    (fill,) = journal.of(entries.FILL)
    assert fill.data["at"] == TEN.isoformat()
    assert fill.data["step"] == 3


async def test_an_order_placed_while_a_bar_is_late_does_not_fill_in_it() -> None:
    feed, journal, gate = _feed(BTC, ETH), MemoryJournal(), Gate()
    feed.late_s[ETH, TEN + HOUR] = 1_000.0
    model = _script(None, None, _buy(ETH))

    await _until(a_live_run(feed, model, journal=journal, gate=gate), gate, 6)

    (order,), (fill,) = journal.of(entries.ORDER), journal.of(entries.FILL)
    placed = datetime.fromisoformat(str(order.data["placed_at"]))
    assert placed > TEN + HOUR + timedelta(seconds=59)
    assert fill.data["at"] == (TEN + 2 * HOUR).isoformat()


async def test_a_late_bar_of_a_market_with_other_hours_is_not_lost() -> None:
    feed, journal, gate = _feed(BTC, "EURUSD"), MemoryJournal(), Gate()
    friday = datetime.fromisoformat("2026-03-06T22:00:00+00:00")  # 17:00 in New York
    feed.clock.at = friday - timedelta(minutes=10)
    feed.series = {
        one: hourly(one, [100.0 + bar for bar in range(30)], friday - 20 * HOUR)
        for one in feed.series
    }
    feed.late_s["EURUSD", friday] = 900.0
    model = _script()

    await _until(a_live_run(feed, model, journal=journal, gate=gate), gate, 3)

    late = [one.data["late"] for one in journal.of(entries.STEP)]
    assert late == [[], ["EURUSD"], []]
    assert "EURUSD: 119" in _told(model, 3), "the last bar before the weekend"
    assert len(_logs(journal)) == 1


async def test_a_source_that_fails_is_asked_again_and_the_log_says_why() -> None:
    feed, journal, gate = _feed(), MemoryJournal(), Gate()
    feed.failing = (TEN, TEN + timedelta(minutes=5))
    model = _script()

    await _until(a_live_run(feed, model, journal=journal, gate=gate), gate, 3)

    assert "the source is away" in _logs(journal)[0]
    assert [one.data["late"] for one in journal.of(entries.STEP)] == [[], [BTC], []]
    assert f"{BTC}: 140" in _told(model, 3)


async def test_times_that_pass_in_a_pause_are_skipped_and_said_and_orders_before_it_fill() -> None:
    feed, journal, gate = _feed(), MemoryJournal(), Gate()
    model = _script(None, _buy())
    run = a_live_run(feed, model, journal=journal, gate=gate)
    task = asyncio.ensure_future(run.run())
    async with asyncio.timeout(PATIENCE_S):
        while not (journal.of(entries.ORDER) and run.step == 2):
            await asyncio.sleep(0)
        gate.pause()
        assert await gate.paused(1)
        while feed.clock.at < TEN + HOUR + timedelta(minutes=10):  # a time falls due meanwhile
            feed.clock.at += timedelta(minutes=7)
            await asyncio.sleep(0.01)
        feed.clock.at = TEN + timedelta(hours=5, minutes=30)
        await asyncio.sleep(0.01)
        assert run.step == 2
        gate.resume()
        while run.step < 4:
            await asyncio.sleep(0)
        gate.stop()
        await task

    assert _steps(journal)[2] == TEN + 5 * HOUR, "no decision is made up for"
    (skip,) = journal.of(entries.SKIP)
    assert skip.data["times"] == 4
    assert skip.data["from"] == (TEN + HOUR).isoformat()
    assert skip.data["until"] == (TEN + 4 * HOUR).isoformat()
    (fill,) = journal.of(entries.FILL)
    assert fill.data["at"] == (TEN + HOUR).isoformat(), "the first open after its decision"
    assert "4 trading times passed without a decision" in _told(model, 3)


async def test_a_lost_session_goes_on_where_it_was_with_what_is_late_and_held() -> None:
    feed, journal, gate = _feed(BTC, ETH), MemoryJournal(), Gate()
    feed.late_s[ETH, TEN + HOUR] = 1_000.0
    run = a_live_run(feed, _script(_buy(), _buy(ETH, 0.3)), journal=journal, gate=gate)
    task = asyncio.ensure_future(run.run())
    while run.step < 3:
        await asyncio.sleep(0)
    journal.lost = True
    try:
        await task
    except LeaseLost:
        journal.lost = False
    before = ledger(ledger_of(journal.entries, a_plan(universe=[BTC, ETH], start=None, end=None)))
    feed.clock.at = TEN + timedelta(hours=3, minutes=5)

    again = a_live_run(feed, _script(), journal=journal, gate=(other := Gate()))
    await _until(again, other, 5)

    steps = _steps(journal)
    assert steps[3] == TEN + 3 * HOUR
    assert [one.data["times"] for one in journal.of(entries.SKIP)] == [1]
    assert before["positions"].keys() == {BTC}
    assert {str(one.data["symbol"]) for one in journal.of(entries.FILL)} == {BTC, ETH}
    check_money(journal.entries, a_plan(universe=[BTC, ETH], start=None, end=None))


async def _split_run(journal: MemoryJournal, *, lost: bool) -> Feed:
    """Hold a symbol whose source tells all prices a tenth of what they were, from noon on."""
    noon = TEN + 2 * HOUR
    prices = [100.0] * 22 + [10.0] * 30
    series = hourly(BTC, prices, FIRST)
    flat = {one: np.array(prices) for one in ("open", "high", "low", "close")}
    feed = Feed(HandClock(), {BTC: replace(series, **flat)})
    feed.factor[BTC] = (noon, 0.1)
    gate = Gate()
    run = a_live_run(feed, _script(_buy(BTC, 1.0)), journal=journal, gate=gate)
    if lost:
        task = asyncio.ensure_future(run.run())
        while run.step < 4:
            await asyncio.sleep(0)
        journal.lost = True
        await asyncio.wait({task})
        assert isinstance(task.exception(), LeaseLost)
        journal.lost = False
        feed.clock.at = noon + timedelta(minutes=50)
        run = a_live_run(feed, _script(), journal=journal, gate=(gate := Gate()))
    await _until(run, gate, 6)
    return feed


async def test_a_split_that_shows_only_in_what_is_told_anew_is_made_good() -> None:
    for lost in (False, True):
        journal = MemoryJournal()

        await _split_run(journal, lost=lost)

        plan = a_plan(universe=[BTC], start=None, end=None)
        account = ledger_of(journal.entries, plan)
        (split,) = journal.of(entries.SPLIT)
        assert Decimal(str(split.data["ratio"])) == 10
        assert account.portfolio.quantity(BTC) > 900
        assert Decimal(9_900) < account.portfolio.equity() < Decimal(10_000)
        assert not journal.of(entries.HALT)
