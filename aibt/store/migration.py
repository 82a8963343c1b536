"""Bringing a database to this version's schema, from whatever version it has."""

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from aibt.clock import SystemClock
from aibt.errors import Invalid, SchemaMismatch, StoreUnavailable
from aibt.store.engine import (
    WRITING,
    as_unavailable,
    is_sqlite,
    read_url,
    sqlite_file,
    sync_engine,
)
from aibt.store.login_role import let_work
from aibt.store.schema import HEAD

LOCK_TIMEOUT_S = 60.0
"""For how long to wait for another process that migrates, in seconds."""

_STATEMENT_TIMEOUT_S = 600.0  # an index of a long table takes its time
_FORBIDDEN = "42501"  # PostgreSQL's insufficient_privilege
_POSTGRESQL_LOCK = 0x61696274  # the number of our advisory lock: "aibt"
_BETWEEN_TRIES_S = 0.02


def migrate(url: str, owner_url: str | None = None) -> None:
    """Bring the database at an SQLAlchemy URL to this version's schema, creating it if need be.

    On PostgreSQL the tables belong to the role of `owner_url`, and the application's, that of
    `url`, is made a member of the roles that its transactions work as. Without an `owner_url` it
    is one role that does both, which is for development: see `login_role_faults`.

    Several processes may call it at once: one migrates, in one transaction, and the others wait
    and find it done. It blocks; on an event loop call it through `asyncio.to_thread`.

    Raises:
        ValueError: an SQLite database in memory.
        Invalid: the owner's role may not do what a migration does.
        SchemaMismatch: the database was migrated by a newer version of AIBT.
        StoreUnavailable: the database cannot be reached, or another process holds it for long.
    """
    login = read_url(url).username
    if owner_url is not None:
        url = owner_url
    if is_sqlite(url):
        sqlite_file(url).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sync_engine(
        url, lock_timeout_s=LOCK_TIMEOUT_S, statement_timeout_s=_STATEMENT_TIMEOUT_S
    )
    try:
        if engine.dialect.name == "sqlite":
            _write_ahead(engine)
        with engine.connect() as connection:
            found = schema_version(connection)
        if found != HEAD:
            _upgrade(engine)
        if engine.dialect.name == "postgresql" and login:
            let_work(engine, login)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _FORBIDDEN:
            raise Invalid("AIBT_STORE__OWNER_URL", f"its role may not: {error.orig}") from error
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


def schema_version(connection: Connection) -> str | None:
    """Return the version of the schema that the database has, or None if it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if version is None else str(version)


def _write_ahead(engine: Engine) -> None:
    """Put an SQLite file into WAL, where it stays. It cannot be done in a transaction."""
    clock = SystemClock()
    deadline = clock.monotonic() + LOCK_TIMEOUT_S
    while True:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except engine.dialect.loaded_dbapi.OperationalError as error:  # two that create the file
            if clock.monotonic() > deadline:
                raise StoreUnavailable(str(error)) from error
        finally:
            connection.close()
        time.sleep(_BETWEEN_TRIES_S)


def _upgrade(engine: Engine, to: str = "head") -> None:
    from alembic import command  # only who has something to migrate pays for the import
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})"))
        found = schema_version(connection)
        if found is not None:
            try:
                ScriptDirectory.from_config(config).get_revision(found)
            except CommandError as error:
                raise SchemaMismatch(found, HEAD) from error
        config.attributes["connection"] = connection
        command.upgrade(config, to)
