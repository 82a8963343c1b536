"""Users' own keys for other services, encrypted for one user and one provider."""

import base64
import binascii
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from aibt.accounts.keys import KEY_BYTES
from aibt.errors import Invalid

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16


class Vault:
    """Seals with AES-256-GCM; who it is of, and for what, is authenticated with it."""

    def __init__(self, key: bytes, previous_keys: Sequence[bytes] = ()) -> None:
        """Seal with `key`; open what it or a previous key sealed.

        Raises:
            ValueError: a key has not 32 bytes.
        """
        if any(len(each) != KEY_BYTES for each in (key, *previous_keys)):
            raise ValueError(f"a key of AES-256 has {KEY_BYTES} bytes")
        self._ciphers = tuple(AESGCM(each) for each in (key, *previous_keys))

    def seal(self, plain: SecretStr, *, user_id: int, provider: str) -> str:
        """Return `plain` encrypted for this user and provider, as base64; each time another."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(
            nonce, plain.get_secret_value().encode(), _about(user_id, provider)
        )
        return base64.b64encode(_VERSION + nonce + sealed).decode()

    def open(self, sealed: str, *, user_id: int, provider: str) -> SecretStr:
        """Return what was sealed for this very user and provider.

        Raises:
            Invalid: it was sealed for another, with a secret that is not known any more, or
                has been changed; the key must be entered anew.
        """
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _unreadable(provider) from error
        if raw[:1] != _VERSION or len(raw) < 1 + _NONCE_BYTES + _TAG_BYTES:
            raise _unreadable(provider)
        nonce, rest = raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :]
        for cipher in self._ciphers:
            try:
                return SecretStr(cipher.decrypt(nonce, rest, _about(user_id, provider)).decode())
            except InvalidTag:
                continue
        raise _unreadable(provider)


def _about(user_id: int, provider: str) -> bytes:
    """Return the associated data; an id has no colon, so no two pairs are the same."""
    return b"aibt secret " + _VERSION + f"{user_id}:{provider}".encode()


def _unreadable(provider: str) -> Invalid:
    return Invalid("secret", f"the kept key for {provider} cannot be read: please enter it again")
