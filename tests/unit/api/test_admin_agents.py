"""Administrators and others' agents and sessions: what they see, stop, and leave in the log."""

from typing import Any

import pytest

from aibt.live.states import RunState
from aibt.protocol.agents import AgentsCreate
from aibt.store.records import User
from tests.fakes.office import a_user
from tests.unit.api.builders import AGENT, RANGE
from tests.unit.api.test_admin import ADA, audited, signed_in

World = Any  # the fixture's class, tests/unit/api/builders.py


async def stored(world: World, user: User, name: str = "Nora") -> tuple[int, int]:
    """Put an agent with a queued session into the store; return their ids."""

    async def put() -> tuple[int, int]:
        params = AgentsCreate.read({**AGENT, "name": name})
        async with world.entrance.office.store.writing(user.id) as unit:
            agent = await unit.agents.create(
                name=name, base_model=params.base_model, config=params.config(), is_public=False
            )
            request = {**params.config(), "base_model": params.base_model, **RANGE, "live": False}
            session = await unit.sessions.create(agent.id, request=request, data={"notes": []})
        return agent.id, session.id

    ids: tuple[int, int] = await world.server.ask(put())
    return ids


@pytest.fixture
async def ada(world: World) -> User:
    user: User = await world.server.ask(a_user(world.entrance.office, ADA))
    return user


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/admin/agents"),
        ("GET", "/api/admin/sessions"),
        ("GET", "/api/admin/sessions/1"),
        ("POST", "/api/admin/sessions/1/stop"),
        ("GET", "/api/mcp/status"),
        ("POST", "/api/mcp/start"),
        ("POST", "/api/mcp/stop"),
        ("POST", "/api/mcp/restart"),
    ],
)
async def test_who_is_no_administrator_is_refused(world: World, method: str, path: str) -> None:
    async with await signed_in(world, ADA) as http:
        answer = await http.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_everybodys_agents_and_sessions_are_listed_with_their_owners(
    world: World, ada: User
) -> None:
    first, second = await stored(world, ada), await stored(world, ada, "Olga")
    async with world.http as http:
        agents = (await http.get("/api/admin/agents", params={"limit": 1})).json()
        older = (await http.get("/api/admin/agents", params={"before_id": agents["next"]})).json()
        sessions = (await http.get("/api/admin/sessions")).json()
        hers = (await http.get("/api/admin/sessions", params={"owner_id": ada.id})).json()
        none = (await http.get("/api/admin/sessions", params={"state": "failed"})).json()
        actions = await audited(http)

    [newest] = agents["agents"]
    assert (newest["owner"], newest["agent"]["name"]) == (ADA, "Olga")
    assert (newest["agent"]["state"], newest["agent"]["session_id"]) == ("queued", second[1])
    assert [one["agent"]["id"] for one in older["agents"]] == [first[0]]
    assert [one["session"]["id"] for one in sessions["sessions"]] == [second[1], first[1]]
    assert hers == sessions
    assert none == {"sessions": [], "next": None}
    assert {"agents-list", "sessions-list"} <= set(actions)


async def test_a_session_is_shown_and_stopped_and_the_log_says_whose(
    world: World, ada: User
) -> None:
    _, session_id = await stored(world, ada)
    async with world.http as http:
        agent = (await http.post("/api/models", json=AGENT)).json()
        body = {"model_id": agent["id"], **RANGE}
        started = (await http.post("/api/trading/start", json=body)).json()["id"]
        run = world.platform.session_runs.pop(started)  # the store numbers it otherwise
        await world.server.do(lambda: world.platform.renumber(run, session_id))

        shown = (await http.get(f"/api/admin/sessions/{session_id}")).json()
        stopped = (await http.post(f"/api/admin/sessions/{session_id}/stop")).json()
        none = await http.get("/api/admin/sessions/99")
        entries = (await http.get("/api/admin/audit")).json()["entries"]

    assert (shown["owner"], shown["session"]["id"]) == (ADA, session_id)
    assert stopped["session"]["state"] == "stopped"
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
    noted = [(entry["action"], entry["owner_id"], entry["about"]) for entry in entries]
    assert ("sessions-stop", ada.id, {"session": session_id}) in noted
    assert ("sessions-get", ada.id, {"session": session_id}) in noted


async def test_the_sessions_of_a_disabled_user_are_told_to_stop(world: World, ada: User) -> None:
    _, session_id = await stored(world, ada)

    async with world.http as http:
        await http.patch(f"/api/admin/users/{ada.id}", json={"disabled": True})

    async def look() -> Any:
        async with world.entrance.office.store.reading(ada.id) as unit:
            return await unit.sessions.get(session_id)

    session = await world.server.ask(look())
    assert session.desired == "stopped" or session.state is RunState.STOPPED


async def test_the_system_shows_the_actor_of_a_session_with_its_owner(
    world: World, ada: User
) -> None:
    _, session_id = await stored(world, ada)
    async with world.http as http:
        agent = (await http.post("/api/models", json=AGENT)).json()
        body = {"model_id": agent["id"], **RANGE}
        started = (await http.post("/api/trading/start", json=body)).json()["id"]
        run = world.platform.session_runs.pop(started)
        await world.server.do(lambda: world.platform.renumber(run, session_id))
        system = (await http.get("/api/admin/system")).json()

    actors = {actor["name"]: actor for actor in system["actors"]}
    actor = actors[f"session/{session_id}"]
    assert (actor["kind"], actor["session_id"], actor["owner"]) == ("session", session_id, ADA)
    assert actor["training_id"] is None
