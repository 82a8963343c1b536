"""Sign-up, sign-in, refresh and sign-out at a project, and each of its refusals as one of ours."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from aibt.accounts.supabase import SupabaseTokens
from aibt.accounts.supabase_client import ConfirmationSent, SupabaseAuth, SupabaseSession
from aibt.accounts.supabase_http import SupabaseHttp
from aibt.clock import SystemClock
from aibt.errors import (
    BadCredentials,
    EmailTaken,
    Forbidden,
    Invalid,
    NotListed,
    NotSignedIn,
    RateLimited,
    Unavailable,
    UserDisabled,
)
from tests.fakes.supabase import API_KEY, FakeSupabase

EMAIL, PASSWORD = "ada@example.org", "a-long-password"


@pytest.fixture
def project() -> Iterator[FakeSupabase]:
    with FakeSupabase() as project:
        yield project


@pytest.fixture
async def http(project: FakeSupabase) -> AsyncIterator[SupabaseHttp]:
    http = SupabaseHttp(project.url, timeout_s=5)
    yield http
    await http.close()


@pytest.fixture
def auth(http: SupabaseHttp) -> SupabaseAuth:
    return SupabaseAuth(http, SecretStr(API_KEY))


async def signed_up(auth: SupabaseAuth) -> SupabaseSession:
    session = await auth.sign_up(EMAIL, PASSWORD)
    assert isinstance(session, SupabaseSession)
    return session


async def test_who_signs_up_can_sign_in_and_the_token_is_the_users(
    project: FakeSupabase, http: SupabaseHttp, auth: SupabaseAuth
) -> None:
    first = await signed_up(auth)
    second = await auth.sign_in(EMAIL, PASSWORD)

    tokens = SupabaseTokens(http, SystemClock())
    for session in (first, second):
        said = await tokens.read(session.access_token)
        assert (said.subject, said.email) == (project.users[EMAIL].id, EMAIL)
        assert session.expires_in_s == 3_600
    assert first.refresh_token not in repr(first)
    assert first.access_token not in repr(first)


async def test_a_project_that_confirms_e_mails_signs_nobody_in_yet(
    project: FakeSupabase, auth: SupabaseAuth
) -> None:
    project.confirm_emails = True

    assert await auth.sign_up(EMAIL, PASSWORD) == ConfirmationSent(email=EMAIL)
    with pytest.raises(Invalid, match="confirmed") as refused:
        await auth.sign_in(EMAIL, PASSWORD)
    project.users[EMAIL].confirmed = True
    await auth.sign_in(EMAIL, PASSWORD)

    assert refused.value.field == "email"
    assert await auth.sign_up(EMAIL, "another-password") == ConfirmationSent(email=EMAIL)


async def test_a_hook_that_knows_a_list_refuses_others(
    project: FakeSupabase, auth: SupabaseAuth
) -> None:
    asked: list[dict[str, Any]] = []

    def on_the_list(event: dict[str, Any]) -> dict[str, Any]:
        asked.append(event)
        if event["user"]["email"] == EMAIL:
            return {}
        return {"error": {"http_code": 403, "message": "this e-mail is not listed"}}

    project.before_user_created = on_the_list

    await signed_up(auth)
    with pytest.raises(NotListed) as refused:
        await auth.sign_up("eve@example.org", PASSWORD)

    assert refused.value.email == "eve@example.org"
    assert list(project.users) == [EMAIL]
    assert [event["metadata"]["name"] for event in asked] == ["before-user-created"] * 2


async def test_a_hook_that_fails_is_no_answer(project: FakeSupabase, auth: SupabaseAuth) -> None:
    project.before_user_created = lambda _: {"error": {"message": "no such function"}}

    with pytest.raises(Unavailable):
        await auth.sign_up(EMAIL, PASSWORD)


async def test_an_e_mail_is_taken_once(auth: SupabaseAuth) -> None:
    await signed_up(auth)

    with pytest.raises(EmailTaken):
        await auth.sign_up(EMAIL, "another-password")


@pytest.mark.parametrize(
    ("email", "password", "field", "says"),
    [(EMAIL, "weak", "password", "6 characters"), ("no address", PASSWORD, "email", "validate")],
)
async def test_what_the_project_does_not_accept_is_said_at_its_field(
    auth: SupabaseAuth, email: str, password: str, field: str, says: str
) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        await auth.sign_up(email, password)

    assert refused.value.field == field


@pytest.mark.parametrize(("email", "password"), [("ada\ud800@x", PASSWORD), (EMAIL, "\udfff" * 12)])
async def test_half_a_character_is_refused_before_it_is_sent(
    project: FakeSupabase, auth: SupabaseAuth, email: str, password: str
) -> None:
    for ask in (auth.sign_up, auth.sign_in):
        with pytest.raises(Invalid):
            await ask(email, password)

    assert project.requests == []


async def test_a_project_that_takes_no_sign_ups_says_so(
    project: FakeSupabase, auth: SupabaseAuth
) -> None:
    project.sign_ups = False

    with pytest.raises(Forbidden):
        await auth.sign_up(EMAIL, PASSWORD)


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong-password"), ("eve@example.org", PASSWORD), ("", "")]
)
async def test_a_wrong_password_and_an_unknown_e_mail_are_told_alike(
    auth: SupabaseAuth, email: str, password: str
) -> None:
    await signed_up(auth)

    with pytest.raises(BadCredentials):
        await auth.sign_in(email, password)


async def test_a_banned_user_is_disabled(project: FakeSupabase, auth: SupabaseAuth) -> None:
    session = await signed_up(auth)
    project.users[EMAIL].banned = True

    with pytest.raises(UserDisabled):
        await auth.sign_in(EMAIL, PASSWORD)
    with pytest.raises(NotSignedIn):
        await auth.refresh(session.refresh_token)


async def test_a_refresh_token_serves_once(auth: SupabaseAuth) -> None:
    first = await signed_up(auth)

    second = await auth.refresh(first.refresh_token)
    assert second.refresh_token != first.refresh_token
    with pytest.raises(NotSignedIn):
        await auth.refresh(first.refresh_token)

    with pytest.raises(NotSignedIn):  # a used one ends the whole session
        await auth.refresh(second.refresh_token)


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "'; drop table users; --"])
async def test_an_unknown_refresh_token_is_no_sign_in(auth: SupabaseAuth, token: str) -> None:
    with pytest.raises(NotSignedIn):
        await auth.refresh(token)


async def test_signing_out_ends_this_session_and_no_other(auth: SupabaseAuth) -> None:
    here = await signed_up(auth)
    there = await auth.sign_in(EMAIL, PASSWORD)

    await auth.sign_out(here.access_token)
    await auth.sign_out(here.access_token)  # twice is no error
    await auth.sign_out("garbage")

    with pytest.raises(NotSignedIn):
        await auth.refresh(here.refresh_token)
    await auth.refresh(there.refresh_token)


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [(None, 60), ("7", 7), ("0", 1), ("-3", 1), ("soon", 60), ("nan", 60), ("1e9", 3_600)],
)
async def test_too_many_requests_say_how_long_to_wait(
    project: FakeSupabase, auth: SupabaseAuth, header: str | None, wait_s: int
) -> None:
    project.fail = 429
    project.fail_headers = {"Retry-After": header} if header else {}

    with pytest.raises(RateLimited) as refused:
        await auth.sign_in(EMAIL, PASSWORD)

    assert refused.value.retry_after_s == wait_s


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"code":"unexpected_failure","message":"x"}'),
        (502, b"<html>"),
        (403, b"<html>blocked</html>"),
        (403, b'{"message":"You cannot consume this service"}'),
        (302, b""),
        (418, b"[]"),
        (200, b""),
        (200, b"null"),
        (200, b'{"access_token":1}'),
        (200, b'{"access_token":"a","refresh_token":"b","expires_in":"c"}'),
        (200, b"[" * 100_000),
        (200, b" " * 1_000_000),
        (400, b'{"code":["x"],"message":7}'),
        (401, b'{"message":"Invalid API key"}'),
    ],
)
async def test_what_nobody_expects_is_to_be_asked_again(
    project: FakeSupabase, auth: SupabaseAuth, status: int, body: bytes
) -> None:
    project.fail, project.fail_body = status, body
    project.fail_headers = {"Location": "/auth/v1/elsewhere"}

    for asked in (auth.sign_up(EMAIL, PASSWORD), auth.sign_in(EMAIL, PASSWORD), auth.refresh("x")):
        with pytest.raises(Unavailable):
            await asked
    if status != 200:
        with pytest.raises(Unavailable):
            await auth.sign_out("x")
    assert not [path for path, _ in project.requests if "elsewhere" in path]


async def test_a_wrong_key_of_the_project_is_the_operators_to_mend(http: SupabaseHttp) -> None:
    with pytest.raises(Unavailable, match="SUPABASE_ANON_KEY"):
        await SupabaseAuth(http, SecretStr("wrong")).sign_in(EMAIL, PASSWORD)


async def test_a_project_that_is_slow_or_away_is_not_waited_for(project: FakeSupabase) -> None:
    project.delay_s = 20
    slow = SupabaseHttp(project.url, timeout_s=0.2)
    away = SupabaseHttp("http://127.0.0.1:9", timeout_s=2)

    for http in (slow, away):
        with pytest.raises(Unavailable):
            await SupabaseAuth(http, SecretStr(API_KEY)).sign_in(EMAIL, PASSWORD)
        await http.close()
