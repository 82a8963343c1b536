"""Access tokens of local accounts, and the random tokens of which only a hash is kept."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from aibt.accounts import claims
from aibt.accounts.keys import KEY_BYTES
from aibt.clock import Clock
from aibt.errors import NotSignedIn

ISSUER = "aibt"
AUDIENCE = "aibt"
ROLE = "authenticated"
_ALGORITHM = "HS256"
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says."""

    user_id: int
    sign_in_id: str
    expires_at: datetime


class AccessTokens:
    """Mints and reads JWTs (HS256) that say who is asking, and by which sign-in."""

    def __init__(self, key: bytes, clock: Clock, previous_keys: Sequence[bytes] = ()) -> None:
        """Sign with `key`; read what it or a previous key signed.

        Raises:
            ValueError: a key has fewer than 32 bytes.
        """
        self._keys = (key, *previous_keys)
        if any(len(each) < KEY_BYTES for each in self._keys):
            raise ValueError(f"a key of HS256 needs {KEY_BYTES} bytes")
        self._clock = clock

    def mint(self, user_id: int, sign_in_id: str, lifetime_s: float) -> str:
        """Return a token that is valid for `lifetime_s` seconds, rounded up."""
        now = self._clock.now()
        expires_at = now + timedelta(seconds=lifetime_s)
        return jwt.encode(
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "sub": str(user_id),
                "sid": sign_in_id,
                "role": ROLE,
                "iat": int(now.timestamp()),
                "exp": -int(-expires_at.timestamp() // 1),
            },
            self._keys[0],
            algorithm=_ALGORITHM,
        )

    def read(self, token: str) -> AccessClaims:
        """Return what `token` says, if one of the keys signed it and its time is not over.

        Raises:
            NotSignedIn: anything is wrong with it. Whether its sign-in still stands is asked
                elsewhere.
        """
        said = self._verified(token)
        user_id = claims.text(said, "sub", _MAX_DIGITS)
        if not (user_id.isascii() and user_id.isdigit()):
            raise NotSignedIn("the token's sub is not valid")
        return AccessClaims(
            user_id=int(user_id),
            sign_in_id=claims.text(said, "sid", 64),
            expires_at=claims.moment(said, "exp"),
        )

    def _verified(self, token: str) -> dict[str, object]:
        *others, last = self._keys
        for key in others:
            try:
                return self._by(token, key)
            except claims.WrongSignature:
                continue
        return self._by(token, last)

    def _by(self, token: str, key: bytes) -> dict[str, object]:
        return claims.verified(
            token, key, _ALGORITHM, issuer=ISSUER, audience=AUDIENCE, clock=self._clock
        )


def new_secret_token() -> str:
    """Return 32 random bytes as base64url: a refresh token, a ticket or a sign-in link's."""
    return secrets.token_urlsafe(32)


def next_token(token: str, key: bytes) -> str:
    """Return the refresh token that follows `token`: the same one whenever it is asked for.

    Without the key nobody can tell it from 32 random bytes, whatever tokens he has seen.
    """
    following = hmac.digest(key, token.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(following).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """Return the SHA-256 of a random token, in hex: what is kept and looked up.

    A random token needs no salt and no slow hash: there is nothing to guess.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
