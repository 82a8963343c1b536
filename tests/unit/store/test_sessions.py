import asyncio
from datetime import timedelta
from typing import Any

import pytest

from aibt.errors import AgentBusy, LeaseLost, NotFound, SessionEnded
from aibt.live.events import Emission
from aibt.live.states import Desired, RunState
from aibt.store.records import EquityPoint
from aibt.store.service import Service
from tests.unit.store.entries import a_draft, a_fill, a_mark

World = Any  # the fixture's class, tests/unit/store/conftest.py


async def test_a_session_is_queued_and_read_back_as_it_was_created(world: World) -> None:
    agent = await world.an_agent("trader")
    request = {"universe": ["GOOGL"], "datasets": {"GOOGL": "d1"}, "seed": None, "max_cost": 0.5}

    created = await world.a_session(agent, request=request, data={"notes": ["a", {"b": [1]}]})

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.sessions.get(created.id) == created
        assert await tx.sessions.active_of(agent.id) == created
        assert await tx.events.last_seq(created.topic) == 0
        assert await tx.journal.last_seq(created.id) == 0
    assert (created.state, created.desired) == (RunState.QUEUED, Desired.RUNNING)
    assert (created.request, created.data) == (request, {"notes": ["a", {"b": [1]}]})
    assert (created.agent_name, created.topic) == ("trader", f"session/{created.id}")
    assert (created.status, created.last_seq) == ({}, 0)
    assert created.created_at == world.clock.now()
    assert created.started_at is created.ended_at is created.reason is None


