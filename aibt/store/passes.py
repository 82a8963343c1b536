"""Passes: let their bearer in once, soon after they were made."""

from datetime import datetime

from sqlalchemy import delete, insert

from aibt.store.records import Pass
from aibt.store.repository import Repository
from aibt.store.schema import passes


class Passes(Repository):
    """Tickets of WebSockets, and sign-in links; only hashes are kept. For the service alone."""

    async def create(
        self,
        pass_hash: str,
        owner_id: int,
        *,
        kind: str,
        sign_in_id: str | None,
        expires_at: datetime,
    ) -> None:
        """Store a pass, and forget those that nobody used in time."""
        now = self._now
        await self._write(delete(passes).where(passes.c.expires_at <= now))
        await self._write(
            insert(passes).values(
                hash=pass_hash,
                owner_id=owner_id,
                kind=kind,
                sign_in_id=sign_in_id,
                created_at=now,
                expires_at=expires_at,
            )
        )

    async def redeem(self, pass_hash: str, kind: str) -> Pass | None:
        """Use up a pass; None: there is no such one, or not any more, or it is too late."""
        used = (
            delete(passes)
            .where(passes.c.hash == pass_hash, passes.c.kind == kind)
            .returning(passes.c.owner_id, passes.c.kind, passes.c.sign_in_id, passes.c.expires_at)
        )
        row = (await self._write(used)).mappings().one_or_none()
        if row is None or row["expires_at"] <= self._now:
            return None
        return Pass(**row)

    async def forget(self, owner_id: int) -> None:
        """Make every pass of a user worthless."""
        await self._write(delete(passes).where(passes.c.owner_id == owner_id))
