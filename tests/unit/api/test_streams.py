"""What a reader of a training's stream gets, and what others notice of a slow one."""

import asyncio
import json
import uuid
from datetime import timedelta

import pytest
import websockets

from aibt.api.limits import Limits
from aibt.errors import ActorUnavailable
from aibt.live.states import RunState
from aibt.protocol.docs import python_example
from tests.fakes.platform import FakePlatform
from tests.patience import PATIENCE_S
from tests.unit.api.builders import BOT, START


def seqs(frames):
    return [frame["seq"] for frame in frames if "seq" in frame]


async def test_a_long_load_comes_in_parts_of_at_most_a_mebibyte(make_world):
    world = make_world(FakePlatform(bars=30_000))
    world.platform.notes.append("The bars are 3 days old.")
    training_id = await world.a_training_without_stream()

    async with world.client() as client:
        await client.send("trainings-watch", id=training_id)
        frames = await client.until(lambda frame: frame["inner_task"] == "state")

    loads = [frame["data"] for frame in frames[:-1]]
    assert [(load["part"], load["parts"]) for load in loads] == [(1, 3), (2, 3), (3, 3)]
    assert sum(len(load["closes"]) for load in loads) == 30_000
    assert all(len(json.dumps(frame)) <= 2**20 for frame in frames)
    assert frames[0]["client_msg"] == "The bars are 3 days old."


async def test_a_watch_with_a_cursor_begins_with_what_came_after_it(world):
    training_id = await world.a_training()
    for number in range(5):
        await world.server.do(lambda number=number: world.platform.log(training_id, str(number)))

    async with world.client() as client:
        await client.send("trainings-watch", id=training_id, cursor=3)
        frames = await client.frames(2)

    assert seqs(frames) == [4, 5]


async def test_a_start_repeated_with_its_id_follows_the_training_it_started(world):
    request_id = str(uuid.uuid4())
    platform, do = world.platform, world.server.do
    async with world.client() as client:
        await client.ask("bots-create", **BOT)
        await client.send("trainings-start", request_id=request_id, **START)
        training_id = (await client.frames(3))[-1]["data"]["id"]
    await do(lambda: platform.log(training_id, "one"))
    await do(lambda: platform.age(training_id, timedelta(hours=1)))

    async with world.client() as client:
        await client.send("trainings-start", request_id=request_id, **START)
        snapshot = await client.frames(3)
        await do(lambda: platform.log(training_id, "two"))
        event = await client.frame()

    assert len(platform.runs) == 1
    assert {frame["data"]["cursor"] for frame in snapshot} == {1}
    assert event["seq"] == 2


async def test_a_start_repeated_on_the_same_socket_goes_on_under_its_id_without_an_end(world):
    request_id = str(uuid.uuid4())
    async with world.client() as client:
        await client.ask("bots-create", **BOT)
        await client.send("trainings-start", request_id=request_id, **START)
        await client.frames(3)
        await client.send("trainings-start", request_id=request_id, **START)
        frames = await client.frames(3)

    assert [frame["inner_task"] for frame in frames] == ["load", "state", "status"]
    assert not any(frame["done"] for frame in frames)


async def test_a_training_that_has_ended_is_streamed_to_its_end(world):
    training_id = await world.a_training()
    await world.server.do(lambda: world.platform.move(training_id, RunState.FAILED))

    async with world.client() as client:
        await client.send("trainings-watch", id=training_id, cursor=0)
        frames = await client.until(lambda frame: frame["done"])

    assert seqs(frames) == [1]
    assert frames[-1]["data"]["state"] == "failed"


async def test_many_watchers_cost_one_look_out_which_ends_with_the_last(world):
    training_id = await world.a_training()
    platform, hub = world.platform, world.server.app.state.gateway.hub
    await world.eventually(lambda: len(hub) == 0)

    async with world.client() as one, world.client() as two, world.client() as three:
        for client in (one, two, three):
            await client.send("trainings-watch", id=training_id)
            await client.frames(3)
        await world.server.do(lambda: platform.log(training_id, "x"))
        for client in (one, two, three):
            assert (await client.frame())["seq"] == 1
        assert len(hub) == 1

    await world.eventually(lambda: len(hub) == 0 and platform.polls == 0)
    assert platform.most_polls == 1
    assert platform.calls["load"] <= 2  # the start's, and one for all watchers


async def test_a_stream_outlives_failures_of_the_platform(world):
    training_id = await world.a_training()
    platform, do = world.platform, world.server.do

    async with world.client() as client:
        platform.failures.update(feed=ActorUnavailable("restarting"), page=ValueError("odd"))
        await client.send("trainings-watch", id=training_id, cursor=0)
        await do(lambda: platform.log(training_id, "x"))
        await world.eventually(lambda: platform.calls["feed"] >= 3)
        platform.failures.clear()
        event = await client.frame()

    assert event["seq"] == 1


