"""Engines: how a connection to each database behaves, and what its failures are called.

SQLite runs in WAL: readers never wait, and one writer at a time. A write transaction takes the
write lock at its BEGIN (`BEGIN IMMEDIATE`), so what it reads first cannot change before it
writes; `sqlite3`'s own transaction handling is switched off, for it begins too late. Commits are
`synchronous = NORMAL`: what is committed is in the operating system's hands, so it survives
`kill -9` of any process, and the file stays whole after a power cut, which may take the last
moments with it. `FULL` would wait for the disk at each commit while all other writers wait too;
where a power cut may lose nothing, the database is PostgreSQL.
"""

import logging
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from aibt.errors import StoreUnavailable
from aibt.store.documents import to_json
from aibt.store.sqlite_driver import connect

WRITING = "aibt_writing"
"""Execution option of a connection whose transactions write."""

_POOL_SIZE = 4
_CONNECT_S = 10
_STATEMENT_S = 20.0  # longer than the gateway waits for anything, as it must not pile up
_SILENT_S = 30  # a server that is silent for so long is gone
_TRANSIENT_SQLITE_CODES = frozenset(
    {5, 6, 10, 13, 14}
)  # busy, locked, I/O error, full, cannot open

_TRANSIENT_SQLSTATES = ("08", "40", "53", "57", "55P03")
"""Connection lost, rolled back (deadlock), out of resources, stopped or too slow, locked."""

logger = logging.getLogger(__name__)


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
    options = _driver_options(of)
    if is_sqlite(url):
        options["async_creator"] = partial(connect, sqlite_file(url))
    engine = create_async_engine(
        of,
        json_serializer=to_json,
        pool_size=_POOL_SIZE,
        max_overflow=0,
        pool_timeout=lock_timeout_s,
        **options,
    )
    _prepare(engine.sync_engine, lock_timeout_s, _STATEMENT_S)
    return engine


def sync_engine(
    url: str, *, lock_timeout_s: float, statement_timeout_s: float = _STATEMENT_S
) -> Engine:
    """Return an engine for one visit without an event loop, as a migration is."""
    of = read_url(url)
    if of.get_backend_name() == "sqlite":
        of = of.set(drivername="sqlite")
    engine = create_engine(of, json_serializer=to_json, poolclass=NullPool, **_driver_options(of))
    _prepare(engine, lock_timeout_s, statement_timeout_s)
    return engine


def as_unavailable(error: DBAPIError | PoolTimeoutError) -> StoreUnavailable | None:
    """Return what a failure means if a repetition may succeed, else None: then it is a bug."""
    if isinstance(error, PoolTimeoutError):
        return StoreUnavailable("all connections are in use")
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        transient = (code & 0xFF) in _TRANSIENT_SQLITE_CODES
        return StoreUnavailable(str(error.orig)) if transient else None
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (state is None and isinstance(error, OperationalError)):
        # the driver's words name hosts and roles: they are for the log, not for who asked
        logger.warning("no connection to the database: %s", " ".join(str(error.orig).split()))
        return StoreUnavailable("no connection to the database")
    if (state or "").startswith(_TRANSIENT_SQLSTATES):
        diagnosis = getattr(error.orig, "diag", None)
        return StoreUnavailable(getattr(diagnosis, "message_primary", None) or str(state))
    return None


def _is_postgresql(url: URL) -> bool:
    return url.get_backend_name() == "postgresql"


def _driver_options(url: URL) -> dict[str, Any]:
    if not _is_postgresql(url):
        return {}
    return {
        "pool_pre_ping": True,
        # a pooler in transaction mode gives each transaction another connection: nothing may be
        # prepared or set beyond its end
        "connect_args": {
            "prepare_threshold": None,
            "connect_timeout": _CONNECT_S,
            "keepalives_idle": _SILENT_S // 2,
            "keepalives_interval": _SILENT_S // 6,
            "keepalives_count": 3,
            "tcp_user_timeout": _SILENT_S * 1_000,
        },
    }


def _prepare(engine: Engine, lock_timeout_s: float, statement_timeout_s: float) -> None:
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
                f"set_config('statement_timeout', '{round(statement_timeout_s * 1_000)}', true), "
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
