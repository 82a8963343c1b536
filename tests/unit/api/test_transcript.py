"""Every query's answer, frame by frame."""

import uuid
from pathlib import Path

from aibt.live.states import RunState
from aibt.protocol.tasks import TASKS
from aibt.rl.catalogue import ALGORITHMS
from tests.unit.api.builders import BOT, START

SIX = {"name", "view", "done", "data", "client_msg", "inner_task"}
BOT_KEYS = {
    "name", "lr", "hidden_layers", "gamma", "discounter_rate", "depth", "algorithm", "encoder",
    "state", "training_id", "trained", "note", "created_at", "updated_at",
}  # fmt: skip
STATUS_KEYS = {
    "id", "state", "episodes", "days", "max_profit", "max_balance", "balance", "profit", "trades",
    "rewards", "last_decision", "prediction", "bot", "steps", "steps_per_second", "loss",
    "epsilon", "validation", "out_of_sample", "cursor",
}  # fmt: skip
TRAINING_KEYS = STATUS_KEYS | {
    "bot_name", "reason", "symbol", "period", "source", "train_data_percentage",
    "starting_balance", "lr", "gamma", "batch_size", "max_episodes", "min_episodes", "fresh",
    "algorithm", "encoder", "environments", "rollout_workers", "device", "seed", "fee_bps",
    "slippage_bps",
    "note", "created_at", "started_at", "ended_at", "population_id", "member",
}  # fmt: skip
LOAD_KEYS = {
    "date_range", "closes", "split", "source", "fetched_at", "age_s", "notes", "part", "parts",
    "cursor",
}  # fmt: skip


def assert_answer(frame, name, keys):
    """The one frame of an answer that is no stream."""
    assert set(frame) == SIX | {"id"}
    assert (frame["name"], frame["view"], frame["done"]) == (name, "test", True)
    assert frame["inner_task"] is None
    assert set(frame["data"]) == keys


def assert_event(frame, kind, keys, seq=None):
    assert set(frame) == SIX | {"id"} | ({"seq"} if seq is not None else set())
    assert (frame["inner_task"], frame["done"], frame.get("seq")) == (kind, False, seq)
    assert set(frame["data"]) == keys


async def test_each_query_about_bots_is_answered_in_its_shape(world):
    async with world.client() as client:
        opened = await client.ask("client-is-open")
        keys = {"user", "protocol_version", "trainings", "sessions", "evaluations"}
        assert_answer(opened, "client-is-open", keys)
        assert_answer(await client.ask("bots-create", **BOT), "bots-create", BOT_KEYS)
        updated = await client.ask("bots-update", name="Ada", lr=None, hidden_layers=8)
        assert_answer(updated, "bots-update", BOT_KEYS)
        assert updated["client_msg"] == "The weights were dropped."
        assert_answer(await client.ask("bots-get", name="Ada"), "bots-get", BOT_KEYS)
        assert_answer(await client.ask("bots-get"), "bots-get", {"bots"})
        for verb in ("pause", "resume", "stop"):
            assert_answer(await client.ask(f"bots-{verb}", name="Ada"), f"bots-{verb}", BOT_KEYS)
        assert_answer(await client.ask("bots-delete", name="Ada"), "bots-delete", {"name"})
        assert_answer(await client.ask("client-is-closed"), "client-is-closed", set())
        await client.socket.wait_closed()

    assert client.socket.close_code == 1000


async def test_a_start_that_changes_how_the_bot_learns_says_so(world, monkeypatch):
    monkeypatch.setitem(ALGORITHMS, "another", "Learns.")
    async with world.client() as client:
        await client.ask("bots-create", **BOT)

        await client.send("trainings-start", **START, algorithm="another")
        load, state, status = await client.frames(3)

    assert state["client_msg"] == "The bot learns otherwise now."
    assert load["client_msg"] is status["client_msg"] is None


