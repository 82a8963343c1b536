"""Users: who owns everything else, as they see themselves and as sign-in sees them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, insert, select, update

from aibt.errors import EmailTaken, NotFound
from aibt.store.pages import beyond, in_order
from aibt.store.records import Login, Standing, User
from aibt.store.repository import Repository
from aibt.store.schema import listed_emails, sign_ins, users

LOCAL_EMAIL = "local@localhost"
"""E-mail of a laptop's own user, who is its first administrator."""

_COUNTING = 0x61696271  # number of the advisory locks of those who count what an owner has
_COLUMNS = [
    users.c[name]
    for name in ("id", "email", "is_admin", "disabled_at", "signed_in_at", "created_at")
]


class Me(Repository):
    """The owner of this transaction himself."""

    async def standing(self, sign_in_id: str | None = None) -> Standing:
        """Return who the owner is now, and what has become of one of his sign-ins.

        Raises:
            NotFound: there is no such user.
        """
        query = (
            select(*_COLUMNS, sign_ins.c.revoked_at, sign_ins.c.expires_at)
            .select_from(users)
            .outerjoin(
                sign_ins,
                and_(sign_ins.c.owner_id == users.c.id, sign_ins.c.id == (sign_in_id or "")),
            )
            .where(users.c.id == self._owner_id)
        )
        row = await self._row(query)
        if row is None:
            raise NotFound("user", str(self._owner_id))
        user = {column.name: row[column.name] for column in _COLUMNS}
        return Standing(
            user=User(**user),
            sign_in_expires_at=row["expires_at"],
            sign_in_revoked_at=row["revoked_at"],
        )

    async def alone(self) -> None:
        """Let the owner's other transactions that count what he has wait for this one."""
        if self._work.connection.dialect.name == "postgresql":
            lock = func.pg_advisory_xact_lock(_COUNTING, self._owner_id)
            await self._write(select(lock))


class Directory(Repository):
    """All users of this installation. For the service alone."""

    async def get(self, user_id: int) -> User:
        """Return a user.

        Raises:
            NotFound: there is no such user.
        """
        row = await self._row(select(*_COLUMNS).where(users.c.id == user_id))
        if row is None:
            raise NotFound("user", str(user_id), "id")
        return User(**row)

    async def exists(self, user_id: int) -> bool:
        """Say whether there is a user with this id."""
        return await self._row(select(users.c.id).where(users.c.id == user_id)) is not None

    async def by_email(self, email: str) -> User:
        """Return the user with this e-mail, canonical.

        Raises:
            NotFound: there is none.
        """
        row = await self._row(select(*_COLUMNS).where(users.c.email == email))
        if row is None:
            raise NotFound("user", email, "email")
        return User(**row)

    async def login(self, email: str) -> Login | None:
        """Return what a sign-in by password looks at, or None if there is no such user."""
        query = select(*_COLUMNS, users.c.password_hash).where(users.c.email == email)
        row = await self._row(query)
        return None if row is None else _login(row)

    async def local_user(self) -> User:
        """Return the laptop's own user, made and listed at the first call."""
        query = select(*_COLUMNS).where(users.c.email == LOCAL_EMAIL)
        row = await self._row(query)
        if row is None:
            if await self._write_if_unique(_new(LOCAL_EMAIL, self._now, is_admin=True)):
                await self._write_if_unique(
                    insert(listed_emails).values(email=LOCAL_EMAIL, created_at=self._now)
                )
            row = await self._row(query)
        if row is None:
            raise NotFound("user", LOCAL_EMAIL)
        return User(**row)

    async def create(
        self, email: str, *, password_hash: str | None = None, subject: str | None = None
    ) -> User:
        """Create a user.

        Raises:
            EmailTaken: there is one with this e-mail.
        """
        created = _new(email, self._now, password_hash=password_hash, subject=subject)
        if not await self._write_if_unique(created):
            raise EmailTaken(email)
        return await self.by_email(email)

    async def by_subject(self, subject: str, email: str) -> User | None:
        """Return Supabase's user, bound to the one of the same e-mail at his first sign-in.

        None: there is neither. A user who was bound to another subject stays that one's.
        """
        query = select(*_COLUMNS).where(users.c.subject == subject)
        row = await self._row(query)
        if row is None:
            await self._write_if_unique(
                update(users)
                .where(users.c.email == email, users.c.subject.is_(None))
                .values(subject=subject)
            )
            row = await self._row(query)
        return None if row is None else User(**row)

    async def set_password(self, user_id: int, password_hash: str) -> None:
        """Store the hash of a new password."""
        await self._change(user_id, password_hash=password_hash)

    async def note_sign_in(self, user_id: int) -> None:
        """Store that the user signs in now."""
        await self._change(user_id, signed_in_at=self._now)

    async def set_admin(self, user_id: int, is_admin: bool) -> User:
        """Make a user an administrator, or one no longer.

        Raises:
            NotFound: there is no such user.
        """
        await self._change(user_id, is_admin=is_admin)
        return await self.get(user_id)

    async def set_disabled(self, user_id: int, disabled: bool) -> User:
        """Disable a user, or enable him again; the moment of an earlier disabling stays.

        Raises:
            NotFound: there is no such user.
        """
        before = await self.get(user_id)
        if disabled != (before.disabled_at is not None):
            await self._change(user_id, disabled_at=self._now if disabled else None)
        return await self.get(user_id)

    async def disabled_among(self, user_ids: Sequence[int]) -> set[int]:
        """Return which of these users are disabled."""
        query = select(users.c.id).where(users.c.id.in_(user_ids), users.c.disabled_at.is_not(None))
        return {row["id"] for row in await self._rows(query)}

    async def page(
        self,
        *,
        email: str | None = None,
        is_admin: bool | None = None,
        is_disabled: bool | None = None,
        after: tuple[Any, int] | None = None,
        order: str = "id",
        descending: bool = False,
        limit: int = 100,
    ) -> list[User]:
        """Return up to `limit` users in an order.

        Args:
            email: what their e-mail begins with.
            is_admin: only administrators, or only others.
            is_disabled: only disabled ones, or only others.
            after: value of `order` and id of the last user of the page before.
            order: `id` or `email`.
            descending: the greatest first.
            limit: how many at most.
        """
        query: Select[Any] = select(*_COLUMNS)
        if email is not None:
            query = query.where(users.c.email.startswith(email, autoescape=True))
        if is_admin is not None:
            query = query.where(users.c.is_admin.is_(is_admin))
        if is_disabled is not None:
            is_on = users.c.disabled_at.is_(None)
            query = query.where(~is_on if is_disabled else is_on)
        column = users.c[order]
        if after is not None:
            query = query.where(beyond(column, users.c.id, after, descending=descending))
        by = in_order(column, users.c.id, descending=descending)
        return [User(**row) for row in await self._rows(query.order_by(*by).limit(limit))]

    async def _change(self, user_id: int, **values: Any) -> None:
        await self._write(update(users).where(users.c.id == user_id).values(**values))


def _new(email: str, now: datetime, **values: Any) -> Any:
    defaults = {"is_admin": False, "password_hash": None, "subject": None}
    return insert(users).values(email=email, created_at=now, **(defaults | values))


def _login(row: RowMapping) -> Login:
    user = {column.name: row[column.name] for column in _COLUMNS}
    return Login(user=User(**user), password_hash=row["password_hash"])
