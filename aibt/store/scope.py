"""For whom a transaction works. On PostgreSQL its policies hold every statement to it."""

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_BEGIN: Final = text(
    "select set_config('request.jwt.claims', :claims, true), set_config('role', :role, true)"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A role of the database, and the owner whose rows it may touch; None: the service's."""

    role: str
    owner_id: int | None

    async def begin(self, connection: AsyncConnection) -> None:
        """Bind the transaction that `connection` has begun; SQLite knows no roles."""
        if connection.dialect.name == "postgresql":
            claims = {"role": self.role, "aibt_user": self.owner_id}
            await connection.execute(_BEGIN, {"claims": json.dumps(claims), "role": self.role})


def of_owner(owner_id: int) -> Scope:
    """Return the scope of one owner's transactions."""
    return Scope("authenticated", owner_id)
