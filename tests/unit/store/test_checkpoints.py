from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_the_latest_is_that_of_the_highest_epoch_and_step(world: World) -> None:
    training = await world.a_training()
    first = await world.a_lease(training)
    async with world.store.writing(world.owner.id) as tx:
        assert await tx.checkpoints.latest(training.id) is None
        for step in (10, 30, 20):
            await tx.checkpoints.add(training.id, epoch=first, step=step, path=f"{first}-{step}")
        before = await tx.checkpoints.latest(training.id)
    second = await world.a_lease(training)
    async with world.store.writing(world.owner.id) as tx:
        added = await tx.checkpoints.add(training.id, epoch=second, step=25, path="new")
        after = await tx.checkpoints.latest(training.id)

    assert (before.epoch, before.step, before.path) == (first, 30, "1-30")
    assert after == added
    assert after.created_at == world.clock.now()


async def test_a_checkpoint_of_the_same_step_replaces_the_row(world: World) -> None:
    training = await world.a_training()
    epoch = await world.a_lease(training)
    async with world.store.writing(world.owner.id) as tx:
        for path in ("a", "b"):
            await tx.checkpoints.add(training.id, epoch=epoch, step=1, path=path)
        latest = await tx.checkpoints.latest(training.id)
        pruned = await tx.checkpoints.prune(training.id, epoch=epoch, keep=1)

    assert latest.path == "b"
    assert pruned == []


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.sets(st.integers(0, 2**40), max_size=6), keep=st.integers(1, 4))
async def test_pruning_keeps_the_newest_and_names_the_files_of_the_rest(
    world: World, steps: set[int], keep: int
) -> None:
    training = await world.a_training(await world.a_bot())
    epoch = await world.a_lease(training)
    ordered = sorted(steps)
    async with world.store.writing(world.owner.id) as tx:
        for step in ordered:
            await tx.checkpoints.add(training.id, epoch=epoch, step=step, path=str(step))
        pruned = await tx.checkpoints.prune(training.id, epoch=epoch, keep=keep)
        again = await tx.checkpoints.prune(training.id, epoch=epoch, keep=keep)
        latest = await tx.checkpoints.latest(training.id)
    await world.end(training)
    async with world.store.writing(world.owner.id) as tx:
        await tx.bots.delete(training.bot_name)

    assert sorted(pruned, key=int) == [str(step) for step in ordered[:-keep]]
    assert again == []
    assert (latest.step if latest else None) == (ordered[-1] if ordered else None)


async def test_the_oldest_step_is_that_of_the_oldest_checkpoint_that_is_kept(world: World) -> None:
    training = await world.a_training()
    epoch = await world.a_lease(training)
    async with world.store.writing(world.owner.id) as tx:
        assert await tx.checkpoints.oldest_step(training.id) == 0
        for step in (10, 20, 30):
            await tx.checkpoints.add(training.id, epoch=epoch, step=step, path=str(step))
        await tx.checkpoints.prune(training.id, epoch=epoch)

        assert await tx.checkpoints.oldest_step(training.id) == 20


async def test_pruning_everything_is_refused(world: World) -> None:
    training = await world.a_training()
    epoch = await world.a_lease(training)

    with pytest.raises(ValueError, match="keep is 0"):
        async with world.store.writing(world.owner.id) as tx:
            await tx.checkpoints.prune(training.id, epoch=epoch, keep=0)
