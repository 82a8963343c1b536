"""A model's calls: what it is told, what reaches the desk, and what comes back of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aibt.agents.tools.answers import MAX_BYTES
from aibt.agents.tools.calculator import math_server
from aibt.agents.tools.desk import Result
from aibt.agents.tools.price import price_server, price_tools
from aibt.agents.tools.search import search_server
from aibt.agents.tools.server import bound_to, tool_server
from aibt.agents.tools.toolbox import Toolbox
from aibt.agents.tools.trade import trade_server
from aibt.errors import ActorUnavailable, Invalid, OrderDenied, SessionEnded
from aibt.live.events import Json
from aibt.trading.orders import OrderAction
from tests.unit.agents.tools.clients import NoWeb
from tests.unit.agents.tools.desks import CANARY, SECRET, FakeDesk

NAMES = (
    *("buy", "sell", "short", "cover", "close"),
    *("get_bars", "get_quote", "get_universe", "get_account", "ask_bot"),
    *("search_web", "read_page", "calculate"),
)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
async def tools(desk: FakeDesk) -> AsyncIterator[Toolbox]:
    async with _toolbox(desk) as opened:
        yield opened


def _toolbox(desk: FakeDesk, **limits: float) -> Toolbox:
    return Toolbox(
        [
            trade_server(desk),
            price_server(desk, bots=("momentum bot",)),
            search_server(desk, NoWeb()),
            math_server(desk),
        ],
        **limits,
    )


def _says(data: Json) -> str:
    assert isinstance(data, dict)
    error = data["error"]
    assert isinstance(error, dict)
    return str(error["says"])


def test_ask_bot_is_offered_only_where_bots_are_configured() -> None:
    assert "ask_bot" not in [tool.name for tool in price_tools()]
    assert "ask_bot" in [tool.name for tool in price_tools(("a",))]
    assert "ask_bot" in [tool.name for tool in price_tools(None)]


async def test_every_argument_is_constrained_and_no_tool_takes_account_clock_or_limit(
    tools: Toolbox,
) -> None:
    assert tuple(spec.name for spec in tools.specs()) == NAMES
    for spec in tools.specs():
        assert 20 < len(spec.description) < 500
        assert spec.parameters["type"] == "object"
        assert spec.parameters["additionalProperties"] is False
        assert not {"anyOf", "oneOf", "allOf", "$defs"} & set(spec.parameters)
        properties = spec.parameters["properties"]
        assert isinstance(properties, dict)
        for name, schema in properties.items():
            assert isinstance(schema, dict)
            assert {"maxLength", "maximum"} & set(schema), (spec.name, name)
            assert schema["description"]
            assert not {"account", "session", "at", "now", "date", "limit", "end"} & {name}


async def test_orders_reach_the_desk_exactly_as_they_were_written(
    tools: Toolbox, desk: FakeDesk
) -> None:
    await tools.call("buy", '{"symbol": "googl", "quantity": 0.1}')
    await tools.call("sell", '{"symbol": "^GSPC", "share": "0.25"}')
    await tools.call("short", '{"symbol": "eurusd", "quantity": 1000000, "share": null}')
    result = await tools.call("close", '{"symbol": "GOOGL"}')

    orders = [request for request, _ in desk.placed]
    assert [(order.action, order.symbol) for order in orders] == [
        (OrderAction.BUY, "GOOGL"),
        (OrderAction.SELL, "^GSPC"),
        (OrderAction.SHORT, "EURUSD"),
        (OrderAction.CLOSE, "GOOGL"),
    ]
    assert [order.quantity for order in orders] == [Decimal("0.1"), None, Decimal(10**6), None]
    assert [order.share for order in orders] == [None, Decimal("0.25"), None, None]
    assert all(key is None for _, key in desk.placed)
    assert (result.ok, result.data) == (True, {"order_id": "1/4", "symbol": "GOOGL"})
    assert result.text == '{"order_id":"1/4","symbol":"GOOGL"}'


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("buy", '{"symbol": "GOOGL"}', "exactly one of quantity and share"),
        ("buy", '{"symbol": "GOOGL", "quantity": 1, "share": 1}', "exactly one"),
        ("buy", '{"symbol": "GOOGL", "quantity": 0}', "greater than or equal to"),
        ("buy", '{"symbol": "GOOGL", "quantity": -5}', "greater than or equal to"),
        ("buy", '{"symbol": "GOOGL", "quantity": 1e13}', "less than or equal to"),
        ("buy", '{"symbol": "GOOGL", "quantity": true}', "not true or false"),
        ("buy", '{"symbol": "GOOGL", "quantity": "many"}', "valid number"),
        ("buy", '{"symbol": "GOOGL", "quantity": "NaN"}', "finite number"),
        ("buy", '{"symbol": "GOOGL", "quantity": 1e999}', "exactly one of"),
        ("buy", '{"symbol": "GOOGL", "share": 1.01}', "less than or equal to 1"),
        ("buy", '{"quantity": 1}', "symbol: is needed"),
        ("buy", '{"symbol": "../x", "quantity": 1}', "not a symbol"),
        ("buy", '{"symbol": ["GOOGL"], "quantity": 1}', "valid string"),
        ("buy", '{"symbol": "GOOGL", "amount": 1}', "no such argument; it takes: symbol, quantity"),
        ("buy", '{"symbol": "GOOGL", "quantity": 1, "account": "2"}', "no such argument"),
        ("buy", '{"symbol": "GOOGL", "quantity": 1, "idempotency_key": "a"}', "no such argument"),
        ("get_bars", '{"symbol": "GOOGL", "count": 501}', "less than or equal to 500"),
        ("get_bars", '{"symbol": "GOOGL", "count": 0}', "greater than or equal to 1"),
        ("get_bars", '{"symbol": "GOOGL", "count": 2.5}', "integer"),
        ("get_bars", '{"symbol": "GOOGL", "end": "2030-01-01"}', "no such argument"),
        ("get_bars", '{"symbol": "TSLA"}', "there is no symbol 'TSLA'"),
        ("get_account", '{"now": "2030-01-01"}', "it takes: none"),
        ("ask_bot", '{"bot": "other", "symbol": "GOOGL"}', "must be one of: momentum bot"),
        ("calculate", '{"expression": "1 +"}', "the end at 4"),
        ("calculate", '{"expression": ""}', "at least 1 character"),
        ("buy", "", "is needed"),
        ("buy", "{", "not JSON"),
        ("buy", "[]", "one JSON object"),
        ("buy", "null", "one JSON object"),
        ("buy", '{"symbol": "A", "symbol": "B"}', "twice"),
        ("buy", '{"symbol": "GOOGL", "quantity": NaN}', "NaN is no number"),
        ("buy", "[" * 60_000, "too deep"),
        ("buy", "1" * 9_000, "arguments"),
        ("buy", " " + "x" * 70_000, "longer than"),
        ("fly", "{}", "no such tool; there are: buy, sell"),
    ],
)
async def test_a_wrong_call_is_answered_with_a_sentence_that_helps(
    tools: Toolbox, desk: FakeDesk, name: str, arguments: str, says: str
) -> None:
    result = await tools.call(name, arguments)

    assert not result.ok
    assert says in _says(result.data)
    assert json.loads(result.text) == result.data
    assert "pydantic" not in result.text
    assert not desk.placed


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (
            OrderDenied("1/2", "buying_power", "1,000 is missing"),
            "order_denied",
            "1,000 is missing",
        ),
        (SessionEnded(7, "stopped"), "session_ended", "session 7 has ended (stopped)"),
        (ActorUnavailable("no answer"), "unavailable", "no answer"),
        (Invalid("quantity", "whole lots of 100"), "invalid", "quantity: whole lots of 100"),
    ],
)
async def test_a_refusal_is_told_with_code_and_sentence(
    tools: Toolbox, desk: FakeDesk, error: Exception, code: str, says: str
) -> None:
    desk.error = error
    result = await tools.call("buy", '{"symbol": "GOOGL", "quantity": 1}')

    assert not result.ok
    assert isinstance(result.data, dict)
    assert isinstance(result.data["error"], dict)
    assert result.data["error"]["code"] == code
    assert says in _says(result.data)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "calculate"])
async def test_what_breaks_behind_a_tool_stays_behind_it(
    desk: FakeDesk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = RuntimeError(f"{SECRET} at /home/aibt/session.py")
    desk.error = broken

    async def fail(*_: object) -> Result:
        raise broken

    monkeypatch.setattr(NoWeb, "search", fail)
    monkeypatch.setattr(NoWeb, "read", fail)
    arguments = {
        "get_account": {},
        "get_universe": {},
        "search_web": {"query": "x"},
        "read_page": {"url": "https://example.com/"},
        "ask_bot": {"bot": "momentum bot", "symbol": "GOOGL"},
        **{which: {"symbol": "GOOGL"} for which in ("close", "get_bars", "get_quote")},
    }.get(name, {"symbol": "GOOGL", "quantity": 1})
    async with _toolbox(desk) as tools:
        result = await tools.call(name, json.dumps(arguments))

    assert not result.ok
    assert isinstance(result.data, dict)
    assert _says(result.data).startswith(f"{name} failed")
    for inner in (SECRET, "/home", "Traceback", "RuntimeError"):
        assert inner not in result.text + json.dumps(result.data)


async def test_a_tool_that_takes_too_long_is_given_up(desk: FakeDesk) -> None:
    slow = [replace(tool, time_limit_s=0.05) for tool in price_tools()]
    desk.delay_s = 30
    async with Toolbox([tool_server("price", "", slow, bound_to(desk))]) as tools:
        own = await tools.call("get_account", "")
    async with _toolbox(desk, time_limit_s=0.05) as tools:
        last_resort = await tools.call("buy", '{"symbol": "GOOGL", "quantity": 1}')

    assert "took longer than 0.05 s; nothing was changed" in _says(own.data)
    assert "took longer" in _says(last_resort.data)
    assert not own.ok
    assert not last_resort.ok


async def test_a_cancelled_call_is_cancelled_and_the_tools_go_on(
    tools: Toolbox, desk: FakeDesk
) -> None:
    desk.delay_s = 30
    call = asyncio.create_task(tools.call("get_account", ""))
    await asyncio.sleep(0.02)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    desk.delay_s = 0
    assert (await tools.call("get_account", "")).ok


async def test_calls_at_once_get_their_own_answers(tools: Toolbox, desk: FakeDesk) -> None:
    desk.delay_s = 0.01
    sums = [tools.call("calculate", f'{{"expression": "{at} * 2"}}') for at in range(30)]
    quotes = [tools.call("get_quote", '{"symbol": "GOOGL"}') for _ in range(30)]
    results = await asyncio.gather(*sums, *quotes)

    assert [result.data for result in results[:30]] == [{"result": 2 * at} for at in range(30)]
    assert all(result.ok for result in results)


async def test_two_toolboxes_keep_their_desks_apart() -> None:
    async with _toolbox(FakeDesk(name="a")) as one, _toolbox(FakeDesk(name="b")) as other:
        results = await asyncio.gather(*(box.call("get_account", "") for box in (one, other) * 5))

    found = [result.data["desk"] for result in results if isinstance(result.data, dict)]
    assert found == ["a", "b"] * 5


async def test_two_tools_of_one_name_are_a_mistake(desk: FakeDesk) -> None:
    with pytest.raises(ValueError, match="calculate"):
        await Toolbox([math_server(desk), math_server(desk)]).__aenter__()


async def test_a_long_answer_is_cut_for_the_model_and_kept_whole(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def many(self: FakeDesk, symbol: str, count: int) -> Result:
        return {"times": [f"2024-{at:06}" for at in range(500)], "closes": ["1" * 80] * 500}

    async def universe(self: FakeDesk) -> Result:
        return {"symbols": [{"symbol": f"S{at}", "note": "ü" * 60} for at in range(500)]}

    monkeypatch.setattr(FakeDesk, "bars", many)
    monkeypatch.setattr(FakeDesk, "universe", universe)
    async with _toolbox(desk) as tools:
        bars = await tools.call("get_bars", '{"symbol": "GOOGL", "count": 500}')
        symbols = await tools.call("get_universe", "")

    for result in (bars, symbols):
        assert 0.9 * MAX_BYTES < len(result.text.encode()) <= MAX_BYTES
        assert "shown" in json.loads(result.text)["cut"]
    shown = json.loads(bars.text)
    assert len(shown["times"]) == len(shown["closes"]) < 500
    assert shown["times"][-1] == "2024-000499"  # the newest are kept
    assert json.loads(symbols.text)["symbols"][0]["symbol"] == "S0"
    assert isinstance(bars.data, dict)
    assert len(str(bars.data["times"])) > len(str(shown["times"]))


_TRICKS = st.sampled_from(
    ["googl", "GOOGL\x00", "ＧＯＯＧＬ", "GOOGL ", "../GOOGL", "^GSPC", "ﬀ", "ı", "ß", "GOOGL@2030",
     "GOOGL?at=2030-01-01", "GOOGL' OR 1=1", "\u202eLGOOG", "EURUSD=X", "2030-01-01", "\ud800"]
)  # fmt: skip
_DATES = st.sampled_from(["2030-01-01", "now+1", "9999-12-31T00:00:00Z", "-1", 1e300, 10**30, -1])
_VALUES = st.one_of(
    _TRICKS,
    _DATES,
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.integers(), max_size=3),
)
_ARGUMENTS = st.dictionaries(
    st.sampled_from(
        ["symbol", "count", "bot", "quantity", "share", "query", "url", "expression", "at", "end",
         "start", "now", "clock", "session", "account", "offset", "cursor", "idempotency_key"]
    ),
    _VALUES,
    max_size=5,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), arguments=_ARGUMENTS)
async def test_no_argument_brings_what_the_desk_marks_as_future(
    name: str, arguments: dict[str, object]
) -> None:
    async with _toolbox(FakeDesk()) as tools:
        result = await tools.call(name, json.dumps(arguments))

    assert CANARY not in result.text
    assert CANARY not in json.dumps(result.data)
    assert len(result.text.encode()) <= MAX_BYTES


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES) | st.text(max_size=20), text=st.text(max_size=200))
async def test_no_text_at_all_makes_a_call_raise(name: str, text: str) -> None:
    async with _toolbox(FakeDesk()) as tools:
        result = await tools.call(name, text)

    assert isinstance(result.text.encode(), bytes)
    assert result.ok or "error" in json.dumps(result.data)
