"""Users: who owns everything else."""

from sqlalchemy import RowMapping, insert, select

from aibt.errors import NotFound
from aibt.store.records import User
from aibt.store.repository import Repository
from aibt.store.schema import users

LOCAL_EMAIL = "local@localhost"
"""E-mail of the one user of an installation without sign-in."""


class Users(Repository):
    """The users of this installation."""

    async def get(self, user_id: int) -> User:
        """Return a user.

        Raises:
            NotFound: there is no such user.
        """
        row = await self._row(select(users).where(users.c.id == user_id))
        if row is None:
            raise NotFound("user", str(user_id))
        return _user(row)

    async def local_user(self) -> User:
        """Return the one user of an installation without sign-in, made at the first call."""
        query = select(users).where(users.c.email == LOCAL_EMAIL)
        row = await self._row(query)
        if row is None:
            await self._write_if_unique(
                insert(users).values(email=LOCAL_EMAIL, created_at=self._now)
            )
            row = await self._row(query)
        if row is None:
            raise NotFound("user", LOCAL_EMAIL)
        return _user(row)


def _user(row: RowMapping) -> User:
    return User(**row)
