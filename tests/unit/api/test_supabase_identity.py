"""Sign-in by a Supabase project, end to end: our REST and sockets, its protocol, both databases."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest
import websockets
from pydantic import SecretStr

from aibt.settings import AccountSettings, LimitSettings, Settings
from tests.fakes.supabase import API_KEY, LEGACY_SECRET, FakeSupabase
from tests.patience import PATIENCE_S
from tests.postgres import Database, Postgres
from tests.unit.api.builders import World

MakeWorld = Callable[..., World]
PASSWORD = "correct horse battery"
ADA, EVE = "ada@example.com", "eve@example.com"


@pytest.fixture(params=["ES256", "RS256", "HS256"])
def supabase(request: pytest.FixtureRequest) -> Iterator[FakeSupabase]:
    with FakeSupabase(request.param) as running:
        yield running


@pytest.fixture
def es256() -> Iterator[FakeSupabase]:
    with FakeSupabase() as running:
        yield running


def settings_for(supabase: FakeSupabase) -> Settings:
    return Settings(
        _env_file=None,
        accounts=AccountSettings(identity="supabase"),
        limits=LimitSettings(sign_ins_per_minute=1_000),
        SUPABASE_URL=supabase.url,
        SUPABASE_ANON_KEY=SecretStr(API_KEY),
        SUPABASE_JWT_SECRET=SecretStr(LEGACY_SECRET),
    )


async def listed(world: World, *emails: str) -> None:
    async with world.http as http:
        for email in emails:
            assert (await http.post("/api/admin/whitelist", json={"email": email})).is_success


async def ask(world: World, method: str, path: str, bearer: str = "", **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    async with httpx.AsyncClient(
        base_url=world.server.http, headers=headers, timeout=PATIENCE_S
    ) as http:
        return await http.request(method, path, json=body or None)


async def test_an_account_lives_at_supabase_and_works_here(
    make_world: MakeWorld, supabase: FakeSupabase
) -> None:
    world = make_world(settings=settings_for(supabase))
    given = {"email": ADA, "password": PASSWORD}
    before = await ask(world, "POST", "/api/auth/sign-up", **given)
    await listed(world, ADA)

    made = await ask(world, "POST", "/api/auth/sign-up", **given)
    again = await ask(world, "POST", "/api/auth/sign-in", **given)
    wrong = await ask(world, "POST", "/api/auth/sign-in", **{**given, "password": "another one"})
    refreshed = await ask(
        world, "POST", "/api/auth/refresh", refresh_token=again.json()["refresh_token"]
    )
    bearer = refreshed.json()["access_token"]
    me = (await ask(world, "GET", "/api/auth/me", bearer)).json()
    out = await ask(world, "POST", "/api/auth/sign-out", bearer)
    after = await ask(world, "GET", "/api/auth/me", bearer)

    assert (before.status_code, before.json()["code"]) == (403, "not_listed")
    assert (made.status_code, again.status_code) == (201, 200)
    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_credentials")
    assert (me["user"]["email"], me["identity"]) == (ADA, "supabase")
    assert made.json()["user"]["id"] == me["user"]["id"] != 1
    assert out.status_code == 200
    assert after.status_code == 401


async def test_a_token_straight_from_supabase_makes_its_listed_user_known(
    make_world: MakeWorld, es256: FakeSupabase
) -> None:
    world = make_world(settings=settings_for(es256))
    ada, eve = es256.add_user(ADA), es256.add_user(EVE)
    await listed(world, ADA)

    known = await ask(world, "GET", "/api/auth/me", es256.token(ada))
    unknown = await ask(world, "GET", "/api/auth/me", es256.token(eve))
    anonymous = await ask(world, "GET", "/api/bots", es256.token(ada, role="anon"))
    service = await ask(world, "GET", "/api/bots", es256.token(ada, role="service_role"))

    assert known.json()["user"]["email"] == ADA
    assert (unknown.status_code, unknown.json()["code"]) == (403, "not_listed")
    assert {anonymous.status_code, service.status_code} == {401}


async def test_an_email_belongs_to_its_first_supabase_user(
    make_world: MakeWorld, es256: FakeSupabase
) -> None:
    world = make_world(settings=settings_for(es256))
    await listed(world, ADA)
    ada = es256.add_user(ADA)
    first = await ask(world, "GET", "/api/auth/me", es256.token(ada))
    other = "7c9e6679-7425-40de-944b-e07fc1f90ae7"

    stolen = await ask(world, "GET", "/api/auth/me", es256.token(ada, sub=other))

    assert first.status_code == 200
    assert stolen.status_code in {401, 403}


async def test_a_disabled_user_and_one_off_the_list_are_out_at_once(
    make_world: MakeWorld, es256: FakeSupabase
) -> None:
    world = make_world(settings=settings_for(es256))
    await listed(world, ADA, EVE)
    tokens = {email: es256.token(es256.add_user(email)) for email in (ADA, EVE)}
    ids = {}
    for email, token in tokens.items():
        ids[email] = (await ask(world, "GET", "/api/auth/me", token)).json()["user"]["id"]
    headers = {"Authorization": f"Bearer {tokens[ADA]}"}
    async with websockets.connect(world.server.ws, additional_headers=headers) as socket:
        await socket.send(json.dumps({"query": "bots-get", "view": "v", "params": {}}))
        assert json.loads(await socket.recv())["done"]
        async with world.http as http:
            await http.patch(f"/api/admin/users/{ids[ADA]}", json={"disabled": True})
            await http.delete(f"/api/admin/whitelist/{EVE}")
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)

    disabled = await ask(world, "GET", "/api/bots", tokens[ADA])
    unlisted = await ask(world, "GET", "/api/bots", tokens[EVE])

    assert socket.close_code == 4403
    assert (disabled.status_code, disabled.json()["code"]) == (403, "user_disabled")
    assert unlisted.status_code == 401


async def test_a_page_opens_a_socket_with_a_ticket_and_a_program_with_its_token(
    make_world: MakeWorld, es256: FakeSupabase
) -> None:
    world = make_world(settings=settings_for(es256))
    await listed(world, ADA)
    token = es256.token(es256.add_user(ADA))
    ticket = (await ask(world, "POST", "/api/ws-ticket", token)).json()["ticket"]
    doors: list[dict[str, Any]] = [
        {"additional_headers": {"Authorization": f"Bearer {token}"}},
        {"subprotocols": ["aibt.v1", f"ticket.{ticket}"], "origin": world.server.http},
    ]
    for door in doors:
        async with websockets.connect(world.server.ws, **door) as socket:
            await socket.send(json.dumps({"query": "client-is-open", "view": "v", "params": {}}))
            opened = json.loads(await socket.recv())
        assert opened["data"]["user"]["email"] == ADA


async def test_while_supabase_is_down_known_keys_go_on_and_passwords_wait(
    make_world: MakeWorld, es256: FakeSupabase
) -> None:
    world = make_world(settings=settings_for(es256))
    await listed(world, ADA)
    token = es256.token(es256.add_user(ADA, password=PASSWORD))
    assert (await ask(world, "GET", "/api/bots", token)).status_code == 200
    es256.fail = 500

    goes_on = await ask(world, "GET", "/api/bots", token)
    waits = await ask(world, "POST", "/api/auth/sign-in", email=ADA, password=PASSWORD)

    assert goes_on.status_code == 200
    assert (waits.status_code, waits.json()["code"]) == (503, "unavailable")


async def test_an_email_that_must_be_confirmed_first_is_said(make_world: MakeWorld) -> None:
    with FakeSupabase(confirm_emails=True) as supabase:
        world = make_world(settings=settings_for(supabase))
        await listed(world, ADA)

        answer = await ask(world, "POST", "/api/auth/sign-up", email=ADA, password=PASSWORD)

    assert answer.status_code == 202
    assert answer.json()["email"] == ADA


async def test_tokens_of_our_own_work_beside(make_world: MakeWorld, es256: FakeSupabase) -> None:
    world = make_world(settings=settings_for(es256))

    me = await ask(world, "GET", "/api/auth/me", world.entrance.bearer)

    assert me.json()["user"]["email"] == "local@localhost"


async def test_the_hook_in_the_database_holds_who_goes_straight_to_supabase(
    make_world: MakeWorld, postgres: Postgres
) -> None:
    database = postgres.database()
    with FakeSupabase(before_user_created=hook_of(database)) as supabase:
        world = make_world(settings=settings_for(supabase), url=database.url)
        await listed(world, ADA)
        answers = {}
        for email in (ADA, EVE):
            async with httpx.AsyncClient(headers={"apikey": API_KEY}, timeout=PATIENCE_S) as http:
                answers[email] = await http.post(
                    f"{supabase.url}/auth/v1/signup", json={"email": email, "password": PASSWORD}
                )
        token = answers[ADA].json()["access_token"]
        me = await ask(world, "GET", "/api/auth/me", token)

    assert answers[EVE].status_code == 403
    assert me.json()["user"]["email"] == ADA


def hook_of(database: Database) -> Callable[[Any], Any]:
    """Return what Supabase calls before it makes a user: the function in the database."""

    def before_user_created(event: Any) -> Any:
        with psycopg.connect(database.superuser) as connection:
            connection.execute("set role supabase_auth_admin")
            row = connection.execute(
                "select public.aibt_before_user_created(%s::jsonb)", (json.dumps(event),)
            ).fetchone()
        assert row is not None
        return row[0]

    return before_user_created
