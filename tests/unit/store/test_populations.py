"""Populations: who the members are, what may be done with each, and what the search did."""

from typing import Any

import pytest

from aibt.errors import NotFound
from aibt.live.states import Desired, RunState
from aibt.store.records import Mark

World = Any  # the fixture's class, tests/unit/store/conftest.py

STEP = {
    "kind": "exploit",
    "member": 2,
    "source": 1,
    "episode": 5,
    "step": 500,
    "changes": {"lr": 0.5},
    "weights": "trainings/2/taken/1-500.safetensors",
    "scores": {"1": 0.25, "2": -0.5},
}


async def test_a_training_says_which_population_it_is_a_member_of(world: World) -> None:
    members = [await world.a_training(await world.a_bot(name)) for name in ("one", "two")]
    alone = await world.a_training(await world.a_bot("alone"))
    population = await world.a_population(*members)

    async with world.store.reading(world.owner.id) as tx:
        found = await tx.trainings.of_population(population.id)
        assert [(one.id, one.population_id, one.member) for one in found] == [
            (members[0].id, population.id, 1),
            (members[1].id, population.id, 2),
        ]
        assert (await tx.trainings.get(members[1].id)).member == 2
        assert (await tx.trainings.get(alone.id)).population_id is None
        assert len(await tx.trainings.page()) == 3


async def test_marks_and_the_search_are_kept(world: World) -> None:
    members = [await world.a_training(await world.a_bot(name)) for name in ("one", "two")]
    population = await world.a_population(*members)

    async with world.store.writing(world.owner.id) as tx:
        held = await tx.populations.locked(population.id)
        await tx.populations.set_mark(held.id, 2, Mark.PINNED)
        await tx.populations.set_searching(held.id, False)

    async with world.store.reading(world.owner.id) as tx:
        found = await tx.populations.members([population.id])
        assert [(one.member, one.mark) for one in found] == [(1, Mark.FREE), (2, Mark.PINNED)]
        assert (await tx.populations.get(population.id)).searching is False


async def test_a_member_knows_at_which_of_its_episodes_it_was_looked_at(world: World) -> None:
    members = [await world.a_training(await world.a_bot(name)) for name in ("one", "two")]
    population = await world.a_population(*members)

    async with world.store.writing(world.owner.id) as tx:
        await tx.populations.set_looked_at(population.id, 2, 30)

    async with world.store.reading(world.owner.id) as tx:
        found = await tx.populations.members([population.id])
        assert [one.looked_at_episode for one in found] == [0, 30]


async def test_who_is_to_run_has_not_ended_and_nobody_wants_it_paused_or_stopped(
    world: World,
) -> None:
    names = ("queued", "paused", "stopped", "ended")
    members = [await world.a_training(await world.a_bot(name)) for name in names]
    population = await world.a_population(*members)
    async with world.store.writing(world.owner.id) as tx:
        await tx.trainings.set_desired(members[1].id, Desired.PAUSED)
        await tx.trainings.set_desired(members[2].id, Desired.STOPPED)
    await world.end(members[3], RunState.FINISHED)

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.populations.to_run(population.id) == {1}


async def test_steps_are_numbered_within_their_population_and_counted(world: World) -> None:
    first, second = await world.a_population(), await world.a_population(name="others")

    async with world.store.writing(world.owner.id) as tx:
        taken = [await tx.populations.add_step(first.id, **STEP)]
        await tx.populations.add_step(second.id, **STEP)
        taken.append(await tx.populations.add_step(first.id, **(STEP | {"episode": 10})))

    assert [one.number for one in taken] == [1, 2]
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.populations.steps(first.id) == taken
        assert await tx.populations.steps(first.id, after=1) == taken[1:]
        assert await tx.populations.count_steps([first.id, 99]) == {first.id: 2, 99: 0}


async def test_steps_on_a_market_are_those_of_all_populations_there(world: World) -> None:
    members = [await world.a_training(await world.a_bot(name)) for name in ("one", "two", "three")]
    async with world.store.writing(world.owner.id) as tx:
        for at, (symbol, period) in enumerate((("A", "1d"), ("A", "1d"), ("A", "1h"))):
            data = {"symbol": symbol, "period": period, "source": f"source {at}"}
            made = await tx.populations.create(name="p", request={}, data=data, searching=True)
            await tx.populations.add_member(made.id, 1, members[at].id)
            await tx.populations.add_step(made.id, **(STEP | {"member": 1, "source": None}))

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.populations.count_steps_on("A", "1d") == 2
        assert await tx.populations.count_steps_on("A", "1h") == 1
        assert await tx.populations.count_steps_on("B", "1d") == 0
    other = await world.another_user()
    async with world.store.reading(other.id) as tx:
        assert await tx.populations.count_steps_on("A", "1d") == 0


async def test_the_newest_population_comes_first_and_ids_page_on(world: World) -> None:
    made = [await world.a_population(name=name) for name in "abc"]

    async with world.store.reading(world.owner.id) as tx:
        newest = await tx.populations.page(limit=2)
        rest = await tx.populations.page(before_id=newest[-1].id)

    assert [*newest, *rest] == made[::-1]


async def test_another_users_population_is_not_there(world: World) -> None:
    population = await world.a_population(await world.a_training())
    other = await world.another_user()

    async with world.store.writing(other.id) as tx:
        for missing in (
            tx.populations.get(population.id),
            tx.populations.locked(population.id),
            tx.populations.set_mark(population.id, 1, Mark.EXCLUDED),
            tx.populations.set_looked_at(population.id, 1, 5),
        ):
            with pytest.raises(NotFound):
                await missing
        assert await tx.populations.page() == []
        assert await tx.populations.members([population.id]) == []
        assert await tx.populations.to_run(population.id) == set()
        assert await tx.trainings.of_population(population.id) == []


async def test_a_change_keeps_what_it_takes_over(world: World) -> None:
    training = await world.a_training()

    async with world.store.writing(world.owner.id) as tx:
        made = await tx.changes.add(
            training.id, epoch=None, step=5, changes={"lr": 0.5}, weights=STEP["weights"]
        )

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.changes.after(training.id) == [made]
    assert made.weights == STEP["weights"]
