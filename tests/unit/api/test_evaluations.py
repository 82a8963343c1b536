"""Evaluations over REST and over the socket, to the page of the report."""

import json
from typing import Any

import pytest

from aibt.live.states import RunState
from aibt.rl.judgement.page import POLICY
from tests.fakes.platform import FakePlatform
from tests.unit.api.builders import World
from tests.unit.rl.judgement.reports import a_report

START: dict[str, Any] = {"symbol": "GOOGL", "period": "D1", "algorithms": ["dqn"], "folds": 2}
REPORT: dict[str, Any] = a_report().to_json()


@pytest.fixture
def world(make_world: Any) -> World:
    made: World = make_world(FakePlatform())
    return made


async def started(world: World) -> int:
    async with world.http as http:
        answer = await http.post("/api/evaluations", json=START)
    assert answer.status_code == 201, answer.text
    evaluation_id: int = answer.json()["id"]
    return evaluation_id


async def test_what_was_asked_for_is_shown_completed(world: World) -> None:
    evaluation_id = await started(world)

    async with world.http as http:
        shown = (await http.get(f"/api/evaluations/{evaluation_id}")).json()

    assert (shown["symbol"], shown["period"], shown["state"]) == ("GOOGL", "1d", "queued")
    assert (shown["algorithms"], shown["seeds"], shown["folds"]) == (["dqn"], 5, 2)
    assert (shown["units"], shown["share"], shown["verdict"]) == (0, 0.0, None)


async def test_the_report_comes_with_the_end_as_json_and_as_a_page(world: World) -> None:
    evaluation_id = await started(world)
    address = f"/api/evaluations/{evaluation_id}/report"
    async with world.http as http:
        early = await http.get(address)
        assert early.status_code == 404
        await world.server.do(lambda: world.platform.finish_evaluation(evaluation_id, REPORT))

        report = await http.get(address)
        page = await http.get(address, params={"format": "html"})
        shown = (await http.get(f"/api/evaluations/{evaluation_id}")).json()

    assert report.json() == {"id": evaluation_id, "report": json.loads(json.dumps(REPORT))}
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith(POLICY)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "not better than buy-and-hold" in page.text
    assert (shown["better"], shown["verdict"]) == (False, REPORT["verdict"]["sentence"])


async def test_it_is_paused_resumed_and_stopped_and_then_no_more(world: World) -> None:
    evaluation_id = await started(world)
    async with world.http as http:
        states = []
        for verb in ("pause", "resume", "stop"):
            answer = await http.post(f"/api/evaluations/{evaluation_id}/{verb}")
            states.append(answer.json()["state"])
        again = await http.post(f"/api/evaluations/{evaluation_id}/pause")

    assert states == ["paused", "running", "stopped"]
    assert (again.status_code, again.json()["code"]) == (409, "evaluation_ended")


async def test_a_repeated_start_starts_one(world: World) -> None:
    key = {"Idempotency-Key": "5b0c6c0e-8f0e-4f43-9a3f-0d6c1c1f2a11"}
    async with world.http as http:
        first, second = [
            (await http.post("/api/evaluations", json=START, headers=key)).json() for _ in range(2)
        ]

    assert first["id"] == second["id"]
    assert len(world.platform.evaluation_runs) == 1


