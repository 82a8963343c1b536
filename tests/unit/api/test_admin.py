"""Administration over REST: who may, what it does, and that nothing is looked at silently."""

import asyncio
from typing import Any

import httpx
import pytest

from aibt.live.states import RunState
from tests.fakes.office import a_bearer, a_user
from tests.patience import PATIENCE_S
from tests.unit.api.builders import BOT, START

World = Any  # the fixture's class, tests/unit/api/builders.py
ADA = "ada@example.com"


async def signed_in(world: World, email: str) -> httpx.AsyncClient:
    bearer = await world.server.ask(a_bearer(world.entrance.office, email))
    headers = {"Authorization": f"Bearer {bearer}"}
    return httpx.AsyncClient(base_url=world.server.http, headers=headers, timeout=PATIENCE_S)


async def ada(world: World) -> int:
    user = await world.server.ask(a_user(world.entrance.office, ADA))
    return int(user.id)


async def audited(http: httpx.AsyncClient) -> list[str]:
    entries = (await http.get("/api/admin/audit")).json()["entries"]
    return [entry["action"] for entry in entries]


ROUTES = [
    ("GET", "/api/admin/users"),
    ("GET", "/api/admin/users/1"),
    ("PATCH", "/api/admin/users/1"),
    ("GET", "/api/admin/whitelist"),
    ("POST", "/api/admin/whitelist"),
    ("DELETE", "/api/admin/whitelist/ada@example.com"),
    ("GET", "/api/admin/bots"),
    ("POST", "/api/admin/bots/1/stop"),
    ("GET", "/api/admin/trainings"),
    ("GET", "/api/admin/trainings/1"),
    ("POST", "/api/admin/trainings/1/stop"),
    ("GET", "/api/admin/system"),
    ("GET", "/api/admin/audit"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_who_is_no_administrator_is_refused_whatever_he_asks(
    world: World, method: str, path: str
) -> None:
    async with await signed_in(world, ADA) as http:
        answer = await http.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_users_are_listed_found_and_shown(world: World) -> None:
    ada_id = await ada(world)
    async with world.http as http:
        everybody = (await http.get("/api/admin/users")).json()["users"]
        found = (await http.get("/api/admin/users", params={"email": "ada"})).json()["users"]
        one = (await http.get(f"/api/admin/users/{ada_id}")).json()
        none = await http.get("/api/admin/users/999")
        first = (await http.get("/api/admin/users", params={"limit": 1, "sort": "-email"})).json()
        second = (
            await http.get(
                "/api/admin/users", params={"limit": 1, "sort": "-email", "cursor": first["next"]}
            )
        ).json()
        table = await http.get("/api/admin/users", params={"format": "csv"})

    assert [user["email"] for user in everybody] == ["local@localhost", ADA]
    assert found == [one]
    assert (one["is_admin"], one["is_listed"], one["disabled_at"]) == (False, True, None)
    assert none.status_code == 404
    assert [first["users"][0]["email"], second["users"][0]["email"]] == ["local@localhost", ADA]
    assert second["next"] is None
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) == 3


async def test_a_disabled_user_is_out_everywhere_at_once_and_what_he_runs_stops(
    world: World,
) -> None:
    ada_id = await ada(world)
    async with await signed_in(world, ADA) as hers, world.http as http:
        assert (await hers.get("/api/auth/me")).status_code == 200
        bearer = {"Authorization": hers.headers["Authorization"]}
        async with world.client(additional_headers=bearer) as client:
            await client.ask("bots-get")
            changed = await http.patch(f"/api/admin/users/{ada_id}", json={"disabled": True})
            await asyncio.wait_for(client.socket.wait_closed(), PATIENCE_S)
        refused = await hers.get("/api/auth/me")
        again = await http.patch(f"/api/admin/users/{ada_id}", json={"disabled": False})
        still = await hers.get("/api/auth/me")

    assert changed.json()["disabled_at"] is not None
    assert client.socket.close_code == 4403
    assert (refused.status_code, refused.json()["code"]) == (403, "user_disabled")
    assert again.json()["disabled_at"] is None
    assert still.status_code == 401  # the sign-in itself is over


async def test_an_administrator_is_made_and_unmade_by_another_but_never_by_himself(
    world: World,
) -> None:
    ada_id = await ada(world)
    async with await signed_in(world, ADA) as hers, world.http as http:
        await http.patch(f"/api/admin/users/{ada_id}", json={"is_admin": True})
        assert (await hers.get("/api/admin/users")).status_code == 200
        for change in ({"is_admin": False}, {"disabled": True}):
            himself = await http.patch("/api/admin/users/1", json=change)
            assert (himself.status_code, himself.json()["code"]) == (403, "forbidden")
        await hers.patch("/api/admin/users/1", json={"is_admin": False})
        assert (await http.get("/api/admin/users")).status_code == 403


async def test_the_list_decides_who_may_make_an_account_and_who_stays(world: World) -> None:
    eve = {"email": " Eve@Example.COM ", "password": "correct horse battery"}
    async with world.http as http:
        before = await http.post("/api/auth/sign-up", json=eve)
        listed = await http.post("/api/admin/whitelist", json={"email": "eve@example.com"})
        await http.post("/api/admin/whitelist", json={"email": "EVE@example.com"})
        made = await http.post("/api/auth/sign-up", json=eve)
        emails = (await http.get("/api/admin/whitelist")).json()["emails"]
        hers = {"Authorization": f"Bearer {made.json()['access_token']}"}
        off = await http.delete("/api/admin/whitelist/eve@example.com")
        out = await http.get("/api/auth/me", headers=hers)
        back = await http.post("/api/auth/sign-in", json=eve)
        twice = await http.delete("/api/admin/whitelist/eve@example.com")
        own = await http.delete("/api/admin/whitelist/local@localhost")

    assert (before.status_code, before.json()["code"]) == (403, "not_listed")
    assert (listed.status_code, listed.json()["listed_by"]) == (201, "local@localhost")
    assert made.status_code == 201
    assert [one["email"] for one in emails] == ["eve@example.com", "local@localhost"]
    assert off.status_code == 200
    assert out.status_code == 401
    assert (back.status_code, back.json()["code"]) == (403, "not_listed")
    assert twice.status_code == 404
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")


async def test_every_look_and_deed_leaves_an_entry(world: World) -> None:
    ada_id = await ada(world)
    async with world.http as http:
        await http.get("/api/admin/users")
        await http.get(f"/api/admin/users/{ada_id}")
        await http.get("/api/admin/bots")
        await http.get("/api/admin/trainings", params={"owner_id": ada_id})
        await http.patch(f"/api/admin/users/{ada_id}", json={"disabled": True})
        actions = await audited(http)
        entries = (
            await http.get("/api/admin/audit", params={"owner_id": ada_id, "admin_id": 1})
        ).json()["entries"]
        table = await http.get("/api/admin/audit", params={"format": "csv"})

    assert {"users-list", "users-get", "bots-list", "trainings-list", "users-update"} <= set(
        actions
    )
    assert [entry["action"] for entry in entries] == [
        "users-update",
        "trainings-list",
        "users-get",
    ]
    assert entries[0]["about"] == {"disabled": True}
    assert table.text.startswith("id,at,admin_id,action,owner_id\r\n")


async def test_the_system_shows_live_actors_with_their_owners(world: World) -> None:
    await world.a_training()
    async with world.http as http:
        seen = (await http.get("/api/admin/system")).json()

    assert {"market", "supervisor", "training"} <= {actor["kind"] for actor in seen["actors"]}
    assert seen["queue"] == []


async def test_bots_come_in_pages_and_as_csv(world: World) -> None:
    async with world.http as http:
        for name in ("Ada", "Bea", "=cmd", "Cleo"):
            await http.post("/api/bots", json={**BOT, "name": name.replace("=", "X")})
        names, cursor = [], None
        while True:
            asked = {"limit": 3, **({"cursor": cursor} if cursor else {})}
            page = (await http.get("/api/bots", params=asked)).json()
            names += [bot["name"] for bot in page["bots"]]
            cursor = page["next"]
            if cursor is None:
                break
        found = (await http.get("/api/bots", params={"q": "B"})).json()["bots"]
        table = await http.get("/api/bots", params={"format": "csv"})
        wrong = await http.get("/api/bots", params={"sort": "weights"})

    assert names == ["Ada", "Bea", "Cleo", "Xcmd"]
    assert [bot["name"] for bot in found] == ["Bea"]
    assert len(table.text.splitlines()) == 5
    assert wrong.status_code == 422


async def test_trainings_page_on_and_have_lists_of_trades_and_episodes(world: World) -> None:
    training_id = await world.a_training()
    await world.server.do(lambda: world.platform.move(training_id, RunState.FINISHED))
    async with world.http as http:
        started = await http.post("/api/trainings", json=START)
        assert started.status_code == 201
        newest = (await http.get("/api/trainings", params={"limit": 1})).json()
        older = (
            await http.get("/api/trainings", params={"limit": 1, "before_id": newest["next"]})
        ).json()
        oldest = (await http.get("/api/trainings", params={"limit": 1, "sort": "oldest"})).json()
        table = await http.get("/api/trainings", params={"format": "csv"})
        trades = (await http.get(f"/api/trainings/{training_id}/trades")).json()
        episodes = await http.get(f"/api/trainings/{training_id}/episodes?format=csv")
        none = await http.get("/api/trainings/999/trades")

    assert newest["trainings"][0]["id"] > older["trainings"][0]["id"] == training_id
    assert oldest["trainings"][0]["id"] == training_id
    assert table.text.splitlines()[0].startswith("id,bot_name,state")
    assert len(table.text.splitlines()) == 3
    assert set(trades) == {"trades", "next"}
    assert episodes.text.startswith("first_episode,episode,profit")
    assert none.status_code == 404
