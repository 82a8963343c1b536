"""Administrators and others' evaluations and populations: what they see, stop, and leave behind."""

from typing import Any

import pytest

from aibt.protocol.bots import BotsCreate
from aibt.protocol.evaluations import EvaluationsStart
from aibt.protocol.populations import PopulationsStart
from aibt.protocol.trainings import TrainingsStart
from aibt.store.records import User
from tests.fakes.office import a_user
from tests.unit.api.builders import START
from tests.unit.api.test_admin import ADA, audited, signed_in

World = Any  # the fixture's class, tests/unit/api/builders.py
ASKED = {"symbol": "GOOGL", "period": "D1", "algorithms": ["dqn"], "folds": 2}
_SHARED = {name: value for name, value in START.items() if name != "bot_name"}
MANY = {**_SHARED, "name": "Tides", "members": 2, "search": {"interval": 2}}
DATA: dict[str, Any] = {
    "symbol": "GOOGL", "period": "1d", "source": "sample", "bars": 9, "split": 8, "notes": [],
}  # fmt: skip


async def an_evaluation(world: World, user: User) -> int:
    """Put a queued evaluation into the store; return its id."""

    async def put() -> int:
        asked = EvaluationsStart.read(ASKED).model_dump(mode="json")
        request = {**asked, "seed": 1, "fee_bps": 1.0, "slippage_bps": 1.0}
        async with world.entrance.office.store.writing(user.id) as unit:
            made = await unit.evaluations.create(request=request, dataset="d", data=DATA)
        return int(made.id)

    made: int = await world.server.ask(put())
    return made


async def a_population(world: World, user: User, name: str) -> int:
    """Put a population of two queued members, of which one step was taken, into the store."""

    async def put() -> int:
        many = PopulationsStart.read({**MANY, "name": name}).model_dump(mode="json")
        async with world.entrance.office.store.writing(user.id) as unit:
            population = await unit.populations.create(
                name=name, request={**many, "seed": 1}, data=DATA, searching=True
            )
            for number in (1, 2):
                params = BotsCreate.read({"name": f"{name} {number}", "lr": 0.1, "gamma": 0.9})
                bot = await unit.bots.create(**params.model_dump())
                start = TrainingsStart.read({**START, "bot_name": bot.name})
                request = {**start.model_dump(mode="json"), "lr": 0.1, "gamma": 0.9, "seed": 1}
                training = await unit.trainings.create(
                    bot.id,
                    request={**request, "algorithm": "dqn"},
                    current={},
                    dataset="d",
                    data=DATA,
                    initial_weights=None,
                )
                await unit.populations.add_member(population.id, number, training.id)
            await unit.populations.add_step(
                population.id,
                kind="explore",
                member=1,
                source=None,
                episode=2,
                step=20,
                changes={"lr": 0.2},
                weights=None,
                scores={},
            )
        return int(population.id)

    made: int = await world.server.ask(put())
    return made


@pytest.fixture
async def ada(world: World) -> User:
    user: User = await world.server.ask(a_user(world.entrance.office, ADA))
    return user


@pytest.mark.parametrize("kind", ["evaluations", "populations"])
@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("GET", "/1"), ("POST", "/1/stop")])
async def test_who_is_no_administrator_is_refused(
    world: World, kind: str, method: str, rest: str
) -> None:
    async with await signed_in(world, ADA) as http:
        answer = await http.request(method, f"/api/admin/{kind}{rest}")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_everybodys_evaluations_are_listed_with_their_owners(world: World, ada: User) -> None:
    path = "/api/admin/evaluations"
    first, second = await an_evaluation(world, ada), await an_evaluation(world, ada)
    async with world.http as http:
        newest = (await http.get(path, params={"limit": 1})).json()
        older = (await http.get(path, params={"before_id": newest["next"]})).json()
        hers = (await http.get(path, params={"owner_id": ada.id})).json()
        none = (await http.get(path, params={"state": "failed"})).json()
        actions = await audited(http)

    [shown] = newest["evaluations"]
    assert (shown["owner"], shown["evaluation"]["id"]) == (ADA, second)
    assert shown["evaluation"]["state"] == "queued"
    assert [one["evaluation"]["id"] for one in older["evaluations"]] == [first]
    assert [one["evaluation"]["id"] for one in hers["evaluations"]] == [second, first]
    assert none == {"evaluations": [], "next": None}
    assert actions.count("evaluations-list") == 4


async def test_everybodys_populations_are_listed_with_their_owners_and_without_members(
    world: World, ada: User
) -> None:
    path = "/api/admin/populations"
    first, second = await a_population(world, ada, "Ebb"), await a_population(world, ada, "Flow")
    async with world.http as http:
        newest = (await http.get(path, params={"limit": 1})).json()
        older = (await http.get(path, params={"before_id": newest["next"]})).json()
        others = (await http.get(path, params={"owner_id": ada.id + 99})).json()
        actions = await audited(http)

    [shown] = newest["populations"]
    population = shown["population"]
    assert (shown["owner_id"], shown["owner"], population["id"]) == (ada.id, ADA, second)
    assert (population["name"], population["state"], population["members"]) == (
        "Flow", "queued", [],
    )  # fmt: skip
    assert (population["member_count"], population["active_count"]) == (2, 2)
    assert (population["steps_taken"], population["trials"]) == (1, 3)
    assert [one["population"]["id"] for one in older["populations"]] == [first]
    assert others == {"populations": [], "next": None}
    assert actions.count("populations-list") == 3


async def test_an_evaluation_is_shown_and_stopped_and_the_log_says_whose(
    world: World, ada: User
) -> None:
    stored = await an_evaluation(world, ada)
    path = f"/api/admin/evaluations/{stored}"
    async with world.http as http:
        started = (await http.post("/api/evaluations", json=ASKED)).json()["id"]
        assert started == stored  # the store and the platform in memory number alike
        shown = (await http.get(path)).json()
        stopped = (await http.post(f"{path}/stop")).json()
        none = await http.get("/api/admin/evaluations/99")
        entries = (await http.get("/api/admin/audit")).json()["entries"]

    assert (shown["owner"], shown["evaluation"]["id"]) == (ADA, stored)
    assert stopped["evaluation"]["state"] == "stopped"
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
    noted = [(entry["action"], entry["owner_id"], entry["about"]) for entry in entries]
    assert ("evaluations-get", ada.id, {"evaluation": stored}) in noted
    assert ("evaluations-stop", ada.id, {"evaluation": stored}) in noted


async def test_a_population_is_shown_with_its_members_and_stopped_and_the_log_says_whose(
    world: World, ada: User
) -> None:
    stored = await a_population(world, ada, "Ebb")
    path = f"/api/admin/populations/{stored}"
    async with world.http as http:
        started = (await http.post("/api/populations", json=MANY)).json()["id"]
        assert started == stored
        shown = (await http.get(path)).json()
        stopped = (await http.post(f"{path}/stop")).json()
        none = await http.get("/api/admin/populations/99")
        entries = (await http.get("/api/admin/audit")).json()["entries"]

    assert (shown["owner"], len(shown["population"]["members"])) == (ADA, 2)
    assert stopped["population"]["state"] == "stopped"
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
    noted = [(entry["action"], entry["owner_id"], entry["about"]) for entry in entries]
    assert ("populations-get", ada.id, {"population": stored}) in noted
    assert ("populations-stop", ada.id, {"population": stored}) in noted
