"""Sessions of agents on a whole platform: a real WebSocket, real actors, a provider on a socket."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import pytest
from mcp import Client as McpClient
from mcp.client.streamable_http import streamable_http_client

from tests.fakes.openai import Body, FakeOpenAI, Reply, hangs, says, tool_call
from tests.integration.client import Client, Frame, Refused, connected
from tests.integration.platform_process import (
    ROOT,
    PlatformProcess,
    free_tool_ports,
    kill,
    wait_until,
)

KEY = "sk-canary-0123456789abcdef"
UNIVERSE = ["^GSPC", "GOOGL"]
RANGE = {"start": "2017-03-01", "end": "2017-05-31"}
OTHER = "other@example.com"


def decides(body: Body, pause_s: float = 0.0) -> Reply:
    """Buy and close by turns, a step each; the same conversation always has the same answer."""
    messages = body["messages"]
    if messages[-1]["role"] == "tool":
        return says("I have placed my order.", pause_s=pause_s)
    told = messages[1]["content"]
    if "You hold nothing" in told:
        buy = tool_call("buy", {"symbol": "GOOGL", "share": 0.5})
        return says("Up.", buy, pause_s=pause_s)
    return says("Down.", tool_call("close", {"symbol": "GOOGL"}), pause_s=pause_s)


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as fake:
        fake.default = decides
        yield fake


@pytest.fixture(scope="module")
def trading(
    tmp_path_factory: pytest.TempPathFactory, provider: FakeOpenAI
) -> Iterator[PlatformProcess]:
    """A platform whose provider is the fake one; its tests may kill sessions."""
    with PlatformProcess(
        tmp_path_factory.mktemp("trading"),
        OPENAI_API_BASE=provider.base_url,
        OPENAI_API_KEY=KEY,
        **free_tool_ports(),
    ) as running:
        yield running


def an_agent(platform: PlatformProcess, base_model: str, **changes: Any) -> int:
    name = f"agent {uuid.uuid4().hex[:12]}"
    body = {"name": name, "base_model": base_model, "universe": UNIVERSE, **changes}
    return int(platform.call("POST", "/api/models", body)["id"])


async def started(client: Client, model_id: int, **changes: Any) -> tuple[str, int]:
    """Start a session; return its stream and its id."""
    stream = await client.send("sessions-start", model_id=model_id, **{**RANGE, **changes})
    first = await client.frame(stream)
    assert first["inner_task"] == "state", first
    return stream, int(first["data"]["id"])


def of_kind(frames: list[Frame], kind: str) -> list[dict[str, Any]]:
    return [frame["data"] for frame in frames if frame["inner_task"] == kind]


def journal(platform: PlatformProcess, session_id: int) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    after = 0
    while True:
        page = platform.get(f"/api/sessions/{session_id}/journal?after={after}&limit=1000")
        entries += page["entries"]
        if page["next"] is None:
            return entries
        after = page["next"]


def traded(platform: PlatformProcess, session_id: int) -> list[tuple[str, ...]]:
    """Return what was executed, without what depends on when it was stored."""
    fills = platform.get(f"/api/sessions/{session_id}/fills?limit=1000")["fills"]
    names = ("order_id", "symbol", "quantity", "price", "fee", "at")
    return [tuple(fill[name] for name in names) for fill in fills]


def aibt(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "aibt.cli", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )


async def test_a_session_is_seen_step_by_step_and_stands_on_the_leaderboard_at_the_end(
    trading: PlatformProcess, provider: FakeOpenAI
) -> None:
    model_id = an_agent(trading, "openai/test")
    async with connected(trading.ws, trading.bearer) as client:
        stream, session_id = await started(client, model_id)
        frames = [frame async for frame in client.stream(stream)]

    numbers = [frame["seq"] for frame in frames if frame.get("seq") is not None]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    steps = [data["step"] for data in of_kind(frames, "step")]
    assert steps == list(range(1, len(steps) + 1))
    assert {data["text"] for data in of_kind(frames, "thought")} >= {"Up.", "Down."}
    assert {data["name"] for data in of_kind(frames, "tool")} == {"buy", "close"}
    assert all(data["ok"] for data in of_kind(frames, "result"))
    assert len(of_kind(frames, "fill")) > 10
    last = frames[-1]["data"]
    assert (last["state"], last["step"]) == ("finished", last["steps"])
    assert last["positions"] == []
    assert last["tokens"]["input"] > 0

    performance = trading.get(f"/api/sessions/{session_id}/performance")
    assert performance["equities"][-1] == pytest.approx(last["equity"])
    assert performance["summary"]["trades"] > 5
    lines = trading.get("/api/leaderboard")["scores"]
    line = next(one for one in lines if one["topic"] == f"session/{session_id}")
    assert line["figures"]["total_return"] == pytest.approx(last["equity"] / 10_000 - 1)
    assert line["figures"]["sharpe_low"] <= line["figures"]["sharpe"]
    told = json.dumps([frames, journal(trading, session_id)])
    assert KEY not in told
    assert any(asked.headers["authorization"] == f"Bearer {KEY}" for asked in provider.asked)


async def test_a_watcher_that_comes_back_with_its_cursor_misses_nothing(
    trading: PlatformProcess,
) -> None:
    model_id = an_agent(trading, "openai/test")
    async with connected(trading.ws, trading.bearer) as client:
        stream, session_id = await started(client, model_id)
        seen = await client.until(stream, lambda frame: (frame.get("seq") or 0) > 30)
    cursor = seen[-1]["seq"]
    async with connected(trading.ws, trading.bearer) as client:
        again = await client.send("sessions-watch", id=session_id, cursor=cursor)
        rest = [frame async for frame in client.stream(again)]

    numbers = [frame["seq"] for frame in rest if frame.get("seq") is not None]
    assert numbers == list(range(cursor + 1, cursor + 1 + len(numbers)))
    assert rest[-1]["data"]["state"] == "finished"


@pytest.fixture
def unhurried(provider: FakeOpenAI) -> Iterator[None]:
    """Let the model answer slowly, so that a session still goes on when it is to be killed."""
    provider.default = partial(decides, pause_s=0.005)
    yield
    provider.default = decides


@pytest.mark.usefixtures("unhurried")
async def test_a_killed_session_goes_on_where_it_was_and_places_no_order_twice(
    trading: PlatformProcess,
) -> None:
    async with connected(trading.ws, trading.bearer) as client:
        stream, whole = await started(client, an_agent(trading, "openai/test"))
        [_ async for _ in client.stream(stream)]
        stream, killed = await started(client, an_agent(trading, "openai/test"))
        for step in (7, 20):
            await client.until(stream, at_step(step))
            victims = trading.actors(f"Session {killed} ")
            assert victims, "no process hosts the session"
            for pid in victims:
                kill(pid)
        frames = [frame async for frame in client.stream(stream)]

    assert frames[-1]["data"]["state"] == "finished"
    states = [data["state"] for data in of_kind(frames, "state")]
    assert "recovering" in states
    assert traded(trading, killed) == traded(trading, whole)
    keys = [entry["key"] for entry in journal(trading, killed)]
    assert len(keys) == len(set(keys))
    assert keys == [entry["key"] for entry in journal(trading, whole)]


async def test_a_session_replays_from_its_journal_to_the_last_digit(
    trading: PlatformProcess,
) -> None:
    async with connected(trading.ws, trading.bearer) as client:
        stream, session_id = await started(client, an_agent(trading, "script/demo"))
        frames = [frame async for frame in client.stream(stream)]

    no_provider = {**trading.environment, "OPENAI_API_BASE": "http://127.0.0.1:9/none"}
    done = await asyncio.to_thread(
        aibt, "sessions", "replay", str(session_id), environment=no_provider
    )

    assert done.returncode == 0, done.stderr
    assert "the same to the last digit" in done.stdout
    assert f"equity {frames[-1]['data']['equity']:,.2f}" in done.stdout


def at_step(number: int) -> Any:
    return lambda frame: frame["inner_task"] == "step" and frame["data"]["step"] >= number


async def test_pause_and_stop_take_effect_while_the_model_is_answering(
    trading: PlatformProcess, provider: FakeOpenAI
) -> None:
    model_id = an_agent(trading, "openai/slow")
    provider.default = lambda body: (
        hangs("thinking") if body["model"] == "openai/slow" else decides(body)
    )
    try:
        async with connected(trading.ws, trading.bearer) as client:
            stream, session_id = await started(client, model_id)
            await client.until(stream, shows("thinking"))
            loop = asyncio.get_running_loop()
            began = loop.time()
            paused = await client.ask("sessions-pause", id=session_id)
            assert loop.time() - began < 5  # within a second on a machine of its own
            assert paused["state"] == "paused"
            before = len(journal(trading, session_id))
            await asyncio.sleep(1)
            assert len(journal(trading, session_id)) == before
            resumed = await client.ask("sessions-resume", id=session_id)
            assert resumed["state"] == "running"
            stopped = await client.ask("sessions-stop", id=session_id)
            assert stopped["state"] == "stopped"
            with pytest.raises(Refused) as refused:
                await client.ask("sessions-pause", id=session_id)
        assert refused.value.code == "session_ended"
        wait_until(lambda: provider.asked[-1].was_cut, 20, lambda: "the answer was not cut")
    finally:
        provider.default = decides


def shows(text: str) -> Any:
    return lambda frame: frame["inner_task"] == "status" and text in frame["data"]["partial"]


async def test_an_agents_session_is_nobody_elses(trading: PlatformProcess) -> None:
    model_id = an_agent(trading, "baseline/buy-and-hold")
    session = trading.call("POST", "/api/trading/start", {"model_id": model_id, **RANGE})

    async with connected(trading.ws, trading.bearer_of(OTHER)) as stranger:
        for query in ("sessions-get", "sessions-watch", "sessions-stop"):
            with pytest.raises(Refused) as refused:
                await stranger.ask(query, id=session["id"])
            assert refused.value.code == "not_found"
        with pytest.raises(Refused) as refused:
            await stranger.ask("sessions-start", model_id=model_id, **RANGE)
        assert refused.value.code == "not_found"


async def test_an_outside_mcp_client_trades_through_the_session_that_its_bearer_is_bound_to(
    trading: PlatformProcess, provider: FakeOpenAI
) -> None:
    services = trading.call("POST", "/api/mcp/start")["services"]
    addresses = {one["name"]: one["address"] for one in services}
    assert {one["state"] for one in services} == {"running"}
    model_id = an_agent(trading, "openai/slow")
    provider.default = lambda body: (
        hangs("thinking") if body["model"] == "openai/slow" else decides(body)
    )
    try:
        async with connected(trading.ws, trading.bearer) as client:
            stream, session_id = await started(client, model_id)
            await client.until(stream, shows("thinking"))
            token = trading.call("POST", f"/api/sessions/{session_id}/tool-token")["token"]
            async with outside(addresses["price"], token) as prices:
                account = (await prices.call_tool("get_account", {})).structured_content
                assert account["equity"] == 10_000
            async with outside(addresses["trade"], token) as trades:
                order = {"symbol": "GOOGL", "share": 0.25, "idempotency_key": "mine"}
                first = await trades.call_tool("buy", order)
                again = await trades.call_tool("buy", order)
                assert first.structured_content == again.structured_content
            pending = trading.get(f"/api/sessions/{session_id}")["pending"]
            assert [one["order_id"] for one in pending] == ["outside.mine"]
            await client.ask("sessions-stop", id=session_id)
        async with httpx2.AsyncClient() as http:
            for bearer in (trading.bearer, token):  # no tool token; its session has ended
                headers = {"Authorization": f"Bearer {bearer}"}
                answer = await http.post(addresses["price"], headers=headers, json={})
                assert answer.status_code in {401, 503}
    finally:
        provider.default = decides
        stopped = trading.call("POST", "/api/mcp/stop")["services"]
    assert {one["state"] for one in stopped} == {"stopped"}


@asynccontextmanager
async def outside(address: str, token: str) -> AsyncIterator[McpClient]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        McpClient(streamable_http_client(address, http_client=http)) as client,
    ):
        yield client


def test_the_agents_demo_runs_with_a_providers_model_beside_the_baselines(
    provider: FakeOpenAI,
) -> None:
    environment = {
        **os.environ,
        "OPENAI_API_BASE": provider.base_url,
        "OPENAI_API_KEY": KEY,
        "AIBT_RAY__OBJECT_STORE_MB": "100",
    }

    done = aibt("demo", "agents", "--model", "openai/test", environment=environment)

    assert done.returncode == 0, done.stderr[-4_000:]
    for name in (
        "buy-and-hold",
        "equal-weight",
        "momentum",
        "random",
        "script/demo",
        "openai/test",
    ):
        assert name in done.stdout, done.stdout
    assert KEY not in done.stdout + done.stderr
