"""How connections to PostgreSQL behave, and what their failures are called."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from aibt.errors import StoreUnavailable
from aibt.store.database import Store, open_store
from aibt.store.engine import read_url
from aibt.store.login_role import login_role_faults
from aibt.store.migration import migrate
from aibt.store.scope import of_owner
from aibt.store.service import Service
from tests.postgres import LOGIN, Database, Postgres, a_postgres, binaries

NOBODY_LISTENS = "postgresql://aibt_app:hunter2@127.0.0.1:1/aibt"


@pytest.fixture
def database(postgres: Postgres) -> Database:
    return postgres.database()


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    async with await open_store(database.url, lock_timeout_s=0.3) as opened:
        yield opened


async def ask(store: Store, statement: str, *, writable: bool = False) -> Any:
    """Run a statement in an owner's transaction."""
    async with store.transaction(of_owner(1), writable=writable) as work:
        return (await work.connection.execute(text(statement))).scalar_one_or_none()


def cut_off(database: Database) -> None:
    """End all connections of the application, as a restart of the server does."""
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where usename = %s and datname = current_database()",
            (LOGIN,),
        )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_the_scheme_is_the_same_driver(scheme: str) -> None:
    url = read_url(f"{scheme}://a:p%40ss@db.example.com:6543/postgres?sslmode=require")

    assert url.drivername == "postgresql+psycopg"
    assert (url.password, url.port, url.query["sslmode"]) == ("p@ss", 6543, "require")


async def test_a_server_that_is_not_there_is_unavailable_and_its_address_stays_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for attempt in (
        open_store(NOBODY_LISTENS),
        asyncio.to_thread(migrate, NOBODY_LISTENS),
        asyncio.to_thread(login_role_faults, NOBODY_LISTENS),
    ):
        with pytest.raises(StoreUnavailable) as raised:
            await attempt
        assert "127.0.0.1" not in str(raised.value)

    assert "127.0.0.1" in caplog.text
    assert "hunter2" not in caplog.text


async def test_connections_that_were_cut_between_two_transactions_are_not_noticed(
    store: Store, database: Database
) -> None:
    await ask(store, "select 1")
    cut_off(database)

    assert await ask(store, "select 2") == 2


async def test_a_connection_that_is_cut_within_a_transaction_is_unavailable(
    store: Store, database: Database
) -> None:
    async def lose_it() -> None:
        async with store.transaction(of_owner(1), writable=True) as work:
            cut_off(database)
            await work.connection.execute(text("select 1"))

    with pytest.raises(StoreUnavailable):
        await lose_it()
    assert await ask(store, "select 2") == 2


async def test_a_server_that_stops_is_unavailable() -> None:
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL's programs are not installed (Debian: postgresql)")
    with a_postgres(programs) as server:
        async with await open_store(server.database().url) as store:
            server.stop()
            with pytest.raises(StoreUnavailable):
                await ask(store, "select 1")


async def test_a_lock_that_another_keeps_is_unavailable_and_not_for_ever(store: Store) -> None:
    async with Service(store).writing() as unit:
        user = await unit.users.local_user()
    async with store.transaction(of_owner(user.id), writable=True) as work:
        await work.connection.execute(text("lock table bots in row exclusive mode"))
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await ask(store, "lock table bots in share row exclusive mode", writable=True)


async def test_what_a_role_may_not_is_a_bug_and_is_not_tried_again(store: Store) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await ask(store, "select count(*) from audit")


async def test_a_transaction_leaves_nothing_behind_on_its_connection(
    store: Store, database: Database
) -> None:
    for _ in range(12):  # by then a driver that prepares statements would have
        await ask(store, "select count(*) from bots", writable=True)
    connection = await store._reader.connect()
    try:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        row = await (
            await raw.execute(
                "select current_user::text, current_setting('request.jwt.claims', true), "
                "current_setting('statement_timeout'), current_setting('lock_timeout'), "
                "(select count(*) from pg_prepared_statements)"
            )
        ).fetchone()
    finally:
        await connection.close()

    assert row in [(LOGIN, nothing, "0", "0", 0) for nothing in ("", None)]


async def test_every_transaction_has_its_time_limits(store: Store) -> None:
    for writable in (False, True):
        limits = "select current_setting('statement_timeout') || current_setting('lock_timeout')"

        assert await ask(store, limits, writable=writable) == "20s300ms"