async def test_an_agent_has_one_active_session_whoever_asks_at_once(world: World) -> None:
    agent = await world.an_agent("trader")

    answers = await asyncio.gather(
        *(world.a_session(agent) for _ in range(5)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["AgentBusy"] * 4 + ["Session"]


async def test_an_agent_is_free_again_after_the_end(world: World) -> None:
    agent = await world.an_agent("trader")
    first = await world.a_session(agent)
    with pytest.raises(AgentBusy) as busy:
        await world.a_session(agent)
    assert busy.value.session_id == first.id
    await world.end_session(first)

    second = await world.a_session(agent)

    assert second.id == first.id + 1
    async with world.store.reading(world.owner.id) as tx:
        assert await tx.sessions.active_of(agent.id) == second
        assert await tx.sessions.active_count() == 1


async def test_trainings_and_sessions_of_one_number_are_two_things(world: World) -> None:
    training, session = await world.a_training(), await world.a_session()

    assert training.id == session.id
    assert {training.topic, session.topic} == {f"training/{session.id}", f"session/{session.id}"}
    assert await world.a_lease(training) == await world.a_lease(session) == 1


async def test_another_owners_session_is_not_there(world: World) -> None:
    other = await world.another_user()
    agent = await world.an_agent("trader", is_public=True)
    session = await world.a_session(agent)
    epoch = await world.a_lease(session)
    async with world.store.writing(world.owner.id) as tx:
        await tx.journal.append(session.id, epoch, [a_draft("a"), a_fill("f"), a_mark("m")])
        await tx.sessions.save_status(session.id, {"cost": 5.0}, epoch=epoch)

    async with world.store.writing(other.id) as tx:
        for attempt in (
            tx.sessions.get(session.id),
            tx.sessions.set_desired(session.id, Desired.STOPPED),
            tx.sessions.set_state(session.id, RunState.FAILED, epoch=None),
            tx.sessions.create(agent.id, request={}, data={}),
            tx.account.put_equity(session.topic, []),
            tx.scores.set_public(session.topic, True),
            tx.events.append(session.topic, None, []),
        ):
            with pytest.raises(NotFound):
                await attempt
        for attempt in (
            tx.sessions.save_status(session.id, {}, epoch=epoch),
            tx.sessions.set_state(session.id, RunState.FAILED, epoch=epoch),
            tx.journal.append(session.id, epoch, [a_draft("thief")]),
            tx.journal.append(session.id, epoch, [], [Emission(key="t", kind="log", data={})]),
        ):
            with pytest.raises(LeaseLost):
                await attempt
        await tx.sessions.stop_all()
        assert await tx.sessions.page() == await tx.sessions.page(agent_id=agent.id) == []
        assert await tx.sessions.active_of(agent.id) is None
        assert await tx.sessions.active_count() == 0
        assert await tx.sessions.cost_since(session.created_at) == 0
        assert await tx.journal.read(session.id) == []
        assert await tx.journal.last_seq(session.id) == 0
        assert await tx.account.fills(session.id) == []
        assert await tx.account.equity(session.topic) == []
    async with world.store.reading(world.owner.id) as tx:
        assert (await tx.sessions.get(session.id)).desired is Desired.RUNNING
        assert await tx.journal.last_seq(session.id) == 3


async def test_pages_are_in_order_of_ids_and_filtered(world: World) -> None:
    alpha, beta = await world.an_agent("alpha"), await world.an_agent("beta")
    one = await world.end_session(await world.a_session(alpha))
    two = await world.end_session(await world.a_session(beta), RunState.FAILED)
    three = await world.a_session(alpha)

    async with world.store.reading(world.owner.id) as tx:

        async def ids(**filters: Any) -> list[int]:
            return [one.id for one in await tx.sessions.page(**filters)]

        assert await ids() == [three.id, two.id, one.id]
        assert await ids(limit=2, before_id=three.id) == [two.id, one.id]
        assert await ids(oldest_first=True, after_id=one.id) == [two.id, three.id]
        assert await ids(agent_id=alpha.id) == [three.id, one.id]
        assert await ids(states=[RunState.FAILED, RunState.QUEUED]) == [three.id, two.id]
        assert await ids(states=[]) == []


async def test_the_first_run_and_the_end_are_dated_and_the_end_is_final(world: World) -> None:
    session = await world.a_session()
    at = []
    async with world.store.writing(world.owner.id) as tx:
        for state in (RunState.RUNNING, RunState.PAUSED, RunState.RUNNING, RunState.FINISHED):
            world.clock.advance(timedelta(minutes=1))
            at.append(world.clock.now())
            session = await tx.sessions.set_state(
                session.id, state, epoch=None, reason=f"it is {state}"
            )
    assert (session.started_at, session.ended_at) == (at[0], at[3])
    assert (session.state, session.reason) == (RunState.FINISHED, "it is finished")

    assert await world.end_session(session, RunState.FINISHED) == session
    async with world.store.writing(world.owner.id) as tx:
        for attempt in (
            tx.sessions.set_state(session.id, RunState.RUNNING, epoch=None),
            tx.sessions.set_state(session.id, RunState.STOPPED, epoch=None),
            tx.sessions.set_desired(session.id, Desired.RUNNING),
        ):
            with pytest.raises(SessionEnded):
                await attempt


async def test_a_state_and_a_status_are_taken_from_the_current_epoch_alone(world: World) -> None:
    session = await world.a_session()
    old = await world.a_lease(session)
    new = await world.a_lease(session)

    async with world.store.writing(world.owner.id) as tx:
        for attempt in (
            tx.sessions.set_state(session.id, RunState.RUNNING, epoch=old),
            tx.sessions.save_status(session.id, {"step": 1}, epoch=old),
        ):
            with pytest.raises(LeaseLost):
                await attempt
        await tx.sessions.set_state(session.id, RunState.FINISHED, epoch=new)
        await tx.sessions.save_status(session.id, {"step": 2}, epoch=new)
        assert (await tx.sessions.get(session.id)).status == {"step": 2}


async def test_all_active_ones_are_wanted_stopped_at_once(world: World) -> None:
    running = await world.a_session(await world.an_agent("alpha"))
    ended = await world.end_session(await world.a_session(await world.an_agent("beta")))

    async with world.store.writing(world.owner.id) as tx:
        await tx.sessions.stop_all()

        assert (await tx.sessions.get(running.id)).desired is Desired.STOPPED
        assert await tx.sessions.get(ended.id) == ended


async def test_costs_are_those_of_the_sessions_created_since(world: World) -> None:
    moments = []
    for number, cost in enumerate((8.0, 0.25, None, 1, "none")):
        session = await world.a_session(await world.an_agent(f"agent {number}"))
        moments.append(session.created_at)
        epoch = await world.a_lease(session)
        status = {} if cost == "none" else {"cost": cost}
        async with world.store.writing(world.owner.id) as tx:
            await tx.sessions.save_status(session.id, status, epoch=epoch)
        world.clock.advance(timedelta(hours=1))

    async with world.store.reading(world.owner.id) as tx:
        assert await tx.sessions.cost_since(moments[0]) == 9.25
        assert await tx.sessions.cost_since(moments[1]) == 1.25
        assert await tx.sessions.cost_since(moments[-1]) == 0.0
        assert await tx.sessions.cost_since(world.clock.now()) == 0.0


async def test_a_command_is_attached_to_the_session_that_it_created(world: World) -> None:
    session = await world.a_session()
    async with world.store.writing(world.owner.id) as tx:
        await tx.commands.begin("c", "d")
        await tx.commands.attach("c", session_id=session.id)
        await tx.commands.finish("c", {"id": session.id})
        known = await tx.commands.begin("c", "d")
        with pytest.raises(ValueError, match="neither"):
            await tx.commands.attach("c")

    assert known is not None
    assert (known.session_id, known.training_id) == (session.id, None)
    assert known.answer == {"id": session.id}


async def test_the_service_sees_everybodys_agents_and_sessions(world: World) -> None:
    other = await world.another_user()
    theirs = await world.an_agent("alpha", other.id)
    first = await world.a_session(theirs)
    mine = await world.an_agent("alpha")
    ended = await world.end_session(await world.a_session(mine))
    last = await world.a_session(await world.an_agent("beta"))

    async with Service(world.store).reading() as tx:
        assert await tx.overview.active_sessions() == [first, last]
        assert await tx.overview.session(ended.id) == ended
        assert await tx.overview.agent(theirs.id) == theirs
        everything = await tx.overview.sessions()
        stopped = await tx.overview.sessions(states=[RunState.STOPPED], before_id=last.id)
        agents = await tx.overview.agents(before_id=last.agent_id)
        of_other = await tx.overview.agents(owner_id=other.id)
        with pytest.raises(NotFound):
            await tx.overview.session(99)
        with pytest.raises(NotFound):
            await tx.overview.agent(99)
    assert [(email, one.id) for email, one in everything] == [
        (world.owner.email, last.id),
        (world.owner.email, ended.id),
        (other.email, first.id),
    ]
    assert stopped == [(world.owner.email, ended)]
    assert agents == [(world.owner.email, mine), (other.email, theirs)]
    assert of_other == [(other.email, theirs)]


async def test_a_curve_is_stored_in_place_of_the_one_before(world: World) -> None:
    training = await world.a_training()
    at = world.clock.now()
    points = [
        EquityPoint(at=at + timedelta(days=day), equity=100.0 + day, exposure=0.5)
        for day in (2, 0, 1)
    ]
    async with world.store.writing(world.owner.id) as tx:
        await tx.account.put_equity(training.topic, points)
        assert await tx.account.equity(training.topic) == sorted(points, key=lambda one: one.at)
        await tx.account.put_equity(training.topic, points[:1])
        assert await tx.account.equity(training.topic) == points[:1]
        await tx.account.put_equity(training.topic, [])
        assert await tx.account.equity(training.topic) == []
