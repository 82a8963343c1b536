from datetime import timedelta
from typing import Any

import pytest

from aibt.errors import NotFound

World = Any  # the fixture's class, tests/unit/store/conftest.py
SCORED = ("kind", "name", "label", "symbols", "start", "end", "total_return", "data")


async def names_seen_by(world: World, owner_id: int, **filters: Any) -> list[str]:
    async with world.store.reading(owner_id) as tx:
        return [score.name for score in await tx.scores.leaderboard(**filters)]


async def test_a_score_is_read_back_as_it_was_put(world: World) -> None:
    session = await world.a_session()

    put = await world.a_score(session, total_return=-0.25, data={"sharpe": None, "bars": 252})

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.scores.get(session.topic) == put
        assert await tx.scores.leaderboard() == [put]
    assert (put.topic, put.owner_id, put.kind) == (session.topic, world.owner.id, "agent")
    assert (put.symbols, put.total_return) == (("GOOGL", "^GSPC"), -0.25)
    assert (put.data, put.updated_at) == ({"sharpe": None, "bars": 252}, world.clock.now())
    assert (put.start, put.end) == (world.clock.now() - timedelta(days=30), world.clock.now())


async def test_a_score_takes_the_place_of_the_one_before_and_stays_as_public_as_it_was(
    world: World,
) -> None:
    session = await world.a_session()
    await world.a_score(session, is_public=False, total_return=0.1)
    async with world.store.writing(world.owner.id) as tx:
        assert (await tx.scores.set_public(session.topic, True)).is_public
    world.clock.advance(timedelta(days=1))

    again = await world.a_score(session, is_public=False, total_return=0.2, label="other")

    assert (again.is_public, again.total_return, again.label) == (True, 0.2, "other")
    assert again.updated_at == world.clock.now()
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.scores.leaderboard() == [again]


async def test_trainings_have_scores_too(world: World) -> None:
    training, session = await world.a_training(), await world.a_session()
    await world.a_score(session)
    await world.a_score(session, topic=training.topic, kind="bot", name="alpha")

    assert await names_seen_by(world, world.owner.id, kinds=["bot"]) == ["alpha"]


async def test_a_public_score_is_seen_by_everybody_and_changed_by_its_owner_alone(
    world: World,
) -> None:
    other = await world.another_user()
    shown = await world.a_session(await world.an_agent("shown"))
    hidden = await world.a_session(await world.an_agent("hidden"))
    public = await world.a_score(shown, is_public=True)
    await world.a_score(hidden)

    async with world.store.writing(other.id) as tx:
        assert await tx.scores.leaderboard() == [public]
        assert await tx.scores.leaderboard(mine=True) == []
        assert await tx.scores.shown(shown.topic) == public
        for attempt in (
            tx.scores.shown(hidden.topic),
            tx.scores.get(shown.topic),
            tx.scores.get(hidden.topic),
            tx.scores.set_public(shown.topic, False),
            tx.scores.set_public(hidden.topic, True),
        ):
            with pytest.raises(NotFound):
                await attempt
        with pytest.raises(NotFound):
            await tx.sessions.get(shown.id)
        with pytest.raises(NotFound):
            await tx.agents.get(shown.agent_id)
        values = {name: getattr(public, name) for name in SCORED}
        for session in (shown, hidden):
            with pytest.raises(NotFound):
                await tx.scores.put(topic=session.topic, is_public=True, **values)
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.scores.get(shown.topic) == public
        assert not (await tx.scores.get(hidden.topic)).is_public
        assert not (await tx.scores.shown(hidden.topic)).is_public


async def test_a_score_that_is_private_again_is_seen_no_more(world: World) -> None:
    other = await world.another_user()
    session = await world.a_session()
    await world.a_score(session, is_public=True)

    async with world.store.writing(world.owner.id) as tx:
        await tx.scores.set_public(session.topic, False)

    assert await names_seen_by(world, other.id) == []


async def test_the_leaderboard_joins_own_and_public_scores_the_best_first(world: World) -> None:
    other = await world.another_user()
    for owner_id, name, total_return, is_public in (
        (world.owner.id, "a", 0.5, False),
        (world.owner.id, "b", -0.2, True),
        (other.id, "c", 0.7, True),
        (other.id, "d", 0.9, False),
        (other.id, "e", 0.0, True),
    ):
        session = await world.a_session(await world.an_agent(name, owner_id))
        await world.a_score(session, total_return=total_return, is_public=is_public)

    assert await names_seen_by(world, world.owner.id) == ["c", "a", "e", "b"]
    assert await names_seen_by(world, world.owner.id, limit=2) == ["c", "a"]
    assert await names_seen_by(world, world.owner.id, mine=True) == ["a", "b"]
    assert await names_seen_by(world, other.id) == ["d", "c", "e", "b"]


async def test_the_leaderboard_is_filtered_by_kind_symbol_and_name(world: World) -> None:
    other = await world.another_user()
    for owner_id, name, kind, symbols in (
        (world.owner.id, "momentum", "baseline", ["^GSPC"]),
        (world.owner.id, "mono", "agent", ["GOOGL", "^GSPC"]),
        (other.id, "zeta", "agent", ["GOOG", "BRK.B"]),
        (other.id, "mono", "bot", []),
    ):
        session = await world.a_session(await world.an_agent(name, owner_id))
        await world.a_score(
            session, kind=kind, name=name, symbols=symbols, is_public=True, label=kind
        )

    async def found(**filters: Any) -> set[tuple[str, str]]:
        async with world.store.reading(world.owner.id) as tx:
            return {(one.name, one.kind) for one in await tx.scores.leaderboard(**filters)}

    assert await found(kinds=["agent"]) == {("mono", "agent"), ("zeta", "agent")}
    assert await found(kinds=["bot", "baseline"]) == {("momentum", "baseline"), ("mono", "bot")}
    assert await found(symbol="GOOGL") == {("mono", "agent")}
    assert await found(symbol="GOOG") == {("zeta", "agent")}
    assert await found(symbol="OOG") == set()
    assert await found(symbol="%") == await found(symbol="BRK_B") == set()
    assert await found(name="mo") == {("momentum", "baseline"), ("mono", "agent"), ("mono", "bot")}
    assert await found(name="mono", kinds=["bot"], mine=True) == set()
