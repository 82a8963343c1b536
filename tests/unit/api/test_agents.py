"""Agents over REST: their life, their pages, and what is refused."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aibt.live.states import RunState
from tests.unit.api.builders import AGENT, RANGE
from tests.unit.api.doors import Door, an_open_door

Json = dict[str, Any]
FILL: Json = {
    "order_id": "1/c1",
    "symbol": "GOOGL",
    "quantity": "35.123456789",
    "price": "140.25",
    "fee": "0.4926",
    "at": "2024-01-02T14:30:00Z",
}


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with an_open_door() as door:
        yield door


async def asked(
    door: Door, method: str, path: str, body: Json | None = None, **options: Any
) -> Any:
    """Ask as the laptop's user, and return what was answered."""
    async with door.local() as http:
        return await http.request(method, path, json=body, **options)


async def an_agent(door: Door, **changes: Any) -> int:
    answer = await asked(door, "POST", "/api/models", {**AGENT, **changes})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def a_session(door: Door, model_id: int) -> int:
    answer = await asked(door, "POST", "/api/trading/start", {"model_id": model_id, **RANGE})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def test_an_agent_lives_through_rest(door: Door) -> None:
    made = (await asked(door, "POST", "/api/models", AGENT)).json()
    path = f"/api/models/{made['id']}"
    changes = {"name": "Olga", "max_cost": 5, "universe": ["googl"], "version": 1}
    changed = (await asked(door, "PATCH", path, changes)).json()
    cleared = (await asked(door, "PATCH", path, {"max_cost": None, "prompt": None})).json()
    stale = await asked(door, "PATCH", path, {"version": 1})
    deleted = await asked(door, "DELETE", path)
    gone = await asked(door, "GET", path)

    assert (made["balance"], made["tools"]) == (10_000, ["trade", "price", "search", "math"])
    assert (made["state"], made["session_id"], made["version"]) == ("idle", None, 1)
    assert (changed["name"], changed["max_cost"], changed["universe"]) == ("Olga", 5, ["GOOGL"])
    assert (cleared["max_cost"], cleared["prompt"]) == (None, "")
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert deleted.json() == {"id": made["id"], "name": "Olga"}
    assert (gone.status_code, gone.json()["field"]) == (404, "model_id")


async def test_an_agent_shows_its_active_session_and_is_not_deleted_meanwhile(door: Door) -> None:
    model_id = await an_agent(door)
    session_id = await a_session(door, model_id)

    busy = (await asked(door, "GET", f"/api/models/{model_id}")).json()
    refused = await asked(door, "DELETE", f"/api/models/{model_id}")
    door.platform.move_session(session_id, RunState.FINISHED)
    idle = (await asked(door, "GET", f"/api/models/{model_id}")).json()

    assert (busy["state"], busy["session_id"]) == ("queued", session_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "agent_busy")
    assert (idle["state"], idle["session_id"]) == ("idle", None)


async def test_agents_come_in_pages_are_found_and_come_as_csv(door: Door) -> None:
    for name in ("Cleo", "Ada", "Bea", "cmd"):
        await an_agent(door, name=name, base_model=f"baseline/{name.casefold()}")

    async def listed(query: str) -> Any:
        return (await asked(door, "GET", f"/api/models?{query}")).json()

    first = await listed("limit=3")
    second = await listed(f"limit=3&cursor={first['next']}")
    found = await listed("q=B")
    named = await listed("name=Ada")
    based = await listed("base_model=baseline/c")
    backwards = await listed("sort=-name&limit=1")
    table = await asked(door, "GET", "/api/models?format=csv")

    assert [agent["name"] for agent in first["agents"]] == ["Ada", "Bea", "Cleo"]
    assert ([agent["name"] for agent in second["agents"]], second["next"]) == (["cmd"], None)
    assert [agent["name"] for agent in found["agents"]] == ["Bea"]
    assert [agent["name"] for agent in named["agents"]] == ["Ada"]
    assert [agent["name"] for agent in based["agents"]] == ["Cleo", "cmd"]
    assert [agent["name"] for agent in backwards["agents"]] == ["cmd"]
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("id,name,base_model,provider,state")
    assert len(table.text.splitlines()) == 5


