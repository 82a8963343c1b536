"""The tools over HTTP: the SDK's own client, bearers, hosts, sizes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from aibt.agents.tools.services import ToolServices
from aibt.errors import Unavailable
from tests.unit.agents.tools.clients import ENDED, MINE, YOURS, Desks, a_client, running

ERAS = pytest.mark.parametrize("mode", ["legacy", "auto"])
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


@pytest.fixture
def desks() -> Desks:
    return Desks()


@pytest.fixture
async def services(desks: Desks) -> AsyncIterator[ToolServices]:
    async with running(desks) as up:
        yield up


async def _post(
    services: ToolServices,
    body: Any,
    *,
    name: str = "trade",
    token: str | None = MINE,
    headers: dict[str, str] | None = None,
    content: bytes | None = None,
) -> httpx2.Response:
    all_headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        **({"Authorization": f"Bearer {token}"} if token else {}),
        **(headers or {}),
    }
    async with httpx2.AsyncClient(trust_env=False) as http:
        url = services.status()[name].url
        if content is not None:
            return await http.post(url, content=content, headers=all_headers)
        return await http.post(url, json=body, headers=all_headers)


@ERAS
async def test_the_sdks_own_client_lists_and_calls_every_service(
    services: ToolServices, desks: Desks, mode: str
) -> None:
    listed = {}
    for name in services.status():
        async with a_client(services, name, MINE, mode=mode) as client:
            listed[name] = {tool.name for tool in (await client.list_tools()).tools}

    async with a_client(services, "trade", MINE, mode=mode) as client:
        order = {"symbol": "googl", "share": 0.25, "idempotency_key": "a-1"}
        bought = await client.call_tool("buy", order)
    async with a_client(services, "math", MINE, mode=mode) as client:
        sum_ = await client.call_tool("calculate", {"expression": "2 ** 10"})

    assert listed == {
        "math": {"calculate"},
        "search": {"search_web", "read_page"},
        "trade": {"buy", "sell", "short", "cover", "close"},
        "price": {"get_bars", "get_quote", "get_universe", "get_account", "ask_bot"},
    }
    assert bought.structured_content == {"order_id": "1/1", "symbol": "GOOGL"}
    assert desks.by_token[MINE].placed[0][1] == "a-1"
    assert sum_.structured_content == {"result": 1024}


@ERAS
async def test_each_bearer_reaches_its_own_desk(services: ToolServices, mode: str) -> None:
    async def whose(token: str) -> object:
        async with a_client(services, "price", token, mode=mode) as client:
            answer = (await client.call_tool("get_account", {})).structured_content
        assert isinstance(answer, dict)
        return answer["desk"]

    found = await asyncio.gather(*(whose(token) for token in (MINE, YOURS) * 4))

    assert found == ["mine", "yours"] * 4


async def test_without_a_good_bearer_the_answer_is_401(services: ToolServices) -> None:
    bad = [None, "short", "token-of-nobody-0123456789", f"{MINE}x"]
    answers = [await _post(services, INITIALIZE, token=token) for token in bad]
    doubled = await _post(services, INITIALIZE, token=None, headers={"Authorization": MINE})

    for answer in [*answers, doubled]:
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_signed_in"
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_bearer_whose_session_is_gone_is_404(services: ToolServices) -> None:
    answer = await _post(services, INITIALIZE, token=ENDED)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_second_users_bearer_is_refused_in_anothers_mcp_session(
    services: ToolServices,
) -> None:
    opened = await _post(services, INITIALIZE, token=MINE)
    session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}

    mine = await _post(services, LIST, token=MINE, headers=session)
    yours = await _post(services, LIST, token=YOURS, headers=session)
    nobodys = await _post(services, LIST, token=None, headers=session)

    assert (mine.status_code, yours.status_code, nobodys.status_code) == (200, 404, 401)


async def test_an_open_mcp_session_ends_with_its_bearer(
    services: ToolServices, desks: Desks
) -> None:
    opened = await _post(services, INITIALIZE)
    session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
    desks.by_token.pop(MINE)

    answer = await _post(services, LIST, headers=session)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example.com"},
        {"Host": "127.0.0.1.evil.example.com:8000"},
        {"Origin": "http://evil.example.com"},
        {"Origin": "null"},
    ],
)
async def test_a_page_that_rebinds_its_name_to_this_machine_is_refused(
    services: ToolServices, headers: dict[str, str]
) -> None:
    answer = await _post(services, INITIALIZE, headers=headers)

    assert answer.status_code in {403, 421}


async def test_a_body_above_64_kib_is_refused(services: ToolServices) -> None:
    answer = await _post(services, None, content=b'{"x":"' + b"x" * 70_000 + b'"}')

    assert answer.status_code == 413


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 50_000, b'{"id": 1}'])
async def test_what_is_no_request_is_refused_and_the_service_goes_on(
    services: ToolServices, content: bytes
) -> None:
    answer = await _post(services, None, content=content)
    after = await _post(services, INITIALIZE)

    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text
    assert after.status_code == 200


async def test_a_token_never_comes_back(services: ToolServices) -> None:
    answers = [
        await _post(services, INITIALIZE),
        await _post(services, INITIALIZE, token=f"{MINE}x"),
        await _post(services, {"jsonrpc": "2.0", "id": 1, "method": "no/such"}),
    ]

    assert all(MINE not in answer.text + str(answer.headers) for answer in answers)


async def test_where_the_desk_cannot_be_found_in_time_the_answer_is_503(
    services: ToolServices, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(self: Desks, token: str) -> object:
        raise Unavailable("the session's actor does not answer")

    monkeypatch.setattr(Desks, "__call__", nobody)
    answer = await _post(services, INITIALIZE)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_one_key_places_one_order_however_often_it_is_sent(
    services: ToolServices, desks: Desks
) -> None:
    order = {"symbol": "GOOGL", "quantity": 1, "idempotency_key": "only-one"}

    async def place() -> object:
        async with a_client(services, "trade", MINE) as client:
            return (await client.call_tool("buy", order)).structured_content

    answers = await asyncio.gather(*(place() for _ in range(5)))

    assert len(desks.by_token[MINE].placed) == 1
    assert answers == [{"order_id": "1/1", "symbol": "GOOGL"}] * 5
