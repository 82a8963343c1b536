"""Who is asking: what a sign-in gives, and what two ways of signing in have in common."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from aibt.store.records import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a client takes away from a sign-in.

    Attributes:
        access_token: bearer of requests, until `expires_at`.
        refresh_token: brings the next pair, once; None: sign in again.
        refresh_until: when the sign-in itself ends.
    """

    user: User
    access_token: str
    expires_at: datetime
    refresh_token: str | None
    refresh_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A user who has shown who he is.

    Attributes:
        sign_in_id: the sign-in that this goes back to; revoking it ends all that it opened.
        until: when what he has shown is over.
    """

    user: User
    sign_in_id: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """What a valid access token says."""

    user_id: int
    sign_in_id: str
    expires_at: datetime


class Identity(Protocol):
    """Checks passwords and tokens: this installation itself, or Supabase."""

    async def sign_up(self, email: str, password: SecretStr) -> SignedIn | None:
        """Make an account; None: its e-mail must be confirmed before the first sign-in.

        Raises:
            NotListed: the e-mail is not on the whitelist.
            EmailTaken: there is an account with it.
            Invalid: e-mail or password are not acceptable.
        """
        ...

    async def sign_in(self, email: str, password: SecretStr) -> SignedIn:
        """Sign in by password.

        Raises:
            BadCredentials: e-mail or password is wrong.
            NotListed, UserDisabled: the password is right, and he may not come in.
        """
        ...

    async def refresh(self, refresh_token: str) -> SignedIn:
        """Exchange a refresh token.

        Raises:
            NotSignedIn: it is not valid, or not any more.
        """
        ...

    async def sign_out(self, principal: Principal, access_token: str) -> None:
        """End a sign-in and all that it opened."""
        ...

    async def bearer(self, access_token: str) -> Bearer:
        """Return what an access token says, once its signature is found right.

        Raises:
            NotSignedIn: it is not valid here.
        """
        ...
