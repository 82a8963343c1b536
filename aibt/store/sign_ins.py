"""Sign-ins: what a login made, until it expires or is revoked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from aibt.store.records import SignIn
from aibt.store.repository import Repository
from aibt.store.schema import sign_ins

_IDS_PER_QUERY = 500  # databases limit the parameters of one statement


class SignIns(Repository):
    """Everybody's sign-ins. For the service alone."""

    async def create(
        self, sign_in_id: str, owner_id: int, *, token_hash: str | None, expires_at: datetime
    ) -> None:
        """Store a new sign-in, and forget the user's expired ones."""
        now = self._now
        await self._write(
            delete(sign_ins).where(sign_ins.c.owner_id == owner_id, sign_ins.c.expires_at <= now)
        )
        await self._write(
            insert(sign_ins).values(
                id=sign_in_id,
                owner_id=owner_id,
                token_hash=token_hash,
                refreshed_at=now,
                created_at=now,
                expires_at=expires_at,
            )
        )

    async def ensure(self, sign_in_id: str, owner_id: int, *, expires_at: datetime) -> bool:
        """Note a sign-in that somebody else keeps (Supabase); False: it was noted before."""
        now = self._now
        noted = insert(sign_ins).values(
            id=sign_in_id,
            owner_id=owner_id,
            refreshed_at=now,
            created_at=now,
            expires_at=expires_at,
        )
        return await self._write_if_unique(noted)

    async def ended_among(self, sign_in_ids: Sequence[str]) -> set[str]:
        """Return which of these sign-ins are revoked, expired or gone."""
        alive: set[str] = set()
        for start in range(0, len(sign_in_ids), _IDS_PER_QUERY):
            query = select(sign_ins.c.id).where(
                sign_ins.c.id.in_(sign_in_ids[start : start + _IDS_PER_QUERY]),
                sign_ins.c.revoked_at.is_(None),
                sign_ins.c.expires_at > self._now,
            )
            alive.update(row["id"] for row in await self._rows(query))
        return set(sign_in_ids) - alive

    async def by_token(self, token_hash: str) -> SignIn | None:
        """Return the sign-in that this refresh token belongs or belonged to, locked, or None."""
        query = (
            select(sign_ins)
            .where(or_(sign_ins.c.token_hash == token_hash, sign_ins.c.previous_hash == token_hash))
            .with_for_update()
        )
        row = await self._row(query)
        return None if row is None else SignIn(**row)

    async def rotate(self, sign_in_id: str, *, previous_hash: str, token_hash: str) -> None:
        """Make another refresh token the valid one."""
        await self._change(
            sign_in_id,
            token_hash=token_hash,
            previous_hash=previous_hash,
            refreshed_at=self._now,
        )

    async def revoke(self, sign_in_id: str, owner_id: int) -> None:
        """End a sign-in."""
        await self._write(
            update(sign_ins)
            .where(sign_ins.c.id == sign_in_id, sign_ins.c.owner_id == owner_id)
            .values(revoked_at=self._now, token_hash=None, previous_hash=None)
        )

    async def revoke_all(self, owner_id: int) -> None:
        """End every sign-in of a user."""
        await self._write(
            update(sign_ins)
            .where(sign_ins.c.owner_id == owner_id, sign_ins.c.revoked_at.is_(None))
            .values(revoked_at=self._now, token_hash=None, previous_hash=None)
        )

    async def _change(self, sign_in_id: str, **values: Any) -> None:
        await self._write(update(sign_ins).where(sign_ins.c.id == sign_in_id).values(**values))
