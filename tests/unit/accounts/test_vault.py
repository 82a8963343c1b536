"""A sealed key opens for its own user and provider, and for nobody and nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from aibt.accounts.vault import Vault
from aibt.errors import Invalid

KEY, OLD_KEY = b"k" * 32, b"o" * 32
VAULT = Vault(KEY)
KEY_OF_ADA = SecretStr("sk-or-v1-0123456789")

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(_TEXTS, st.integers(1, 2**53), _TEXTS)
def test_what_was_sealed_comes_out_as_it_went_in(plain: str, user_id: int, provider: str) -> None:
    sealed = VAULT.seal(SecretStr(plain), user_id=user_id, provider=provider)

    opened = VAULT.open(sealed, user_id=user_id, provider=provider)

    assert opened.get_secret_value() == plain


def test_nothing_of_the_key_is_seen_and_no_two_seals_are_alike() -> None:
    sealed = [VAULT.seal(KEY_OF_ADA, user_id=1, provider="openrouter") for _ in range(50)]

    assert len(set(sealed)) == 50
    assert not any(b"sk-or" in base64.b64decode(each) for each in sealed)
    assert all(base64.b64decode(each)[0] == 1 for each in sealed)
    assert "sk-or" not in repr(VAULT.open(sealed[0], user_id=1, provider="openrouter"))


@pytest.mark.parametrize(
    ("user_id", "provider"), [(2, "openrouter"), (1, "jina"), (11, "openrouter"), (1, "")]
)
def test_a_seal_swapped_between_users_or_providers_does_not_open(
    user_id: int, provider: str
) -> None:
    sealed = VAULT.seal(KEY_OF_ADA, user_id=1, provider="openrouter")

    with pytest.raises(Invalid, match="enter it again") as refused:
        VAULT.open(sealed, user_id=user_id, provider=provider)

    assert "sk-or" not in str(refused.value)


def test_an_earlier_secret_still_opens_and_no_longer_seals() -> None:
    old = Vault(OLD_KEY).seal(KEY_OF_ADA, user_id=1, provider="jina")
    vault = Vault(KEY, [b"x" * 32, OLD_KEY])

    assert vault.open(old, user_id=1, provider="jina") == KEY_OF_ADA
    new = vault.seal(KEY_OF_ADA, user_id=1, provider="jina")
    assert VAULT.open(new, user_id=1, provider="jina") == KEY_OF_ADA
    with pytest.raises(Invalid):
        VAULT.open(old, user_id=1, provider="jina")


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, by: int) -> None:
    raw = bytearray(base64.b64decode(VAULT.seal(KEY_OF_ADA, user_id=1, provider="jina")))
    raw[at % len(raw)] ^= by

    with pytest.raises(Invalid):
        VAULT.open(base64.b64encode(raw).decode(), user_id=1, provider="jina")


@pytest.mark.parametrize("sealed", ["", "x", "not base64!", "é", "AQ==", "AQ" * 20, "A" * 100_000])
def test_what_no_vault_made_is_refused(sealed: str) -> None:
    with pytest.raises(Invalid):
        VAULT.open(sealed, user_id=1, provider="jina")


def test_a_key_of_another_length_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="32"):
        Vault(b"k" * 16)
    with pytest.raises(ValueError, match="32"):
        Vault(KEY, [b""])
