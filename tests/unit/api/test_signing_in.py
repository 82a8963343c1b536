"""Signing up, in, on and out over REST, with every way to be refused."""

import asyncio
import json
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


async def code_of(answer: httpx.Response) -> tuple[int, str]:
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

    assert await code_of(held_up) == (429, "rate_limited")
    assert held_up.headers["retry-after"] == "20"
    assert unverified == 0
    assert later["user"]["email"] == ADA


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
    assert await code_of(without) == (401, "not_signed_in")


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

    assert await code_of(wrong) == (401, "bad_credentials")
    assert await code_of(none) == (401, "bad_credentials")
    assert await code_of(weak) == (422, "invalid")
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
    assert await code_of(answer) == (401, "not_signed_in")
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
    assert "cache-control" not in page.headers


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
    async with an_open_door(Settings(limits=LimitSettings(**limits))) as door:
        async with door.local() as http:
            body = start if path == "/api/trainings" else None
            answers = [await http.request(method, path, json=body) for _ in range(free + 1)]
            wait_s = int(answers[-1].headers["retry-after"])
            other = await door.bearer()
            async with door.http(other) as hers:
                unhindered = await hers.request(method, path, json=body)
            door.clock.pass_s(wait_s)
            again = await http.request(method, path, json=body)

    assert 429 not in [answer.status_code for answer in answers[:-1]]
    assert await code_of(answers[-1]) == (429, "rate_limited")
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
