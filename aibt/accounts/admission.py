"""Who may come in: looked at when an account is made and at every sign-in."""

from datetime import datetime, timedelta

from aibt.accounts.identity import SignedIn
from aibt.accounts.tokens import AccessTokens, new_secret_token, token_hash
from aibt.clock import Clock
from aibt.errors import NotListed, UserDisabled
from aibt.settings import AccountSettings
from aibt.store.records import User
from aibt.store.service import ServiceUnit


async def admit(unit: ServiceUnit, user: User) -> None:
    """Let a user in.

    Raises:
        UserDisabled: an administrator has disabled him.
        NotListed: his e-mail is not, or no longer, on the whitelist.
    """
    if user.disabled_at is not None:
        raise UserDisabled(user.email)
    if not await unit.listed_emails.has(user.email):
        raise NotListed(user.email)


class Desk:
    """Makes sign-ins and their tokens."""

    def __init__(self, tokens: AccessTokens, clock: Clock, settings: AccountSettings) -> None:
        self._tokens = tokens
        self._clock = clock
        self._settings = settings

    async def sign_in(self, unit: ServiceUnit, user: User) -> SignedIn:
        """Begin a sign-in of a user who was admitted."""
        refresh_token = new_secret_token()
        until = self._clock.now() + timedelta(seconds=self._settings.sign_in_s)
        sign_in_id = new_secret_token()
        await unit.sign_ins.create(
            sign_in_id, user.id, token_hash=token_hash(refresh_token), expires_at=until
        )
        await unit.users.note_sign_in(user.id)
        return self.pair(user, sign_in_id, refresh_token, until)

    def pair(self, user: User, sign_in_id: str, refresh_token: str, until: datetime) -> SignedIn:
        """Return a refresh token with an access token beside it."""
        left_s = (until - self._clock.now()).total_seconds()
        lifetime_s = min(self._settings.access_token_s, left_s)
        return SignedIn(
            user=user,
            access_token=self._tokens.mint(user.id, sign_in_id, lifetime_s),
            expires_at=self._clock.now() + timedelta(seconds=lifetime_s),
            refresh_token=refresh_token,
            refresh_until=until,
        )

    async def program(self, unit: ServiceUnit, user: User, lifetime_s: float) -> str:
        """Return an access token for a program, of a sign-in that lasts no longer."""
        sign_in_id = new_secret_token()
        until = self._clock.now() + timedelta(seconds=lifetime_s)
        await unit.sign_ins.create(sign_in_id, user.id, token_hash=None, expires_at=until)
        return self._tokens.mint(user.id, sign_in_id, lifetime_s)
