"""Whatever a client sends, it is answered in one shape and the socket lives on."""

import asyncio
import itertools
import json
import uuid

import pytest
import websockets

from aibt.api.limits import Limits
from aibt.errors import ActorUnavailable, NoPlace
from aibt.settings import ServeSettings, Settings
from tests.unit.api.builders import BOT, START

SIX = {"name", "view", "done", "data", "client_msg", "inner_task"}
DEEP = "[" * 500 + "]" * 500


def a_frame(query, params="{}"):
    return f'{{"query": "{query}", "view": "v", "params": {params}}}'


def a_start(**changes):
    return a_frame("trainings-start", json.dumps({**START, **changes}))


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        (a_frame("bots-fly"), "unknown_query", "query"),
        (a_frame("sessions-fly"), "unknown_query", "query"),
        (a_frame("sessions-start"), "invalid", "model_id"),
        (a_frame("sessions-start", '{"model_id": 1}'), "invalid", "start"),
        (a_frame("sessions-start", '{"model_id": 99, "live": true}'), "not_found", "model_id"),
        (a_frame("sessions-get", '{"id": 99}'), "not_found", "id"),
        (a_frame("sessions-pause", '{"id": 99}'), "not_found", "id"),
        (a_frame("sessions-watch", '{"id": 99}'), "not_found", "id"),
        (a_frame("sessions-unwatch", '{"id": 99}'), "not_found", "id"),
        (a_frame("sessions-list", '{"states": ["asleep"]}'), "invalid", "states"),
        (a_frame("bots-create", '{"name": 5, "lr": 1, "gamma": 1}'), "invalid", "name"),
        (a_frame("bots-create", '{"name": "a", "lr": NaN, "gamma": 1}'), "invalid", "lr"),
        (a_frame("bots-create", '{"name": "a", "lr": 1e999, "gamma": 1}'), "invalid", "lr"),
        (a_frame("bots-create", '{"name": "../a", "lr": 1, "gamma": 1}'), "invalid", "name"),
        (a_frame("bots-create", f'{{"name": {"[" * 90}{"]" * 90}}}'), "invalid", "name"),
        (a_frame("bots-create", f'{{"name": {DEEP}}}'), "invalid", None),
        (a_frame("bots-create", json.dumps({**BOT, "name": "Ada"})), "name_taken", "name"),
        (a_frame("bots-update", '{"name": null}'), "invalid", "name"),
        (a_frame("bots-get", '{"name": "Nobody"}'), "not_found", "name"),
        (a_start(symbol="NOPE"), "unknown_symbol", "symbol"),
        (a_start(symbol="DOWN"), "source_unavailable", "symbol"),
        (a_start(batch_size=0), "invalid", "batch_size"),
        (a_start(train_data_percentage=0), "invalid", "train_data_percentage"),
        (a_start(train_data_percentage=100), "invalid", "train_data_percentage"),
        (a_start(bot_name="Nobody"), "not_found", "bot_name"),
        (a_frame("trainings-get", '{"id": 99}'), "not_found", "id"),
        (a_frame("trainings-pause", '{"id": 99}'), "not_found", "id"),
        (a_frame("trainings-watch", '{"id": 99}'), "not_found", "id"),
        (a_frame("trainings-unwatch", '{"id": 99}'), "not_found", "id"),
        (a_frame("trainings-get", '{"id": "1"}'), "invalid", "id"),
        ("{", "invalid", None),
        ("[" * 5_000, "invalid", None),
        (b"{}", "invalid", None),
    ],
)
async def test_bad_input_is_answered_and_the_socket_lives_on(world, text, code, field):
    async with world.client() as client:
        await client.ask("bots-create", **BOT)
        await client.socket.send(text)
        frame = await client.frame()
        alive = await client.ask("bots-get")

    assert set(frame) == SIX
    assert (frame["done"], frame["inner_task"]) == (True, "error")
    assert set(frame["data"]) == {"code", "msg", "field"}
    assert (frame["data"]["code"], frame["data"]["field"]) == (code, field)
    assert alive["data"]["bots"][0]["name"] == "Ada"


async def test_an_answer_to_what_could_not_be_read_has_no_name(world):
    async with world.client() as client:
        await client.socket.send('{"query": "bots-get", "view"')
        unread = await client.frame()
        await client.socket.send(a_frame("bots-fly"))
        unknown = await client.frame()

    assert (unread["name"], unread["view"]) == (None, None)
    assert (unknown["name"], unknown["view"]) == ("bots-fly", "v")


async def test_a_busy_bot_is_named_only_after_the_request_itself_is_right(world):
    training_id = await world.a_training()

    async with world.client() as client:
        wrong = await client.ask("trainings-start", **{**START, "batch_size": 0})
        busy = await client.ask("trainings-start", **START)
        delete = await client.ask("bots-delete", name="Ada")

    assert wrong["data"]["field"] == "batch_size"
    assert (busy["data"]["code"], busy["data"]["field"]) == ("bot_busy", "bot_name")
    assert str(training_id) in delete["data"]["msg"]


