"""`/ws/trading/{model_id}`: who is told what, from where on, and how it ends."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
import websockets

from aibt.live.states import RunState
from tests.unit.api.builders import RANGE, Client
from tests.unit.api.sockets import bearer_of, ended

GOODBYE = '{"query": "client-is-closed"}'


@asynccontextmanager
async def listening(world, path, **options):
    given = {"additional_headers": world.entrance.headers, **options}
    address = f"{world.server.ws}/trading/{path}"
    async with websockets.connect(address, **given) as socket:
        yield Client(socket)


@pytest.fixture
async def session_id(world):
    return await world.a_session()


@pytest.fixture
def model_id(world, session_id):
    return world.platform.session_runs[session_id].session.agent_id


async def test_it_tells_of_the_active_session_until_its_end_and_closes(world, session_id, model_id):
    platform, do = world.platform, world.server.do
    async with listening(world, model_id) as client:
        state, status = await client.frames(2)
        await do(lambda: platform.think(session_id, "I buy."))
        thought = await client.frame()
        await do(lambda: platform.move_session(session_id, RunState.FINISHED))
        rest = await client.until(lambda frame: frame["done"])
        code = await ended(client)

    assert (state["inner_task"], status["inner_task"]) == ("state", "status")
    assert (thought["inner_task"], thought["seq"]) == ("thought", 1)
    assert rest[-1]["data"]["state"] == "finished"
    for frame in (state, status, thought, *rest):
        assert (frame["name"], frame["view"]) == ("sessions-watch", None)
        assert "id" not in frame
    assert code == 1000


async def test_it_goes_on_after_a_cursor(world, session_id, model_id):
    for text in ("one", "two", "three"):
        await world.server.do(lambda text=text: world.platform.think(session_id, text))

    async with listening(world, f"{model_id}?cursor=1") as client:
        frames = await client.frames(2)

    assert [frame["seq"] for frame in frames] == [2, 3]


async def test_it_tells_of_the_latest_session_where_none_is_active(world, session_id, model_id):
    await world.server.do(lambda: world.platform.move_session(session_id, RunState.STOPPED))

    async with listening(world, f"{model_id}?cursor=0") as client:
        frames = await client.until(lambda frame: frame["done"])
        code = await ended(client)

    assert (frames[0]["seq"], frames[-1]["data"]["id"], code) == (1, session_id, 1000)


async def test_a_reader_who_names_his_session_is_not_told_of_a_newer_one(
    world, session_id, model_id
):
    await world.server.do(lambda: world.platform.move_session(session_id, RunState.STOPPED))
    async with world.http as http:
        body = {"model_id": model_id, **RANGE}
        newer = (await http.post("/api/trading/start", json=body)).json()["id"]

    async with listening(world, f"{model_id}?cursor=0&session_id={session_id}") as client:
        frames = await client.until(lambda frame: frame["done"])
    async with listening(world, model_id) as client:
        snapshot = await client.frame()

    assert frames[-1]["data"]["id"] == session_id
    assert snapshot["data"]["id"] == newer


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ("99", "not_found", "model_id"),
        ("0", "invalid", "model_id"),
        ("x", "not_found", "model_id"),
        ("-1", "not_found", "model_id"),
        ("9" * 30, "not_found", "model_id"),
        ("{model_id}?cursor=x", "invalid", "cursor"),
        ("{model_id}?cursor=-1", "invalid", "cursor"),
        ("{model_id}?cursor=9007199254740993", "invalid", "cursor"),
        ("{model_id}?session_id=99", "not_found", "id"),
        ("{other}", "not_found", "model_id"),
        ("{other}?session_id={session_id}", "not_found", "session_id"),
    ],
)
async def test_what_it_cannot_tell_of_is_answered_with_an_error_and_closed(
    world, session_id, model_id, path, code, field
):
    async with world.http as http:
        body = {"name": "Olga", "base_model": "baseline/random", "universe": ["GOOGL"]}
        other = (await http.post("/api/models", json=body)).json()["id"]
    path = path.format(model_id=model_id, other=other, session_id=session_id)

    async with listening(world, path) as client:
        frame = await client.frame()
        closed = await ended(client)

    assert (frame["name"], frame["done"], frame["inner_task"]) == ("sessions-watch", True, "error")
    assert (frame["data"]["code"], frame["data"]["field"]) == (code, field)
    assert closed == 1000


@pytest.mark.usefixtures("session_id")
async def test_it_takes_no_request_but_goodbye(world, model_id):
    async with listening(world, model_id) as client:
        await client.frames(2)
        await client.socket.send('{"query": "bots-get", "id": "5b0c6c0e8f0e4f439a3f0d6c1c1f2a11"}')
        refused = await client.frame()
        await client.socket.send("{")
        unread = await client.frame()
        await client.socket.send(GOODBYE)
        goodbye = await client.frame()
        code = await ended(client)

    assert (refused["data"]["code"], refused["data"]["field"]) == ("invalid", "query")
    assert refused["id"] == "5b0c6c0e8f0e4f439a3f0d6c1c1f2a11"
    assert unread["data"]["code"] == "invalid"
    assert (goodbye["name"], goodbye["done"], goodbye["data"]) == ("client-is-closed", True, {})
    assert code == 1000
    assert world.platform.calls["bots"] == 0


@pytest.mark.usefixtures("session_id")
async def test_nobody_is_told_anything_who_is_not_signed_in(world, model_id):
    async with listening(world, model_id, additional_headers={}) as client:
        with pytest.raises(websockets.ConnectionClosed):
            await client.frame()

    assert client.socket.close_code == 4401


@pytest.mark.usefixtures("session_id")
async def test_a_foreign_page_is_refused_before_the_handshake(world, model_id):
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with listening(world, model_id, origin="https://evil.example"):
            pass

    assert caught.value.response.status_code == 403


@pytest.mark.usefixtures("session_id")
async def test_it_ends_with_the_sign_in_of_who_opened_it(world, model_id):
    bearer = await bearer_of(world)
    headers = {"Authorization": f"Bearer {bearer}"}

    async with listening(world, model_id, additional_headers=headers) as client:
        await client.frames(2)
        async with world.http as http:
            await http.post("/api/auth/sign-out", headers=headers)
        code = await ended(client)

    assert code == 4401


@pytest.mark.usefixtures("session_id")
async def test_a_mistake_of_ours_is_told_by_a_reference_alone(world, model_id):
    world.platform.failures["active_session"] = KeyError("secret")

    async with listening(world, model_id) as client:
        frame = await client.frame()

    assert frame["data"]["code"] == "internal"
    assert "secret" not in json.dumps(frame)


@pytest.mark.usefixtures("session_id")
async def test_nothing_goes_on_once_its_client_has_gone(world, model_id):
    hub = world.server.app.state.gateway.hub
    async with listening(world, model_id) as client:
        await client.frames(2)
        await world.eventually(lambda: len(hub) == 1)

    await world.eventually(lambda: len(hub) == 0 and world.platform.polls == 0)
    await asyncio.sleep(0)
    assert not world.server.app.state.gateway.background
