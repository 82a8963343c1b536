import asyncio
from typing import Any

import pytest

from aibt.errors import NotFound
from aibt.store.records import Change

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def add(world: World, training: Any, **values: Any) -> Change:
    asked = {"epoch": None, "step": 5, "changes": {"lr": 0.5}} | values
    async with world.store.writing(world.owner.id) as tx:
        change: Change = await tx.changes.add(training.id, **asked)
    return change


async def test_changes_are_numbered_within_their_training_and_read_back(world: World) -> None:
    one = await world.a_training(await world.a_bot("alpha"))
    two = await world.a_training(await world.a_bot("beta"))
    epoch = await world.a_lease(one)

    first = await add(world, one, epoch=epoch, changes={"lr": 0.25, "batch_size": 64})
    elsewhere = await add(world, two)
    second = await add(world, one, step=9, changes={}, stop=True, command_id="c")

    assert (first.number, elsewhere.number, second.number) == (1, 1, 2)
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.changes.after(one.id) == [first, second]
        assert await tx.changes.after(one.id, 1) == [second]
    assert (second.step, second.stop, second.changes) == (9, True, {})


async def test_what_was_taken_over_before_a_step_is_named(world: World) -> None:
    training = await world.a_training()
    await add(world, training, step=4)
    for step in (4, 5, 6):
        await add(world, training, step=step, changes={}, weights=f"taken at {step}")

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.changes.taken_before(training.id, 6) == ["taken at 4", "taken at 5"]
        assert await tx.changes.taken_before(training.id, 4) == []


async def test_the_same_command_makes_one_change_however_often_it_comes(world: World) -> None:
    training = await world.a_training()

    made = await asyncio.gather(
        *(add(world, training, step=step, command_id="c") for step in range(6))
    )

    async with world.store.reading(world.owner.id) as tx:
        (stored,) = await tx.changes.after(training.id)
    assert all(change == stored for change in made)


async def test_changes_without_a_command_are_all_kept(world: World) -> None:
    training = await world.a_training()

    numbers = [(await add(world, training)).number for _ in range(3)]

    assert numbers == [1, 2, 3]


async def test_a_change_of_no_training_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        async with world.store.writing(world.owner.id) as tx:
            await tx.changes.add(99, epoch=None, step=1, changes={})
