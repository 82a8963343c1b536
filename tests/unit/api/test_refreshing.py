"""Refresh tokens, in the body and in the cookie."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
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


# Refreshing


async def test_a_refresh_brings_the_next_pair_and_ends_the_one_before(door: Door) -> None:
    first = await door.ada()
    door.clock.pass_s(600)
    second = await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])
    door.clock.pass_s(600)
    third = await door.post("/api/auth/refresh", refresh_token=second["refresh_token"])

    tokens = [pair["refresh_token"] for pair in (first, second, third)]
    assert len(set(tokens)) == 3
    assert await door.works(third["access_token"])
    assert await door.works(second["access_token"])  # of the same sign-in, and not over yet
    assert not await door.works(first["access_token"])  # its quarter of an hour is over


async def test_a_used_refresh_token_that_comes_back_late_ends_the_sign_in_for_both(
    door: Door,
) -> None:
    first = await door.ada()
    other = await door.post("/api/auth/sign-in", email=ADA, password=PASSWORD)
    second = await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])
    door.clock.pass_s(10.1)

    stolen = await door.post("/api/auth/refresh", 401, refresh_token=first["refresh_token"])
    owner = await door.post("/api/auth/refresh", 401, refresh_token=second["refresh_token"])

    assert (stolen["code"], owner["code"]) == ("not_signed_in", "not_signed_in")
    assert not await door.works(second["access_token"])
    assert await door.works(other["access_token"])  # another sign-in of the same user goes on


async def test_a_lost_answer_is_forgiven_and_asked_for_again_is_the_same(door: Door) -> None:
    first = await door.ada()
    lost = await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])
    door.clock.pass_s(9.9)

    again = await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])

    assert again["refresh_token"] == lost["refresh_token"]
    assert await door.works(again["access_token"])


async def test_a_forgiven_refresh_token_is_not_forgiven_for_longer(door: Door) -> None:
    first = await door.ada()
    await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])
    door.clock.pass_s(6)
    await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])
    door.clock.pass_s(6)

    await door.post("/api/auth/refresh", 401, refresh_token=first["refresh_token"])


async def test_a_thief_within_the_ten_seconds_is_found_out_at_the_next_refresh(
    door: Door,
) -> None:
    first = await door.ada()
    owners = await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])
    thiefs = await door.post("/api/auth/refresh", refresh_token=first["refresh_token"])
    door.clock.pass_s(600)
    gone_on = await door.post("/api/auth/refresh", refresh_token=thiefs["refresh_token"])
    door.clock.pass_s(600)

    await door.post("/api/auth/refresh", 401, refresh_token=owners["refresh_token"])

    assert not await door.works(gone_on["access_token"])
    await door.post("/api/auth/refresh", 401, refresh_token=gone_on["refresh_token"])


async def test_refreshes_with_one_token_at_once_are_all_answered_alike(door: Door) -> None:
    first = await door.ada()
    async with door.http() as http:
        answers = await asyncio.gather(
            *(
                http.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})
                for _ in range(5)
            )
        )

    assert {answer.status_code for answer in answers} == {200}
    [following] = {answer.json()["refresh_token"] for answer in answers}
    await door.post("/api/auth/refresh", refresh_token=following)


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "a" * 4_097, "\ud800", None, 7])
async def test_a_refresh_token_that_is_none_is_refused(door: Door, token: object) -> None:
    async with door.http() as http:
        answer = await http.post(
            "/api/auth/refresh",
            content=json.dumps({"refresh_token": token}),
            headers={"Content-Type": "application/json"},
        )

    assert answer.status_code in {401, 422}
    assert answer.json()["code"] in {"not_signed_in", "invalid"}


async def test_a_sign_in_ends_although_it_is_refreshed(door: Door) -> None:
    pair = await door.ada()
    days = 30
    for _ in range(days):
        door.clock.pass_s(86_400 - 1)
        pair = await door.post("/api/auth/refresh", refresh_token=pair["refresh_token"])
    door.clock.pass_s(days)

    await door.post("/api/auth/refresh", 401, refresh_token=pair["refresh_token"])

    assert not await door.works(pair["access_token"])


@pytest.mark.parametrize(("deed", "code"), [("disable", 403), ("deny", 401)])
async def test_a_refresh_asks_again_whether_he_may_come_in(
    door: Door, deed: str, code: int
) -> None:
    pair = await door.ada()
    administration = door.office.administration(None)
    if deed == "disable":
        await administration.change_user(pair["user"]["id"], disabled=True)
    else:
        await administration.deny(ADA)

    await door.post("/api/auth/refresh", 401, refresh_token=pair["refresh_token"])
    async with door.http(pair["access_token"]) as http:
        assert (await http.get("/api/auth/me")).status_code == code


# Cookies


async def test_a_page_keeps_its_refresh_token_in_a_cookie_that_no_script_can_read(
    door: Door,
) -> None:
    await door.ada()
    async with door.http() as http:
        signed_in = await http.post(
            "/api/auth/sign-in", json={"email": ADA, "password": PASSWORD, "cookie": True}
        )
        given = signed_in.headers["set-cookie"]
        refreshed = await http.post("/api/auth/refresh")
        renewed = refreshed.headers["set-cookie"]
        http.headers["Authorization"] = f"Bearer {refreshed.json()['access_token']}"
        done = await http.post("/api/auth/sign-out")
        without = await http.post("/api/auth/refresh")

    attributes = {part.strip().lower() for part in given.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/api/auth"} <= attributes
    assert any(part.startswith("max-age=2592") for part in attributes)
    assert signed_in.json()["refresh_token"] is None
    assert refreshed.json()["refresh_token"] is None
    assert given.split(";")[0] != renewed.split(";")[0]
    assert 'aibt_refresh=""' in done.headers["set-cookie"]
    assert code_of(without) == (401, "not_signed_in")


async def test_a_cookie_is_for_https_alone_in_production() -> None:
    async with an_open_door(Settings(mode="production")) as door:
        await door.listed()
        async with door.http() as http:
            asked = {"email": ADA, "password": PASSWORD, "cookie": True}
            made = await http.post("/api/auth/sign-up", json=asked)

    assert "; Secure" in made.headers["set-cookie"]


async def test_without_being_asked_for_no_cookie_is_set(door: Door) -> None:
    await door.listed()
    async with door.http() as http:
        made = await http.post("/api/auth/sign-up", json={"email": ADA, "password": PASSWORD})
        body = {"refresh_token": made.json()["refresh_token"]}
        refreshed = await http.post("/api/auth/refresh", json=body)

    assert "set-cookie" not in made.headers
    assert "set-cookie" not in refreshed.headers
    assert refreshed.json()["refresh_token"]


async def test_a_foreign_page_cannot_use_the_cookie(door: Door) -> None:
    await door.ada()
    async with door.http() as http:
        await http.post(
            "/api/auth/sign-in", json={"email": ADA, "password": PASSWORD, "cookie": True}
        )
        foreign = await http.post("/api/auth/refresh", headers={"Origin": "https://evil.example"})
        own = await http.post("/api/auth/refresh", headers={"Origin": "http://127.0.0.1:8080"})

    assert foreign.status_code == 403
    assert own.status_code == 200
