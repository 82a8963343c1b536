import asyncio
from datetime import timedelta
from typing import Any

import pytest

from aibt.errors import BotBusy, LeaseLost, NotFound, TrainingEnded
from aibt.live.states import Desired, RunState
from aibt.store.service import Service

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_a_training_is_queued_and_read_back_as_it_was_created(world: World) -> None:
    bot = await world.a_bot("alpha")

    created = await world.a_training(
        bot,
        request={"symbol": "EURUSD", "lr": 0.1, "source": None},
        current={"lr": 1e-3, "batch_size": 32},
        data={"notes": ["a", {"b": [1, 2.5, None, True]}]},
        initial_weights="weights/0",
    )

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.trainings.get(created.id) == created
        assert await tx.trainings.active_of(bot.id) == created
    assert (created.state, created.desired) == (RunState.QUEUED, Desired.RUNNING)
    assert created.request == {"symbol": "EURUSD", "lr": 0.1, "source": None}
    assert created.data == {"notes": ["a", {"b": [1, 2.5, None, True]}]}
    assert (created.bot_name, created.initial_weights) == ("alpha", "weights/0")
    assert (created.status, created.last_seq, created.parked) == ({}, 0, False)
    assert created.created_at == world.clock.now()
    assert created.started_at is created.ended_at is created.reason is None


