"""What each role may do on PostgreSQL, to the letter, where all that is new is everybody's."""

from typing import Any

import psycopg
import pytest

from aibt.store.migration import migrate
from aibt.store.migrations import policies
from tests.postgres import OWNER, Database, Postgres

TABLES = """
select grantee::regrole::text, relname::text, lower(privilege_type)
from pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
where relkind = 'r' and relnamespace = 'public'::regnamespace and grantee <> relowner
"""
COLUMNS = """
select grantee::regrole::text, relname::text, attname::text, lower(privilege_type)
from pg_attribute join pg_class on pg_class.oid = attrelid, aclexplode(attacl)
where relnamespace = 'public'::regnamespace
"""
SEQUENCES = """
select grantee::regrole::text, relname::text, lower(privilege_type)
from pg_class, aclexplode(coalesce(relacl, acldefault('s', relowner)))
where relkind = 'S' and relnamespace = 'public'::regnamespace and grantee <> relowner
"""
FUNCTIONS = """
select grantee::regrole::text, proname::text
from pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))
where pronamespace = 'public'::regnamespace and grantee <> proowner
"""
OUR_ROLES = ("authenticated", "aibt_service")


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Database:
    """A database with the default privileges of a Supabase project."""
    made = postgres.database(migrated=False)
    with psycopg.connect(made.superuser, autocommit=True) as connection:
        if not connection.execute("select from pg_roles where rolname = 'service_role'").fetchall():
            connection.execute("create role service_role nologin bypassrls")
        for things in ("tables", "sequences", "functions"):
            connection.execute(
                f"alter default privileges for role {OWNER} in schema public "  # type: ignore[arg-type]  # not a literal
                f"grant all on {things} to anon, authenticated, service_role"
            )
    migrate(made.url, made.owner_url)
    return made


def found(database: Database, query: str) -> set[Any]:
    with psycopg.connect(database.superuser) as connection:
        return set(connection.execute(query.encode()))


def test_on_tables(database: Database) -> None:
    expected = {
        ("authenticated", table, each)
        for table, may in policies.OWNED.items()
        for each in may.split(", ")
    }
    expected |= {
        ("aibt_service", table, "select") for table in policies.OWNED if table != "secrets"
    }
    expected |= {
        ("aibt_service", table, each)
        for table, may in policies.ACCOUNTS.items()
        for each in may.split(", ")
    }
    expected |= {(role, "alembic_version", "select") for role in OUR_ROLES}

    assert found(database, TABLES) == expected


def test_on_columns(database: Database) -> None:
    expected = {
        ("authenticated", table, column, "select")
        for table, (_, columns) in policies.VISIBLE.items()
        for column in columns.split(", ")
    }
    expected.add(("supabase_auth_admin", "listed_emails", "email", "select"))

    assert found(database, COLUMNS) == expected


def test_on_sequences(database: Database) -> None:
    assert found(database, SEQUENCES) == {
        ("authenticated", "bots_id_seq", "usage"),
        ("authenticated", "trainings_id_seq", "usage"),
        ("authenticated", "agents_id_seq", "usage"),
        ("authenticated", "sessions_id_seq", "usage"),
        ("authenticated", "populations_id_seq", "usage"),
        ("authenticated", "evaluations_id_seq", "usage"),
        ("aibt_service", "users_id_seq", "usage"),
        ("aibt_service", "audit_id_seq", "usage"),
    }


def test_on_functions(database: Database) -> None:
    assert found(database, FUNCTIONS) == {
        ("authenticated", "aibt_user"),
        ("aibt_service", "aibt_user"),
        ("supabase_auth_admin", "aibt_before_user_created"),
    }


def test_deletion_is_for_what_is_meant_to_go() -> None:
    assert {table for table, may in policies.OWNED.items() if "delete" in may} == {
        "checkpoints",
        "commands",
        "equity",  # a curve is replaced
        "secrets",
    }
