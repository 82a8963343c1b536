"""Accounts: who is asking, on every request and for as long as a socket is open."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt
from pydantic import SecretStr

from aibt.accounts.admission import Desk, admit
from aibt.accounts.emails import canonical_email
from aibt.accounts.identity import Bearer, Identity, Principal, SignedIn
from aibt.accounts.local import LocalIdentity
from aibt.accounts.tokens import ISSUER, new_secret_token, token_hash
from aibt.clock import Clock
from aibt.errors import Forbidden, NotFound, NotSignedIn, UserDisabled
from aibt.store.database import Store
from aibt.store.service import Service
from aibt.store.users import LOCAL_EMAIL

TICKET_S: Final = 30.0
LINK_S: Final = 3_600.0
_TICKET, _LINK = "ticket", "link"
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Accounts:
    """Signs users in by password, token, ticket or link, and knows when that is over.

    Attributes:
        identity: checks passwords, and the tokens that it has made.
    """

    def __init__(
        self,
        store: Store,
        identity: Identity,
        local: LocalIdentity,
        desk: Desk,
        clock: Clock,
    ) -> None:
        self.identity = identity
        self._store = store
        self._service = Service(store)
        self._local = local
        self._desk = desk
        self._clock = clock

    async def authenticated(self, access_token: str) -> Principal:
        """Return whose access token this is.

        Raises:
            NotSignedIn: it is not valid, or its sign-in is over.
            UserDisabled: an administrator has disabled him.
        """
        return await self._standing(await self._bearer(access_token))

    async def still(self, principal: Principal) -> Principal:
        """Look again at somebody who was let in before.

        Raises:
            NotSignedIn: what he had shown is over.
            UserDisabled: an administrator has disabled him.
        """
        return await self._standing(
            Bearer(
                user_id=principal.user.id,
                sign_in_id=principal.sign_in_id,
                expires_at=principal.until,
            )
        )

    async def refusals(
        self, principals: Iterable[Principal]
    ) -> Mapping[Principal, NotSignedIn | UserDisabled]:
        """Return which of these may not go on, and why: one look for all of them."""
        asked = set(principals)
        if not asked:
            return {}
        sign_in_ids = sorted({principal.sign_in_id for principal in asked})
        user_ids = sorted({principal.user.id for principal in asked})
        async with self._service.reading() as unit:
            ended = await unit.sign_ins.ended_among(sign_in_ids)
            disabled = await unit.users.disabled_among(user_ids)
        now = self._clock.now()
        refused: dict[Principal, NotSignedIn | UserDisabled] = {}
        for principal in asked:
            if principal.user.id in disabled:
                refused[principal] = UserDisabled(principal.user.email)
            elif principal.sign_in_id in ended or principal.until <= now:
                refused[principal] = NotSignedIn("this sign-in is over")
        return refused

    async def may_sign_up(self) -> bool:
        """Say whether anybody is listed but the laptop's user, who has his account."""
        async with self._service.reading() as unit:
            listed = await unit.listed_emails.page(limit=2)
        return any(one.email != LOCAL_EMAIL for one in listed)

    async def ticket(self, principal: Principal) -> tuple[str, datetime]:
        """Make a ticket that opens one WebSocket, and say until when it does."""
        ticket = new_secret_token()
        expires_at = self._clock.now() + timedelta(seconds=TICKET_S)
        async with self._service.writing() as unit:
            await unit.passes.create(
                token_hash(ticket),
                principal.user.id,
                kind=_TICKET,
                sign_in_id=principal.sign_in_id,
                expires_at=expires_at,
            )
        return ticket, expires_at

    async def redeemed(self, ticket: str) -> Principal:
        """Use up a ticket; what it opens lasts as long as the sign-in that it came from.

        Raises:
            NotSignedIn: it is not valid, or was used before.
            UserDisabled: an administrator has disabled him.
        """
        async with self._service.writing() as unit:
            used = await unit.passes.redeem(token_hash(ticket), _TICKET)
        if used is None or used.sign_in_id is None:
            raise NotSignedIn("this ticket is not valid, or not any more")
        return await self._standing(
            Bearer(user_id=used.owner_id, sign_in_id=used.sign_in_id, expires_at=_NEVER)
        )

    async def link(self, email: str) -> str:
        """Return the token of a link that signs a user in, once.

        Raises:
            NotFound: there is no such user.
            UserDisabled, NotListed: he may not come in.
        """
        token = new_secret_token()
        async with self._service.writing() as unit:
            user = await unit.users.by_email(canonical_email(email))
            await admit(unit, user)
            await unit.passes.create(
                token_hash(token),
                user.id,
                kind=_LINK,
                sign_in_id=None,
                expires_at=self._clock.now() + timedelta(seconds=LINK_S),
            )
        return token

    async def follow_link(self, token: str) -> SignedIn:
        """Sign in by a link.

        Raises:
            NotSignedIn: it is not valid, or was used before.
            UserDisabled, NotListed: he may not come in.
        """
        async with self._service.writing() as unit:
            used = await unit.passes.redeem(token_hash(token), _LINK)
            if used is None:
                raise NotSignedIn("this link is not valid, or not any more")
            user = await unit.users.get(used.owner_id)
            await admit(unit, user)
            return await self._desk.sign_in(unit, user)

    async def program_token(self, email: str, lifetime_s: float) -> str:
        """Return an access token for a program of a user's own.

        Raises:
            NotFound: there is no such user.
            UserDisabled, NotListed: he may not come in.
        """
        async with self._service.writing() as unit:
            user = await unit.users.by_email(canonical_email(email))
            await admit(unit, user)
            return await self._desk.program(unit, user, lifetime_s)

    async def set_password(
        self, principal: Principal, current: SecretStr | None, new: SecretStr
    ) -> None:
        """Change a password that this installation keeps.

        Raises:
            Forbidden: it is kept elsewhere.
            BadCredentials: `current` is wrong.
            Invalid: the new one is not acceptable.
        """
        if self.identity is not self._local:
            raise Forbidden("your password is kept by Supabase: change it there")
        user = principal.user
        await self._local.set_password(user.id, user.email, current, new)

    async def _bearer(self, access_token: str) -> Bearer:
        if _issuer_of(access_token) == ISSUER:
            return await self._local.bearer(access_token)
        return await self.identity.bearer(access_token)

    async def _standing(self, bearer: Bearer) -> Principal:
        now = self._clock.now()
        try:
            async with self._store.reading(bearer.user_id) as unit:
                standing = await unit.me.standing(bearer.sign_in_id)
        except NotFound:
            raise NotSignedIn("this account is gone") from None
        if standing.user.disabled_at is not None:
            raise UserDisabled(standing.user.email)
        until = standing.sign_in_expires_at
        if until is None or until <= now or standing.sign_in_revoked_at is not None:
            raise NotSignedIn("this sign-in is over")
        return Principal(
            user=standing.user,
            sign_in_id=bearer.sign_in_id,
            until=min(until, bearer.expires_at),
        )


def _issuer_of(access_token: str) -> object:
    """Return who a token says that it is from, which chooses the keys that it is held to."""
    try:
        claims = jwt.decode(access_token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise NotSignedIn("the token is not a JWT") from None
    return claims.get("iss")
