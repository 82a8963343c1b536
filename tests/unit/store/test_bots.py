from typing import Any

import pytest

from aibt.errors import BotBusy, LeaseLost, NameTaken, NotFound, VersionConflict
from aibt.live.states import RunState

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_a_bot_is_read_back_as_it_was_created(world: World) -> None:
    created = await world.a_bot("alpha")

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.bots.get("alpha") == created
        assert await tx.bots.by_id(created.id) == created
    assert (created.lr, created.gamma, created.hidden_layers) == (0.001, 0.97, 43)
    assert (created.algorithm, created.encoder) == ("dqn", "mlp")
    assert (created.version, created.weights) == (1, None)
    assert created.created_at == created.updated_at == world.clock.now()


async def test_a_name_is_taken_only_among_ones_own(world: World) -> None:
    other = await world.another_user()
    await world.a_bot("alpha")
    await world.a_bot("alpha", other.id)

    with pytest.raises(NameTaken) as taken:
        await world.a_bot("alpha")
    assert taken.value.field == "name"


async def test_another_owners_bot_is_not_there(world: World) -> None:
    other = await world.another_user()
    bot = await world.a_bot("alpha")

    async with world.store.writing(other.id) as tx:
        for attempt in (
            tx.bots.get("alpha"),
            tx.bots.by_id(bot.id),
            tx.bots.update("alpha", lr=0.5),
            tx.bots.delete("alpha"),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert await tx.bots.page() == []


async def test_pages_follow_one_another_by_name(world: World) -> None:
    for name in ("c", "a", "d", "b"):
        await world.a_bot(name)

    async with world.store.reading(world.owner.id) as tx:
        first = await tx.bots.page(limit=3)
        second = await tx.bots.page(after=(first[-1].name, first[-1].id), limit=3)
    assert [bot.name for bot in first + second] == ["a", "b", "c", "d"]


async def test_an_update_changes_what_it_names_and_counts_a_version(world: World) -> None:
    await world.a_bot("alpha")

    async with world.store.writing(world.owner.id) as tx:
        bot = await tx.bots.update("alpha", new_name="beta", lr=0.5)

    assert (bot.name, bot.lr, bot.gamma, bot.version) == ("beta", 0.5, 0.97, 2)


async def test_an_update_that_changes_nothing_leaves_the_version(world: World) -> None:
    before = await world.a_bot("alpha")

    async with world.store.writing(world.owner.id) as tx:
        assert await tx.bots.update("alpha", new_name="alpha", lr=0.001) == before


async def test_an_update_from_an_old_version_is_refused(world: World) -> None:
    await world.a_bot("alpha")
    async with world.store.writing(world.owner.id) as tx:
        await tx.bots.update("alpha", lr=0.5, seen_version=1)

    with pytest.raises(VersionConflict):
        async with world.store.writing(world.owner.id) as tx:
            await tx.bots.update("alpha", lr=0.6, seen_version=1)


async def test_a_bot_cannot_be_given_anothers_name(world: World) -> None:
    await world.a_bot("alpha")
    await world.a_bot("beta")

    with pytest.raises(NameTaken) as taken:
        async with world.store.writing(world.owner.id) as tx:
            await tx.bots.update("alpha", new_name="beta")
    assert taken.value.field == "new_name"


@pytest.mark.parametrize(
    "change", [{"hidden_layers": 8}, {"depth": 3}, {"algorithm": "other"}, {"encoder": "gru"}]
)
async def test_what_the_weights_do_not_fit_drops_them_and_waits_for_the_training(
    world: World, change: dict[str, Any]
) -> None:
    bot = await world.a_bot("alpha")
    training = await world.a_training(bot)
    epoch = await world.a_lease(training)
    async with world.store.writing(world.owner.id) as tx:
        await tx.bots.set_weights(training.id, epoch, "weights/1")

    with pytest.raises(BotBusy):
        async with world.store.writing(world.owner.id) as tx:
            await tx.bots.update("alpha", **change)
    await world.end(training)
    async with world.store.writing(world.owner.id) as tx:
        kept = await tx.bots.update("alpha", lr=0.5)
        dropped = await tx.bots.update("alpha", **change)

    assert kept.weights == "weights/1"
    assert dropped.weights is None


@pytest.mark.parametrize("change", [{"algorithm": "other"}, {"encoder": "gru"}])
async def test_a_start_that_changes_how_the_bot_learns_drops_its_weights(
    world: World, change: dict[str, Any]
) -> None:
    bot = await world.a_bot("alpha")
    training = await world.a_training(bot)
    epoch = await world.a_lease(training)
    async with world.store.writing(world.owner.id) as tx:
        await tx.bots.set_weights(training.id, epoch, "weights/1")

    with pytest.raises(BotBusy) as busy:
        async with world.store.writing(world.owner.id) as tx:
            await tx.bots.starting(bot.id, **change)
    await world.end(training)
    async with world.store.writing(world.owner.id) as tx:
        same = await tx.bots.starting(bot.id, algorithm="dqn", encoder="mlp")
        changed = await tx.bots.starting(bot.id, **change)

    assert busy.value.field == "bot_name"
    assert same.weights == "weights/1"
    assert changed.weights is None
    assert {name: getattr(changed, name) for name in change} == change


async def test_a_deleted_bots_name_is_free_and_its_trainings_stay_readable(world: World) -> None:
    bot = await world.a_bot("alpha")
    training = await world.end(await world.a_training(bot))
    async with world.store.writing(world.owner.id) as tx:
        await tx.bots.delete("alpha")
    again = await world.a_bot("alpha")

    assert again.id != bot.id
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.trainings.get(training.id) == training
        assert [one.id for one in await tx.bots.page()] == [again.id]
    with pytest.raises(NotFound):
        await world.a_training(bot)


@pytest.mark.parametrize("state", [state for state in RunState if not state.has_ended])
async def test_a_bot_with_an_active_training_is_not_deleted(world: World, state: RunState) -> None:
    bot = await world.a_bot("alpha")
    training = await world.a_training(bot)
    async with world.store.writing(world.owner.id) as tx:
        await tx.trainings.set_state(training.id, state, epoch=None)

    with pytest.raises(BotBusy) as busy:
        async with world.store.writing(world.owner.id) as tx:
            await tx.bots.delete("alpha")
    assert busy.value.training_id == training.id


async def test_weights_are_taken_from_the_current_epoch_alone(world: World) -> None:
    training = await world.a_training(await world.a_bot("alpha"))
    old = await world.a_lease(training)
    new = await world.a_lease(training)

    with pytest.raises(LeaseLost):
        async with world.store.writing(world.owner.id) as tx:
            await tx.bots.set_weights(training.id, old, "old")
    async with world.store.writing(world.owner.id) as tx:
        await tx.bots.set_weights(training.id, new, "new")
        bot = await tx.bots.get("alpha")
    assert (bot.weights, bot.version) == ("new", 2)
