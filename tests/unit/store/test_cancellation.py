"""A caller who gives up in the middle of a write leaves no lock behind."""

import asyncio
import random
from pathlib import Path

import pytest

from aibt.store.database import open_store
from aibt.store.migration import migrate
from aibt.store.service import Service


@pytest.mark.parametrize("seed", range(3))
async def test_a_write_that_is_cancelled_anywhere_blocks_no_other_writer(
    tmp_path: Path, seed: int
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}"
    migrate(url)
    moments = random.Random(seed)

    async with await open_store(url) as one, await open_store(url, lock_timeout_s=1) as other:
        async with Service(one).writing() as unit:
            owner = (await unit.users.local_user()).id

        async def create(number: int) -> None:
            async with one.writing(owner) as unit:
                await unit.bots.create(
                    name=f"bot {number}",
                    lr=0.1,
                    gamma=0.9,
                    hidden_layers=3,
                    depth=1,
                    discounter_rate=1,
                    algorithm="dqn",
                    encoder="mlp",
                )

        cancelled = 0
        for number in range(40):
            writing = asyncio.create_task(create(number))
            await asyncio.sleep(moments.random() * 0.006)
            writing.cancel()
            outcome = (await asyncio.gather(writing, return_exceptions=True))[0]
            cancelled += isinstance(outcome, asyncio.CancelledError)

            async with other.writing(owner) as unit:
                found = {bot.name for bot in await unit.bots.page()}

            assert (f"bot {number}" in found) or isinstance(outcome, asyncio.CancelledError)
        assert cancelled > 0
