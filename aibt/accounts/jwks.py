"""The public keys of a Supabase project: fetched, kept a while, and fetched again in measure."""

import asyncio
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from aibt.accounts.supabase_http import SupabaseHttp
from aibt.clock import Clock
from aibt.errors import NotSignedIn, Unavailable

PATH = "/.well-known/jwks.json"
MAX_KEYS = 32
_MIN_RSA_BITS = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key and the one algorithm it may be used with."""

    key: EllipticCurvePublicKey | RSAPublicKey
    algorithm: str


class Jwks:
    """The keys by their `kid`.

    They are fetched when they are older than `max_age_s` or when a token names one that is not
    known, but never more often than every `cooldown_s`, so that tokens with invented names
    cause no flood. Supabase publishes a key well before it signs with it: a known name is the
    rule. While they cannot be fetched, those that are there count for `stale_s` more.
    """

    def __init__(
        self,
        http: SupabaseHttp,
        clock: Clock,
        *,
        cooldown_s: float = 30.0,
        max_age_s: float = 600.0,
        stale_s: float = 86_400.0,
    ) -> None:
        self._http = http
        self._clock = clock
        self._cooldown_s = cooldown_s
        self._max_age_s = max_age_s
        self._stale_s = stale_s
        self._keys: dict[str, PublicKey] = {}
        self._fetched_s: float | None = None  # the last success
        self._tried_s: float | None = None  # the last attempt
        self._failed = False
        self._fetching = asyncio.Lock()

    def known(self, kid: str) -> PublicKey | None:
        """Return the key if it is at hand, without asking."""
        return self._keys.get(kid)

    async def key(self, kid: str) -> PublicKey:
        """Return the key of this name.

        Raises:
            NotSignedIn: the project has no such key.
            Unavailable: the keys cannot be fetched, and this one is not among those that count.
        """
        if kid not in self._keys or self._age_s() > self._max_age_s:
            await self._fetch_in_measure(kid)
        counts = self._age_s() <= self._max_age_s + self._stale_s
        found = self._keys.get(kid) if counts else None
        if found is None and self._failed:
            raise Unavailable("the keys of the Supabase project cannot be fetched")
        if found is None:
            raise NotSignedIn("the token is signed with an unknown key")
        return found

    def _age_s(self) -> float:
        if self._fetched_s is None:
            return float("inf")
        return self._clock.monotonic() - self._fetched_s

    async def _fetch_in_measure(self, kid: str) -> None:
        if self._fetching.locked() and kid in self._keys:
            return  # somebody is at it, and what is here still counts
        async with self._fetching:
            now_s = self._clock.monotonic()
            if self._tried_s is not None and now_s - self._tried_s < self._cooldown_s:
                return
            self._tried_s, self._failed = now_s, True
            try:
                answer = await self._http.ask("GET", PATH)
            except Unavailable:
                return
            listed = answer.body.get("keys")
            if answer.status != 200 or not isinstance(listed, list):
                return
            self._keys = _usable(listed)
            self._fetched_s, self._failed = self._clock.monotonic(), False


def _usable(listed: list[Any]) -> dict[str, PublicKey]:
    """Return the signing keys that we have a use for; others are no reason to refuse these."""
    found: dict[str, PublicKey] = {}
    for data in listed[:MAX_KEYS]:
        if not isinstance(data, dict) or data.get("use", "sig") != "sig":
            continue
        kid, algorithm = data.get("kid"), {"EC": "ES256", "RSA": "RS256"}.get(str(data.get("kty")))
        if not isinstance(kid, str) or not kid or algorithm is None:
            continue
        if data.get("alg", algorithm) != algorithm:
            continue
        try:
            key = jwt.PyJWK(data, algorithm).key
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if _is_strong(key):
            found[kid] = PublicKey(key=key, algorithm=algorithm)
    return found


def _is_strong(key: object) -> bool:
    if isinstance(key, EllipticCurvePublicKey):
        return isinstance(key.curve, SECP256R1)
    return isinstance(key, RSAPublicKey) and key.key_size >= _MIN_RSA_BITS