async def test_status_comes_no_faster_than_it_was_asked_for_and_the_latest_wins(world):
    training_id = await world.a_training()
    platform, do = world.platform, world.server.do

    async with world.client() as client:
        await client.send("trainings-watch", id=training_id, rate_hz=5)
        await client.frames(3)
        for step in range(1, 101):
            await do(lambda step=step: platform.show(training_id, steps=step))
        await do(lambda: platform.move(training_id, RunState.FINISHED))
        frames = await client.until(lambda frame: frame["done"])

    shown = [frame["data"]["steps"] for frame in frames if frame["inner_task"] == "status"]
    assert shown == sorted(set(shown))
    assert shown[-1] == 100
    assert len(shown) < 100


async def test_a_reader_who_takes_nothing_costs_bounded_memory_and_delays_nobody(make_world):
    limits = Limits(outbox_frames=50, outbox_bytes=200_000, poll_pause_s=0.001, ring_events=100)
    world = make_world(limits=limits)
    training_id = await world.a_training()
    platform, do = world.platform, world.server.do
    text = "x" * 20_000

    async with (
        world.client(max_queue=1, compression=None) as sleeper,
        world.client() as reader,
    ):
        await sleeper.send("trainings-watch", id=training_id)
        await reader.send("trainings-watch", id=training_id)
        await reader.frames(3)
        for _ in range(500):
            await do(lambda: platform.log(training_id, text))
        frames = [await reader.frame() for _ in range(500)]
        waiting = await do(lambda: waiting_bytes(world))
        late = [frame for frame in [await sleeper.frame() for _ in range(503)] if "seq" in frame]

    assert seqs(frames) == list(range(1, 501))
    assert 0 < waiting <= 2 * (limits.outbox_bytes + 30_000)
    assert seqs(late) == list(range(1, 501))


async def test_a_reader_who_takes_nothing_for_too_long_is_closed_with_4408(make_world):
    limits = Limits(stall_s=0.2, outbox_bytes=100_000, close_s=10, poll_pause_s=0.001)
    world = make_world(limits=limits)
    training_id = await world.a_training()
    text = "x" * 60_000

    async with world.client(max_queue=1, compression=None) as sleeper:
        await sleeper.send("trainings-watch", id=training_id)
        for _ in range(300):
            await world.server.do(lambda: world.platform.log(training_id, text))
        await world.eventually(lambda: len(world.server.app.state.gateway.hub) == 0)
        with pytest.raises(websockets.ConnectionClosed):
            await sleeper.until(lambda _: False)

    assert sleeper.socket.close_code == 4408


def waiting_bytes(world):
    sockets = world.server.app.state.sockets
    return sum(connection._outbox.waiting_bytes for connection in sockets._open)


async def test_the_example_of_the_page_follows_a_training_through_broken_connections(world):
    training_id = await world.a_training()
    platform, do = world.platform, world.server.do
    names = {}
    exec(python_example(), names)
    names["TOKEN"] = world.entrance.bearer
    seen = []
    following = asyncio.create_task(names["follow"](world.server.ws, training_id, seen.append))
    await world.eventually(lambda: len(seen) > 0)

    for number in range(1, 31):
        await do(lambda number=number: platform.log(training_id, str(number)))
        if number % 10 == 0:
            await do(lambda: cut_all(world))
    await do(lambda: platform.move(training_id, RunState.FINISHED))
    async with asyncio.timeout(PATIENCE_S):
        last = await following

    numbers = seqs(seen)
    assert numbers == list(range(numbers[0], 32))
    assert last["state"] == "finished"


def cut_all(world):
    for connection in world.server.app.state.sockets._open:
        connection.close(1012, "")


async def test_a_list_that_does_not_fit_is_cut_and_says_so(make_world):
    world = make_world(limits=Limits(response_bytes=5_500))
    for name in ("Ada", "Bea", "Cleo"):
        async with world.client() as client:
            await client.ask("bots-create", **{**BOT, "name": name})
            await client.send("trainings-start", **{**START, "bot_name": name})
            await client.frames(3)

    async with world.client() as client:
        first = await client.ask("trainings-list")
        shown = [training["bot_name"] for training in first["data"]["trainings"]]
        oldest = first["data"]["trainings"][-1]["id"]
        second = await client.ask("trainings-list", before_id=oldest, limit=1)

    assert shown == ["Cleo"]
    assert first["client_msg"] == "2 more did not fit into this answer"
    assert second["data"]["trainings"][0]["bot_name"] == "Bea"
    assert second["client_msg"] is None


async def test_a_socket_follows_no_more_trainings_than_it_may(make_world):
    world = make_world(limits=Limits(streams=1))
    training_id = await world.a_training()

    async with world.client() as client:
        await client.send("trainings-watch", id=training_id)
        await client.frames(3)
        again_id = await client.send("trainings-watch", id=training_id, cursor=0)
        await client.ask("bots-create", **{**BOT, "name": "Bea"})
        refused = await client.ask("trainings-start", **{**START, "bot_name": "Bea"})

    assert again_id
    assert (refused["data"]["code"], refused["data"]["field"]) == ("invalid", "id")
    assert len(world.platform.runs) == 1
