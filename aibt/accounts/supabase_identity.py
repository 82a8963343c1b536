"""Identity of a Supabase project: it checks passwords, and we its tokens."""

from collections import OrderedDict
from datetime import timedelta
from typing import Final

from pydantic import SecretStr

from aibt.accounts.admission import admit
from aibt.accounts.emails import canonical_email
from aibt.accounts.identity import Bearer, Principal, SignedIn
from aibt.accounts.supabase import SupabaseClaims, SupabaseTokens
from aibt.accounts.supabase_client import ConfirmationSent, SupabaseAuth, SupabaseSession
from aibt.accounts.throttle import Throttle
from aibt.clock import Clock
from aibt.errors import NotListed, NotSignedIn
from aibt.settings import AccountSettings, LimitSettings
from aibt.store.records import User
from aibt.store.service import Service

_REMEMBERED: Final = 10_000  # sign-ins whose user this process knows


class SupabaseIdentity:
    """Implements `Identity` over Supabase's Auth."""

    def __init__(
        self,
        service: Service,
        auth: SupabaseAuth,
        tokens: SupabaseTokens,
        throttle: Throttle,
        clock: Clock,
        settings: AccountSettings,
        limits: LimitSettings,
    ) -> None:
        self._service = service
        self._auth = auth
        self._tokens = tokens
        self._throttle = throttle
        self._clock = clock
        self._settings = settings
        self._limits = limits
        self._known: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def sign_up(self, email: str, password: SecretStr) -> SignedIn | None:
        """Make an account at Supabase, if the e-mail is listed here."""
        email = canonical_email(email)
        await self._throttle.take("sign-up", "all", self._limits.sign_ups_per_minute)
        async with self._service.reading() as unit:
            if not await unit.listed_emails.has(email):
                raise NotListed(email)
        session = await self._auth.sign_up(email, password.get_secret_value())
        return None if isinstance(session, ConfirmationSent) else await self._taken(session)

    async def sign_in(self, email: str, password: SecretStr) -> SignedIn:
        """Let Supabase check the password."""
        email = canonical_email(email)
        await self._throttle.take("sign-in", email, self._limits.sign_ins_per_minute)
        return await self._taken(await self._auth.sign_in(email, password.get_secret_value()))

    async def refresh(self, refresh_token: str) -> SignedIn:
        """Let Supabase rotate the refresh token."""
        return await self._taken(await self._auth.refresh(refresh_token))

    async def sign_out(self, principal: Principal, access_token: str) -> None:
        """End the sign-in here, where it counts at once, and at Supabase."""
        async with self._service.writing() as unit:
            await unit.sign_ins.revoke(principal.sign_in_id, principal.user.id)
        await self._auth.sign_out(access_token)

    async def bearer(self, access_token: str) -> Bearer:
        """Return what one of Supabase's tokens says; its user is made known at his first one."""
        claims = await self._tokens.read(access_token)
        key = (claims.subject, claims.session_id)
        user_id = self._known.get(key)
        if user_id is None:
            user_id = (await self._sign_in(claims)).id
            self._known[key] = user_id
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return Bearer(user_id=user_id, sign_in_id=claims.session_id, expires_at=claims.expires_at)

    async def _taken(self, session: SupabaseSession) -> SignedIn:
        claims = await self._tokens.read(session.access_token)
        user = await self._sign_in(claims)
        return SignedIn(
            user=user,
            access_token=session.access_token,
            expires_at=claims.expires_at,
            refresh_token=session.refresh_token,
            refresh_until=self._clock.now() + timedelta(seconds=self._settings.sign_in_s),
        )

    async def _sign_in(self, claims: SupabaseClaims) -> User:
        """Admit the user of a sign-in that Supabase made, and note it.

        Raises:
            NotListed, UserDisabled: he may not come in.
            NotSignedIn: the e-mail is another Supabase user's.
        """
        email = canonical_email(claims.email)
        async with self._service.writing() as unit:
            user = await unit.users.by_subject(claims.subject, email)
            if user is None:
                if not await unit.listed_emails.has(email):
                    raise NotListed(email)
                if await unit.users.login(email) is not None:
                    raise NotSignedIn("this e-mail belongs to another account")
                user = await unit.users.create(email, subject=claims.subject)
            await admit(unit, user)
            until = self._clock.now() + timedelta(seconds=self._settings.sign_in_s)
            if await unit.sign_ins.ensure(claims.session_id, user.id, expires_at=until):
                await unit.users.note_sign_in(user.id)
        return user
