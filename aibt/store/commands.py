"""Commands: what each was answered, so that one that comes twice has one effect.

How a command is run:

- An effect that is rows alone: `begin`, the effect and `finish` in one transaction.
- One that reaches an actor: `begin` in a transaction of its own, then the effect, then `finish`.
  A process lost in between leaves the command begun without an answer; whoever repeats it gets
  that from `begin`, runs it again (pause, resume, stop and numbered changes have their effect
  once), and finishes it. A start calls `attach` where it creates the training or the session: a
  repetition finds that one instead of creating a second.
- A refusal for good (invalid, busy, not found …) is an answer like any other: the effect's
  transaction is rolled back, and `begin` and `finish` store the refusal in one of their own,
  so that the same id is answered the same even when the reason has gone since.
- "Not available at the moment" is no answer: the command stays as it is, so that its repetition
  runs. It is not forgotten: the same may be under way a second time, and be answered there.
- One that came twice at once and was answered has had its effect: whoever is late looks with
  `is_answered` where it would have it again.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from aibt.errors import IdReused
from aibt.live.events import Json
from aibt.store.records import StoredAnswer
from aibt.store.repository import Repository
from aibt.store.schema import commands

KEPT_FOR = timedelta(hours=24)
"""For how long an id stands for its command."""

_COLUMNS = [column for column in commands.c if column is not commands.c.owner_id]


class Commands(Repository):
    """The commands of an owner's last 24 hours."""

    async def begin(self, command_id: str, digest: str) -> StoredAnswer | None:
        """Record that a command begins and return None, or return what is known of it already.

        An `answer` of None in what is returned: begun, and not answered so far.

        Args:
            command_id: the client's id, in one canonical form.
            digest: of the request's content.

        Raises:
            IdReused: the id was used for another content.
        """
        await self._forget_old()
        begun = insert(commands).values(
            owner_id=self._owner_id, command_id=command_id, digest=digest, created_at=self._now
        )
        earlier = await self._find(command_id)
        if earlier is None:
            if await self._write_if_unique(begun):
                return None
            earlier = await self._find(command_id)
        if earlier is None or earlier.digest != digest:
            raise IdReused(command_id)
        return earlier

    async def attach(
        self, command_id: str, training_id: int | None = None, session_id: int | None = None
    ) -> None:
        """Record which training or which session the command created.

        Raises:
            ValueError: neither is named.
        """
        created = _created(training_id, session_id)
        if not created:
            raise ValueError("neither a training nor a session")
        await self._write(update(commands).where(self._is(command_id)).values(**created))

    async def finish(
        self,
        command_id: str,
        answer: Mapping[str, Json],
        training_id: int | None = None,
        session_id: int | None = None,
    ) -> None:
        """Store the answer of a command that was begun; its first answer stays.

        Args:
            command_id: its id.
            answer: what it is answered now and at each repetition, a refusal included.
            training_id: the training that it created; None: leave what is recorded.
            session_id: the session that it created; None: leave what is recorded.
        """
        values = {"answer": dict(answer), **_created(training_id, session_id)}
        await self._write(
            update(commands)
            .where(self._is(command_id), commands.c.answer.is_(None))
            .values(**values)
        )

    async def is_answered(self, command_id: str | None) -> bool:
        """Say whether a command has its answer; nobody gives it one until this transaction ends.

        So what this transaction does for a command without one comes before all that its client
        asks once it is answered.
        """
        if command_id is None:
            return False
        row = await self._row(
            select(commands.c.answer).where(self._is(command_id)).with_for_update()
        )
        return row is not None and row["answer"] is not None

    async def _find(self, command_id: str) -> StoredAnswer | None:
        row = await self._row(select(*_COLUMNS).where(self._is(command_id)))
        return None if row is None else StoredAnswer(**row)

    async def _forget_old(self) -> None:
        oldest = self._now - KEPT_FOR
        await self._write(
            delete(commands).where(self._mine(commands), commands.c.created_at <= oldest)
        )

    def _is(self, command_id: str) -> ColumnElement[bool]:
        return and_(self._mine(commands), commands.c.command_id == command_id)


def _created(training_id: int | None, session_id: int | None) -> dict[str, Any]:
    ids = {"training_id": training_id, "session_id": session_id}
    return {column: value for column, value in ids.items() if value is not None}
