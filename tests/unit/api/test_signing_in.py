"""Signing up, in and out, links and passwords over REST, with every way to be refused."""

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


# Signing up


async def test_a_listed_email_makes_an_account_and_is_signed_in(door: Door) -> None:
    made = await door.ada()

    assert made["user"] == {"id": made["user"]["id"], "email": ADA, "is_admin": False}
    assert made["token_type"] == "bearer"
    assert await door.works(made["access_token"])


async def test_who_signs_up_cannot_make_himself_an_administrator(door: Door) -> None:
    await door.listed()

    refused = await door.post("/api/auth/sign-up", 422, email=ADA, password=PASSWORD, is_admin=True)

    assert (refused["code"], refused["field"]) == ("invalid", "is_admin")


@pytest.mark.parametrize(
    ("email", "password", "status", "code", "field"),
    [
        ("eve@example.com", PASSWORD, 403, "not_listed", "email"),
        (" ADA@Example.com ", PASSWORD, 409, "email_taken", "email"),
        ("bea@example.com", "short", 422, "invalid", "password"),
        ("bea@example.com", "x" * 129, 422, "invalid", "password"),
        ("bea@example.com", "bea@example.com", 422, "invalid", "password"),
        ("no-address", PASSWORD, 422, "invalid", "email"),
        ("two@at@example.com", PASSWORD, 422, "invalid", "email"),
        ("new\nline@example.com", PASSWORD, 422, "invalid", "email"),
        ("ﬁ@example.com", PASSWORD, 422, "invalid", "email"),
        ("a" * 260 + "@example.com", PASSWORD, 422, "invalid", "email"),
        (7, PASSWORD, 422, "invalid", "email"),
        ("bea@example.com", None, 422, "invalid", "password"),
    ],
)
async def test_a_sign_up_that_is_not_acceptable_says_why(
    door: Door, email: object, password: object, status: int, code: str, field: str
) -> None:
    await door.ada()
    await door.listed("bea@example.com")

    refused = await door.post("/api/auth/sign-up", status, email=email, password=password)

    assert (refused["code"], refused["field"]) == (code, field)
    assert PASSWORD not in json.dumps(refused)


async def test_two_sign_ups_of_one_email_at_once_make_one_account(door: Door) -> None:
    await door.listed()
    async with door.http() as http:
        answers = await asyncio.gather(
            *(
                http.post(
                    "/api/auth/sign-up", json={"email": email, "password": f"{PASSWORD} {number}"}
                )
                for number, email in enumerate([ADA, ADA.upper(), f" {ADA}"])
            )
        )

    codes = sorted(answer.status_code for answer in answers)
    [won] = [number for number, answer in enumerate(answers) if answer.status_code == 201]
    assert codes == [201, 409, 409]
    await door.post("/api/auth/sign-in", email=ADA, password=f"{PASSWORD} {won}")


# Signing in


async def test_the_right_password_signs_in_however_the_email_is_written(door: Door) -> None:
    await door.ada()

    signed_in = await door.post("/api/auth/sign-in", email=" Ada@EXAMPLE.com", password=PASSWORD)

    assert await door.works(signed_in["access_token"])


async def test_every_sign_in_costs_one_verification_and_the_refusals_look_the_same(
    door: Door,
) -> None:
    made = await door.ada()
    await door.listed("bea@example.com")
    bearer = await door.bearer("nopassword@example.com")
    assert bearer
    cases = [
        (ADA, PASSWORD, 200),
        (ADA, "wrong " + PASSWORD, 401),
        (ADA, "x" * 1_024, 401),
        ("nobody@example.com", PASSWORD, 401),
        ("bea@example.com", PASSWORD, 401),  # listed, but has no account
        ("nopassword@example.com", PASSWORD, 401),
        ("local@localhost", "local@localhost", 401),
    ]
    counted, told = [], []
    for email, password, status in cases:
        before = door.hasher.verified
        answer = await door.post("/api/auth/sign-in", status, email=email, password=password)
        counted.append(door.hasher.verified - before)
        told.append((answer.get("code"), answer.get("msg"), answer.get("field")))
    await door.office.administration(None).change_user(made["user"]["id"], disabled=True)
    for password, status in ((PASSWORD, 403), ("wrong " + PASSWORD, 401)):
        before = door.hasher.verified
        answer = await door.post("/api/auth/sign-in", status, email=ADA, password=password)
        counted.append(door.hasher.verified - before)
        told.append((answer["code"], answer["msg"], answer["field"]))
    await door.office.administration(None).change_user(made["user"]["id"], disabled=False)
    await door.office.administration(None).deny(ADA)
    for password, status in ((PASSWORD, 403), ("wrong " + PASSWORD, 401)):
        before = door.hasher.verified
        answer = await door.post("/api/auth/sign-in", status, email=ADA, password=password)
        counted.append(door.hasher.verified - before)
        told.append((answer["code"], answer["msg"], answer["field"]))

    wrong = ("bad_credentials", "e-mail or password is wrong", None)
    assert counted == [1] * len(counted)
    assert told[1:7] == [wrong] * 6
    assert [each[0] for each in told[7:]] == [
        "user_disabled",
        "bad_credentials",
        "not_listed",
        "bad_credentials",
    ]


