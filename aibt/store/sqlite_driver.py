"""SQLite behind asyncio with one trip to its thread for each statement.

aiosqlite makes a trip to open a cursor, one to execute, one to fetch and one to close; each costs
more than what SQLite does meanwhile. SQLAlchemy fetches all rows at once anyway.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import aiosqlite

_CHUNK: Final = 64  # of aiosqlite's own iteration, which nobody uses here


class WholeCursor:
    """A cursor that is opened, read to its end and closed where it executes.

    It has what SQLAlchemy asks of an asyncio driver's cursor.
    """

    def __init__(self, connection: "OneTripConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute one statement and fetch all that it returns."""
        return await self._run(lambda connection: connection.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Execute one statement for each of `parameters`."""
        return await self._run(lambda connection: connection.executemany(sql, parameters))

    async def fetchall(self) -> list[Any]:
        """Return the rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Drop the rows; the database's own cursor is closed already."""
        self._rows = []

    async def _run(self, started: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> Self:
        await self._connection.in_thread(lambda connection: self._take(started(connection)))
        return self

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors are `WholeCursor`s."""

    def cursor(self) -> Any:
        """Return a `WholeCursor`, which SQLAlchemy enters, though it is none of aiosqlite's."""
        return WholeCursor(self)

    async def in_thread(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do something with the database in the connection's thread."""
        await self._execute(work, self._conn)  # type: ignore[no-untyped-call]  # aiosqlite has no types here

    async def rollback(self) -> None:
        """Roll back; nothing where no transaction is open, as whenever the pool takes it back."""
        if self.in_transaction:
            await super().rollback()


async def connect(file: Path, *, timeout_s: float = 5.0) -> OneTripConnection:
    """Return an open connection to an SQLite file, for the running event loop."""

    def opened() -> sqlite3.Connection:
        return sqlite3.connect(file, timeout=timeout_s, check_same_thread=False)

    connection = OneTripConnection(opened, _CHUNK)
    connection._thread.daemon = True  # as SQLAlchemy does: what is left open holds up no exit
    await connection
    return connection
