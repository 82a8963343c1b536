"""Sessions over REST, by their agents and by their own ids; scores, providers and services."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aibt.errors import ModelRefused, ModelUnavailable
from aibt.live.states import RunState
from tests.unit.api.builders import BOT, RANGE, START
from tests.unit.api.doors import Door, an_open_door
from tests.unit.api.test_agents import FILL, a_session, an_agent, asked


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with an_open_door() as door:
        yield door


async def test_a_session_is_steered_by_its_agent(door: Door) -> None:
    model_id = await an_agent(door)
    body = {"model_id": model_id}
    before = await asked(door, "POST", "/api/trading/pause", body)
    session_id = await a_session(door, model_id)
    busy = await asked(door, "POST", "/api/trading/start", {**body, "live": True})
    states = [
        (await asked(door, "POST", f"/api/trading/{verb}", body)).json()["state"]
        for verb in ("pause", "resume")
    ]
    [active] = (await asked(door, "GET", "/api/trading/status")).json()["sessions"]
    stopped = (await asked(door, "POST", "/api/trading/stop", body)).json()
    status = (await asked(door, "GET", f"/api/trading/status/{model_id}")).json()
    none = (await asked(door, "GET", "/api/trading/status")).json()
    over = await asked(door, "POST", "/api/trading/stop", body)

    assert (before.status_code, before.json()["msg"]) == (
        404,
        f"there is no session of agent '{model_id}'",
    )
    assert (busy.status_code, busy.json()["code"]) == (409, "agent_busy")
    assert states == ["paused", "running"]
    assert (active["id"], active["start"], active["end"]) == (session_id, *RANGE.values())
    assert (stopped["state"], status) == ("stopped", stopped)
    assert none == {"sessions": []}
    assert (over.status_code, over.json()["code"]) == (409, "session_ended")


async def test_a_stop_that_is_repeated_stops_no_later_session(door: Door) -> None:
    model_id = await an_agent(door)
    await a_session(door, model_id)
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    async def stop() -> Any:
        body = {"model_id": model_id}
        return (await asked(door, "POST", "/api/trading/stop", body, headers=headers)).json()

    first = await stop()
    later = await a_session(door, model_id)
    again = await stop()

    assert first == again
    assert door.platform.session_runs[later].session.state is RunState.QUEUED


async def test_a_start_has_one_effect_over_rest_and_the_socket_alike(door: Door) -> None:
    model_id = await an_agent(door)
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"model_id": model_id, **RANGE}

    first = await asked(door, "POST", "/api/trading/start", body, headers=headers)
    written_out = {**body, "live": False}
    again = await asked(door, "POST", "/api/trading/start", written_out, headers=headers)

    assert first.json() == again.json()
    assert len(door.platform.session_runs) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "start"),
        ({"start": "2024-01-02"}, "end"),
        ({"end": "2024-01-02"}, "start"),
        ({"start": "2024-02-30", "end": "2024-03-01"}, "start"),
        ({"start": "20240102", "end": "2024-03-01"}, "start"),
        ({"start": "2024-01-03", "end": "2024-01-02"}, "end"),
        ({"live": True, **RANGE}, "start"),
        ({"live": "yes"}, "live"),
        ({"live": True, "clock": "2020-01-01"}, "clock"),
    ],
)
async def test_a_session_has_a_range_or_is_live(
    door: Door, body: dict[str, Any], field: str
) -> None:
    answer = await asked(door, "POST", "/api/trading/start", {"model_id": 1, **body})

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert door.platform.calls["start_session"] == 0


@pytest.mark.parametrize(
    ("error", "status"), [(ModelUnavailable("502 three times"), 503), (ModelRefused("no key"), 422)]
)
async def test_what_a_provider_says_is_told(door: Door, error: Exception, status: int) -> None:
    door.platform.failures["start_session"] = error

    answer = await asked(door, "POST", "/api/trading/start", {"model_id": 1, "live": True})

    assert (answer.status_code, answer.json()["msg"]) == (status, str(error))


async def test_a_session_lives_through_rest(door: Door) -> None:
    session_id = await a_session(door, await an_agent(door))
    path = f"/api/sessions/{session_id}"
    states = [
        (await asked(door, "POST", f"{path}/{verb}")).json()["state"]
        for verb in ("pause", "resume", "stop")
    ]
    shown = (await asked(door, "GET", path)).json()
    first = (await asked(door, "GET", f"{path}/events?limit=2")).json()
    others = (await asked(door, "GET", f"{path}/events?after=2")).json()
    none = await asked(door, "GET", "/api/sessions/99/events")

    assert states == ["paused", "running", "stopped"]
    assert (shown["state"], shown["notes"]) == ("stopped", ["GOOGL is 3 days old."])
    assert [event["seq"] for event in first["events"]] == [1, 2]
    assert (first["cursor"], first["ended"]) == (2, False)
    assert ([event["seq"] for event in others["events"]], others["ended"]) == ([3], True)
    assert (none.status_code, none.json()["field"]) == (404, "id")


async def test_sessions_page_on_are_chosen_and_come_as_csv(door: Door) -> None:
    model_id, other = await an_agent(door), await an_agent(door, name="Olga")
    first = await a_session(door, model_id)
    door.platform.move_session(first, RunState.FINISHED)
    second = await a_session(door, model_id)
    third = await a_session(door, other)

    async def ids(query: str) -> list[int]:
        found = (await asked(door, "GET", f"/api/sessions?{query}")).json()["sessions"]
        return [session["id"] for session in found]

    page = (await asked(door, "GET", "/api/sessions?limit=2")).json()
    table = await asked(door, "GET", "/api/sessions?format=csv")
    unknown = await asked(door, "GET", "/api/sessions?state=asleep")

    assert [session["id"] for session in page["sessions"]] == [third, second]
    assert await ids(f"before_id={page['next']}") == [first]
    assert await ids("sort=oldest&limit=1") == [first]
    assert await ids(f"after_id={first}&sort=oldest") == [second, third]
    assert await ids(f"model_id={model_id}") == [second, first]
    assert await ids("state=finished&state=failed") == [first]
    assert len(table.text.splitlines()) == 4
    assert table.text.startswith("id,model_id,model_name,base_model,state")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "state")


async def test_the_journal_and_the_fills_of_a_session_page_on_with_exact_money(door: Door) -> None:
    session_id = await a_session(door, await an_agent(door))
    path = f"/api/sessions/{session_id}"
    door.platform.enter(session_id, "begin", {})
    door.platform.enter(session_id, "fill", FILL)
    door.platform.enter(session_id, "fill", {**FILL, "symbol": "^GSPC"})

    journal = (await asked(door, "GET", f"{path}/journal?limit=2")).json()
    last = (await asked(door, "GET", f"{path}/journal?after={journal['next']}")).json()
    begins = (await asked(door, "GET", f"{path}/journal?kind=begin&kind=split")).json()
    fills = (await asked(door, "GET", f"{path}/fills?limit=1")).json()
    chosen = (await asked(door, "GET", f"{path}/fills?symbol=%5Egspc")).json()
    table = await asked(door, "GET", f"{path}/fills?format=csv")
    bad = await asked(door, "GET", f"{path}/fills?symbol=..%2Fx")

    assert [entry["kind"] for entry in journal["entries"]] == ["begin", "fill"]
    assert journal["entries"][1]["data"]["quantity"] == "35.123456789"
    assert ([entry["seq"] for entry in last["entries"]], last["next"]) == ([3], None)
    assert ([entry["seq"] for entry in begins["entries"]], begins["next"]) == ([1], None)
    assert (fills["fills"], fills["next"]) == ([{"seq": 2, **FILL}], 2)
    assert [fill["seq"] for fill in chosen["fills"]] == [3]
    assert len(table.text.splitlines()) == 3
    assert (bad.status_code, bad.json()["field"]) == (422, "symbol")


async def test_performance_is_shown_of_sessions_and_of_trainings(door: Door) -> None:
    session_id = await a_session(door, await an_agent(door))
    await asked(door, "POST", "/api/bots", BOT)
    training_id = (await asked(door, "POST", "/api/trainings", START)).json()["id"]

    of_session = (await asked(door, "GET", f"/api/sessions/{session_id}/performance")).json()
    of_training = (await asked(door, "GET", f"/api/trainings/{training_id}/performance")).json()
    none = await asked(door, "GET", "/api/sessions/99/performance")

    assert of_session["topic"] == f"session/{session_id}"
    assert of_training["topic"] == f"training/{training_id}"
    assert of_session["summary"]["sharpe"] is None
    assert len(of_session["times"]) == len(of_session["equities"]) == len(of_session["exposures"])
    assert none.status_code == 404


async def test_the_leaderboard_shows_ones_own_and_what_is_public(door: Door) -> None:
    score = door.platform.score
    score("session/1", total_return=0.1)
    score("session/2", total_return=0.3, owner_id=2, name="Hers", is_public=True)
    score("session/3", total_return=0.4, owner_id=2, name="Hidden")
    score("training/1", kind="bot", name="Ada", label="dqn", symbols=("EURUSD",))

    async def topics(query: str = "") -> list[str]:
        found = (await asked(door, "GET", f"/api/leaderboard?{query}")).json()["scores"]
        return [line["topic"] for line in found]

    everything = (await asked(door, "GET", "/api/leaderboard")).json()["scores"]
    table = await asked(door, "GET", "/api/leaderboard?format=csv")

    assert [line["topic"] for line in everything] == ["session/2", "session/1", "training/1"]
    assert [line["mine"] for line in everything] == [False, True, True]
    assert everything[0]["figures"]["total_return"] == 0.1  # as it was kept
    assert "owner_id" not in everything[0]
    assert await topics("mine=true") == ["session/1", "training/1"]
    assert await topics("kind=bot&kind=baseline") == ["training/1"]
    assert await topics("symbol=eurusd") == ["training/1"]
    assert await topics("name=Hers") == ["session/2"]
    assert await topics("limit=1") == ["session/2"]
    assert table.text.splitlines()[0].startswith("topic,kind,name,label,mine,symbols,start,end")
    assert table.text.splitlines()[1].startswith("session/2,agent,Hers,openai/gpt-5-mini,false")


async def test_an_owner_alone_chooses_who_sees_his_account(door: Door) -> None:
    door.platform.score("session/1")
    door.platform.score("session/2", owner_id=2, is_public=True)
    path = "/api/leaderboard/visibility"

    shown = await asked(door, "PUT", path, {"topic": "session/1", "is_public": True})
    foreign = await asked(door, "PUT", path, {"topic": "session/2", "is_public": False})

    assert shown.json()["is_public"] is True
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")


async def test_the_account_of_a_line_is_shown_to_those_who_see_the_line(door: Door) -> None:
    door.platform.score("session/1")
    door.platform.score("training/2", owner_id=2, is_public=True)
    door.platform.score("session/3", owner_id=2)

    async def look(topic: str) -> tuple[int, dict[str, Any]]:
        answer = await asked(door, "GET", f"/api/leaderboard/performance?topic={topic}")
        return answer.status_code, answer.json()

    own, public = await look("session/1"), await look("training/2")
    private, absent = await look("session/3"), await look("session/4")
    bad = await look("bot/1")

    assert (own[0], own[1]["topic"]) == (200, "session/1")
    assert (public[0], public[1]["topic"]) == (200, "training/2")
    assert public[1].keys() == own[1].keys()
    assert (private[0], private[1]["code"], private[1]["field"]) == (404, "not_found", "topic")
    assert private[1]["msg"].replace("session/3", "session/4") == absent[1]["msg"]
    assert (bad[0], bad[1]["field"]) == (422, "topic")


@pytest.mark.parametrize(
    "topic", ["", "session", "session/0", "session/01", "session/9999999999", "bot/1", "../1"]
)
async def test_what_is_no_topic_is_refused(door: Door, topic: str) -> None:
    body = {"topic": topic, "is_public": True}

    answer = await asked(door, "PUT", "/api/leaderboard/visibility", body)

    assert (answer.status_code, answer.json()["field"]) == (422, "topic")


async def test_a_provider_says_what_it_offers(door: Door) -> None:
    ours = (await asked(door, "GET", "/api/providers/models")).json()
    own = (await asked(door, "GET", "/api/providers/models?provider=openrouter")).json()
    none = await asked(door, "GET", "/api/providers/models?provider=other")
    bad = await asked(door, "GET", "/api/providers/models?provider=..%2Fx")

    assert (ours["provider"], own["provider"]) == (None, "openrouter")
    assert [model["id"] for model in ours["models"]] == ["openai/gpt-5-mini"]
    assert none.json()["field"] == bad.json()["field"] == "provider"


async def test_an_active_session_lets_an_outside_client_use_its_tools(door: Door) -> None:
    session_id = await a_session(door, await an_agent(door))
    path = f"/api/sessions/{session_id}/tool-token"

    given = (await asked(door, "POST", path)).json()
    door.platform.move_session(session_id, RunState.STOPPED)
    refused = await asked(door, "POST", path)

    assert set(given) == {"token", "expires_at", "services"}
    assert (refused.status_code, refused.json()["code"]) == (409, "session_ended")


async def test_administrators_start_and_stop_the_tool_services(door: Door) -> None:
    states = []
    for method, verb in (
        ("GET", "status"),
        ("POST", "start"),
        ("POST", "restart"),
        ("POST", "stop"),
    ):
        services = (await asked(door, method, f"/api/mcp/{verb}")).json()["services"]
        states.append({service["state"] for service in services})
    async with door.http(await door.bearer()) as http:
        refused = await http.post("/api/mcp/start")

    assert states == [{"stopped"}, {"running"}, {"running"}, {"stopped"}]
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert door.platform.calls["tool_services"] == 4