async def test_a_preview_says_what_a_model_is_told_first_and_keeps_nothing(door: Door) -> None:
    asks = {**AGENT, "prompt": "Be {bold}.", "balance": 2_500, "allow_short": False}
    told = (await asked(door, "POST", "/api/providers/preview", asks)).json()
    costly = {**asks, "fee_bps": 7.5, "slippage_bps": 0, "max_turnover": 0.3}
    told_of_costs = (await asked(door, "POST", "/api/providers/preview", costly)).json()
    kept = (await asked(door, "GET", "/api/models")).json()

    assert told["system"].startswith("You are Nora, a trader with a paper account. You trade 2")
    assert told["system"].endswith("Your owner's instructions:\nBe {bold}.")
    assert "You may not sell short." in told["system"]
    assert "with a fee of 7.5 and slippage of 0 basis points" in told_of_costs["system"]
    assert "at most 0.3 × your equity" in told_of_costs["system"]
    assert "Equity 2500.00, cash 2500.00, profit +0.00.\nYou hold nothing." in told["first"]
    assert "GOOGL: no price yet\n^GSPC: no price yet" in told["first"]
    assert kept["agents"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("POST", "/api/models", {**AGENT, "name": "../x"}, 422, "invalid", "name"),
        ("POST", "/api/models", {**AGENT, "universe": []}, 422, "invalid", "universe"),
        ("POST", "/api/models", {**AGENT, "tools": ["shell"]}, 422, "invalid", "tools"),
        ("POST", "/api/models", {**AGENT, "max_leverage": 5}, 422, "invalid", "max_leverage"),
        ("POST", "/api/models", {**AGENT, "owner_id": 2}, 422, "invalid", "owner_id"),
        ("POST", "/api/models", {**AGENT, "prompt": "a\0b"}, 422, "invalid", "prompt"),
        ("POST", "/api/providers/preview", {**AGENT, "universe": []}, 422, "invalid", "universe"),
        ("PATCH", "/api/models/99", {"max_rounds": 5}, 404, "not_found", "model_id"),
        ("PATCH", "/api/models/99", {"max_rounds": 0}, 422, "invalid", "max_rounds"),
        ("GET", "/api/models/0", None, 422, "invalid", "model_id"),
        ("GET", "/api/models/2147483648", None, 422, "invalid", "model_id"),
        ("GET", "/api/models?sort=weights", None, 422, "invalid", "sort"),
        ("GET", "/api/models?name=..%2Fx", None, 422, "invalid", "name"),
        ("GET", "/api/models?q=%00", None, 422, "invalid", "q"),
        ("GET", "/api/models?cursor=x", None, 404, "not_found", "cursor"),
        ("GET", "/api/models/99/positions", None, 404, "not_found", "model_id"),
        ("GET", "/api/models/99/logs?after=-1", None, 422, "invalid", "after"),
    ],
)
async def test_what_is_wrong_is_refused_by_its_field(
    door: Door, method: str, path: str, body: Any, status: int, code: str, field: str
) -> None:
    answer = await asked(door, method, path, body)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["field"].split(".")[0] == field


async def test_two_agents_have_no_one_name(door: Door) -> None:
    await an_agent(door)
    other = await an_agent(door, name="Olga")

    twice = await asked(door, "POST", "/api/models", AGENT)
    renamed = await asked(door, "PATCH", f"/api/models/{other}", {"name": "Nora"})

    assert {answer.status_code for answer in (twice, renamed)} == {409}
    assert twice.json()["code"] == renamed.json()["code"] == "agent_name_taken"


async def test_a_change_with_one_id_has_one_effect(door: Door) -> None:
    model_id = await an_agent(door)
    other = await an_agent(door, name="Olga")
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    async def change(model_id: int, body: Json) -> Any:
        return await asked(door, "PATCH", f"/api/models/{model_id}", body, headers=headers)

    first = await change(model_id, {"max_cost": None})
    again = await change(model_id, {"max_cost": None, "name": None})
    absent = await change(model_id, {})
    elsewhere = await change(other, {"max_cost": None})

    assert first.json() == again.json()
    assert first.json()["version"] == 2
    assert absent.json()["code"] == elsewhere.json()["code"] == "id_reused"


async def test_an_agents_routes_tell_of_its_active_or_latest_session(door: Door) -> None:
    model_id = await an_agent(door)
    path = f"/api/models/{model_id}"
    none_yet = await asked(door, "GET", f"{path}/positions")
    first = await a_session(door, model_id)
    door.platform.think(first, "old")
    door.platform.enter(first, "fill", FILL)
    door.platform.move_session(first, RunState.STOPPED)
    latest = (await asked(door, "GET", f"{path}/logs")).json()
    second = await a_session(door, model_id)
    door.platform.show_session(second, cash=12.5, halted=["GOOGL"])

    positions = (await asked(door, "GET", f"{path}/positions")).json()
    trades = (await asked(door, "GET", f"{path}/trades")).json()
    earlier = (await asked(door, "GET", f"{path}/trades?session_id={first}")).json()
    table = await asked(door, "GET", f"{path}/trades?session_id={first}&format=csv")
    logs = (await asked(door, "GET", f"{path}/logs?session_id={first}&after=1")).json()
    performance = (await asked(door, "GET", f"{path}/performance")).json()
    other = await an_agent(door, name="Olga")
    foreign = await asked(door, "GET", f"/api/models/{other}/trades?session_id={first}")

    assert (none_yet.status_code, none_yet.json()["field"]) == (404, "model_id")
    assert [event["kind"] for event in latest["events"]] == ["thought", "state"]
    assert (positions["session_id"], positions["cash"]) == (second, 12.5)
    assert (positions["halted"], positions["positions"]) == (["GOOGL"], [])
    assert trades == {"fills": [], "next": None}
    assert earlier["fills"] == [{"seq": 1, **FILL}]
    assert table.text.splitlines()[0] == "seq,order_id,symbol,quantity,price,fee,at"
    assert ([event["seq"] for event in logs["events"]], logs["ended"]) == ([2], True)
    assert performance["topic"] == f"session/{second}"
    assert (foreign.status_code, foreign.json()["field"]) == (404, "session_id")
