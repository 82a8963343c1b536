import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from aibt.errors import SchemaMismatch, StoreUnavailable
from aibt.store.database import open_store
from aibt.store.schema import trainings
from aibt.store.service import Service

World = Any  # the fixture's class, tests/unit/store/conftest.py


def file_of(url: str) -> str:
    return url.removeprefix("sqlite+aiosqlite:///")


async def test_the_local_user_is_made_once_whoever_asks(world: World) -> None:
    async def ask() -> Any:
        async with Service(world.store).writing() as tx:
            return await tx.users.local_user()

    assert set(await asyncio.gather(*(ask() for _ in range(5)))) == {world.owner}


async def test_a_unit_of_work_that_fails_stores_nothing(world: World) -> None:
    async def fail() -> None:
        async with world.store.writing(world.owner.id) as tx:
            await tx.commands.begin("c", "d")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with world.store.writing(world.owner.id) as tx:
        assert await tx.commands.begin("c", "other") is None


async def test_a_cancelled_unit_of_work_stores_nothing_and_frees_the_store(world: World) -> None:
    entered = asyncio.Event()

    async def linger() -> None:
        async with world.store.writing(world.owner.id) as tx:
            await tx.commands.begin("c", "d")
            entered.set()
            await asyncio.Event().wait()

    lingering = asyncio.create_task(linger())
    await entered.wait()
    lingering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lingering

    async with world.store.writing(world.owner.id) as tx:
        assert await tx.commands.begin("c", "other") is None


async def test_a_transaction_that_reads_refuses_to_write(world: World) -> None:
    with pytest.raises(RuntimeError, match="reads"):
        async with world.store.reading(world.owner.id) as tx:
            await tx.commands.begin("c", "d")


async def test_a_reader_sees_one_moment_while_another_writes(world: World) -> None:
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.bots.page() == []
        await world.a_bot()
        assert await tx.bots.page() == []
    async with world.store.reading(world.owner.id) as tx:
        assert len(await tx.bots.page()) == 1


async def test_a_lock_that_another_process_keeps_is_unavailable_and_not_for_ever(
    sqlite_url: str,
) -> None:
    other = sqlite3.connect(file_of(sqlite_url), isolation_level=None)
    async with await open_store(sqlite_url, lock_timeout_s=0.05) as store:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            async with store.writing(1):
                pytest.fail("entered")
        other.execute("ROLLBACK")
        async with Service(store).writing() as tx:
            await tx.users.local_user()
    other.close()


async def test_a_write_of_this_process_that_takes_too_long_is_waited_for_in_vain(
    sqlite_url: str,
) -> None:
    async with await open_store(sqlite_url, lock_timeout_s=0.05) as store, store.writing(1):
        with pytest.raises(StoreUnavailable, match="other writes"):
            async with store.writing(1):
                pytest.fail("entered")


async def test_too_many_readers_at_once_are_unavailable(url: str) -> None:
    async with await open_store(url, lock_timeout_s=0.05) as store:
        held = [store.reading(1) for _ in range(4)]
        for reading in held:
            await reading.__aenter__()
        with pytest.raises(StoreUnavailable, match="connections"):
            async with store.reading(1):
                pytest.fail("entered")
        for reading in held:
            await reading.__aexit__(None, None, None)


async def test_a_row_of_nobody_is_refused_by_the_database(world: World) -> None:
    with pytest.raises((IntegrityError, ProgrammingError)):  # its policies, on PostgreSQL
        async with world.store.writing(1) as tx:
            await tx.leases._write(
                trainings.insert().values(
                    owner_id=999,
                    bot_id=999,
                    state="queued",
                    desired="running",
                    parked=False,
                    request={},
                    current={},
                    dataset="",
                    data={},
                    status={},
                    created_at=world.clock.now(),
                )
            )


async def test_a_database_without_a_schema_is_not_opened(tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite3"
    empty.touch()

    for file in (empty, tmp_path / "absent.sqlite3"):
        with pytest.raises(SchemaMismatch, match="no schema"):
            await open_store(f"sqlite+aiosqlite:///{file}")
    assert not (tmp_path / "absent.sqlite3").exists()


async def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a file"):
        await open_store("sqlite+aiosqlite://")


async def test_a_database_of_another_version_is_not_opened(sqlite_url: str) -> None:
    other = sqlite3.connect(file_of(sqlite_url))
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    other.commit()
    other.close()

    with pytest.raises(SchemaMismatch, match="version 9999"):
        await open_store(sqlite_url)


def test_the_store_is_imported_without_anything_heavy() -> None:
    script = (
        "import sys, aibt.store.database, aibt.store.migration;"
        "print([m for m in ('torch', 'numba', 'numpy', 'pandas', 'ray', 'alembic')"
        " if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert answer.stdout.strip() == b"[]"


def test_the_records_are_imported_without_the_database() -> None:
    script = "import sys, aibt.store.records; print('sqlalchemy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert answer.stdout.strip() == b"False"
