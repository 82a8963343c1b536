from typing import Any

import pytest

from aibt.errors import AgentBusy, AgentNameTaken, NotFound, VersionConflict
from aibt.live.states import RunState

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_an_agent_is_read_back_as_it_was_created(world: World) -> None:
    config = {"universe": ["GOOGL", "^GSPC"], "max_cost": None, "balance": 10_000.0}

    created = await world.an_agent("trader", base_model="openai/gpt", config=config)

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.agents.get(created.id) == created
        assert await tx.agents.by_name("trader") == created
    assert (created.base_model, created.config, created.is_public) == ("openai/gpt", config, False)
    assert (created.version, created.owner_id) == (1, world.owner.id)
    assert created.created_at == created.updated_at == world.clock.now()


async def test_a_name_is_taken_only_among_ones_own_agents(world: World) -> None:
    other = await world.another_user()
    await world.a_bot("trader")
    await world.an_agent("trader")
    await world.an_agent("trader", other.id)

    with pytest.raises(AgentNameTaken) as taken:
        await world.an_agent("trader")
    assert taken.value.field == "name"


async def test_another_owners_agent_is_not_there(world: World) -> None:
    other = await world.another_user()
    agent = await world.an_agent("trader", is_public=True)

    async with world.store.writing(other.id) as tx:
        for attempt in (
            tx.agents.get(agent.id),
            tx.agents.by_name("trader"),
            tx.agents.update(agent.id, base_model="x"),
            tx.agents.delete(agent.id),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert await tx.agents.page() == await tx.agents.all() == []
        assert await tx.agents.count() == 0


async def test_all_and_pages_are_in_order_of_names(world: World) -> None:
    for name in ("c", "a", "d", "b"):
        await world.an_agent(name)

    async with world.store.reading(world.owner.id) as tx:
        everything = await tx.agents.all()
        first = await tx.agents.page(limit=3)
        second = await tx.agents.page(after=(first[-1].name, first[-1].id), limit=3)
        chosen = await tx.agents.page(prefix="c")
        newest = await tx.agents.page(order="created_at", descending=True, limit=1)
        assert await tx.agents.count() == 4
    assert [agent.name for agent in everything] == ["a", "b", "c", "d"]
    assert first + second == everything
    assert [agent.name for agent in chosen] == ["c"]
    assert [agent.name for agent in newest] == ["b"]


async def test_an_update_changes_what_it_names_and_counts_a_version(world: World) -> None:
    agent = await world.an_agent("trader", config={"prompt": "a", "balance": 1.0})

    async with world.store.writing(world.owner.id) as tx:
        changed = await tx.agents.update(
            agent.id, name="other", config={"prompt": "b"}, is_public=True, version=1
        )

    assert (changed.id, changed.name, changed.version) == (agent.id, "other", 2)
    assert (changed.config, changed.is_public) == ({"prompt": "b"}, True)
    assert changed.base_model == agent.base_model


async def test_an_agent_becomes_private_again(world: World) -> None:
    agent = await world.an_agent("trader", is_public=True)

    async with world.store.writing(world.owner.id) as tx:
        assert not (await tx.agents.update(agent.id, is_public=False)).is_public


async def test_an_update_that_changes_nothing_leaves_the_version(world: World) -> None:
    agent = await world.an_agent("trader")

    async with world.store.writing(world.owner.id) as tx:
        same = await tx.agents.update(agent.id, name="trader", config=dict(agent.config))
    assert same == agent


async def test_an_update_from_an_old_version_is_refused(world: World) -> None:
    agent = await world.an_agent("trader")
    async with world.store.writing(world.owner.id) as tx:
        await tx.agents.update(agent.id, base_model="x", version=1)

    with pytest.raises(VersionConflict) as conflict:
        async with world.store.writing(world.owner.id) as tx:
            await tx.agents.update(agent.id, base_model="y", version=1)
    assert (conflict.value.kind, conflict.value.found) == ("agent", 2)


async def test_an_agent_cannot_be_given_anothers_name(world: World) -> None:
    await world.an_agent("one")
    two = await world.an_agent("two")

    with pytest.raises(AgentNameTaken) as taken:
        async with world.store.writing(world.owner.id) as tx:
            await tx.agents.update(two.id, name="one")
    assert taken.value.field == "name"


async def test_a_deleted_agents_name_is_free_and_its_sessions_stay_readable(world: World) -> None:
    agent = await world.an_agent("trader")
    session = await world.end_session(await world.a_session(agent))
    async with world.store.writing(world.owner.id) as tx:
        await tx.agents.delete(agent.id)
    again = await world.an_agent("trader")

    assert again.id != agent.id
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.sessions.get(session.id) == session
        assert await tx.agents.all() == [again]
    with pytest.raises(NotFound):
        await world.a_session(agent)


@pytest.mark.parametrize("state", [state for state in RunState if not state.has_ended])
async def test_an_agent_with_an_active_session_is_not_deleted(
    world: World, state: RunState
) -> None:
    agent = await world.an_agent("trader")
    session = await world.a_session(agent)
    async with world.store.writing(world.owner.id) as tx:
        await tx.sessions.set_state(session.id, state, epoch=None)

    with pytest.raises(AgentBusy) as busy:
        async with world.store.writing(world.owner.id) as tx:
            await tx.agents.delete(agent.id)
    assert (busy.value.session_id, busy.value.field) == (session.id, "model_id")
