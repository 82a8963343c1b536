import asyncio
from datetime import timedelta
from typing import Any

import pytest

from aibt.errors import IdReused, StoreUnavailable
from aibt.store.records import StoredAnswer

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def begin(world: World, command_id: str = "c", digest: str = "d") -> StoredAnswer | None:
    async with world.store.writing(world.owner.id) as tx:
        known: StoredAnswer | None = await tx.commands.begin(command_id, digest)
    return known


async def test_a_new_command_begins_and_a_begun_one_is_known(world: World) -> None:
    assert await begin(world) is None

    known = await begin(world)

    assert known is not None
    assert (known.command_id, known.digest, known.answer) == ("c", "d", None)
    assert known.created_at == world.clock.now()


async def test_an_answered_command_is_answered_the_same(world: World) -> None:
    training = await world.a_training()
    await begin(world)
    async with world.store.writing(world.owner.id) as tx:
        await tx.commands.attach("c", training.id)
        await tx.commands.finish("c", {"name": "a"})
        await tx.commands.finish("c", {"name": "b"})

    known = await begin(world)

    assert known is not None
    assert (known.answer, known.training_id) == ({"name": "a"}, training.id)


async def test_an_id_with_other_content_is_refused(world: World) -> None:
    await begin(world)

    with pytest.raises(IdReused):
        await begin(world, digest="other")


async def test_an_id_is_one_owners_own(world: World) -> None:
    other = await world.another_user()
    await begin(world)

    async with world.store.writing(other.id) as tx:
        assert await tx.commands.begin("c", "other") is None


async def test_an_id_is_free_after_a_day_and_not_before(world: World) -> None:
    await begin(world)
    world.clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert await begin(world) is not None
    world.clock.advance(timedelta(seconds=1))

    assert await begin(world, digest="other") is None


async def test_a_command_is_answered_once_it_is_finished_and_only_to_its_owner(
    world: World,
) -> None:
    other = await world.another_user()
    await begin(world, "begun")
    await begin(world, "done")
    async with world.store.writing(world.owner.id) as tx:
        await tx.commands.finish("done", {})

    async with world.store.writing(world.owner.id) as tx:
        found = [await tx.commands.is_answered(one) for one in ("begun", "done", "unknown", None)]
    async with world.store.writing(other.id) as tx:
        seen = await tx.commands.is_answered("done")

    assert found == [False, True, False, False]
    assert not seen


async def test_a_command_that_comes_many_times_at_once_has_one_effect(world: World) -> None:
    async def create(name: str) -> Any:
        async with world.store.writing(world.owner.id) as tx:
            known = await tx.commands.begin("c", "d")
            if known is not None:
                return known.answer
            bot = await tx.bots.create(
                name=name,
                lr=0.1,
                gamma=0.9,
                hidden_layers=4,
                depth=1,
                discounter_rate=0,
                algorithm="dqn",
                encoder="mlp",
            )
            await tx.commands.finish("c", {"name": bot.name})
            return {"name": bot.name}

    answers = await asyncio.gather(*(create(f"bot{n}") for n in range(8)))

    async with world.store.reading(world.owner.id) as tx:
        (bot,) = await tx.bots.page()
    assert answers == [{"name": bot.name}] * 8


async def test_a_command_whose_transaction_fails_was_never_begun(world: World) -> None:
    async def fail() -> None:
        async with world.store.writing(world.owner.id) as tx:
            await tx.commands.begin("c", "d")
            raise StoreUnavailable("test")

    with pytest.raises(StoreUnavailable):
        await fail()
    assert await begin(world) is None
