from typing import Any

import pytest

from aibt.errors import EvaluationEnded, LeaseLost, NotFound
from aibt.live.states import Desired, RunState
from aibt.store.service import Service

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_an_evaluation_is_queued_and_read_back_as_it_was_created(world: World) -> None:
    request = {"symbol": "GOOGL", "algorithms": ["dqn"], "seeds": 5}

    created = await world.an_evaluation(request=request, dataset="d7", data={"notes": ["a"]})

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.evaluations.get(created.id) == created
        assert await tx.evaluations.page() == [created]
        assert await tx.evaluations.active_count() == 1
        assert await tx.evaluations.units(created.id) == {}
        assert await tx.evaluations.report(created.id) is None
        assert await tx.events.last_seq(created.topic) == 0
    assert (created.state, created.desired) == (RunState.QUEUED, Desired.RUNNING)
    assert (created.request, created.dataset, created.data) == (request, "d7", {"notes": ["a"]})
    assert (created.topic, created.status, created.last_seq) == (
        f"evaluation/{created.id}",
        {},
        0,
    )
    assert created.started_at is created.ended_at is created.reason is None


async def test_finished_units_come_back_to_the_letter_and_the_first_of_a_key_stays(
    world: World,
) -> None:
    evaluation = await world.an_evaluation()
    epoch = await world.a_lease(evaluation)
    unit = {"z": [0.1 + 0.2, 1e-300], "a": None}

    async with world.store.writing(world.owner.id) as tx:
        await tx.evaluations.add_unit(evaluation.id, "dqn/1/1", unit, epoch=epoch)
        await tx.evaluations.add_unit(evaluation.id, "dqn/1/1", {"other": 1}, epoch=epoch)
        await tx.evaluations.add_unit(evaluation.id, "dqn/1/2", {"b": 2}, epoch=epoch)

    async with world.store.reading(world.owner.id) as tx:
        units = await tx.evaluations.units(evaluation.id)
    assert units == {"dqn/1/1": unit, "dqn/1/2": {"b": 2}}
    assert [*units["dqn/1/1"]] == ["z", "a"]


async def test_what_was_asked_of_a_market_is_told_of_the_evaluations_that_judged_anything(
    world: World,
) -> None:
    asked = [{"seeds": seeds} for seeds in (1, 2, 3)]
    markets = [{"symbol": "A", "period": period} for period in ("1d", "1d", "1h")]
    made = [
        await world.an_evaluation(request=request, data=data)
        for request, data in zip(asked, markets, strict=True)
    ]
    for evaluation in made[1:]:
        epoch = await world.a_lease(evaluation)
        async with world.store.writing(world.owner.id) as tx:
            await tx.evaluations.add_unit(evaluation.id, "dqn/1/1", {}, epoch=epoch)

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.evaluations.requests_on("A", "1d") == [{"seeds": 2}]
        assert await tx.evaluations.requests_on("A", "1h") == [{"seeds": 3}]
        assert await tx.evaluations.requests_on("B", "1d") == []
    other = await world.another_user()
    async with world.store.reading(other.id) as tx:
        assert await tx.evaluations.requests_on("A", "1d") == []


async def test_a_report_stands_beside_the_row_and_the_end_is_final(world: World) -> None:
    evaluation = await world.an_evaluation()
    epoch = await world.a_lease(evaluation)
    async with world.store.writing(world.owner.id) as tx:
        await tx.evaluations.set_report(evaluation.id, {"z": 1, "a": [None]}, epoch=epoch)
        ended = await tx.evaluations.set_state(evaluation.id, RunState.FINISHED, epoch=epoch)

    async with world.store.writing(world.owner.id) as tx:
        assert await tx.evaluations.report(evaluation.id) == {"z": 1, "a": [None]}
        assert await tx.evaluations.active_count() == 0
        for attempt in (
            tx.evaluations.set_state(evaluation.id, RunState.STOPPED, epoch=None),
            tx.evaluations.set_desired(evaluation.id, Desired.PAUSED),
            tx.evaluations.add_unit(evaluation.id, "dqn/1/1", {}, epoch=epoch),
            tx.evaluations.set_report(evaluation.id, {}, epoch=epoch),
        ):
            with pytest.raises(EvaluationEnded):
                await attempt
    assert ended.ended_at == world.clock.now()


async def test_an_older_activation_stores_nothing(world: World) -> None:
    evaluation = await world.an_evaluation()
    old = await world.a_lease(evaluation)
    await world.a_lease(evaluation)

    async with world.store.writing(world.owner.id) as tx:
        for attempt in (
            tx.evaluations.add_unit(evaluation.id, "dqn/1/1", {}, epoch=old),
            tx.evaluations.set_report(evaluation.id, {}, epoch=old),
            tx.evaluations.save_status(evaluation.id, {}, epoch=old),
        ):
            with pytest.raises(LeaseLost):
                await attempt


async def test_another_owners_evaluation_is_not_there(world: World) -> None:
    other = await world.another_user()
    evaluation = await world.an_evaluation()
    epoch = await world.a_lease(evaluation)
    async with world.store.writing(world.owner.id) as tx:
        await tx.evaluations.add_unit(evaluation.id, "dqn/1/1", {}, epoch=epoch)
        await tx.evaluations.set_report(evaluation.id, {}, epoch=epoch)

    async with world.store.writing(other.id) as tx:
        for attempt in (
            tx.evaluations.get(evaluation.id),
            tx.evaluations.report(evaluation.id),
            tx.evaluations.set_desired(evaluation.id, Desired.STOPPED),
            tx.evaluations.set_state(evaluation.id, RunState.FAILED, epoch=None),
        ):
            with pytest.raises(NotFound):
                await attempt
        with pytest.raises(LeaseLost):
            await tx.evaluations.add_unit(evaluation.id, "dqn/1/2", {}, epoch=epoch)
        await tx.evaluations.stop_all()
        assert await tx.evaluations.page() == []
        assert await tx.evaluations.units(evaluation.id) == {}
        assert await tx.evaluations.active_count() == 0
    async with world.store.reading(world.owner.id) as tx:
        assert (await tx.evaluations.get(evaluation.id)).desired is Desired.RUNNING


async def test_the_supervisor_sees_everybodys_active_ones(world: World) -> None:
    other = await world.another_user()
    mine, his = await world.an_evaluation(), await world.an_evaluation(other.id)
    async with world.store.writing(world.owner.id) as tx:
        await tx.evaluations.set_state(mine.id, RunState.STOPPED, epoch=None)

    async with Service(world.store).reading() as tx:
        assert [one.id for one in await tx.overview.active_evaluations()] == [his.id]


async def test_pages_are_in_order_of_ids_and_filtered_by_state(world: World) -> None:
    one, two, three = [await world.an_evaluation() for _ in range(3)]
    async with world.store.writing(world.owner.id) as tx:
        two = await tx.evaluations.set_state(two.id, RunState.FINISHED, epoch=None)

    async with world.store.reading(world.owner.id) as tx:
        page = tx.evaluations.page
        assert await page() == [three, two, one]
        assert await page(states=[RunState.QUEUED]) == [three, one]
        assert await page(before_id=three.id, limit=1) == [two]
        assert await page(after_id=one.id, oldest_first=True) == [two, three]