async def test_sign_ins_of_one_email_are_counted_whoever_asks_and_another_is_not_held_up() -> None:
    settings = Settings(limits=LimitSettings(sign_ins_per_minute=3))
    async with an_open_door(settings) as door:
        await door.ada()
        for _ in range(3):
            await door.post("/api/auth/sign-in", 401, email=ADA, password="wrong password")
        before = door.hasher.verified
        async with door.http() as http:
            asked = {"email": ADA.upper(), "password": PASSWORD}
            held_up = await http.post("/api/auth/sign-in", json=asked)
        unverified = door.hasher.verified - before
        await door.post("/api/auth/sign-in", 401, email="bea@example.com", password="wrong one")
        door.clock.pass_s(int(held_up.headers["retry-after"]))
        later = await door.post("/api/auth/sign-in", email=ADA, password=PASSWORD)

    assert code_of(held_up) == (429, "rate_limited")
    assert held_up.headers["retry-after"] == "20"
    assert unverified == 0
    assert later["user"]["email"] == ADA


# Signing out


async def test_a_sign_out_ends_its_tokens_at_once_and_no_other_sign_in(door: Door) -> None:
    pair = await door.ada()
    other = await door.post("/api/auth/sign-in", email=ADA, password=PASSWORD)
    async with door.http(pair["access_token"]) as http:
        done = await http.post("/api/auth/sign-out")
        again = await http.post("/api/auth/sign-out")

    assert (done.status_code, done.json()) == (200, {"done": True})
    assert again.status_code == 401
    assert not await door.works(pair["access_token"])
    await door.post("/api/auth/refresh", 401, refresh_token=pair["refresh_token"])
    assert await door.works(other["access_token"])


async def test_a_ticket_is_worth_nothing_after_its_sign_out(door: Door) -> None:
    pair = await door.ada()
    async with door.http(pair["access_token"]) as http:
        ticket = (await http.post("/api/ws-ticket")).json()["ticket"]
        await http.post("/api/auth/sign-out")

    with pytest.raises(Exception, match="this sign-in is over"):
        await door.office.accounts.redeemed(ticket)


# Links


async def test_a_link_signs_in_once(door: Door) -> None:
    token = await door.office.accounts.link("local@localhost")

    signed_in = await door.post("/api/auth/link", token=token)
    again = await door.post("/api/auth/link", 401, token=token)

    assert signed_in["user"]["is_admin"] is True
    assert await door.works(signed_in["access_token"])
    assert again["code"] == "not_signed_in"


async def test_of_two_who_follow_a_link_at_once_one_comes_in(door: Door) -> None:
    token = await door.office.accounts.link("local@localhost")
    async with door.http() as http:
        answers = await asyncio.gather(
            *(http.post("/api/auth/link", json={"token": token}) for _ in range(4))
        )

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_link_is_over_after_an_hour_and_when_its_user_is_disabled(door: Door) -> None:
    made = await door.ada()
    late = await door.office.accounts.link(ADA)
    door.clock.pass_s(3_600)
    await door.post("/api/auth/link", 401, token=late)
    unused = await door.office.accounts.link(ADA)
    administration = door.office.administration(None)
    await administration.change_user(made["user"]["id"], disabled=True)
    await administration.change_user(made["user"]["id"], disabled=False)

    await door.post("/api/auth/link", 401, token=unused)


async def test_a_ticket_is_no_link_and_a_link_no_ticket(door: Door) -> None:
    link = await door.office.accounts.link("local@localhost")
    async with door.local() as http:
        ticket = (await http.post("/api/ws-ticket")).json()["ticket"]

    await door.post("/api/auth/link", 401, token=ticket)
    with pytest.raises(Exception, match="not valid"):
        await door.office.accounts.redeemed(link)


# Passwords


async def test_a_password_changes_and_the_old_one_is_worth_nothing(door: Door) -> None:
    pair = await door.ada()
    async with door.http(pair["access_token"]) as http:
        wrong = await http.put(
            "/api/auth/password", json={"current": "not it at all", "new": "another good one"}
        )
        none = await http.put("/api/auth/password", json={"new": "another good one"})
        weak = await http.put("/api/auth/password", json={"current": PASSWORD, "new": "short"})
        done = await http.put(
            "/api/auth/password", json={"current": PASSWORD, "new": "another good one"}
        )

    assert code_of(wrong) == (401, "bad_credentials")
    assert code_of(none) == (401, "bad_credentials")
    assert code_of(weak) == (422, "invalid")
    assert done.json() == {"done": True}
    await door.post("/api/auth/sign-in", 401, email=ADA, password=PASSWORD)
    await door.post("/api/auth/sign-in", email=ADA, password="another good one")
    assert await door.works(pair["access_token"])


async def test_who_has_no_password_yet_gives_himself_one(door: Door) -> None:
    async with door.local() as http:
        done = await http.put("/api/auth/password", json={"new": PASSWORD})

    assert done.status_code == 200
    await door.post("/api/auth/sign-in", email="local@localhost", password=PASSWORD)


async def test_guesses_at_the_current_password_are_counted_as_sign_ins() -> None:
    async with an_open_door(Settings(limits=LimitSettings(sign_ins_per_minute=2))) as door:
        pair = await door.ada()
        async with door.http(pair["access_token"]) as http:
            guess = {"current": "not it at all", "new": "another good one"}
            codes = [
                (await http.put("/api/auth/password", json=guess)).status_code for _ in range(3)
            ]

    assert codes == [401, 401, 429]
