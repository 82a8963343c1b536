"""Identity of this installation's own: e-mail and password, and sign-ins that can be revoked."""

from datetime import timedelta
from typing import Final

from pydantic import SecretStr

from aibt.accounts.admission import Desk, admit
from aibt.accounts.emails import canonical_email
from aibt.accounts.identity import Bearer, Principal, SignedIn
from aibt.accounts.passwords import Passwords, check_password
from aibt.accounts.throttle import Throttle
from aibt.accounts.tokens import AccessTokens, next_token, token_hash
from aibt.clock import Clock
from aibt.errors import AibtError, BadCredentials, EmailTaken, NotListed, NotSignedIn
from aibt.settings import LimitSettings
from aibt.store.service import Service

_LOST_ANSWER: Final = timedelta(seconds=10)
"""For how long a refresh token that was used is taken for one whose answer was lost."""


class LocalIdentity:
    """Implements `Identity` over the store."""

    def __init__(
        self,
        service: Service,
        desk: Desk,
        tokens: AccessTokens,
        passwords: Passwords,
        throttle: Throttle,
        clock: Clock,
        limits: LimitSettings,
        *,
        refresh_key: bytes,
    ) -> None:
        self._service = service
        self._desk = desk
        self._tokens = tokens
        self._passwords = passwords
        self._throttle = throttle
        self._clock = clock
        self._limits = limits
        self._refresh_key = refresh_key

    async def sign_up(self, email: str, password: SecretStr) -> SignedIn | None:
        """Make an account, and sign in; see `Identity.sign_up`."""
        email = canonical_email(email)
        check_password(password.get_secret_value(), email)
        await self._throttle.take("sign-up", "all", self._limits.sign_ups_per_minute)
        async with self._service.reading() as unit:
            if not await unit.listed_emails.has(email):
                raise NotListed(email)
            if await unit.users.login(email) is not None:
                raise EmailTaken(email)
        password_hash = await self._passwords.hash(password.get_secret_value())
        async with self._service.writing() as unit:
            if not await unit.listed_emails.has(email):
                raise NotListed(email)
            user = await unit.users.create(email, password_hash=password_hash)
            return await self._desk.sign_in(unit, user)

    async def sign_in(self, email: str, password: SecretStr) -> SignedIn:
        """Sign in by password, at the cost of one verification whoever asks."""
        email = canonical_email(email)
        await self._throttle.take("sign-in", email, self._limits.sign_ins_per_minute)
        async with self._service.reading() as unit:
            login = await unit.users.login(email)
        known = login.password_hash if login is not None else None
        verified, rehashed = await self._passwords.verify_and_update(
            password.get_secret_value(), known
        )
        if login is None or not verified:
            raise BadCredentials
        async with self._service.writing() as unit:
            user = await unit.users.get(login.user.id)
            await admit(unit, user)
            if rehashed is not None:
                await unit.users.set_password(user.id, rehashed)
            return await self._desk.sign_in(unit, user)

    async def refresh(self, refresh_token: str) -> SignedIn:
        """Rotate a refresh token; one that was used before ends its sign-in.

        Within ten seconds it may come again: the answer was lost, or two tabs asked at once. It
        is answered with the same next token and nothing is stored, so there is one valid token
        at any time, and whoever uses that one last, owner or thief, ends the sign-in for both.
        """
        shown = token_hash(refresh_token)
        fresh = next_token(refresh_token, self._refresh_key)
        refused: AibtError
        async with self._service.writing() as unit:
            found = await unit.sign_ins.by_token(shown)
            if found is None or found.expires_at <= self._clock.now():
                raise NotSignedIn("this refresh token is not valid")
            is_first = shown == found.token_hash
            is_late = self._clock.now() - found.refreshed_at > _LOST_ANSWER
            is_forgiven = token_hash(fresh) == found.token_hash and not is_late
            user = await unit.users.get(found.owner_id)
            try:
                if not is_first and not is_forgiven:
                    raise NotSignedIn("this refresh token was used before")
                await admit(unit, user)
            except AibtError as error:  # stored, and only then told
                refused = error
                await unit.sign_ins.revoke(found.id, user.id)
            else:
                if is_first:
                    await unit.sign_ins.rotate(
                        found.id, previous_hash=shown, token_hash=token_hash(fresh)
                    )
                return self._desk.pair(user, found.id, fresh, found.expires_at)
        raise refused

    async def sign_out(self, principal: Principal, access_token: str) -> None:
        """Revoke the sign-in."""
        del access_token
        async with self._service.writing() as unit:
            await unit.sign_ins.revoke(principal.sign_in_id, principal.user.id)

    async def bearer(self, access_token: str) -> Bearer:
        """Return what one of our own tokens says."""
        claims = self._tokens.read(access_token)
        return Bearer(
            user_id=claims.user_id, sign_in_id=claims.sign_in_id, expires_at=claims.expires_at
        )

    async def set_password(
        self, user_id: int, email: str, current: SecretStr | None, new: SecretStr
    ) -> None:
        """Change a password; every other sign-in of the user goes on.

        Raises:
            BadCredentials: `current` is wrong. A user who has no password yet needs none.
        """
        check_password(new.get_secret_value(), email)
        await self._throttle.take("sign-in", email, self._limits.sign_ins_per_minute)
        async with self._service.reading() as unit:
            login = await unit.users.login(email)
        if login is not None and login.password_hash is not None:
            given = current.get_secret_value() if current is not None else ""
            if not await self._passwords.verify(given, login.password_hash):
                raise BadCredentials
        password_hash = await self._passwords.hash(new.get_secret_value())
        async with self._service.writing() as unit:
            await unit.users.set_password(user_id, password_hash)
