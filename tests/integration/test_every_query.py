"""Every query of the protocol, sent by a stranger to the real platform."""

import json

import websockets

from aibt.protocol.client import PROTOCOL_VERSION
from aibt.protocol.tasks import TASKS
from tests.integration.client import a_bot, a_training, connected, in_state
from tests.integration.platform_process import PlatformProcess


async def test_every_query_of_bots_and_trainings_is_answered(platform: PlatformProcess) -> None:
    asked: set[str] = set()
    async with connected(platform.ws, platform.bearer) as client:

        async def ask(query: str, **params: object) -> dict[str, object]:
            asked.add(query)
            answer: dict[str, object] = await client.ask(query, **params)
            return answer

        opened = await ask("client-is-open")
        bot = await a_bot(client)
        asked.add("bots-create")
        renamed = await ask("bots-update", name=bot, new_name=f"{bot} II", gamma=0.5)
        bot = str(renamed["name"])
        assert (await ask("bots-get", name=bot))["gamma"] == 0.5
        assert bot in {each["name"] for each in (await client.ask("bots-get"))["bots"]}

        asked.add("trainings-start")
        params = a_training(bot, max_episodes=1_000, min_episodes=1_000)
        started = await client.send("trainings-start", **params)
        running = await client.until(started, in_state("running"))
        training_id = running[-1]["data"]["id"]
        still = await client.ask("client-is-open")
        assert training_id in {each["id"] for each in still["trainings"]}
        for query, state in (
            ("bots-pause", "paused"),
            ("bots-resume", "running"),
        ):
            assert (await ask(query, name=bot))["state"] == state
        for query, state in (
            ("trainings-pause", "paused"),
            ("trainings-get", "paused"),
            ("trainings-resume", "running"),
        ):
            assert (await ask(query, id=training_id))["state"] == state
        assert (await ask("trainings-update", id=training_id, batch_size=16))["batch_size"] == 16

        asked |= {"trainings-watch", "trainings-unwatch"}
        watched = await client.send("trainings-watch", id=training_id, rate_hz=5.0)
        first = [await client.frame(watched) for _ in range(3)]
        assert [frame["inner_task"] for frame in first] == ["load", "state", "status"]
        await client.ask("trainings-unwatch", id=training_id)
        rest = [frame async for frame in client.stream(watched)]
        assert rest[-1]["done"]

        assert (await ask("trainings-stop", id=training_id))["state"] == "stopped"
        listed = await ask("trainings-list")
        assert training_id in {each["id"] for each in listed["trainings"]}
        assert (await ask("bots-stop", name=bot))["state"] == "idle"
        assert (await ask("bots-delete", name=bot)) == {"name": bot}
        asked.add("client-is-closed")
        await client.ask("client-is-closed")

    assert opened["protocol_version"] == PROTOCOL_VERSION
    others = ("sessions-", "populations-", "evaluations-")
    assert asked == {query for query in TASKS if not query.startswith(others)}


async def test_every_query_of_populations_is_answered(platform: PlatformProcess) -> None:
    asked = {"populations-start"}
    async with connected(platform.ws, platform.bearer) as client:

        async def ask(query: str, **params: object) -> dict[str, object]:
            asked.add(query)
            answer: dict[str, object] = await client.ask(query, **params)
            return answer

        params = a_training("", max_episodes=100_000, min_episodes=100_000) | {"name": "crowd"}
        del params["bot_name"]
        search = {"interval": 5, "fraction": 0.5}
        started = await client.send("populations-start", **params, members=2, search=search)
        first = [await client.frame(started) for _ in range(2)]
        assert [frame["inner_task"] for frame in first] == ["state", "status"]
        population_id = first[0]["data"]["id"]
        running = await client.until(
            started,
            lambda frame: (
                frame["inner_task"] == "status"
                and {one["state"] for one in frame["data"]["members"]} == {"running"}
            ),
        )
        assert running[-1]["data"]["state"] == "running"
        for query, state in (
            ("populations-pause", "paused"),
            ("populations-get", "paused"),
            ("populations-resume", "running"),
        ):
            assert (await ask(query, id=population_id))["state"] == state
        changes = {"searching": False, "members": [2], "mark": "excluded"}
        changed = await ask("populations-update", id=population_id, **changes)
        assert (changed["searching"], changed["members"][1]["mark"]) == (False, "excluded")  # type: ignore[index] - a list
        told = await client.until(started, lambda frame: frame["inner_task"] == "search")
        assert told[-1]["data"]["members"] == [2]

        asked |= {"populations-watch", "populations-unwatch"}
        watched = await client.send("populations-watch", id=population_id, rate_hz=5.0)
        assert (await client.frame(watched))["inner_task"] == "state"
        await client.ask("populations-unwatch", id=population_id)
        assert (await ask("populations-stop", id=population_id))["state"] == "stopped"
        listed = await ask("populations-list")
        assert population_id in {each["id"] for each in listed["populations"]}  # type: ignore[attr-defined] - a list

    assert asked == {query for query in TASKS if query.startswith("populations-")}


