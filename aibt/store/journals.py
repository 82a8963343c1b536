"""Journals: what happened in sessions, numbered 1, 2, 3 … and stored before it counts."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select

from aibt.live.events import Emission, Event
from aibt.live.journal import Draft, Entry
from aibt.store.account import Accounts
from aibt.store.documents import storable
from aibt.store.events import Events
from aibt.store.leases import Leases
from aibt.store.records import session_topic
from aibt.store.repository import OWNER, Repository, owned_by
from aibt.store.schema import topics
from aibt.store.schema_agents import journal

_COLUMNS = [journal.c.seq, journal.c.key, journal.c.kind, journal.c.data, journal.c.at]
_NAMES = [column.name for column in _COLUMNS]
_KEYS_PER_QUERY = 500  # databases limit the parameters of one statement
_ITS: Final = (journal.c.session_id == bindparam("of_session")) & owned_by(journal, OWNER)
_HAS_KEY: Final = journal.c.key.in_(bindparam("keys", expanding=True))
_LAST_AND_STORED: Final = (
    select(
        select(func.max(journal.c.seq)).where(_ITS).scalar_subquery().label("last_seq"), *_COLUMNS
    )
    .select_from(topics.outerjoin(journal, _ITS & _HAS_KEY))
    .where(topics.c.topic == bindparam("of_topic"), owned_by(topics, OWNER))
)
"""The latest number, and what is stored under some keys: from the session's topic, whose row is
there even where no key is."""


class Journals(Repository):
    """The journals of an owner's sessions."""

    async def append(
        self,
        session_id: int,
        epoch: int,
        drafts: Sequence[Draft],
        emissions: Iterable[Emission] = (),
    ) -> tuple[list[Entry], list[Event]]:
        """Store entries with what they come to, and the events that tell of them.

        What an entry says of a fill or of equity is in the session's account as soon as the entry
        is in its journal. Both are whole or not there at all, as are the events.

        Args:
            session_id: whose journal.
            epoch: the writer's.
            drafts: in the order in which they happened.
            emissions: what is told of them in the session's topic, `()` for nothing.

        Returns:
            The entry of each draft, the earlier one of a key that was stored before; and the
            events that are new, as `Events.append` returns them.

        Raises:
            LeaseLost: `epoch` is not the current one.
        """
        topic = session_topic(session_id)
        await Leases(self._work).check(topic, epoch)
        last_event = await Events(self._work).locked_last_seq(topic)  # one writer allots numbers
        entries = await self._add(session_id, drafts) if drafts else []
        events = await Events(self._work).append_after(topic, last_event, emissions)
        return entries, events

    async def read(
        self,
        session_id: int,
        after: int = 0,
        limit: int = 1_000,
        kinds: Collection[str] | None = None,
    ) -> list[Entry]:
        """Return up to `limit` entries after the number `after`, in their order.

        Args:
            session_id: whose journal.
            after: number of the last entry seen.
            limit: how many at most.
            kinds: only those of one of these kinds; None: all.
        """
        query = self._of(session_id).where(journal.c.seq > after).order_by(journal.c.seq)
        if kinds is not None:
            query = query.where(journal.c.kind.in_(list(kinds)))
        return [Entry(**row) for row in await self._rows(query.limit(limit))]

    async def last_seq(self, session_id: int) -> int:
        """Return the number of the latest entry, 0 if there is none."""
        query = select(func.max(journal.c.seq).label("seq")).where(
            journal.c.session_id == session_id, self._mine(journal)
        )
        row = await self._row(query)
        return 0 if row is None or row["seq"] is None else int(row["seq"])

    async def _add(self, session_id: int, drafts: Sequence[Draft]) -> list[Entry]:
        """Store those drafts whose keys are new; the topic is locked."""
        keys = list({draft.key: None for draft in drafts})
        seq, entry_of_key = await self._last_seq_and_stored(session_id, keys)
        new: list[Entry] = []
        for draft in drafts:
            if draft.key not in entry_of_key:
                seq += 1
                data = storable(draft.data)
                entry = Entry(seq=seq, key=draft.key, kind=draft.kind, data=data, at=self._now)
                entry_of_key[draft.key] = entry
                new.append(entry)
        if new:
            await self._insert(journal, [self._values(session_id, entry) for entry in new])
            await Accounts(self._work).take_over(session_id, new)
        return [entry_of_key[draft.key] for draft in drafts]

    async def _last_seq_and_stored(
        self, session_id: int, keys: Sequence[str]
    ) -> tuple[int, dict[str, Entry]]:
        """Return the latest number, and what is stored already under some keys: one query."""
        last_seq = 0
        stored: dict[str, Entry] = {}
        for start in range(0, len(keys), _KEYS_PER_QUERY):
            rows = await self._rows(
                _LAST_AND_STORED,
                of_session=session_id,
                of_topic=session_topic(session_id),
                keys=keys[start : start + _KEYS_PER_QUERY],
            )
            for row in rows:
                last_seq = int(row["last_seq"] or 0)
                if row["key"] is not None:
                    stored[row["key"]] = Entry(**{name: row[name] for name in _NAMES})
        return last_seq, stored

    def _of(self, session_id: int) -> Select[Any]:
        return select(*_COLUMNS).where(journal.c.session_id == session_id, self._mine(journal))

    def _values(self, session_id: int, entry: Entry) -> dict[str, Any]:
        values = {name: getattr(entry, name) for name in _NAMES}
        return {**values, "session_id": session_id, "owner_id": self._owner_id}
