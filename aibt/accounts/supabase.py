"""Access tokens of a Supabase project, verified here: Supabase is asked for its keys alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from aibt.accounts import claims
from aibt.accounts.emails import canonical_email
from aibt.accounts.jwks import Jwks
from aibt.accounts.supabase_http import SupabaseHttp
from aibt.clock import Clock
from aibt.errors import Invalid, NotSignedIn

AUDIENCE = "authenticated"
_LEGACY_ALGORITHM = "HS256"
_MIN_SECRET = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SupabaseClaims:
    """What a Supabase access token says."""

    subject: str  # a uuid
    email: str  # canonical
    session_id: str
    expires_at: datetime


class SupabaseTokens:
    """Reads access tokens of one project.

    The algorithm is bound to the key. A `kid` of the published keys: that key with its own
    algorithm. No such `kid`, and HS256: the legacy secret, if one is configured; Supabase
    names that secret in `kid` too, but never publishes it. A public key is never HS256's.
    """

    def __init__(
        self,
        http: SupabaseHttp,
        clock: Clock,
        *,
        legacy_secret: SecretStr | None = None,
        jwks: Jwks | None = None,
    ) -> None:
        """Read tokens of the project that `http` talks to; fetch nothing yet.

        Raises:
            Invalid: the legacy secret is shorter than 32 characters.
        """
        self._issuer = http.auth_url
        self._clock = clock
        self._jwks = jwks or Jwks(http, clock)
        self._secret = legacy_secret and legacy_secret.get_secret_value().encode()
        if self._secret is not None and len(self._secret) < _MIN_SECRET:
            raise Invalid("supabase_jwt_secret", f"it needs at least {_MIN_SECRET} characters")

    async def read(self, token: str) -> SupabaseClaims:
        """Return what `token` says, if the project signed it for a user and its time is not over.

        Raises:
            NotSignedIn: anything is wrong with it.
            Unavailable: the keys cannot be fetched, and there are none that count.
        """
        key, algorithm = await self._key_of(token)
        said = claims.verified(
            token, key, algorithm, issuer=self._issuer, audience=AUDIENCE, clock=self._clock
        )
        if said.get("is_anonymous", False) is not False:
            raise NotSignedIn("the token is of an anonymous user")
        if said.get("client_id"):
            raise NotSignedIn("the token was made for another application")
        try:
            subject = str(UUID(claims.text(said, "sub", 36)))
            email = canonical_email(claims.text(said, "email", 1_000))
        except (Invalid, ValueError) as error:
            raise NotSignedIn("the token's sub or email is not valid") from error
        return SupabaseClaims(
            subject=subject,
            email=email,
            session_id=claims.text(said, "session_id", 64),
            expires_at=claims.moment(said, "exp"),
        )

    async def _key_of(self, token: str) -> tuple[Any, str]:
        header = claims.header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        published = self._jwks.known(kid) if isinstance(kid, str) else None
        if published is None and algorithm == _LEGACY_ALGORITHM and self._secret is not None:
            return self._secret, _LEGACY_ALGORITHM
        if not isinstance(kid, str) or algorithm not in {"ES256", "RS256"}:
            raise NotSignedIn("the token is not signed with a key of the project")
        found = await self._jwks.key(kid)
        return found.key, found.algorithm
