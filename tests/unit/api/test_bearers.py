"""Bearers of REST requests, and what every answer carries."""

from collections.abc import AsyncIterator

import httpx
import jwt
import pytest

from aibt.settings import LimitSettings, Settings
from tests.unit.api.doors import ADA, PASSWORD, Door, an_open_door

GENEROUS = Settings(limits=LimitSettings(sign_ins_per_minute=1_000))


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with an_open_door(GENEROUS) as door:
        yield door


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# Bearers


async def test_me_says_who_is_asking_and_until_when(door: Door) -> None:
    pair = await door.ada()
    async with door.http(pair["access_token"]) as http:
        me = (await http.get("/api/auth/me")).json()

    assert me["user"] == pair["user"]
    assert (me["identity"], me["mode"]) == ("local", "laptop")
    assert me["signed_in_until"] == pair["expires_at"]


async def test_an_access_token_ends_by_itself(door: Door) -> None:
    pair = await door.ada()
    door.clock.pass_s(899)
    before = await door.works(pair["access_token"])
    door.clock.pass_s(2)

    assert (before, await door.works(pair["access_token"])) == (True, False)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Basic YWRhOnBhc3N3b3Jk",
        "Bearer " + "x" * 20_000,
        "Bearer {tampered}",
        "Bearer {unsigned}",
        "Bearer {payload}",
    ],
)
async def test_who_shows_no_valid_bearer_is_told_to_sign_in(
    door: Door, authorization: str | None
) -> None:
    good = door.entrance.bearer
    head, payload, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    other = jwt.encode({**claims, "sub": "2"}, "k" * 32, algorithm="HS256").split(".")[1]
    made = {
        "{tampered}": good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "{unsigned}": jwt.encode(claims, None, algorithm="none"),
        "{payload}": f"{head}.{other}.{signature}",
    }
    headers = {}
    if authorization is not None:
        for name, token in made.items():
            authorization = authorization.replace(name, token)
        headers = {"Authorization": authorization}
    async with door.http() as http:
        answer = await http.get("/api/bots", headers=headers)

    assert payload != other
    assert code_of(answer) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert door.platform.calls["bots_page"] == 0


async def test_a_refresh_token_is_no_bearer_and_a_bearer_no_refresh_token(door: Door) -> None:
    pair = await door.ada()

    assert not await door.works(pair["refresh_token"])
    await door.post("/api/auth/refresh", 401, refresh_token=pair["access_token"])


async def test_a_token_in_an_address_is_not_looked_at(door: Door) -> None:
    async with door.http() as http:
        answer = await http.get("/api/bots", params={"access_token": door.entrance.bearer})

    assert answer.status_code == 401


async def test_a_token_of_a_user_who_never_was_is_refused(door: Door) -> None:
    tokens = door.office.accounts._local._tokens

    assert not await door.works(tokens.mint(999, "nobody's sign-in", 60))
    assert not await door.works(tokens.mint(10**17, "x", 60))


async def test_a_sign_in_of_another_does_not_carry_a_token(door: Door) -> None:
    pair = await door.ada()
    claims = jwt.decode(pair["access_token"], options={"verify_signature": False})
    tokens = door.office.accounts._local._tokens

    assert await door.works(tokens.mint(pair["user"]["id"], claims["sid"], 60))
    assert not await door.works(tokens.mint(1, claims["sid"], 60))


# What every answer carries


async def test_no_answer_of_the_api_is_kept_by_a_cache(door: Door) -> None:
    await door.listed()
    async with door.http() as http, door.local() as mine:
        answers = [
            await http.post("/api/auth/sign-up", json={"email": ADA, "password": PASSWORD}),
            await http.post("/api/auth/sign-in", json={"email": ADA, "password": "wrong one!"}),
            await http.post("/api/auth/refresh", json={}),
            await mine.post("/api/ws-ticket"),
            await mine.get("/api/bots"),
            await mine.get("/api/bots", params={"format": "csv"}),
            await mine.get("/api/nowhere"),
            await mine.post("/api/bots", json={}, headers={"Origin": "https://evil.example"}),
        ]
        page = await http.get("/")

    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    assert page.headers.get("cache-control", "") != "no-store"


@pytest.mark.parametrize(
    ("limits", "method", "path", "free"),
    [
        ({"commands_per_second": 1}, "GET", "/api/auth/me", 4),
        ({"tickets_per_minute": 3}, "POST", "/api/ws-ticket", 3),
        ({"starts_per_minute": 2}, "POST", "/api/trainings", 2),
    ],
)
async def test_whoever_asks_too_often_is_told_when_to_come_back(
    limits: dict[str, float], method: str, path: str, free: int
) -> None:
    start = {
        "bot_name": "Nobody", "train_data_percentage": 80, "balance": 1_000, "batch_size": 32,
        "max_episodes": 10, "min_episodes": 1, "symbol": "EURUSD", "period": "H1",
    }  # fmt: skip
    async with (
        an_open_door(Settings(limits=LimitSettings(**limits))) as door,
        door.local() as http,
        door.http(await door.bearer()) as hers,
    ):
        body = start if path == "/api/trainings" else None
        answers = [await http.request(method, path, json=body) for _ in range(free + 1)]
        wait_s = int(answers[-1].headers["retry-after"])
        unhindered = await hers.request(method, path, json=body)
        door.clock.pass_s(wait_s)
        again = await http.request(method, path, json=body)

    assert 429 not in [answer.status_code for answer in answers[:-1]]
    assert code_of(answers[-1]) == (429, "rate_limited")
    assert wait_s >= 1
    assert 429 not in (unhindered.status_code, again.status_code)


async def test_sign_ups_are_counted_for_all_together() -> None:
    async with an_open_door(Settings(limits=LimitSettings(sign_ups_per_minute=2))) as door:
        for name in ("a", "b"):
            await door.post(
                "/api/auth/sign-up", 403, email=f"{name}@example.com", password=PASSWORD
            )
        held_up = await door.post(
            "/api/auth/sign-up", 429, email="c@example.com", password=PASSWORD
        )

    assert held_up["code"] == "rate_limited"
