"""A local access token is taken as it was minted, and in no other way."""

import base64
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.accounts.tokens import AccessTokens, new_secret_token, token_hash
from aibt.errors import NotSignedIn
from tests.fakes.supabase import SigningKey, hs256_by_hand
from tests.unit.accounts.clocks import SetClock

KEY, OLD_KEY = b"k" * 32, b"o" * 32
CLOCK = SetClock()
TOKENS = AccessTokens(KEY, CLOCK, [OLD_KEY])
NOW_S = int(CLOCK.now().timestamp())


def a_claim_set(**changed: Any) -> dict[str, Any]:
    claims = {
        "iss": "aibt",
        "aud": "aibt",
        "sub": "7",
        "sid": "sign-in-1",
        "role": "authenticated",
        "iat": NOW_S,
        "exp": NOW_S + 60,
        **changed,
    }
    return {name: value for name, value in claims.items() if value is not None}


def signed(key: bytes = KEY, header: dict[str, Any] | None = None, **changed: Any) -> str:
    return hs256_by_hand(a_claim_set(**changed), key, **(header or {}))


def test_a_token_says_what_it_was_minted_for() -> None:
    said = TOKENS.read(TOKENS.mint(7, "sign-in-1", 900))

    assert (said.user_id, said.sign_in_id) == (7, "sign-in-1")
    assert (said.expires_at - CLOCK.now()).total_seconds() == 900
    assert TOKENS.read(signed()).user_id == 7


def test_a_token_ends_with_its_lifetime() -> None:
    clock = SetClock()
    tokens = AccessTokens(KEY, clock)
    token = tokens.mint(7, "sign-in-1", 30)

    clock.pass_s(29)
    tokens.read(token)
    clock.pass_s(1)

    with pytest.raises(NotSignedIn, match="expired"):
        tokens.read(token)


def test_a_token_of_an_earlier_secret_is_read_and_a_new_one_is_not_of_it() -> None:
    old = AccessTokens(OLD_KEY, CLOCK)

    assert TOKENS.read(old.mint(7, "s", 60)).user_id == 7
    with pytest.raises(NotSignedIn):
        old.read(TOKENS.mint(7, "s", 60))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": NOW_S},
        {"exp": NOW_S - 1},
        {"exp": None},
        {"exp": str(NOW_S + 60)},
        {"exp": True},
        {"exp": NOW_S + 0.5},
        {"exp": 10**400},
        {"exp": -1},
        {"exp": float("inf")},
        {"nbf": NOW_S + 3_600},
        {"nbf": "soon"},
        {"iss": "https://project.supabase.co/auth/v1"},
        {"iss": None},
        {"iss": ["aibt"]},
        {"aud": "authenticated"},
        {"aud": None},
        {"aud": []},
        {"aud": 7},
        {"role": "anon"},
        {"role": "service_role"},
        {"role": "aibt_service"},
        {"role": ["authenticated"]},
        {"role": None},
        {"sub": None},
        {"sub": 7},
        {"sub": ""},
        {"sub": "-7"},
        {"sub": "7.0"},
        {"sub": "７"},
        {"sub": "9" * 19},
        {"sub": "ada"},
        {"sub": {"$ne": None}},
        {"sid": None},
        {"sid": 1},
        {"sid": ""},
        {"sid": "x" * 65},
        {"sid": ["sign-in-1"]},
    ],
    ids=str,
)
def test_a_token_with_a_claim_missing_or_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.read(signed(**changed))


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_without_a_signature_is_refused(algorithm: str, signature: str) -> None:
    head, body, _ = signed(header={"alg": algorithm}).split(".")

    with pytest.raises(NotSignedIn):
        TOKENS.read(f"{head}.{body}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_the_right_key_is_refused(algorithm: str) -> None:
    with (
        pytest.warns(jwt.InsecureKeyLengthWarning),
        pytest.raises(NotSignedIn),
    ):
        TOKENS.read(jwt.encode(a_claim_set(), KEY, algorithm))


@pytest.mark.parametrize("kind", ["ES256", "RS256"])
def test_a_token_of_somebodys_own_key_is_refused(kind: Any) -> None:
    key = SigningKey(kind)

    for token in (key.sign(a_claim_set()), signed(key.public_pem)):
        with pytest.raises(NotSignedIn):
            TOKENS.read(token)


@pytest.mark.parametrize("key", [b"", b"x", b"K" * 32])
def test_a_token_of_another_secret_is_refused(key: bytes) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.read(signed(key))


def test_a_token_whose_claims_were_exchanged_is_refused() -> None:
    head, _, signature = TOKENS.mint(7, "sign-in-1", 60).split(".")
    other = base64.urlsafe_b64encode(json.dumps(a_claim_set(sub="1")).encode()).rstrip(b"=")

    with pytest.raises(NotSignedIn):
        TOKENS.read(f"{head}.{other.decode()}.{signature}")


@pytest.mark.parametrize(
    "header", [{"crit": ["x"]}, {"b64": False, "crit": ["b64"]}, {"kid": 1}, {"alg": ["HS256"]}]
)
def test_a_token_with_a_header_that_nobody_here_writes_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.read(signed(header=header))


_DEEP = base64.urlsafe_b64encode(b'{"alg":"HS256","x":' + b"[" * 9_000).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "garbage",
    [
        *("", ".", "..", "...", "x" * 10_240, "x.y.z", "é.é.é", "\ud800", "\x00"),
        *(f"{_DEEP}.x.x", "a." * 5_000, "e30.e30.e30", "bnVsbA.bnVsbA.", "A" * 1_000_000),
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_garbage_is_refused(garbage: str) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.read(garbage)


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{1,40}\.[\w-]{1,40}\.[\w-]{0,40}"))
def test_whatever_is_given_for_a_token_the_answer_is_a_clear_refusal(text: str) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.read(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists), st.data())
def test_whatever_a_signed_claim_holds_nothing_but_a_refusal_is_raised(
    value: Any, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["iss", "aud", "sub", "sid", "role", "exp", "iat", "nbf"]))
    try:
        said = TOKENS.read(signed(**{name: value}))
    except NotSignedIn:
        return

    assert isinstance(said.user_id, int)
    assert isinstance(said.sign_in_id, str)


def test_a_short_key_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="32"):
        AccessTokens(b"k" * 31, CLOCK)
    with pytest.raises(ValueError, match="32"):
        AccessTokens(KEY, CLOCK, [b""])


def test_random_tokens_are_long_unlike_and_kept_as_a_hash() -> None:
    tokens = {new_secret_token() for _ in range(1_000)}

    assert len(tokens) == 1_000
    assert all(len(base64.urlsafe_b64decode(token + "=")) == 32 for token in tokens)
    assert len({token_hash(token) for token in tokens}) == 1_000
    assert token_hash("x") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert len(token_hash("\ud800")) == 64