async def test_a_bot_has_one_active_training_whoever_asks_at_once(world: World) -> None:
    bot = await world.a_bot("alpha")

    answers = await asyncio.gather(
        *(world.a_training(bot) for _ in range(5)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["BotBusy"] * 4 + ["Training"]


async def test_a_bot_is_free_again_after_the_end(world: World) -> None:
    bot = await world.a_bot("alpha")
    first = await world.a_training(bot)
    with pytest.raises(BotBusy):
        await world.a_training(bot)
    await world.end(first)

    second = await world.a_training(bot)

    assert second.id == first.id + 1
    async with world.store.reading(world.owner.id) as tx:
        assert (await tx.trainings.active_of(bot.id)) == second


async def test_another_owners_training_is_not_there(world: World) -> None:
    other = await world.another_user()
    bot = await world.a_bot("alpha")
    training = await world.a_training(bot)
    epoch = await world.a_lease(training)

    async with world.store.writing(other.id) as tx:
        for attempt in (
            tx.trainings.get(training.id),
            tx.trainings.set_desired(training.id, Desired.STOPPED),
            tx.trainings.set_state(training.id, RunState.FAILED, epoch=None),
            tx.trainings.set_parked(training.id, True, epoch=None),
            tx.trainings.set_current(training.id, {}, epoch=None),
            tx.trainings.create(
                bot.id, request={}, current={}, dataset="", data={}, initial_weights=None
            ),
            tx.changes.add(training.id, epoch=None, step=1, changes={}),
            tx.events.append(training.topic, None, []),
            tx.events.last_seq(training.topic),
            tx.leases.take(training.topic, "thief"),
        ):
            with pytest.raises(NotFound):
                await attempt
        for attempt in (
            tx.trainings.save_status(training.id, {}, epoch=epoch),
            tx.checkpoints.add(training.id, epoch=epoch, step=1, path="x"),
            tx.bots.set_weights(training.id, epoch, "x"),
        ):
            with pytest.raises(LeaseLost):
                await attempt
        assert await tx.trainings.page() == []
        assert await tx.trainings.active_of(bot.id) is None
        assert await tx.events.read(training.topic) == []
        assert await tx.changes.after(training.id) == []
        assert await tx.checkpoints.latest(training.id) is None
        assert await tx.leases.current(training.topic) == 0


async def test_pages_are_newest_first_and_filtered(world: World) -> None:
    alpha, beta = await world.a_bot("alpha"), await world.a_bot("beta")
    one = await world.end(await world.a_training(alpha))
    two = await world.end(await world.a_training(beta), RunState.FAILED)
    three = await world.a_training(alpha)

    async with world.store.reading(world.owner.id) as tx:

        async def ids(**filters: Any) -> list[int]:
            return [one.id for one in await tx.trainings.page(**filters)]

        assert await ids() == [three.id, two.id, one.id]
        assert await ids(limit=2) == [three.id, two.id]
        assert await ids(limit=2, before_id=two.id) == [one.id]
        assert await ids(bot_id=alpha.id) == [three.id, one.id]
        assert await ids(states=[RunState.FAILED, RunState.QUEUED]) == [three.id, two.id]
        assert await ids(states=[]) == []


async def test_the_supervisor_sees_the_active_ones_of_all_owners_in_order(world: World) -> None:
    other = await world.another_user()
    first = await world.a_training(await world.a_bot("alpha", other.id))
    ended = await world.a_training(await world.a_bot("alpha"))
    await world.end(ended)
    last = await world.a_training(await world.a_bot("beta"))

    async with Service(world.store).reading() as tx:
        assert await tx.overview.active_trainings() == [first, last]


async def test_the_first_run_and_the_end_are_dated(world: World) -> None:
    training = await world.a_training()
    at = []
    async with world.store.writing(world.owner.id) as tx:
        for state in (RunState.RUNNING, RunState.PAUSED, RunState.RUNNING, RunState.FINISHED):
            world.clock.advance(timedelta(minutes=1))
            at.append(world.clock.now())
            training = await tx.trainings.set_state(
                training.id, state, epoch=None, reason=f"it is {state}"
            )

    assert (training.started_at, training.ended_at) == (at[0], at[3])
    assert (training.state, training.reason) == (RunState.FINISHED, "it is finished")


async def test_an_end_is_final_and_may_be_stored_again(world: World) -> None:
    training = await world.end(await world.a_training(), RunState.FINISHED)
    world.clock.advance(timedelta(minutes=1))

    assert await world.end(training, RunState.FINISHED) == training
    async with world.store.writing(world.owner.id) as tx:
        for attempt in (
            tx.trainings.set_state(training.id, RunState.RUNNING, epoch=None),
            tx.trainings.set_desired(training.id, Desired.RUNNING),
            tx.trainings.set_parked(training.id, True, epoch=None),
            tx.trainings.set_current(training.id, {}, epoch=None),
        ):
            with pytest.raises(TrainingEnded):
                await attempt


async def test_what_is_set_is_read_back(world: World) -> None:
    training = await world.a_training()
    epoch = await world.a_lease(training)

    async with world.store.writing(world.owner.id) as tx:
        await tx.trainings.set_desired(training.id, Desired.PAUSED)
        await tx.trainings.set_parked(training.id, True, epoch=epoch)
        await tx.trainings.set_current(training.id, {"lr": 0.5}, epoch=epoch)
        await tx.trainings.save_status(training.id, {"steps": 7}, epoch=epoch)
        got = await tx.trainings.get(training.id)

    assert (got.desired, got.parked) == (Desired.PAUSED, True)
    assert (got.current, got.status) == ({"lr": 0.5}, {"steps": 7})


async def test_a_status_may_follow_the_end(world: World) -> None:
    training = await world.a_training()
    epoch = await world.a_lease(training)
    await world.end(training)

    async with world.store.writing(world.owner.id) as tx:
        await tx.trainings.save_status(training.id, {"steps": 7}, epoch=epoch)
        assert (await tx.trainings.get(training.id)).status == {"steps": 7}


async def test_not_a_number_is_never_stored(world: World) -> None:
    with pytest.raises(Exception, match="not JSON compliant"):
        await world.a_training(current={"lr": float("nan")})


async def test_trainings_on_a_market_are_counted_by_symbol_and_period(world: World) -> None:
    for name, period in (("one", "1d"), ("two", "1d"), ("three", "1h")):
        data = {"symbol": "A", "period": period}
        await world.a_training(await world.a_bot(name), data=data)

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.trainings.count_on("A", "1d") == 2
        assert await tx.trainings.count_on("A", "1h") == 1
        assert await tx.trainings.count_on("B", "1d") == 0
    other = await world.another_user()
    async with world.store.reading(other.id) as tx:
        assert await tx.trainings.count_on("A", "1d") == 0
