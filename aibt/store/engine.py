"""Engines: how a connection to each database behaves, and what its failures are called.

SQLite runs in WAL: readers never wait, and one writer at a time. A write transaction takes the
write lock at its BEGIN (`BEGIN IMMEDIATE`), so what it reads first cannot change before it
writes; `sqlite3`'s own transaction handling is switched off, for it begins too late. Commits are
`synchronous = NORMAL`: what is committed is in the operating system's hands, so it survives
`kill -9` of any process, and the file stays whole after a power cut, which may take the last
moments with it. `FULL` would wait for the disk at each commit while all other writers wait too;
where a power cut may lose nothing, the database is PostgreSQL.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from aibt.errors import StoreUnavailable

WRITING = "aibt_writing"
"""Execution option of a connection whose transactions write."""

_POOL_SIZE = 4
_CONNECT_S = 10
_STATEMENT_S = 20  # longer than the gateway waits for anything, as it must not pile up
_TRANSIENT_SQLITE_CODES = frozenset(
    {5, 6, 10, 13, 14}
)  # busy, locked, I/O error, full, cannot open

_to_json = partial(json.dumps, allow_nan=False, separators=(",", ":"))


def read_url(url: str) -> URL:
    """Read an SQLAlchemy URL; PostgreSQL's is psycopg's, however its scheme is written."""
    of = make_url(url.replace("postgres://", "postgresql://", 1))
    return of.set(drivername="postgresql+psycopg") if _is_postgresql(of) else of


def is_sqlite(url: str) -> bool:
    """Say whether the URL is of an SQLite database."""
    return read_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path:
    """Return the file of an SQLite URL.

    Raises:
        ValueError: the database would live in memory, where other processes do not see it.
    """
    database = read_url(url).database
    if not database or database == ":memory:" or database.startswith("file:"):
        raise ValueError(f"{url}: the store needs a file, for several processes share it")
    return Path(database)


def async_engine(url: str, *, lock_timeout_s: float) -> AsyncEngine:
    """Return an engine for one event loop, with a small pool."""
    of = read_url(url)
    engine = create_async_engine(
        of,
        json_serializer=_to_json,
        pool_size=_POOL_SIZE,
        max_overflow=0,
        pool_timeout=lock_timeout_s,
        **_driver_options(of),
    )
    _prepare(engine.sync_engine, lock_timeout_s)
    return engine


def sync_engine(url: str, *, lock_timeout_s: float) -> Engine:
    """Return an engine for one short visit without an event loop, as a migration is."""
    of = read_url(url)
    if of.get_backend_name() == "sqlite":
        of = of.set(drivername="sqlite")
    engine = create_engine(of, json_serializer=_to_json, poolclass=NullPool, **_driver_options(of))
    _prepare(engine, lock_timeout_s)
    return engine


def as_unavailable(error: DBAPIError | PoolTimeoutError) -> StoreUnavailable | None:
    """Return what a failure means if a repetition may succeed, else None: then it is a bug."""
    if isinstance(error, PoolTimeoutError):
        return StoreUnavailable("all connections are in use")
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        transient = (code & 0xFF) in _TRANSIENT_SQLITE_CODES
    else:
        state = getattr(error.orig, "sqlstate", None) or ""
        # connection lost, rolled back (deadlock), out of resources, stopped, lock not available
        transient = error.connection_invalidated or state[:2] in {"08", "40", "53", "57", "55"}
    return StoreUnavailable(str(error.orig)) if transient else None


def _is_postgresql(url: URL) -> bool:
    return url.get_backend_name() == "postgresql"


def _driver_options(url: URL) -> dict[str, Any]:
    if not _is_postgresql(url):
        return {}
    return {
        "pool_pre_ping": True,
        # a pooler in transaction mode gives each transaction another connection: nothing may be
        # prepared or set beyond its end
        "connect_args": {"prepare_threshold": None, "connect_timeout": _CONNECT_S},
    }


def _prepare(engine: Engine, lock_timeout_s: float) -> None:
    milliseconds = round(lock_timeout_s * 1_000)
    if engine.dialect.name != "sqlite":

        @event.listens_for(engine, "begin")
        def bound_the_waits(connection: Connection) -> None:
            if not connection.get_execution_options().get(WRITING, False):
                connection.exec_driver_sql(
                    "set transaction isolation level repeatable read, read only"
                )
            connection.exec_driver_sql(
                f"select set_config('lock_timeout', '{milliseconds}', true), "
                f"set_config('statement_timeout', '{_STATEMENT_S * 1_000}', true), "
                "set_config('timezone', 'UTC', true)"
            )

        return

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {milliseconds}",
            "foreign_keys = ON",
            "synchronous = NORMAL",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
