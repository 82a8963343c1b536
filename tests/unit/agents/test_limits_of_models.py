"""What ends a decision or a session: turns, tokens, money; and answers that are wrong."""

import json
from typing import Any

import pytest

from aibt.agents import entries
from aibt.agents.llm.provider import OpenAIModel
from aibt.agents.model import Answer, ToolCall, Usage
from aibt.errors import ModelRefused
from aibt.live.states import RunState
from tests.fakes.openai import FakeOpenAI, fails, says, tool_call
from tests.unit.agents.builders import MemoryJournal, Says, a_run, an_instrument, calls
from tests.unit.agents.real_tools import real_tools

BARS = [an_instrument("AAA", [100.0, 101.0, 102.0]), an_instrument("BBB", [50.0, 51.0, 52.0])]


async def test_a_provider_that_refuses_for_good_ends_the_session(
    provider: FakeOpenAI, model: OpenAIModel
) -> None:
    journal, troubles = MemoryJournal(), list[str]()
    provider.script(fails(401, "no such key"))

    with pytest.raises(ModelRefused):
        await a_run(BARS, model, journal=journal, troubles=troubles).run()

    assert not troubles
    assert not journal.of(entries.ANSWER)


async def test_a_model_that_never_ends_has_its_turns_and_is_told_of_the_last_one() -> None:
    journal = MemoryJournal()
    model = Says(lambda _: calls(("get_account", {})))

    outcome = await a_run(BARS, model, journal=journal, max_rounds=3).run()

    assert outcome.state is RunState.FINISHED
    assert len(model.asked) == 2 * 3
    assert "last turn" in str(model.asked[2][-1]["content"])
    assert len(journal.of(entries.RESULT)) == 2 * 3, "what the last turn asks for is done"
    texts = [str(one.data["text"]) for one in journal.of(entries.LOG)]
    assert texts == ["the model used all of its 3 turns"] * 2


@pytest.mark.parametrize(
    ("limit", "says_so"),
    [({"max_tokens": 25}, "25 tokens"), ({"max_cost": 0.025}, "0.03 US dollars")],
)
async def test_a_session_ends_where_its_tokens_or_money_do(
    limit: dict[str, Any], says_so: str
) -> None:
    journal = MemoryJournal()
    usage = Usage(input_tokens=6, output_tokens=4, cost=0.01)
    model = Says(
        lambda _: Answer(
            tool_calls=(ToolCall(id="c", name="get_account", arguments="{}"),), usage=usage
        )
    )
    run = a_run(BARS, model, journal=journal, **limit)

    outcome = await run.run()

    assert len(model.asked) == 3
    assert outcome.state is RunState.STOPPED
    assert outcome.reason is not None
    assert outcome.reason.startswith("the model has ")
    assert says_so.split()[1] in outcome.reason
    assert journal.entries[-1].kind == entries.END
    again = a_run(BARS, model, journal=journal, **limit)
    assert await again.run() == outcome
    assert len(model.asked) == 3


async def test_faulty_and_empty_answers_change_nothing_and_the_model_is_told(
    provider: FakeOpenAI, model: OpenAIModel
) -> None:
    journal = MemoryJournal()
    wrong = [
        tool_call("buy", "{{{ no json", "a"),
        tool_call("no_such_tool", {}, "b"),
        tool_call("buy", {"symbol": "AAA"}, "c"),
        tool_call("buy", {"symbol": "ZZZ", "share": 0.1}, "d"),
        tool_call("buy", {"symbol": "AAA", "share": 0.1, "account": 7}, "e"),
    ]
    provider.script(says("", *wrong), says("done"), says("", finish="stop"))
    run = a_run(BARS, model, journal=journal, open_tools=real_tools())

    outcome = await run.run()

    assert outcome.state is RunState.FINISHED
    assert not journal.of(entries.ORDER, entries.FILL)
    assert [one.data["ok"] for one in journal.of(entries.RESULT)] == [False] * 5
    told = [one for one in provider.asked[1].messages if one["role"] == "tool"]
    assert [one["tool_call_id"] for one in told] == ["a", "b", "c", "d", "e"]
    assert all(one["content"] for one in told)
    json.dumps(provider.asked[1].body, allow_nan=False)
    assert run.account.portfolio.cash == run.account.portfolio.balance
