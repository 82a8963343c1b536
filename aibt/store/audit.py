"""The audit log: what administrators did, and what of others' they looked at."""

from collections.abc import Mapping

from sqlalchemy import insert, select

from aibt.live.events import Json
from aibt.store.records import AuditEntry
from aibt.store.repository import Repository
from aibt.store.schema import audit


class Audit(Repository):
    """It only grows. For the service alone."""

    async def note(
        self,
        admin_id: int | None,
        action: str,
        *,
        owner_id: int | None = None,
        about: Mapping[str, Json] | None = None,
    ) -> None:
        """Store that an administrator does something; None: the command line on the server."""
        await self._write(
            insert(audit).values(
                at=self._now,
                admin_id=admin_id,
                action=action,
                owner_id=owner_id,
                about=dict(about or {}),
            )
        )

    async def page(
        self,
        *,
        admin_id: int | None = None,
        owner_id: int | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """Return up to `limit` entries, the newest first, those before `before_id`."""
        query = select(audit)
        if admin_id is not None:
            query = query.where(audit.c.admin_id == admin_id)
        if owner_id is not None:
            query = query.where(audit.c.owner_id == owner_id)
        if before_id is not None:
            query = query.where(audit.c.id < before_id)
        query = query.order_by(audit.c.id.desc()).limit(limit)
        return [AuditEntry(**row) for row in await self._rows(query)]
