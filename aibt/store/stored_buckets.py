"""Token buckets that all processes share and that survive them."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update

from aibt.store.repository import Repository
from aibt.store.schema import buckets


class StoredBuckets(Repository):
    """What is left in each bucket. For the service alone."""

    async def get(self, key: str) -> tuple[float, datetime] | None:
        """Return the tokens that a bucket had and when, locked; None: it was never touched."""
        row = await self._row(select(buckets).where(buckets.c.key == key).with_for_update())
        return None if row is None else (float(row["tokens"]), row["at"])

    async def put(self, key: str, tokens: float) -> None:
        """Store what a bucket has now."""
        values = {"tokens": tokens, "at": self._now}
        if not await self._write_if_unique(insert(buckets).values(key=key, **values)):
            await self._write(update(buckets).where(buckets.c.key == key).values(**values))

    async def forget_before(self, moment: datetime) -> None:
        """Forget the buckets that nobody touched since; they are full again."""
        await self._write(delete(buckets).where(buckets.c.at < moment))