@pytest.mark.parametrize("error", [ActorUnavailable("gone"), NoPlace("device", "no GPU here")])
async def test_an_error_of_the_platform_is_told_as_it_is(world, error):
    world.platform.failures["start_training"] = error

    async with world.client() as client:
        frame = await client.ask("trainings-start", **START)

    assert frame["data"] == {"code": error.code, "msg": str(error), "field": error.field}


async def test_a_mistake_of_ours_is_told_by_a_reference_alone(world, caplog):
    world.platform.failures["bots"] = KeyError("secret")

    async with world.client() as client:
        frame = await client.ask("bots-get")
        other = await client.ask("bots-get", name="Nobody")

    assert frame["data"]["code"] == "internal"
    assert "secret" not in json.dumps(frame)
    reference = frame["data"]["msg"].rpartition(" ")[2].rstrip(")")
    assert any(reference in record.getMessage() for record in caplog.records)
    assert other["data"]["code"] == "not_found"


async def test_a_frame_over_64_kib_closes_with_1009(world):
    longest = json.dumps({"query": "bots-get", "params": {}, "view": "x" * 64})
    longest += " " * (65_536 - len(longest))

    async with world.client() as client:
        await client.socket.send(longest)
        taken = await client.frame()
        await client.socket.send("é" * 32_769)
        await client.socket.wait_closed()

    assert taken["data"] == {"bots": []}
    assert client.socket.close_code == 1009


async def test_a_platform_that_hangs_is_reported_as_unavailable(make_world):
    world = make_world(limits=Limits(answer_s=0.05))
    world.platform.hangs.add("bots")

    async with world.client() as client:
        frame = await client.ask("bots-get")

    assert frame["data"]["code"] == "unavailable"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://evil.example:8080", "file://"]
)
async def test_a_foreign_page_is_refused_before_the_handshake(world, origin):
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with world.client(origin=origin):
            pass

    assert caught.value.response.status_code == 403


async def test_a_page_under_a_foreign_name_is_refused_although_it_is_its_own(world):
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with world.client(
            origin="http://rebound.example", additional_headers={"Host": "rebound.example"}
        ):
            pass

    assert caught.value.response.status_code == 403


async def test_pages_of_this_machine_and_of_the_setting_are_let_in(make_world):
    world = make_world(
        settings=Settings(serve=ServeSettings(allowed_origins=("https://desk.example",)))
    )

    for origin in ("http://localhost:3000", "http://127.0.0.1:1", "https://desk.example"):
        async with world.client(origin=origin) as client:
            assert (await client.ask("client-is-open"))["data"]["protocol_version"] == 1


async def test_the_subprotocol_is_chosen_where_it_is_offered(world):
    async with world.client(subprotocols=["aibt.v1", "other"]) as client:
        assert client.socket.subprotocol == "aibt.v1"


async def test_one_socket_too_many_is_closed_with_1013(make_world):
    world = make_world(settings=Settings(serve=ServeSettings(max_sockets=1)))

    async with world.client() as first, world.client() as second:
        await second.socket.wait_closed()
        alive = await first.ask("bots-get")

    assert second.socket.close_code == 1013
    assert alive["data"] == {"bots": []}


async def test_a_slow_start_does_not_delay_a_pause(world):
    training_id = await world.a_training()
    world.platform.hangs.add("start_training")

    async with world.client() as client:
        await client.send("trainings-start", **{**START, "bot_name": "Bea"})
        paused = await client.ask("trainings-pause", id=training_id)

    assert paused["data"]["state"] == "paused"


async def test_requests_about_one_bot_keep_their_order(world):
    async with world.client() as client:
        names = ["Ada", "Bea", "Cleo", "Dora"]
        await client.send("bots-create", **BOT)
        for old, new in itertools.pairwise(names):
            await client.send("bots-update", name=old, new_name=new)
        last = await client.ask("bots-get", name="Dora")

    assert last["data"]["name"] == "Dora"


async def test_reading_waits_while_too_many_requests_are_under_way(make_world):
    world = make_world(limits=Limits(in_flight=2))
    gate = await world.server.do(asyncio.Event)
    world.platform.delays["bots"] = gate

    async with world.client() as client:
        for _ in range(3):
            await client.send("bots-get")
        await client.send("client-is-open")
        await world.eventually(lambda: world.platform.calls["bots"] == 2)
        opened_before = world.platform.calls["trainings"]
        await world.server.do(gate.set)
        names = [frame["name"] for frame in await client.frames(4)]

    assert opened_before == 0
    assert sorted(names) == ["bots-get", "bots-get", "bots-get", "client-is-open"]


async def test_a_command_goes_on_to_its_end_when_its_client_goes(world):

    gate = await world.server.do(asyncio.Event)
    world.platform.delays["create_bot"] = gate
    async with world.client() as client:
        await client.send("bots-create", request_id=str(uuid.uuid4()), **BOT)
        await world.eventually(lambda: world.platform.calls["create_bot"] == 1)

    await world.server.do(gate.set)

    await world.eventually(lambda: len(world.platform._bots) == 1)


async def test_saying_goodbye_twice_closes_the_socket(world):
    async with world.client() as client:
        await client.socket.send('{"query": "client-is-closed"}')
        await client.socket.send('{"query": "client-is-closed"}')
        frame = await client.frame()
        await client.socket.wait_closed()

    assert (frame["name"], client.socket.close_code) == ("client-is-closed", 1000)