async def test_lists_page_on_and_are_filtered_and_come_as_csv(world: World) -> None:
    ids = [await started(world) for _ in range(3)]
    await world.server.do(lambda: world.platform.move_evaluation(ids[0], RunState.STOPPED))
    async with world.http as http:
        page = (await http.get("/api/evaluations", params={"limit": 2})).json()
        rest = (await http.get("/api/evaluations", params={"before_id": page["next"]})).json()
        stopped = (await http.get("/api/evaluations", params={"state": "stopped"})).json()
        text = (await http.get("/api/evaluations", params={"format": "csv"})).text

    assert [one["id"] for one in page["evaluations"]] == [ids[2], ids[1]]
    assert (
        [one["id"] for one in rest["evaluations"]]
        == [one["id"] for one in stopped["evaluations"]]
        == [ids[0]]
    )
    assert text.splitlines()[0].startswith("id,state,reason,symbol")
    assert len(text.splitlines()) == 4


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seeds": 51}, "seeds"),
        ({"algorithms": ["magic"]}, "algorithms"),
        ({"folds": 0}, "folds"),
        ({"color": 1}, "color"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_field(
    world: World, change: dict[str, Any], field: str
) -> None:
    async with world.http as http:
        answer = await http.post("/api/evaluations", json={**START, **change})

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_start_is_followed_on_the_socket_to_its_end(world: World) -> None:
    async with world.client() as client:
        await client.send("evaluations-start", **START)
        state, status = await client.frames(2)
        evaluation_id = state["data"]["id"]
        unit = {
            "id": evaluation_id, "algorithm": "dqn", "seed": 1, "fold": 1, "total_return": 0.1,
            "trades": 3, "episodes": 9,
        }  # fmt: skip

        def go_on() -> None:
            world.platform.move_evaluation(evaluation_id, RunState.RUNNING)
            world.platform.show_evaluation(evaluation_id, units=4, units_done=1, share=0.25)
            world.platform.tell_evaluation(evaluation_id, "unit", unit)
            world.platform.finish_evaluation(evaluation_id, REPORT)

        await world.server.do(go_on)
        frames = await client.until(lambda frame: frame["done"])

    assert [state["inner_task"], status["inner_task"]] == ["state", "status"]
    assert status["data"]["share"] == 0.0
    numbered = [frame for frame in frames if frame.get("seq")]
    assert [frame["inner_task"] for frame in numbered] == ["state", "unit", "state"]
    assert [frame["seq"] for frame in numbered] == [1, 2, 3]
    assert numbered[1]["data"] == unit
    assert frames[-1]["done"]
    assert frames[-1]["data"]["verdict"] == REPORT["verdict"]["sentence"]


async def test_it_is_controlled_and_followed_on_the_socket(world: World) -> None:
    evaluation_id = await started(world)
    async with world.client() as client:
        paused = await client.ask("evaluations-pause", id=evaluation_id)
        shown = await client.ask("evaluations-get", id=evaluation_id)
        resumed = await client.ask("evaluations-resume", id=evaluation_id)
        listed = await client.ask("evaluations-list")
        await client.send("evaluations-watch", id=evaluation_id, cursor=0)
        told = await client.frame()
        assert (told["inner_task"], told["seq"]) == ("state", 1)

    async with world.client() as client:
        unwatched = await client.ask("evaluations-unwatch", id=evaluation_id)
        stopped = await client.ask("evaluations-stop", id=evaluation_id)

    states = [one["data"]["state"] for one in (paused, shown, resumed, stopped)]
    assert states == ["paused", "paused", "running", "stopped"]
    assert [one["id"] for one in listed["data"]["evaluations"]] == [evaluation_id]
    assert unwatched["data"]["id"] == evaluation_id


async def test_who_opens_a_socket_is_told_what_goes_on(world: World) -> None:
    evaluation_id = await started(world)
    async with world.client() as client:
        opened = (await client.ask("client-is-open"))["data"]

    assert opened["evaluations"] == [
        {"id": evaluation_id, "symbol": "GOOGL", "period": "1d", "state": "queued", "cursor": 0}
    ]


async def test_its_events_are_read_again(world: World) -> None:
    evaluation_id = await started(world)
    await world.server.do(lambda: world.platform.finish_evaluation(evaluation_id, REPORT))
    async with world.http as http:
        page = (await http.get(f"/api/evaluations/{evaluation_id}/events")).json()

    assert [event["kind"] for event in page["events"]] == ["state"]
    assert page["ended"]
