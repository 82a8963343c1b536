"""Bringing a database to this version's schema, from whatever version it has."""

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from aibt.clock import SystemClock
from aibt.errors import SchemaMismatch, StoreUnavailable
from aibt.store.engine import (
    WRITING,
    as_unavailable,
    is_sqlite,
    read_url,
    sqlite_file,
    sync_engine,
)
from aibt.store.schema import HEAD

LOCK_TIMEOUT_S = 60.0
"""For how long to wait for another process that migrates, in seconds."""

_POSTGRESQL_LOCK = 0x61696274  # the number of our advisory lock: "aibt"
_BETWEEN_TRIES_S = 0.02


def migrate(url: str, owner_url: str | None = None) -> None:
    """Bring the database at an SQLAlchemy URL to this version's schema, creating it if need be.

    On PostgreSQL the tables belong to the role of `owner_url`, and the application's, that of
    `url`, is made a member of the roles that its transactions work as.

    Several processes may call it at once: one migrates, in one transaction, and the others wait
    and find it done. It blocks; on an event loop call it through `asyncio.to_thread`.

    Raises:
        ValueError: an SQLite database in memory.
        SchemaMismatch: the database was migrated by a newer version of AIBT.
        StoreUnavailable: the database cannot be reached, or another process holds it for long.
    """
    login = read_url(url).username
    if owner_url is not None:
        url = owner_url
    if is_sqlite(url):
        sqlite_file(url).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sync_engine(url, lock_timeout_s=LOCK_TIMEOUT_S)
    try:
        if engine.dialect.name == "sqlite":
            _write_ahead(engine)
        with engine.connect() as connection:
            found = schema_version(connection)
        if found != HEAD:
            _upgrade(engine)
        if engine.dialect.name == "postgresql" and owner_url is not None and login:
            _let_work(engine, login)
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


def login_role_faults(url: str) -> list[str]:
    """Say why the policies would not hold the role that a PostgreSQL URL logs in as; [] if they do.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    if is_sqlite(url):
        return []
    engine = sync_engine(url, lock_timeout_s=LOCK_TIMEOUT_S)
    try:
        with engine.connect() as connection:
            is_super, bypasses, inherits = connection.exec_driver_sql(
                "select rolsuper, rolbypassrls, rolinherit from pg_roles "
                "where rolname = current_user"
            ).one()
            owns = connection.exec_driver_sql(
                "select count(*) from pg_tables where tableowner = current_user"
            ).scalar_one()
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()
    faults = {
        "is a superuser": is_super,
        "bypasses row-level security": bypasses,
        "inherits what its roles may (make it NOINHERIT)": inherits,
        "owns tables (set AIBT_STORE__OWNER_URL to another role)": owns > 0,
    }
    return [fault for fault, is_so in faults.items() if is_so]


def _let_work(engine: Engine, login: str) -> None:
    """Let a login role work as the roles of the policies, if it may not yet."""
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        for role in ("authenticated", "aibt_service"):
            quoted = engine.dialect.identifier_preparer.quote(login)
            member = text("select pg_has_role(:login, :role, 'member')")
            if not connection.execute(member, {"login": login, "role": role}).scalar():
                connection.exec_driver_sql(f"grant {role} to {quoted}")


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
