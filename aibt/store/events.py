"""Events: numbered 1, 2, 3 … within their topic without a gap, the same for every reader."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, Select, bindparam, select, update

from aibt.errors import NotFound
from aibt.live.events import Emission, Event
from aibt.store.documents import storable
from aibt.store.leases import Leases
from aibt.store.repository import OWNER, Repository, owned_by
from aibt.store.results import Results
from aibt.store.schema import events, topics

_COLUMNS = [events.c.seq, events.c.key, events.c.kind, events.c.data, events.c.at]
_KEYS_PER_QUERY = 500  # databases limit the parameters of one statement
_TOPIC: Final = (topics.c.topic == bindparam("of_topic")) & owned_by(topics, OWNER)
_LOCKED: Final = select(topics.c.last_seq).where(_TOPIC).with_for_update()
_STORED: Final = select(events.c.key).where(
    events.c.topic == bindparam("of_topic"),
    owned_by(events, OWNER),
    events.c.key.in_(bindparam("keys", expanding=True)),
)
_COUNT: Final = update(topics).where(_TOPIC).values(last_seq=bindparam("new_seq"))


class Events(Repository):
    """The streams of an owner's runs."""

    async def append(
        self, topic: str, epoch: int | None, emissions: Iterable[Emission]
    ) -> list[Event]:
        """Number and store those emissions whose keys the topic has not, and return them.

        Args:
            topic: the stream they belong to.
            epoch: the writer's; None: what a command caused, or the supervisor.
            emissions: in the order in which they happened; of two with one key the first counts.

        Raises:
            LeaseLost: `epoch` is not the current one.
            NotFound: the owner has no such topic.
        """
        if epoch is not None:
            await Leases(self._work).check(topic, epoch)
        return await self.append_after(topic, await self.locked_last_seq(topic), emissions)

    async def append_after(
        self, topic: str, last_seq: int, emissions: Iterable[Emission]
    ) -> list[Event]:
        """Append as `append` does, for who has locked the topic and knows its latest number."""
        first_of_key: dict[str, Emission] = {}
        for emission in emissions:
            first_of_key.setdefault(emission.key, emission)
        stored = await self._stored_keys(topic, list(first_of_key))
        at = self._now
        new = [
            Event(
                seq=seq, key=emission.key, kind=emission.kind, data=storable(emission.data), at=at
            )
            for seq, emission in enumerate(
                (one for key, one in first_of_key.items() if key not in stored), last_seq + 1
            )
        ]
        if new:
            await self._insert(events, [self._values(topic, event) for event in new])
            counted = {"new_seq": new[-1].seq, "of_topic": topic, OWNER.key: self._owner_id}
            await self._write(_COUNT, [counted])
            await Results(self._work).take_over(topic, new)
        return new

    async def read(self, topic: str, after: int = 0, limit: int = 1_000) -> list[Event]:
        """Return up to `limit` events after the number `after`, in their order."""
        query = self._of(topic).where(events.c.seq > after).order_by(events.c.seq)
        return [Event(**row) for row in await self._rows(query.limit(limit))]

    async def last_seq(self, topic: str) -> int:
        """Return the number of the topic's latest event, 0 if it has none.

        Raises:
            NotFound: the owner has no such topic.
        """
        return _last_seq(topic, await self._row(self._topic(topic)))

    async def locked_last_seq(self, topic: str) -> int:
        """Return the latest number, which nobody else moves until this transaction ends.

        Raises:
            NotFound: the owner has no such topic.
        """
        return _last_seq(topic, await self._row(_LOCKED, of_topic=topic))

    async def last_of_kind(self, topic: str, kind: str) -> Event | None:
        """Return the latest event of one kind, or None if there is none."""
        query = self._of(topic).where(events.c.kind == kind).order_by(events.c.seq.desc())
        row = await self._row(query.limit(1))
        return None if row is None else Event(**row)

    async def _stored_keys(self, topic: str, keys: Sequence[str]) -> set[str]:
        stored: set[str] = set()
        for start in range(0, len(keys), _KEYS_PER_QUERY):
            some = keys[start : start + _KEYS_PER_QUERY]
            rows = await self._rows(_STORED, of_topic=topic, keys=some)
            stored.update(row["key"] for row in rows)
        return stored

    def _topic(self, topic: str) -> Select[Any]:
        return select(topics.c.last_seq).where(topics.c.topic == topic, self._mine(topics))

    def _of(self, topic: str) -> Select[Any]:
        return select(*_COLUMNS).where(events.c.topic == topic, self._mine(events))

    def _values(self, topic: str, event: Event) -> dict[str, Any]:
        values = {column.name: getattr(event, column.name) for column in _COLUMNS}
        return {**values, "topic": topic, "owner_id": self._owner_id}


def _last_seq(topic: str, row: RowMapping | None) -> int:
    if row is None:
        raise NotFound("topic", topic)
    return int(row["last_seq"])
