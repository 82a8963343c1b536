"""What comes of a provider's stream: text, reasoning, calls, usage, in whatever shape."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from aibt.agents.llm.pricing import Prices
from aibt.agents.llm.provider import OpenAIModel
from aibt.agents.model import Answer, ToolSpec
from tests.fakes.openai import FakeOpenAI, answers, deltas, says, streams, tool_call, usage
from tests.unit.agents.llm.builders import KEY, Make, ignored

QUESTION = [{"role": "user", "content": "What will you do?"}]
TOOLS = [
    ToolSpec(name=name, description=f"to {name}", parameters={"type": "object"})
    for name in ("buy", "sell", "get_price")
]


async def asked(model: OpenAIModel) -> Answer:
    return await model.answer(QUESTION, TOOLS, ignored)


def a_call(index: object = None, **of_it: Any) -> dict[str, Any]:
    function = {key: of_it.pop(key) for key in ("name", "arguments") if key in of_it}
    numbered = {} if index is None else {"index": index}
    return {"tool_calls": [{**numbered, **of_it, "function": function}]}


async def test_an_answer_has_the_text_the_reasoning_and_the_calls(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(
        says("I buy.", tool_call("buy", {"symbol": "GOOGL"}, "c1"), reasoning="It is cheap.")
    )

    answer = await asked(a_model())

    assert (answer.text, answer.reasoning) == ("I buy.", "It is cheap.")
    assert [(call.id, call.name, call.arguments) for call in answer.tool_calls] == [
        ("c1", "buy", '{"symbol": "GOOGL"}')
    ]
    assert (answer.finish, answer.model, answer.notes) == ("tool_calls", "fake/model", ())


async def test_calls_in_parallel_stay_apart_and_in_order(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(
        deltas(
            {"tool_calls": [
                {"index": 0, "id": "a", "function": {"name": "buy", "arguments": '{"x"'}},
                {"index": 1, "id": "b", "function": {"name": "sell", "arguments": '{"y"'}},
            ]},
            a_call(1, arguments=": 2}"),
            a_call(0, arguments=": 1}"),
        )
    )  # fmt: skip

    answer = await asked(a_model())

    assert [(call.name, call.arguments) for call in answer.tool_calls] == [
        ("buy", '{"x": 1}'),
        ("sell", '{"y": 2}'),
    ]


@pytest.mark.parametrize(
    "pieces",
    [
        # ids missing altogether
        [a_call(0, name="buy", arguments='{"a":'), a_call(0, arguments="1}"),
         a_call(1, name="sell", arguments='{"b":2}')],
        # id and name again with each piece
        [a_call(0, id="x", name="buy", arguments='{"a":'),
         a_call(0, id="x", name="buy", arguments="1}"),
         a_call(1, id="y", name="sell", arguments='{"b":2}')],
        # no index, whole calls
        [a_call(id="x", name="buy", arguments='{"a":1}'),
         a_call(id="y", name="sell", arguments='{"b":2}')],
        # no index and no ids, whole calls
        [a_call(name="buy", arguments='{"a":1}'), a_call(name="sell", arguments='{"b":2}')],
        # no index, whole calls in one piece
        [{"tool_calls": [{"function": {"name": "buy", "arguments": {"a": 1}}},
                         {"function": {"name": "sell", "arguments": {"b": 2}}}]}],
        # always index 0, but another id
        [a_call(0, id="x", name="buy", arguments='{"a":1}'),
         a_call(0, id="y", name="sell", arguments='{"b":2}')],
        # the same id for both
        [a_call(0, id="x", name="buy", arguments='{"a":1}'),
         a_call(1, id="x", name="sell", arguments='{"b":2}')],
        # no index, arguments in pieces, no id with the later ones
        [a_call(id="x", name="buy", arguments='{"a":'), a_call(arguments="1}"),
         a_call(id="y", name="sell", arguments='{"b":2}')],
        # the name in pieces
        [a_call(0, id="x", name="bu", arguments=""), a_call(0, name="y", arguments='{"a":1}'),
         a_call(1, id="y", name="sell", arguments='{"b":2}')],
    ],
)  # fmt: skip
async def test_calls_are_told_apart_however_a_provider_numbers_them(
    provider: FakeOpenAI, a_model: Make, pieces: list[dict[str, Any]]
) -> None:
    provider.script(deltas(*pieces, finish="tool_calls"))

    answer = await asked(a_model())

    found = [(call.name, call.arguments.replace(" ", "")) for call in answer.tool_calls]
    assert found == [("buy", '{"a":1}'), ("sell", '{"b":2}')]
    assert len({call.id for call in answer.tool_calls}) == 2
    assert all(call.id and call.fault is None for call in answer.tool_calls)


@pytest.mark.parametrize(
    "piece",
    [
        {"reasoning": "It is cheap."},
        {"reasoning_content": "It is cheap."},
        {"reasoning": "It is cheap.", "reasoning_content": "It is cheap."},
        {"reasoning": "It is cheap.", "reasoning_details": [{"text": "It is cheap."}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "It is cheap."}]},
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "It is cheap."}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "It is cheap."}]}]},
        {"content": "<think>It is cheap.</think>"},
    ],
)
async def test_reasoning_is_kept_in_whatever_way_it_is_sent(
    provider: FakeOpenAI, a_model: Make, piece: dict[str, Any]
) -> None:
    provider.script(deltas(piece, {"content": "I buy."}))

    answer = await asked(a_model())

    assert (answer.reasoning, answer.text) == ("It is cheap.", "I buy.")


async def test_usage_has_what_was_cached_what_was_thought_and_what_it_cost(
    provider: FakeOpenAI, a_model: Make
) -> None:
    told = usage(
        1_000,
        200,
        prompt_tokens_details={"cached_tokens": 600},
        completion_tokens_details={"reasoning_tokens": 150},
        cost=0.0125,
    )
    provider.script(says("done", told=told))

    found = (await asked(a_model())).usage

    assert (found.input_tokens, found.output_tokens) == (1_000, 200)
    assert (found.cached_tokens, found.reasoning_tokens, found.cost) == (600, 150, 0.0125)


async def test_the_price_list_gives_a_cost_that_the_provider_does_not_tell(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(says("done", told=usage(1_000, 200)))

    answer = await asked(a_model(prices=Prices(input=1e-6, output=5e-6)))

    assert answer.usage.cost == pytest.approx(0.002)


async def test_where_no_usage_is_told_it_is_estimated_and_the_log_says_so(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(
        streams({"choices": [{"delta": {"content": "x" * 400}, "finish_reason": "stop"}]}, "[DONE]")
    )

    answer = await asked(a_model())

    assert answer.usage.output_tokens == 100
    assert answer.usage.input_tokens > 50
    assert "estimated" in answer.notes[-1]


async def test_what_has_streamed_so_far_is_told_before_the_answer_ends(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(says("one two three", reasoning="hm", pause_s=0.06))
    told: list[str] = []

    await a_model().answer(QUESTION, TOOLS, told.append)

    assert len(told) >= 3
    assert all(later.startswith(earlier) for earlier, later in pairwise(told))
    assert told[-1] == "hm\n\none two three"


async def test_a_provider_that_does_not_stream_is_understood(
    provider: FakeOpenAI, a_model: Make
) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "buy", "arguments": "{}"}}
    message = {"role": "assistant", "content": "I buy.", "tool_calls": [call]}
    body = {"choices": [{"message": message, "finish_reason": "tool_calls"}], "usage": usage()}
    provider.script(answers(200, body))

    answer = await asked(a_model())

    assert (answer.text, answer.tool_calls[0].name) == ("I buy.", "buy")


async def test_what_no_database_keeps_is_not_in_a_text(provider: FakeOpenAI, a_model: Make) -> None:
    provider.script(deltas({"content": "a\x00b\ud83d"}, {"content": "\ude00 \udc00c"}))

    answer = await asked(a_model())

    assert answer.text == "ab\N{GRINNING FACE} �c"


async def test_comments_empty_and_unknown_pieces_make_no_difference(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.script(
        streams(
            b": OPENROUTER PROCESSING\n\n",
            "null",
            {"choices": []},
            {"choices": "none"},
            {"choices": [{"delta": None}]},
            {"choices": [{"delta": {"tool_calls": ["?", {}], "content": [1, {"text": 2}]}}]},
            {"choices": [{"delta": {"content": "done"}, "finish_reason": "stop"}], "usage": 7},
            "[DONE]",
        )
    )

    answer = await asked(a_model())

    assert answer.text == "done"


async def test_a_request_has_the_model_the_tools_and_the_options(
    provider: FakeOpenAI, a_model: Make
) -> None:
    await asked(a_model(temperature=0.2, seed=7))

    request = provider.asked[0]
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.tools == ["buy", "sell", "get_price"]
    assert request.body["messages"] == QUESTION
    options = {key: request.body[key] for key in ("model", "temperature", "seed", "stream")}
    assert options == {"model": "fake/model", "temperature": 0.2, "seed": 7, "stream": True}


async def test_without_options_tools_or_key_none_are_sent(
    provider: FakeOpenAI, a_model: Make
) -> None:
    await a_model(api_key=None).answer(QUESTION, [], ignored)

    request = provider.asked[0]
    assert request.body.keys() == {"model", "messages", "stream", "stream_options"}
    assert "authorization" not in request.headers


async def test_nothing_of_this_process_environment_is_sent(
    provider: FakeOpenAI, a_model: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "sk-of-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Own: sk-of-the-environment")

    await asked(a_model(api_key=None))

    assert "environment" not in str(provider.asked[0].headers)


async def test_fifty_answers_at_once_on_one_loop_take_as_long_as_the_slowest(
    provider: FakeOpenAI, a_model: Make
) -> None:
    provider.default = lambda body: says(body["messages"][0]["content"], pause_s=0.1)
    model = a_model()
    loop = asyncio.get_running_loop()
    began = loop.time()

    found = await asyncio.gather(
        *(
            model.answer([{"role": "user", "content": f"number {n}"}], [], ignored)
            for n in range(50)
        )
    )

    assert [answer.text for answer in found] == [f"number {n}" for n in range(50)]
    assert loop.time() - began < 10  # one after another: 20 s