async def test_a_start_is_answered_by_a_snapshot_and_the_stream(world):
    platform, do = world.platform, world.server.do
    async with world.client() as client:
        await client.ask("bots-create", **BOT)

        start_id = await client.send("trainings-start", **START)
        load, state, status = await client.frames(3)
        training_id = status["data"]["id"]
        await do(lambda: platform.move(training_id, RunState.RUNNING))
        running = await client.frame()
        await do(lambda: platform.show(training_id, profit=2.5))
        shown = await client.frame()
        await do(lambda: platform.move(training_id, RunState.FINISHED))
        rest = await client.until(lambda frame: frame["done"])

    assert_event(load, "load", LOAD_KEYS)
    assert_event(state, "state", {"id", "state", "reason", "cursor"})
    assert_event(status, "status", STATUS_KEYS)
    assert {frame["data"]["cursor"] for frame in (load, state, status)} == {0}
    assert load["data"]["closes"] == [1.0, 1.1, 1.2]
    assert_event(running, "state", {"id", "state", "reason"}, seq=1)
    assert_event(shown, "status", STATUS_KEYS)
    assert (shown["data"]["profit"], shown["data"]["cursor"]) == (2.5, 1)
    assert_event(rest[0], "state", {"id", "state", "reason"}, seq=2)
    assert_answer(rest[-1], "trainings-start", TRAINING_KEYS)
    assert rest[-1]["id"] == start_id
    assert rest[-1]["data"]["state"] == "finished"


async def test_each_query_about_a_training_is_answered_in_its_shape(world):
    training_id = await world.a_training()

    async with world.client() as client:
        for query, params in (
            ("trainings-pause", {}),
            ("trainings-resume", {}),
            ("trainings-update", {"lr": 0.5}),
            ("trainings-get", {}),
        ):
            answer = await client.ask(query, id=training_id, **params)
            assert_answer(answer, query, TRAINING_KEYS)
        assert answer["data"]["lr"] == 0.5
        listed = await client.ask("trainings-list")
        opened = await client.ask("client-is-open")

        first_id = await client.send("trainings-watch", id=training_id)
        first = await client.frames(3)
        second_id = await client.send("trainings-watch", id=training_id, cursor=2)
        replaced, event = await client.frames(2)
        await client.send("trainings-unwatch", id=training_id)
        last, unwatched = await client.frames(2)
        stopped = await client.ask("trainings-stop", id=training_id)

    assert_answer(listed, "trainings-list", {"trainings"})
    assert set(listed["data"]["trainings"][0]) == TRAINING_KEYS
    active = {"id": training_id, "bot_name": "Ada", "state": "running", "cursor": 3}
    assert opened["data"]["trainings"] == [active]
    assert [frame["inner_task"] for frame in first] == ["load", "state", "status"]
    assert {frame["data"]["cursor"] for frame in first} == {3}
    assert_answer(replaced, "trainings-watch", TRAINING_KEYS)
    assert replaced["id"] == first_id
    assert_event(event, "params", {"id", "changed", "step"}, seq=3)
    assert_answer(last, "trainings-watch", TRAINING_KEYS)
    assert last["id"] == second_id
    assert_answer(unwatched, "trainings-unwatch", TRAINING_KEYS)
    assert_answer(stopped, "trainings-stop", TRAINING_KEYS)


def test_the_transcripts_leave_no_query_out():
    here = Path(__file__)
    others = ("test_session_streams.py", "test_population_streams.py", "test_evaluations.py")
    files = (here, *(here.with_name(name) for name in others))
    text = "".join(file.read_text("utf-8") for file in files)
    verbs = {f"{what}-{verb}" for what in ("bots",) for verb in ("pause", "resume", "stop")}

    assert {query for query in TASKS if f'"{query}"' not in text} <= verbs


async def test_an_id_is_echoed_as_it_was_written_and_left_out_where_there_was_none(world):
    shouted = str(uuid.uuid4()).upper()

    async with world.client() as client:
        frame = await client.ask("bots-get", request_id=shouted)
        await client.socket.send('{"query": "bots.get"}')
        bare = await client.frame()

    assert frame["id"] == shouted
    assert set(bare) == SIX
    assert (bare["name"], bare["view"]) == ("bots.get", None)


async def test_a_command_with_one_id_has_one_effect_over_websocket_and_rest_alike(world):
    command_id = str(uuid.uuid4())

    async with world.client() as client:
        first = await client.ask("bots-create", request_id=command_id, **BOT)
        again = await client.ask("bots-create", request_id=command_id.replace("-", ""), **BOT)
        other = await client.ask("bots-create", request_id=command_id, **{**BOT, "name": "Bea"})
    async with world.http as http:
        rest = await http.post("/api/bots", json=BOT, headers={"Idempotency-Key": command_id})

    assert first["data"] == again["data"] == rest.json()
    assert (other["data"]["code"], other["data"]["field"]) == ("id_reused", "id")
    assert len(world.platform._bots) == 1
