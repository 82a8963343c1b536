import asyncio
import re
import sqlite3
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

import aibt.store
from aibt.errors import SchemaMismatch
from aibt.store.columns import UtcDateTime
from aibt.store.engine import WRITING, sync_engine
from aibt.store.migration import migrate
from aibt.store.schema import HEAD, metadata
from tests.postgres import Postgres

MIGRATIONS = Path(aibt.store.__path__[0]) / "migrations"


def definitions(file: Path) -> set[str]:
    """Return what the file says of its tables and indexes, whatever the order and the spacing."""
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL").fetchall()
    connection.close()
    return {
        " ".join(sorted(filter(None, (part.strip() for part in re.split(r"[\n,]", sql)))))
        for (sql,) in rows
        if "alembic_version" not in sql and "sqlite_sequence" not in sql
    }


def test_the_migrations_build_the_schema(migrated_file: Path) -> None:
    engine = create_engine(f"sqlite:///{migrated_file}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert differences == []


def test_the_migrations_build_the_schema_to_the_letter(migrated_file: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'created.sqlite3'}")
    metadata.create_all(engine)
    engine.dispose()

    assert definitions(migrated_file) == definitions(tmp_path / "created.sqlite3")


POSTGRESQL_CATALOG = """
select 'column', attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod),
  attnotnull::text, coalesce(pg_get_expr(adbin, adrelid), ''), coalesce(collname::text, '')
from pg_attribute
join pg_class on pg_class.oid = attrelid and relkind = 'r'
left join pg_attrdef on adrelid = attrelid and adnum = attnum
left join pg_collation on pg_collation.oid = attcollation
where attnum > 0 and not attisdropped and relnamespace = 'public'::regnamespace
union all
select 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), '', '', ''
from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'index', tablename::text, indexname::text, indexdef, '', '', ''
from pg_indexes where schemaname = 'public'
"""


def test_the_migrations_build_the_schema_to_the_letter_on_postgresql_too(
    postgres: Postgres,
) -> None:
    migrated, created = postgres.database(), postgres.database(migrated=False)
    catalogs = []
    for database in (migrated, created):
        engine = sync_engine(database.superuser, lock_timeout_s=5)
        with engine.connect().execution_options(**{WRITING: True}) as connection:
            if database is created:
                metadata.create_all(connection)
            differences = compare_metadata(MigrationContext.configure(connection), metadata)
            catalogs.append({tuple(row) for row in connection.exec_driver_sql(POSTGRESQL_CATALOG)})
        engine.dispose()

        assert differences == []

    migrated_rows = {row for row in catalogs[0] if row[1] != "alembic_version"}
    assert migrated_rows == catalogs[1]


def test_the_schema_names_the_last_migration_as_its_version() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_both_databases_can_be_given_every_table_and_index(dialect: object) -> None:
    for table in metadata.sorted_tables:
        statements = [CreateTable(table), *(CreateIndex(index) for index in table.indexes)]

        assert all(
            str(one.compile(dialect=dialect)).strip().startswith("CREATE")  # type: ignore[arg-type] # a dialect
            for one in statements
        )


def test_every_row_has_an_owner() -> None:
    ownerless = {table.name for table in metadata.sorted_tables if "owner_id" not in table.columns}

    assert ownerless == {"users", "listed_emails", "buckets"}


def test_migrating_twice_changes_nothing(migrated_file: Path) -> None:
    before = definitions(migrated_file)

    migrate(f"sqlite+aiosqlite:///{migrated_file}")

    assert definitions(migrated_file) == before


def test_the_file_and_its_folder_are_made_and_kept_from_others(tmp_path: Path) -> None:
    file = tmp_path / "new" / "aibt.sqlite3"

    migrate(f"sqlite+aiosqlite:///{file}")

    assert file.exists()
    assert file.parent.stat().st_mode & 0o077 == 0
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_processes_that_migrate_at_once_do_each_other_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "aibt.sqlite3"
    script = f"from aibt.store.migration import migrate; migrate('sqlite+aiosqlite:///{file}')"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", script) for _ in range(4)
    ]

    assert [await process.wait() for process in processes] == [0] * 4
    assert "CREATE TABLE bots (" in " ".join(definitions(file))


async def test_processes_that_migrate_one_server_at_once_do_each_other_no_harm(
    postgres: Postgres,
) -> None:
    databases = [postgres.database(migrated=False) for _ in range(2)] * 2
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from aibt.store.migration import migrate; "
            f"migrate({database.url!r}, {database.owner_url!r})",
        )
        for database in databases
    ]

    assert [await process.wait() for process in processes] == [0] * 4


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'newer.sqlite3'}"
    migrate(url)
    connection = sqlite3.connect(tmp_path / "newer.sqlite3")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()

    with pytest.raises(SchemaMismatch, match="version 9999"):
        migrate(url)


def test_a_migration_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        migrate("sqlite+aiosqlite:///:memory:")


@given(
    st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(-12, 14),
)
def test_a_moment_comes_back_in_utc_from_both_databases(naive: datetime, hours: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    column = UtcDateTime()
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        back = column.process_result_value(column.process_bind_param(moment, dialect), dialect)

        assert back == moment
        assert back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())  # noqa: DTZ001 - the case
