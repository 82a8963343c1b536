"""Secrets: an owner's keys of other services, as they were sealed. Nothing here can open them."""

from sqlalchemy import delete, insert, select, update

from aibt.errors import NotFound
from aibt.store.records import SealedSecret
from aibt.store.repository import Repository
from aibt.store.schema import secrets

_COLUMNS = [column for column in secrets.c if column is not secrets.c.owner_id]


class Secrets(Repository):
    """One key per provider."""

    async def put(
        self, provider: str, *, base_url: str | None, sealed: str, last_four: str
    ) -> SealedSecret:
        """Store a sealed key, in place of the one before."""
        now = self._now
        values = {"base_url": base_url, "sealed": sealed, "last_four": last_four}
        created = insert(secrets).values(
            owner_id=self._owner_id, provider=provider, created_at=now, updated_at=now, **values
        )
        if not await self._write_if_unique(created):
            await self._write(
                update(secrets)
                .where(self._mine(secrets), secrets.c.provider == provider)
                .values(updated_at=now, **values)
            )
        return await self.get(provider)

    async def get(self, provider: str) -> SealedSecret:
        """Return a sealed key.

        Raises:
            NotFound: the owner has none for this provider.
        """
        query = select(*_COLUMNS).where(self._mine(secrets), secrets.c.provider == provider)
        row = await self._row(query)
        if row is None:
            raise NotFound("key", provider, "provider")
        return SealedSecret(**row)

    async def all(self) -> list[SealedSecret]:
        """Return all sealed keys by provider."""
        query = select(*_COLUMNS).where(self._mine(secrets)).order_by(secrets.c.provider)
        return [SealedSecret(**row) for row in await self._rows(query)]

    async def delete(self, provider: str) -> None:
        """Forget a key.

        Raises:
            NotFound: the owner has none for this provider.
        """
        gone = delete(secrets).where(self._mine(secrets), secrets.c.provider == provider)
        if (await self._write(gone)).rowcount == 0:
            raise NotFound("key", provider, "provider")
