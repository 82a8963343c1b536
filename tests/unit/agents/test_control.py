"""Pause, resume and stop take hold at once: while a model answers, and between its tools."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aibt.agents import entries
from aibt.agents.llm.provider import OpenAIModel
from aibt.agents.model import Answer
from aibt.agents.session import Outcome, SessionRun
from aibt.agents.tools.desk import Desk
from aibt.agents.tools.opened import Tools
from aibt.errors import ModelUnavailable
from aibt.live.gate import Gate
from aibt.live.journal import Draft
from aibt.live.states import RunState
from tests.fakes.openai import FakeOpenAI, fails, hangs, says, tool_call
from tests.patience import PATIENCE_S
from tests.unit.agents.builders import (
    Came,
    MemoryJournal,
    PlainTools,
    Says,
    a_run,
    an_instrument,
    calls,
)
from tests.unit.agents.real_tools import real_tools

BARS = [an_instrument("AAA", [100.0, 101.0, 102.0]), an_instrument("BBB", [50.0, 51.0, 52.0])]
WITHIN_S = 1.0


@asynccontextmanager
async def running(run: SessionRun) -> AsyncIterator["asyncio.Task[Outcome]"]:
    task = asyncio.ensure_future(run.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.005)


async def test_a_pause_takes_hold_while_a_provider_says_nothing_and_resume_waits_on(
    provider: FakeOpenAI, model: OpenAIModel
) -> None:
    journal, gate = MemoryJournal(), Gate()
    provider.script(hangs())
    async with running(a_run(BARS, model, journal=journal, gate=gate)) as task:
        await until(lambda: provider.asked)
        gate.pause()

        assert await gate.paused(WITHIN_S)
        gate.resume()
        assert await gate.resumed(WITHIN_S)
        assert not provider.asked[0].ended.is_set()
        assert not task.done()
        gate.stop()
        await gate.stopped(WITHIN_S)
        assert (await task).state is RunState.STOPPED


async def test_a_paused_answer_is_read_to_its_end_and_kept_and_no_tool_runs_meanwhile(
    provider: FakeOpenAI, model: OpenAIModel
) -> None:
    journal, gate = MemoryJournal(), Gate()
    order = tool_call("buy", {"symbol": "AAA", "share": 0.2})
    provider.script(says("I think and I buy", order, pieces=10, pause_s=0.03))
    run = a_run(BARS, model, journal=journal, gate=gate, open_tools=real_tools())
    async with running(run) as task:
        await until(lambda: run.partial)
        gate.pause()
        assert await gate.paused(WITHIN_S)
        assert not journal.of(entries.ANSWER)

        await until(lambda: journal.of(entries.ANSWER))
        await asyncio.sleep(0.1)
        assert journal.of(entries.ANSWER)[0].data["text"] == "I think and I buy"
        assert not journal.of(entries.CALL, entries.ORDER)
        assert not provider.asked[0].was_cut
        gate.resume()

        assert (await task).state is RunState.FINISHED
    assert len(journal.of(entries.ORDER)) == 1
    assert len(journal.of(entries.REQUEST)) == len(provider.asked)


async def test_a_stop_cuts_an_answer_and_the_provider_sees_the_connection_close(
    provider: FakeOpenAI, model: OpenAIModel
) -> None:
    journal, gate = MemoryJournal(), Gate()
    provider.script(hangs("I think"))
    run = a_run(BARS, model, journal=journal, gate=gate)
    async with running(run) as task:
        await until(lambda: run.partial)

        gate.stop()
        await gate.stopped(WITHIN_S)

        assert await task == Outcome(state=RunState.STOPPED)
        assert await asyncio.to_thread(provider.asked[0].ended.wait, 5)
    assert provider.asked[0].was_cut
    assert not journal.of(entries.ANSWER, entries.END)
    assert run.partial == ""


async def test_a_stop_ends_a_paused_session(provider: FakeOpenAI, model: OpenAIModel) -> None:
    gate = Gate()
    provider.script(hangs())
    async with running(a_run(BARS, model, gate=gate)) as task:
        await until(lambda: provider.asked)
        gate.pause()
        assert await gate.paused(WITHIN_S)

        gate.stop()

        assert (await asyncio.wait_for(task, PATIENCE_S)).state is RunState.STOPPED


class Slow(PlainTools):
    """Tools in whose midst something can be done."""

    def __init__(self, desk: Desk, meanwhile: Callable[[str], Any]) -> None:
        super().__init__(desk)
        self._meanwhile = meanwhile

    async def call(self, name: str, arguments: str) -> Came:
        self.calls.append(name)
        await self._meanwhile(name)
        if name == "search_web":
            return Came(True, {"results": []}, "{}")
        return await super().call(name, arguments)


def _slow(meanwhile: Callable[[str], Any]) -> Any:
    @asynccontextmanager
    async def opened(desk: Desk) -> AsyncIterator[Tools]:
        yield Slow(desk, meanwhile)

    return opened


def _once(*made: tuple[str, dict[str, Any]]) -> Says:
    """A model that makes calls in its first decision, and none later."""
    left = [calls(*made)]
    return Says(lambda _: left.pop() if left else Answer(text="done"))


async def test_a_pause_between_two_tools_runs_the_second_after_the_resume() -> None:
    journal, gate, run_calls = MemoryJournal(), Gate(), []

    async def meanwhile(name: str) -> None:
        run_calls.append(name)
        if len(run_calls) == 1:
            gate.pause()

    model = _once(
        ("buy", {"symbol": "AAA", "share": 0.1}), ("buy", {"symbol": "BBB", "share": 0.1})
    )
    run = a_run(BARS, model, journal=journal, gate=gate, open_tools=_slow(meanwhile))
    async with running(run) as task:
        await until(lambda: gate.is_pausing)
        assert await gate.paused(WITHIN_S)
        await asyncio.sleep(0.05)

        assert run_calls == ["buy"]
        assert [one.data["symbol"] for one in journal.of(entries.ORDER)] == ["AAA"]
        assert len(journal.of(entries.RESULT)) == 1, "who looks at it meanwhile sees the result"
        gate.resume()
        await task
    assert [one.data["symbol"] for one in journal.of(entries.ORDER)] == ["AAA", "BBB"]


async def test_a_pause_waits_for_an_order_under_way_but_not_for_a_search() -> None:
    journal, gate, searching = MemoryJournal(), Gate(), asyncio.Event()

    async def meanwhile(name: str) -> None:
        if name == "search_web":
            await searching.wait()
        elif name == "buy":
            gate.pause()
            await asyncio.sleep(0.1)
            assert not journal.of(entries.ORDER)

    model = _once(("buy", {"symbol": "AAA", "share": 0.1}), ("search_web", {"query": "x"}))
    run = a_run(BARS, model, journal=journal, gate=gate, open_tools=_slow(meanwhile))
    async with running(run) as task:
        await until(lambda: gate.is_pausing)
        assert await gate.paused(WITHIN_S)
        assert len(journal.of(entries.ORDER)) == 1, "it was under way, and has ended"
        gate.resume()
        await until(lambda: len(journal.of(entries.CALL)) == 2)
        gate.pause()
        assert await gate.paused(WITHIN_S)
        searching.set()
        gate.resume()
        await task
    assert [one.data["ok"] for one in journal.of(entries.RESULT)] == [True, True]


async def test_a_stop_between_two_tools_loses_nothing_of_the_first() -> None:
    journal, gate = MemoryJournal(), Gate()

    async def meanwhile(name: str) -> None:
        gate.stop()

    model = _once(("get_account", {}), ("buy", {"symbol": "BBB", "share": 0.1}))
    run = a_run(BARS, model, journal=journal, gate=gate, open_tools=_slow(meanwhile))

    outcome = await run.run()

    assert outcome.state is RunState.STOPPED
    assert [one.data["name"] for one in journal.of(entries.RESULT)] == ["get_account"]
    assert not journal.of(entries.ORDER)
    assert not run.desk.accepts


async def test_a_provider_that_fails_pauses_with_a_reason_and_resume_asks_the_same_again(
    provider: FakeOpenAI, model: OpenAIModel
) -> None:
    journal, gate, troubles = MemoryJournal(), Gate(), list[str]()
    provider.script(*[fails(503, "overloaded")] * 2)
    run = a_run(BARS, model, journal=journal, gate=gate, troubles=troubles)
    async with running(run) as task:
        await until(lambda: gate.is_pausing)
        assert await gate.paused(WITHIN_S)
        assert len(troubles) == 1
        assert str(journal.of(entries.LOG)[0].data["text"]) == troubles[0]
        assert len(journal.of(entries.REQUEST)) == 1
        gate.resume()

        assert (await task).state is RunState.FINISHED
    first, again = provider.asked[0], provider.asked[2]
    assert again.body == first.body
    assert len(journal.of(entries.REQUEST)) == len(journal.of(entries.ANSWER)) == 2


async def test_a_provider_that_fails_while_its_session_is_paused_is_asked_again_at_resume() -> None:
    gate, troubles, failing = Gate(), list[str](), asyncio.Event()

    class Failing(Says):
        async def answer(self, *given: Any) -> Answer:
            found = await super().answer(*given)
            if len(self.asked) == 1:
                await failing.wait()
                raise ModelUnavailable("away")
            return found

    model = Failing(lambda _: Answer(text="done"))
    async with running(a_run(BARS, model, gate=gate, troubles=troubles)) as task:
        await until(lambda: model.asked)
        gate.pause()
        assert await gate.paused(WITHIN_S)
        failing.set()
        gate.resume()

        assert (await asyncio.wait_for(task, PATIENCE_S)).state is RunState.FINISHED
    assert not troubles
    assert model.asked[0] == model.asked[1]


async def test_an_outside_order_during_a_call_is_not_taken_for_the_models() -> None:
    from decimal import Decimal

    from aibt.agents.tools.desk import OrderRequest
    from aibt.trading.orders import OrderAction

    journal = MemoryJournal()

    async def meanwhile(name: str) -> None:
        request = OrderRequest(action=OrderAction.BUY, symbol="BBB", quantity=Decimal(1))
        if name == "buy":
            await run.desk.place(request, None)

    model = _once(("buy", {"symbol": "AAA", "share": 0.1}))
    run = a_run(BARS, model, journal=journal, open_tools=_slow(meanwhile))
    await run.run()

    placed = {str(one.data["order_id"]): one.data["symbol"] for one in journal.of(entries.ORDER)}
    assert placed == {"outside.1.0": "BBB", "1.1.0": "AAA"}


async def test_a_store_that_is_away_while_a_session_is_told_to_stop_loses_nothing() -> None:
    from aibt.errors import StoreUnavailable

    journal, gate, left = MemoryJournal(), Gate(), [True]

    def trouble(drafts: Sequence[Draft]) -> None:
        if drafts[-1].kind == entries.RESULT and left:
            left.pop()
            raise StoreUnavailable("busy")

    async def meanwhile(name: str) -> None:
        gate.stop()

    journal.before_append = trouble
    model = _once(("get_account", {}), ("get_account", {}))
    await a_run(BARS, model, journal=journal, gate=gate, open_tools=_slow(meanwhile)).run()

    assert len(journal.of(entries.RESULT)) == 1
