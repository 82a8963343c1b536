"""What all repositories share: one transaction, its clock, and rows that come back typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Executable,
    Insert,
    Integer,
    RowMapping,
    Select,
    Table,
    Update,
    bindparam,
    insert,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from aibt.clock import Clock
from aibt.store.uninterrupted import uninterrupted


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One transaction, as its repositories see it."""

    connection: AsyncConnection
    clock: Clock
    writable: bool
    owner_id: int | None  # None: the service's, which looks across owners


OWNER: Final = bindparam("of_owner", type_=Integer)
"""The owner in a statement that is built once: `Repository` gives it with the other parameters.

To build a statement takes longer than to execute it; those of every journal entry are built once.
"""


def owned_by(table: Table, owner_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return the condition that a row is the owner's: the one place where queries are scoped."""
    return table.c.owner_id == owner_id


class Repository:
    """Queries of one aggregate within one transaction, all of them of its owner's rows alone."""

    def __init__(self, work: Work) -> None:
        self._work = work

    @property
    def _owner_id(self) -> int:
        """Whose rows these are.

        Raises:
            RuntimeError: the transaction is the service's and has no owner.
        """
        if self._work.owner_id is None:
            raise RuntimeError("this transaction belongs to no owner")
        return self._work.owner_id

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return owned_by(table, self._owner_id)

    @property
    def _now(self) -> datetime:
        return self._work.clock.now()

    async def _rows(self, query: Select[Any], **values: object) -> Sequence[RowMapping]:
        """Return the rows of a query; `values` are those of one that was built with `OWNER`."""
        return (await self._executed(query, values)).mappings().all()

    async def _row(self, query: Select[Any], **values: object) -> RowMapping | None:
        return (await self._executed(query, values)).mappings().one_or_none()

    async def _executed(self, query: Select[Any], values: dict[str, object]) -> CursorResult[Any]:
        given = {**values, OWNER.key: self._owner_id} if values else None
        return await uninterrupted(self._work.connection.execute(query, given))

    async def _write(
        self, statement: Executable, rows: Sequence[dict[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Execute a statement that changes rows, for each of `rows` where they are given.

        Raises:
            RuntimeError: the transaction is for reading.
        """
        if not self._work.writable:
            raise RuntimeError("this transaction reads: write within `store.writing()`")
        return await uninterrupted(self._work.connection.execute(statement, rows))

    async def _insert(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows that have the same columns; at least one.

        Several are made one statement of many values, which asking for something back does: row by
        row PostgreSQL would plan its policies each time.
        """
        statement = insert(table)
        if len(rows) > 1:
            await self._write(statement.returning(*table.primary_key.columns), rows)
        else:
            await self._write(statement, rows)

    async def _write_if_unique(self, statement: Insert | Update) -> bool:
        """Write one row and return True, or write nothing and return False: its key is taken.

        A savepoint keeps the transaction usable after the refusal, on PostgreSQL too.
        """
        return await uninterrupted(self._nested(statement))

    async def _nested(self, statement: Insert | Update) -> bool:
        try:
            async with self._work.connection.begin_nested():
                await self._write(statement)
        except IntegrityError:
            return False
        return True
