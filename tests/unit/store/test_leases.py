import asyncio
from typing import Any

import pytest

from aibt.errors import LeaseLost
from aibt.live.events import Emission
from aibt.live.states import RunState

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_each_taker_gets_the_next_epoch_at_once(world: World) -> None:
    training = await world.a_training()

    epochs = [await world.a_lease(training, holder) for holder in ("a", "b", "a")]

    assert epochs == [1, 2, 3]
    async with world.store.writing(world.owner.id) as tx:
        assert await tx.leases.current(training.topic) == 3


async def test_a_lease_never_taken_has_no_epoch(world: World) -> None:
    async with world.store.writing(world.owner.id) as tx:
        assert await tx.leases.current("bot/1") == 0
        with pytest.raises(LeaseLost):
            await tx.leases.check("bot/1", 0)


async def test_takers_at_once_get_different_epochs(world: World) -> None:
    training = await world.a_training()

    epochs = await asyncio.gather(*(world.a_lease(training) for _ in range(8)))

    assert sorted(epochs) == list(range(1, 9))


async def test_only_the_current_epoch_passes_the_check(world: World) -> None:
    training = await world.a_training()
    epoch = await world.a_lease(training)

    async with world.store.writing(world.owner.id) as tx:
        await tx.leases.check(training.topic, epoch)
        for wrong in (epoch - 1, epoch + 1):
            with pytest.raises(LeaseLost):
                await tx.leases.check(training.topic, wrong)


async def test_who_lost_the_lease_can_write_nothing(world: World) -> None:
    training = await world.a_training()
    old = await world.a_lease(training)
    await world.a_lease(training)
    owner, topic = world.owner.id, training.topic
    emission = Emission(key="x", kind="log", data={})
    async with world.store.reading(owner) as tx:
        before = await tx.trainings.get(training.id)

    async with world.store.writing(owner) as tx:
        for attempt in (
            tx.events.append(topic, old, [emission]),
            tx.checkpoints.add(training.id, epoch=old, step=1, path="x"),
            tx.checkpoints.prune(training.id, epoch=old),
            tx.changes.add(training.id, epoch=old, step=1, changes={"lr": 1.0}),
            tx.trainings.set_state(training.id, RunState.FAILED, epoch=old),
            tx.trainings.set_parked(training.id, True, epoch=old),
            tx.trainings.set_current(training.id, {"lr": 1.0}, epoch=old),
            tx.trainings.save_status(training.id, {"steps": 1}, epoch=old),
            tx.bots.set_weights(training.id, old, "x"),
        ):
            with pytest.raises(LeaseLost):
                await attempt

    async with world.store.reading(owner) as tx:
        assert await tx.trainings.get(training.id) == before
        assert await tx.events.read(topic) == []
        assert await tx.checkpoints.latest(training.id) is None
        assert await tx.changes.after(training.id) == []
        assert (await tx.bots.get(training.bot_name)).weights is None