async def test_every_query_of_sessions_is_answered(platform: PlatformProcess) -> None:
    asked = {"sessions-start"}
    async with connected(platform.ws, platform.bearer) as client:

        async def ask(query: str, **params: object) -> dict[str, object]:
            asked.add(query)
            answer: dict[str, object] = await client.ask(query, **params)
            return answer

        agent = {"name": "of every query", "base_model": "script/demo", "universe": ["GOOGL"]}
        model_id = platform.call("POST", "/api/models", agent)["id"]
        started = await client.send("sessions-start", model_id=model_id, live=True)
        session_id = (await client.until(started, in_state("running")))[-1]["data"]["id"]
        still = await client.ask("client-is-open")
        assert session_id in {each["id"] for each in still["sessions"]}
        for query, state in (
            ("sessions-pause", "paused"),
            ("sessions-get", "paused"),
            ("sessions-resume", "running"),
        ):
            assert (await ask(query, id=session_id))["state"] == state
        asked |= {"sessions-watch", "sessions-unwatch"}
        watched = await client.send("sessions-watch", id=session_id, rate_hz=5.0)
        first = [await client.frame(watched) for _ in range(2)]
        assert [frame["inner_task"] for frame in first] == ["state", "status"]
        await client.ask("sessions-unwatch", id=session_id)
        assert (await ask("sessions-stop", id=session_id))["state"] == "stopped"
        listed = await ask("sessions-list")
        assert session_id in {each["id"] for each in listed["sessions"]}

    assert asked == {query for query in TASKS if query.startswith("sessions-")}


async def test_every_query_of_evaluations_is_answered(platform: PlatformProcess) -> None:
    asked = {"evaluations-start"}
    async with connected(platform.ws, platform.bearer) as client:

        async def ask(query: str, **params: object) -> dict[str, object]:
            asked.add(query)
            answer: dict[str, object] = await client.ask(query, **params)
            return answer

        start = {"symbol": "GOOGL", "period": "D1", "source": "sample", "algorithms": ["dqn"]}
        started = await client.send("evaluations-start", **start, max_episodes=1_000)
        running = (await client.until(started, in_state("running")))[-1]
        evaluation_id = running["data"]["id"]
        still = await client.ask("client-is-open")
        assert evaluation_id in {each["id"] for each in still["evaluations"]}
        for query, state in (
            ("evaluations-pause", "paused"),
            ("evaluations-get", "paused"),
            ("evaluations-resume", "running"),
        ):
            assert (await ask(query, id=evaluation_id))["state"] == state
        asked |= {"evaluations-watch", "evaluations-unwatch"}
        watched = await client.send("evaluations-watch", id=evaluation_id, rate_hz=5.0)
        first = [await client.frame(watched) for _ in range(2)]
        assert [frame["inner_task"] for frame in first] == ["state", "status"]
        await client.ask("evaluations-unwatch", id=evaluation_id)
        assert (await ask("evaluations-stop", id=evaluation_id))["state"] == "stopped"
        listed = await ask("evaluations-list")
        assert evaluation_id in {each["id"] for each in listed["evaluations"]}

    assert asked == {query for query in TASKS if query.startswith("evaluations-")}


async def test_dots_are_taken_for_dashes_and_names_are_echoed_as_written(
    platform: PlatformProcess,
) -> None:
    async with websockets.connect(platform.ws, additional_headers=platform.headers) as socket:
        await socket.send(json.dumps({"query": "bots.get", "view": "mine", "params": {}}))
        frame = json.loads(await socket.recv())

    assert (frame["name"], frame["view"], frame["done"]) == ("bots.get", "mine", True)
    assert set(frame) == {"name", "view", "done", "data", "client_msg", "inner_task"}


def test_rest_tells_the_age_of_the_data(platform: PlatformProcess) -> None:
    symbols = platform.get("/api/symbols?q=EURUSD")["symbols"]
    sample = next(each for each in symbols if each["source"] == "sample")
    bars = platform.get("/api/bars?symbol=EURUSD&period=H4&from=2017-06-01&to=2017-07-01")

    assert sample["bars"] == 6_225
    assert sample["age_s"] > 0
    assert bars["age_s"] >= 0
    assert any("old" in note for note in bars["notes"])
    assert len(bars["closes"]) == len(bars["date_range"]) > 100
