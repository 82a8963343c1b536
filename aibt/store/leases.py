"""Leases: which activation of a run may write. A newer one takes over at once, without expiry."""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from aibt.errors import LeaseLost, NotFound
from aibt.store.repository import OWNER, Repository, owned_by
from aibt.store.schema import leases

_HELD_EPOCH: Final = (
    select(leases.c.epoch)
    .where(leases.c.topic == bindparam("of_topic"), owned_by(leases, OWNER))
    .with_for_update(read=True)  # a taker waits for us, so that no write slips behind it
)


class Leases(Repository):
    """The epoch of each topic; whoever holds an older one can change nothing any more."""

    async def take(self, topic: str, holder: str) -> int:
        """Take the lease and return its epoch, one above the last (1 for the first).

        Raises:
            NotFound: the topic's lease belongs to someone else.
        """
        taken = {"holder": holder, "taken_at": self._now}
        advance = (
            update(leases)
            .where(leases.c.topic == topic, self._mine(leases))
            .values(epoch=leases.c.epoch + 1, **taken)
            .returning(leases.c.epoch)
        )
        epoch = (await self._write(advance)).scalar_one_or_none()
        if epoch is not None:
            return int(epoch)
        first = insert(leases).values(topic=topic, owner_id=self._owner_id, epoch=1, **taken)
        if await self._write_if_unique(first):
            return 1
        epoch = (await self._write(advance)).scalar_one_or_none()
        if epoch is None:
            raise NotFound("topic", topic)
        return int(epoch)

    async def current(self, topic: str) -> int:
        """Return the epoch that holds now, or 0 if the lease was never taken."""
        query = select(leases.c.epoch).where(leases.c.topic == topic, self._mine(leases))
        row = await self._row(query)
        return 0 if row is None else int(row["epoch"])

    async def check(self, topic: str, epoch: int) -> None:
        """Make sure that `epoch` holds, and goes on holding until this transaction ends.

        Raises:
            LeaseLost: another epoch holds.
        """
        row = await self._row(_HELD_EPOCH, of_topic=topic)
        if row is None or row["epoch"] != epoch:
            raise LeaseLost(topic, epoch)
