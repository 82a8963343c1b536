"""What a session's stream brings, frame by frame, and how a reader comes back to it."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from aibt.api.limits import Limits
from aibt.live.states import RunState
from aibt.protocol.sessions import SessionMessage, SessionStatusMessage
from aibt.protocol.tasks import EVENTS
from aibt.settings import LimitSettings, Settings
from tests.unit.api.builders import AGENT, RANGE
from tests.unit.api.test_streams import cut_all
from tests.unit.api.test_transcript import assert_answer, assert_event

STATUS_KEYS = set(SessionStatusMessage.model_fields)
SESSION_KEYS = set(SessionMessage.model_fields)
AT = "2024-01-02T21:00:00Z"
EVENTS_OF_A_STEP = (
    ("step", {"step": 1, "at": AT}),
    ("thought", {"step": 1, "text": "GOOGL is cheap.\n\nI buy."}),
    (
        "tool",
        {"step": 1, "call_id": "c1", "name": "buy", "arguments": {"symbol": "GOOGL", "share": 0.5}},
    ),
    ("tool", {"step": 1, "call_id": "c2", "name": "buy", "arguments": '{"symbol": "GOO'}),
    ("result", {"step": 1, "call_id": "c1", "ok": True, "data": {"order_id": "1/c1"}}),
    ("result", {"step": 1, "call_id": "c2", "ok": False, "data": "no", "truncated": False}),
    (
        "fill",
        {"step": 2, "order_id": "1/c1", "symbol": "GOOGL", "quantity": 35.5, "price": 140.25,
         "fee": 0.5, "at": AT},
    ),
)  # fmt: skip


async def an_agent(world):
    async with world.http as http:
        return (await http.post("/api/models", json=AGENT)).json()["id"]


def seqs(frames):
    return [frame["seq"] for frame in frames if "seq" in frame]


async def test_a_start_is_answered_by_a_snapshot_without_bars_and_the_stream(world):
    platform, do = world.platform, world.server.do
    model_id = await an_agent(world)
    async with world.client() as client:
        start_id = await client.send("sessions-start", model_id=model_id, **RANGE)
        state, status = await client.frames(2)
        session_id = status["data"]["id"]
        await do(lambda: platform.move_session(session_id, RunState.RUNNING))
        running = await client.frame()
        for kind, data in EVENTS_OF_A_STEP:
            event = {"id": session_id, **data}
            await do(lambda kind=kind, event=event: platform.tell(session_id, kind, event))
        told = await client.frames(len(EVENTS_OF_A_STEP))
        await do(lambda: platform.show_session(session_id, equity=10_050.0, partial="Now"))
        shown = await client.frame()
        await do(lambda: platform.move_session(session_id, RunState.FINISHED))
        rest = await client.until(lambda frame: frame["done"])

    assert_event(state, "state", {"id", "state", "reason", "cursor"})
    assert_event(status, "status", STATUS_KEYS)
    assert {frame["data"]["cursor"] for frame in (state, status)} == {0}
    assert (status["data"]["equity"], status["data"]["at"]) == (10_000, None)
    assert_event(running, "state", {"id", "state", "reason"}, seq=1)
    for seq, (frame, (kind, data)) in enumerate(zip(told, EVENTS_OF_A_STEP, strict=True), 2):
        assert_event(frame, kind, {"id", *data}, seq=seq)
        EVENTS["session"][kind].of(frame["data"])
    assert_event(shown, "status", STATUS_KEYS)
    assert (shown["data"]["partial"], shown["data"]["cursor"]) == ("Now", 8)
    assert_answer(rest[-1], "sessions-start", SESSION_KEYS)
    assert rest[-1]["id"] == start_id
    assert (rest[-1]["data"]["state"], rest[-1]["data"]["partial"]) == ("finished", "")


async def test_each_query_about_a_session_is_answered_in_its_shape(world):
    session_id = await world.a_session()

    async with world.client() as client:
        for query in ("sessions-pause", "sessions-resume", "sessions-get"):
            answer = await client.ask(query, id=session_id)
            assert_answer(answer, query, SESSION_KEYS)
        listed = await client.ask("sessions-list")
        opened = await client.ask("client-is-open")

        first_id = await client.send("sessions-watch", id=session_id)
        first = await client.frames(2)
        second_id = await client.send("sessions-watch", id=session_id, cursor=1)
        replaced, event = await client.frames(2)
        await client.send("sessions-unwatch", id=session_id)
        last, unwatched = await client.frames(2)
        stopped = await client.ask("sessions-stop", id=session_id)
        over = await client.ask("sessions-resume", id=session_id)

    assert_answer(listed, "sessions-list", {"sessions"})
    assert set(listed["data"]["sessions"][0]) == SESSION_KEYS
    [active] = opened["data"]["sessions"]
    assert active.pop("model_id") == answer["data"]["model_id"]
    assert active == {"id": session_id, "model_name": "Nora", "state": "running", "cursor": 2}
    assert [frame["inner_task"] for frame in first] == ["state", "status"]
    assert {frame["data"]["cursor"] for frame in first} == {2}
    assert_answer(replaced, "sessions-watch", SESSION_KEYS)
    assert replaced["id"] == first_id
    assert_event(event, "state", {"id", "state", "reason"}, seq=2)
    assert_answer(last, "sessions-watch", SESSION_KEYS)
    assert last["id"] == second_id
    assert_answer(unwatched, "sessions-unwatch", SESSION_KEYS)
    assert_answer(stopped, "sessions-stop", SESSION_KEYS)
    assert (over["data"]["code"], over["data"]["field"]) == ("session_ended", "id")


async def test_a_list_shows_neither_what_is_held_nor_what_is_being_said(world):
    session_id = await world.a_session()
    position = {
        "symbol": "GOOGL", "quantity": 1, "average_price": 1, "price": 1, "value": 1, "profit": 0,
    }  # fmt: skip
    shown = {"positions": [position], "partial": "Hm"}
    await world.server.do(lambda: world.platform.show_session(session_id, **shown))

    async with world.client() as client:
        one = (await client.ask("sessions-get", id=session_id))["data"]
        [listed] = (await client.ask("sessions-list", states=["queued"]))["data"]["sessions"]
        none = await client.ask("sessions-list", states=["paused"])

    assert (one["positions"], one["partial"]) == ([position], "Hm")
    assert (listed["positions"], listed["pending"], listed["partial"]) == ([], [], "")
    assert none["data"] == {"sessions": []}


async def test_a_list_that_does_not_fit_is_cut_and_pages_on(make_world):
    world = make_world(limits=Limits(response_bytes=5_500))
    model_id = await an_agent(world)
    async with world.http as http:
        for _ in range(3):
            body = {"model_id": model_id, "live": True}
            started = await http.post("/api/trading/start", json=body)
            last = started.json()["id"]
            await http.post("/api/trading/stop", json={"model_id": model_id})

    async with world.client() as client:
        first = await client.ask("sessions-list")
        shown = [session["id"] for session in first["data"]["sessions"]]
        second = await client.ask("sessions-list", before_id=shown[-1], limit=1)

    assert shown[0] == last
    assert first["client_msg"] == f"{3 - len(shown)} more did not fit into this answer"
    assert second["data"]["sessions"][0]["id"] < shown[-1]


async def test_a_start_repeated_with_its_id_follows_the_session_it_started(world):
    request_id = str(uuid.uuid4())
    platform, do = world.platform, world.server.do
    model_id = await an_agent(world)
    async with world.client() as client:
        await client.send("sessions-start", request_id=request_id, model_id=model_id, **RANGE)
        session_id = (await client.frames(2))[-1]["data"]["id"]
    await do(lambda: platform.think(session_id, "one"))
    await do(lambda: platform.age_session(session_id, timedelta(hours=1)))

    async with world.client() as client:
        await client.send("sessions-start", request_id=request_id, model_id=model_id, **RANGE)
        snapshot = await client.frames(2)
        await do(lambda: platform.think(session_id, "two"))
        event = await client.frame()
        busy = await client.ask("sessions-start", model_id=model_id, **RANGE)

    assert len(platform.session_runs) == 1
    assert {frame["data"]["cursor"] for frame in snapshot} == {1}
    assert event["seq"] == 2
    assert (busy["data"]["code"], busy["data"]["field"]) == ("agent_busy", "model_id")


async def test_a_reader_that_comes_back_with_its_cursor_misses_nothing(world):
    session_id = await world.a_session()
    platform, do = world.platform, world.server.do
    seen, cursor = [], 0
    for number in range(1, 31):
        await do(lambda number=number: platform.think(session_id, str(number)))
        if number % 10 == 0:
            async with world.client() as client:
                await client.send("sessions-watch", id=session_id, cursor=cursor)
                frames = await client.frames(10)
                await do(lambda: cut_all(world))
            seen += seqs(frames)
            cursor = seen[-1]

    assert seen == list(range(1, 31))


async def test_trainings_and_sessions_with_one_number_are_followed_apart(world):
    training_id = await world.a_training_without_stream()
    session_id = await world.a_session()
    platform, do = world.platform, world.server.do
    run = platform.session_runs.pop(session_id)  # the fake numbers them together, a store does not
    await do(lambda: platform.renumber(run, training_id))

    async with world.client() as client:
        training = await client.send("trainings-watch", id=training_id, cursor=0)
        session = await client.send("sessions-watch", id=training_id, cursor=0)
        await do(lambda: platform.log(training_id, "of the training"))
        await do(lambda: platform.think(training_id, "of the session"))
        frames = {frame["id"]: frame for frame in await client.frames(2)}

    assert (frames[training]["inner_task"], frames[training]["seq"]) == ("log", 1)
    assert (frames[session]["inner_task"], frames[session]["seq"]) == ("thought", 1)


async def test_many_watchers_of_a_session_cost_one_look_out(world):
    session_id = await world.a_session()
    hub = world.server.app.state.gateway.hub

    async with world.client() as one, world.client() as two:
        for client in (one, two):
            await client.send("sessions-watch", id=session_id, cursor=0)
        await world.eventually(lambda: len(hub) == 1)
        await world.server.do(lambda: world.platform.think(session_id, "x"))
        assert [(await client.frame())["seq"] for client in (one, two)] == [1, 1]

    await world.eventually(lambda: len(hub) == 0 and world.platform.polls == 0)
    assert world.platform.most_polls == 1
    assert world.platform.calls["load"] == 0


async def test_a_status_is_conflated_and_the_latest_wins(world):
    session_id = await world.a_session()
    platform, do = world.platform, world.server.do

    async with world.client() as client:
        await client.send("sessions-watch", id=session_id, rate_hz=5)
        await client.frames(2)
        for step in range(1, 101):
            await do(lambda step=step: platform.show_session(session_id, step=step))
        await do(lambda: platform.move_session(session_id, RunState.STOPPED))
        frames = await client.until(lambda frame: frame["done"])

    shown = [frame["data"]["step"] for frame in frames if frame["inner_task"] == "status"]
    assert shown == sorted(set(shown))
    assert shown[-1] == 100
    assert len(shown) < 100


async def test_sessions_are_started_no_faster_than_a_user_may(make_world):
    world = make_world(settings=Settings(limits=LimitSettings(starts_per_minute=1)))
    model_id = await an_agent(world)

    async with world.client() as client:
        await client.send("sessions-start", model_id=model_id, **RANGE)
        await client.frames(2)
        too_soon = await client.ask("sessions-start", model_id=model_id, **RANGE)
    async with world.http as http:
        over_rest = await http.post("/api/trading/start", json={"model_id": model_id, **RANGE})

    assert too_soon["data"]["code"] == "rate_limited"
    assert (over_rest.status_code, over_rest.json()["code"]) == (429, "rate_limited")
    assert int(over_rest.headers["retry-after"]) > 0
    assert world.platform.calls["start_session"] == 1


@pytest.mark.parametrize("query", ["sessions-pause", "sessions-stop"])
async def test_requests_about_one_session_keep_their_order(world, query):
    session_id = await world.a_session()
    gate = await world.server.do(asyncio.Event)
    world.platform.delays["session"] = gate

    async with world.client() as client:
        looked = await client.send("sessions-get", id=session_id)
        changed = await client.send(query, id=session_id)
        await client.ask("bots-get")
        await world.server.do(gate.set)
        frames = await client.frames(2)

    assert [frame["id"] for frame in frames] == [looked, changed]
    assert frames[0]["data"]["state"] == "queued"
