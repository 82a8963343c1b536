"""What the role that the application logs in as may be, and what becomes of the wrong one."""

import psycopg
import pytest
from psycopg import sql

from aibt.errors import Invalid
from aibt.store.database import open_store
from aibt.store.login_role import login_role_faults
from aibt.store.migration import migrate
from aibt.store.service import Service
from tests.postgres import LOGIN, Database, Postgres


def as_superuser(database: Database, *statements: str) -> None:
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]  # not a literal


def as_role(database: Database, role: str) -> str:
    return database.url.replace(f"{LOGIN}@", f"{role}@")


def test_the_login_role_that_the_documentation_makes_is_held(postgres: Postgres) -> None:
    assert login_role_faults(postgres.database().url) == []


def test_sqlite_has_no_roles() -> None:
    assert login_role_faults("sqlite+aiosqlite:///x.sqlite3") == []


def test_a_superuser_and_the_owner_are_found_out(postgres: Postgres) -> None:
    database = postgres.database()

    assert login_role_faults(database.superuser) == ["is a superuser"]
    faults = " ".join(login_role_faults(database.owner_url))
    assert "owns tables" in faults
    assert "may make roles" in faults


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        ("create role odd login noinherit bypassrls", "bypasses row-level security"),
        ("create role odd login noinherit createrole", "may make roles"),
        ("create role odd login noinherit; grant aibt_owner to odd", "owns tables"),
        ("create role odd login noinherit; grant anon to odd", "other roles (anon)"),
        (
            "create role odd login; grant aibt_service to odd",
            "inherited (make it NOINHERIT): agents",
        ),
        ("create role odd login noinherit; grant select (id) on bots to odd", "NOINHERIT): bots"),
        ("create role odd login noinherit; grant delete on trades to odd", "NOINHERIT): trades"),
    ],
)
def test_a_login_role_with_more_than_it_needs_is_found_out(
    postgres: Postgres, made: str, fault: str
) -> None:
    database = postgres.database()
    as_superuser(database, *made.split("; "))
    try:
        assert any(fault in found for found in login_role_faults(as_role(database, "odd")))
    finally:
        as_superuser(database, "drop owned by odd", "drop role odd")


async def test_one_role_may_own_and_work_where_people_develop(postgres: Postgres) -> None:
    made = postgres.database(migrated=False)

    migrate(made.owner_url)

    async with await open_store(made.owner_url) as store, Service(store).writing() as unit:
        assert (await unit.users.local_user()).is_admin


async def test_a_login_role_that_is_new_may_work_after_the_next_start(postgres: Postgres) -> None:
    database = postgres.database()
    as_superuser(database, 'create role "Odd-one" login noinherit')
    url = as_role(database, "Odd-one")
    try:
        migrate(url, database.owner_url)

        assert login_role_faults(url) == []
        async with await open_store(url) as store, Service(store).reading() as unit:
            assert await unit.users.page() == []
    finally:
        as_superuser(database, 'drop owned by "Odd-one"', 'drop role "Odd-one"')


def test_an_owner_that_may_not_migrate_is_told_which_setting_to_look_at(postgres: Postgres) -> None:
    made = postgres.database(migrated=False)

    with pytest.raises(Invalid, match="AIBT_STORE__OWNER_URL: its role may not: permission denied"):
        migrate(made.url, made.url)
