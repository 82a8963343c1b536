"""A Supabase token counts if the project signed it for a user; everything else is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretStr

from aibt.accounts.jwks import Jwks
from aibt.accounts.supabase import SupabaseTokens
from aibt.accounts.supabase_http import MAX_BYTES, SupabaseHttp
from aibt.errors import Invalid, NotSignedIn, Unavailable
from tests.fakes.supabase import LEGACY_SECRET, FakeSupabase, SigningKey, User, hs256_by_hand
from tests.unit.accounts.clocks import SetClock

KINDS = ["ES256", "RS256", "HS256"]


@dataclass
class Setting:
    """A project, a user of it, and who reads its tokens."""

    project: FakeSupabase
    user: User
    clock: SetClock
    tokens: SupabaseTokens
    http: SupabaseHttp


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def project(clock: SetClock) -> Iterator[FakeSupabase]:
    with FakeSupabase(now=lambda: clock.now().timestamp()) as project:
        yield project


@pytest.fixture
async def at(project: FakeSupabase, clock: SetClock) -> AsyncIterator[Setting]:
    http = SupabaseHttp(project.url, timeout_s=5)
    tokens = SupabaseTokens(http, clock, legacy_secret=SecretStr(LEGACY_SECRET))
    yield Setting(project, project.add_user("Ada@Example.org"), clock, tokens, http)
    await http.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_users_token_says_who_it_is(at: Setting, kind: Any) -> None:
    at.project.rotate(kind, forget=True)

    said = await at.tokens.read(
        at.project.token(at.user, session_id="s-1", email="Ada@Example.org")
    )

    assert said.subject == at.user.id
    assert said.email == "ada@example.org"
    assert said.session_id == "s-1"
    assert (said.expires_at - at.clock.now()).total_seconds() == 3_600


async def test_the_legacy_secret_may_have_a_name_that_is_not_published(at: Setting) -> None:
    at.project.keys = [SigningKey("HS256", kid="legacy-1")]

    assert (await at.tokens.read(at.project.token(at.user))).subject == at.user.id
    assert at.project.jwks_fetches == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "changed",
    [
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "9999999999"},
        {"nbf": 4_000_000_000},
        {"iss": "https://other.supabase.co/auth/v1"},
        {"iss": "aibt"},
        {"iss": None},
        {"aud": "anon"},
        {"aud": "aibt"},
        {"aud": None},
        {"role": "anon"},
        {"role": "service_role"},
        {"role": "supabase_admin"},
        {"role": ""},
        {"role": None},
        {"is_anonymous": True},
        {"is_anonymous": "true"},
        {"is_anonymous": 1},
        {"client_id": "6a1f2d6e-8d2a-4f0c-9b7e-000000000000"},
        {"email": ""},
        {"email": None},
        {"email": "no address"},
        {"email": ["ada@example.org"]},
        {"sub": None},
        {"sub": "7"},
        {"sub": 7},
        {"session_id": None},
        {"session_id": 7},
    ],
    ids=str,
)
async def test_a_token_with_a_claim_missing_or_wrong_is_refused(
    at: Setting, kind: Any, changed: dict[str, Any]
) -> None:
    at.project.rotate(kind)

    with pytest.raises(NotSignedIn):
        await at.tokens.read(at.project.token(at.user, **changed))


async def test_a_token_ends_with_its_time(at: Setting) -> None:
    token = at.project.token(at.user)
    await at.tokens.read(token)

    at.clock.pass_s(3_600)

    with pytest.raises(NotSignedIn, match="expired"):
        await at.tokens.read(token)


@pytest.mark.parametrize("kind", ["ES256", "RS256"])
@pytest.mark.parametrize("named", [True, False])
async def test_hs256_with_the_public_key_as_its_secret_is_refused(
    at: Setting, kind: Any, named: bool
) -> None:
    at.project.rotate(kind)
    await at.tokens.read(at.project.token(at.user))  # so that the key is known
    key, claims = at.project.key, at.project.claims(at.user)
    header = {"kid": key.kid} if named else {}

    for secret in (key.public_pem, key.public_pem.strip(), b"", b"null"):
        with pytest.raises(NotSignedIn):
            await at.tokens.read(hs256_by_hand(claims, secret, **header))


async def test_even_the_secret_does_not_sign_in_the_name_of_a_published_key(at: Setting) -> None:
    await at.tokens.read(at.project.token(at.user))
    claims, kid = at.project.claims(at.user), at.project.key.kid

    with pytest.raises(NotSignedIn):
        await at.tokens.read(hs256_by_hand(claims, LEGACY_SECRET.encode(), kid=kid))


async def test_a_kid_of_a_key_of_another_type_is_refused(at: Setting) -> None:
    old = at.project.key
    new = at.project.rotate("RS256")
    claims = at.project.claims(at.user)

    for signer, named in ((old, new), (new, old)):
        token = jwt.encode(claims, signer.private, signer.kind, headers={"kid": named.kid})
        with pytest.raises(NotSignedIn):
            await at.tokens.read(token)


@pytest.mark.parametrize("kind", ["ES256", "RS256"])
async def test_somebodys_own_key_is_refused_whatever_its_kid(at: Setting, kind: Any) -> None:
    claims = at.project.claims(at.user)
    for kid in ("unknown", at.project.key.kid, "../../jwks", "x" * 5_000):
        with pytest.raises(NotSignedIn):
            await at.tokens.read(SigningKey(kind, kid).sign(claims))

    nameless = SigningKey(kind)
    nameless.kid = None
    with pytest.raises(NotSignedIn):
        await at.tokens.read(nameless.sign(claims))


async def test_a_key_that_the_token_brings_along_is_not_used(at: Setting) -> None:
    own = SigningKey("ES256", "own")
    with FakeSupabase() as elsewhere:
        elsewhere.keys = [own]
        token = own.sign(
            at.project.claims(at.user),
            jku=f"{elsewhere.issuer}/.well-known/jwks.json",
            jwk=own.published(),
        )

        with pytest.raises(NotSignedIn):
            await at.tokens.read(token)

        assert elsewhere.jwks_fetches == 0


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("algorithm", ["none", "NONE", "HS384", "PS256", "EdDSA"])
async def test_no_other_algorithm_counts(at: Setting, named: bool, algorithm: str) -> None:
    header = {"alg": algorithm, **({"kid": at.project.key.kid} if named else {})}
    token = hs256_by_hand(at.project.claims(at.user), LEGACY_SECRET.encode(), **header)

    for each in (token, token.rpartition(".")[0] + "."):
        with pytest.raises(NotSignedIn):
            await at.tokens.read(each)


async def test_hs256_is_refused_where_no_secret_is_configured(at: Setting) -> None:
    tokens = SupabaseTokens(at.http, at.clock)
    claims = at.project.claims(at.user)

    for secret in (LEGACY_SECRET.encode(), b"", b"None"):
        with pytest.raises(NotSignedIn):
            await tokens.read(hs256_by_hand(claims, secret))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_token_that_was_changed_is_refused(at: Setting, kind: Any) -> None:
    at.project.rotate(kind)
    head, _, signature = at.project.token(at.user).split(".")
    other = at.project.token(at.project.add_user("eve@example.org")).split(".")[1]

    with pytest.raises(NotSignedIn):
        await at.tokens.read(f"{head}.{other}.{signature}")


@pytest.mark.parametrize(
    "garbage", ["", "..", "x" * 10_240, "a." * 5_000, "\ud800", "e30.e30.e30", "A" * 1_000_000]
)
async def test_garbage_is_refused_without_asking_anybody(at: Setting, garbage: str) -> None:
    with pytest.raises(NotSignedIn):
        await at.tokens.read(garbage)

    assert at.project.requests == []


async def test_the_keys_are_fetched_once_and_kept(at: Setting) -> None:
    for _ in range(5):
        await at.tokens.read(at.project.token(at.user))

    assert at.project.jwks_fetches == 1


async def test_a_rotated_key_is_found_at_once_and_the_old_one_still_counts(at: Setting) -> None:
    old = at.project.token(at.user)
    await at.tokens.read(old)
    at.clock.pass_s(31)

    at.project.rotate("RS256")
    await at.tokens.read(at.project.token(at.user))
    await at.tokens.read(old)

    assert at.project.jwks_fetches == 2


async def test_a_key_that_is_no_longer_published_ends_when_the_keys_are_fetched_again(
    at: Setting,
) -> None:
    at.project.lifetime_s = 100_000
    old = at.project.token(at.user)
    await at.tokens.read(old)
    at.project.rotate(forget=True)
    await at.tokens.read(old)

    at.clock.pass_s(601)

    with pytest.raises(NotSignedIn, match="unknown key"):
        await at.tokens.read(old)


async def test_invented_names_of_keys_cause_one_fetch_in_each_cool_down(at: Setting) -> None:
    await at.tokens.read(at.project.token(at.user))
    at.clock.pass_s(31)

    for number in range(50):
        with pytest.raises(NotSignedIn):
            await at.tokens.read(SigningKey("ES256", f"k{number}").sign(at.project.claims(at.user)))
    assert at.project.jwks_fetches == 2
    await at.tokens.read(at.project.token(at.user))

    at.clock.pass_s(30)
    at.project.rotate()
    await at.tokens.read(at.project.token(at.user))
    assert at.project.jwks_fetches == 3


async def test_many_first_tokens_at_once_cause_one_fetch(at: Setting) -> None:
    said = await asyncio.gather(
        *(at.tokens.read(at.project.token(at.user)) for _ in range(20)), return_exceptions=True
    )

    assert not [each for each in said if isinstance(each, BaseException)]
    assert at.project.jwks_fetches == 1


@pytest.mark.parametrize("status", [500, 503, 301, 302, 404, 200])
async def test_without_keys_the_answer_is_to_ask_again_and_no_redirect_is_followed(
    at: Setting, status: int
) -> None:
    with FakeSupabase() as elsewhere:
        elsewhere.keys = at.project.keys
        at.project.fail = status
        at.project.fail_headers = {"Location": f"{elsewhere.issuer}/.well-known/jwks.json"}

        for _ in range(3):
            with pytest.raises(Unavailable):
                await at.tokens.read(at.project.token(at.user))

        assert elsewhere.jwks_fetches == 0
    assert at.project.jwks_fetches == 1
    at.project.fail = None
    at.clock.pass_s(30)
    await at.tokens.read(at.project.token(at.user))


async def test_keys_that_cannot_be_fetched_again_count_for_a_day(at: Setting) -> None:
    at.project.lifetime_s = 1_000_000
    token = at.project.token(at.user)
    await at.tokens.read(token)
    at.project.fail = 503

    at.clock.pass_s(86_400)
    await at.tokens.read(token)
    with pytest.raises(Unavailable):  # perhaps a new key: that cannot be known now
        await at.tokens.read(SigningKey("ES256").sign(at.project.claims(at.user)))
    at.clock.pass_s(601)

    with pytest.raises(Unavailable):
        await at.tokens.read(token)


async def test_a_project_that_says_nothing_is_not_waited_for(at: Setting) -> None:
    at.project.delay_s = 20
    http = SupabaseHttp(at.project.url, timeout_s=0.2)

    with pytest.raises(Unavailable):
        await SupabaseTokens(http, at.clock).read(at.project.token(at.user))
    await http.close()


async def test_a_project_that_answers_too_much_is_not_listened_to(at: Setting) -> None:
    at.project.jwks_body = b'{"keys": [' + b" " * MAX_BYTES + b"]}"

    with pytest.raises(Unavailable):
        await at.tokens.read(at.project.token(at.user))


async def test_keys_of_no_use_are_left_out_and_the_others_count(at: Setting) -> None:
    weak = SigningKey("RS256", "weak")
    weak.private = rsa.generate_private_key(65_537, 1_024)
    curve = SigningKey("ES256", "curve")
    curve.private = ec.generate_private_key(ec.SECP384R1())
    good = at.project.key.published() or {}
    secret = {"kty": "oct", "kid": "oct", "alg": "HS256", "k": "a2tra2tra2tra2tra2tra2tra2tra2tr"}
    listed = [
        None,
        7,
        {},
        {"kty": ["EC"], "kid": "x"},
        {"kty": "EC", "kid": "x"},
        {**good, "kid": 7},
        {**good, "kid": "mixed", "alg": "RS256"},
        {**good, "kid": "enc", "use": "enc"},
        {**good, "kid": "broken", "x": "AA"},
        {name: value for name, value in good.items() if name != "kid"},
        secret,
        weak.published(),
        curve.published(),
        good,
    ]
    at.project.jwks_body = json.dumps({"keys": listed}).encode()
    jwks = Jwks(at.http, at.clock)

    await jwks.key(str(at.project.key.kid))

    assert list(jwks._keys) == [at.project.key.kid]


async def test_a_short_legacy_secret_is_refused(at: Setting) -> None:
    with pytest.raises(Invalid, match="32"):
        SupabaseTokens(at.http, at.clock, legacy_secret=SecretStr("short"))
