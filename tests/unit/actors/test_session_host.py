"""The life of a session in one process: it runs, and commands take effect at every moment of it."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from aibt.errors import ActorUnavailable, SessionEnded
from aibt.live.journal import Entry
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from tests.patience import PATIENCE_S
from tests.unit.actors.conftest import StartSession
from tests.unit.actors.hosting import until
from tests.unit.actors.session_hosting import (
    BARS,
    DECISIONS,
    ROUNDS,
    CutRecorder,
    SessionHosting,
    answered,
    kinds,
    seems_still,
)


@pytest.fixture
async def hosting(store: Store, asked: StartSession) -> SessionHosting:
    return SessionHosting(store, await asked())


async def test_a_session_runs_to_its_end_and_tells_all_of_it_once_and_in_order(
    hosting: SessionHosting,
) -> None:
    await hosting.begin()

    assert await hosting.ended() is RunState.FINISHED

    assert await hosting.states() == ["loading", "running", "finished"]
    told = await hosting.told()
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    count = {kind: sum(one == kind for _, one, _ in told) for kind in ("step", "tool", "result")}
    assert count == {"step": BARS, "tool": 2 * DECISIONS, "result": 2 * DECISIONS}
    assert sum(kind == "fill" for _, kind, _ in told) == DECISIONS + 1  # and one at the end
    assert (told[-1][1], (await kinds(hosting))[-1]) == ("state", "end")


async def test_the_row_of_an_ended_session_shows_its_last_status(hosting: SessionHosting) -> None:
    await hosting.begin()
    await hosting.ended()

    row = await hosting.row()

    equity = float(hosting.runs[0].account.portfolio.equity())
    assert (row.state, row.status["state"]) == (RunState.FINISHED, "finished")
    assert (row.status["step"], row.status["steps"], row.status["equity"]) == (BARS, BARS, equity)
    assert row.started_at is not None
    assert row.ended_at is not None


async def test_the_status_of_a_session_is_shown_while_it_runs(hosting: SessionHosting) -> None:
    host = await hosting.begin()
    await hosting.asked(1)

    async with asyncio.timeout(PATIENCE_S):
        poll = await host.poll(host.row.last_seq, 0, 5)
        while poll.status is None or poll.status["partial"] != "hm":
            poll = await host.poll(poll.cursor, poll.status_version, 5)

    assert (poll.status["step"], poll.status["state"]) == (1, "running")
    assert poll.status["cursor"] == host.status()["cursor"] == len(await hosting.told())
    await hosting.lose()


async def test_the_account_is_scored_before_its_end_is_told(hosting: SessionHosting) -> None:
    await hosting.begin()
    await hosting.ended()

    assert hosting.scores == ["running"]


async def test_a_paused_answer_is_read_to_its_end_and_nothing_follows(
    hosting: SessionHosting,
) -> None:
    host = await hosting.begin()
    await hosting.asked(1)

    paused = await host.pause("a" * 32)
    hosting.model.turns.release()
    await until(lambda: hosting.runs[0].spending.answers == 1)

    assert paused["state"] == "paused"
    await asyncio.sleep(0.1)
    assert (await kinds(hosting))[-1] == "answer"
    assert await seems_still(hosting)
    assert (await hosting.row()).state is RunState.PAUSED
    assert (await host.resume(None))["state"] == "running"
    assert await hosting.ended() is RunState.FINISHED
    assert hosting.model.asked == ROUNDS * DECISIONS


async def test_the_account_is_scored_at_a_pause_without_keeping_its_answer_waiting(
    hosting: SessionHosting,
) -> None:
    never = asyncio.Event()

    async def hang() -> None:
        await never.wait()

    hosting.scoring = hang
    host = await hosting.begin()
    await hosting.asked(1)

    async with asyncio.timeout(PATIENCE_S):
        await host.pause(None)
        await host.resume(None)

    never.set()
    await hosting.ended()
    assert len(hosting.scores) == 2


async def test_a_stop_cuts_an_answer_and_no_event_follows_it(hosting: SessionHosting) -> None:
    host = await hosting.begin()
    await hosting.asked(1)

    async with asyncio.timeout(PATIENCE_S):
        stopped = await host.stop("b" * 32)

    assert (stopped["state"], hosting.model.cut) == ("stopped", 1)
    assert await hosting.ended() is RunState.STOPPED
    assert (await hosting.row()).state is RunState.STOPPED
    assert (await hosting.states())[-1] == "stopped"
    assert await seems_still(hosting)
    assert hosting.scores == ["stopped"]
    with pytest.raises(SessionEnded):
        await host.stop("b" * 32)


async def test_a_paused_session_is_stopped(hosting: SessionHosting) -> None:
    host = await hosting.begin()
    await hosting.asked(1)
    await host.pause(None)

    await host.stop(None)

    assert await hosting.ended() is RunState.STOPPED
    assert await hosting.states() == ["loading", "running", "paused", "stopped"]


@pytest.mark.parametrize("command", ["pause", "stop"])
async def test_an_order_that_is_being_placed_is_placed_before_the_command_is_answered(
    store: Store, asked: StartSession, command: str
) -> None:
    hosting = SessionHosting(store, await asked())
    at_order, through = asyncio.Event(), asyncio.Event()

    class Slow(CutRecorder):
        async def append(self, drafts: Any) -> list[Entry]:
            if any(draft.kind == "order" for draft in drafts):
                at_order.set()
                await through.wait()
            return await super().append(drafts)

    hosting.kind = Slow
    host = await hosting.begin()
    hosting.model.turns.release()
    await at_order.wait()

    commanded = asyncio.create_task(getattr(host, command)(None))
    await asyncio.sleep(0.1)
    assert not commanded.done()
    through.set()
    await commanded

    assert "order" in await kinds(hosting)
    assert await seems_still(hosting)
    if command == "stop":  # what was done is told, though nothing followed from it
        assert (await kinds(hosting))[-1] == "result"
        assert (await hosting.told())[-1][1] == "state"
    else:
        await host.resume(None)
        assert await hosting.ended() is RunState.FINISHED


async def test_a_session_is_paused_between_two_tools(hosting: SessionHosting) -> None:
    hosting.tools.clear()
    host = await hosting.begin()
    hosting.model.turns.release()
    await until(lambda: hosting.runs != [] and hosting.runs[0].spending.answers == 1)
    await asyncio.sleep(0.05)

    pausing = asyncio.create_task(host.pause(None))
    await asyncio.sleep(0.05)
    hosting.tools.set()
    await pausing

    assert await seems_still(hosting)
    assert hosting.runs[0].account.broker.pending
    await host.resume(None)
    assert await hosting.ended() is RunState.FINISHED
    tools = [data["call_id"] for _, kind, data in await hosting.told() if kind == "tool"]
    assert len(tools) == len(set(tools)) == 2 * DECISIONS


async def test_a_session_is_paused_and_resumed_while_it_loads(hosting: SessionHosting) -> None:
    hosting.loading.clear()
    host = await hosting.begin()
    await until(lambda: hosting.loads == 1)

    assert (await host.pause(None))["state"] == "paused"
    hosting.loading.set()
    await until(lambda: hosting.runs != [])
    await asyncio.sleep(0.1)

    assert hosting.model.asked == 0
    assert (await host.resume(None))["state"] == "running"
    assert await hosting.ended() is RunState.FINISHED
    assert await hosting.states() == ["loading", "paused", "running", "finished"]


async def test_a_session_that_is_to_be_paused_from_the_start_asks_nothing(
    hosting: SessionHosting,
) -> None:
    await hosting.wish(Desired.PAUSED)
    host = await hosting.begin()
    await until(lambda: host.state is RunState.PAUSED)
    await asyncio.sleep(0.1)

    assert hosting.model.asked == 0
    assert await hosting.states() == ["loading", "paused"]
    await hosting.wish(Desired.RUNNING)
    await host.resume(None)
    assert await hosting.ended() is RunState.FINISHED


async def test_a_paused_session_that_is_wanted_again_while_it_loads_runs(
    hosting: SessionHosting,
) -> None:
    await hosting.wish(Desired.PAUSED)
    hosting.loading.clear()
    host = await hosting.begin()
    await until(lambda: hosting.loads == 1)

    await hosting.wish(Desired.RUNNING)
    await host.resume(None)
    hosting.loading.set()

    assert await hosting.ended() is RunState.FINISHED
    assert await hosting.states() == ["loading", "running", "finished"]


async def test_a_session_that_is_stopped_while_it_loads_does_nothing_at_all(
    hosting: SessionHosting,
) -> None:
    hosting.loading.clear()
    host = await hosting.begin()
    await until(lambda: hosting.loads == 1)

    assert (await host.stop(None))["state"] == "stopped"
    hosting.loading.set()

    assert await hosting.ended() is RunState.STOPPED
    assert hosting.model.asked == 0
    assert await kinds(hosting) == []
    assert await hosting.states() == ["loading", "stopped"]


async def test_what_has_ended_before_it_was_opened_is_not_begun(hosting: SessionHosting) -> None:
    async with hosting.store.writing(hosting.session.owner_id) as unit:
        await unit.sessions.set_state(hosting.session.id, RunState.STOPPED, epoch=None)

    await hosting.begin()

    assert await hosting.ended() is RunState.STOPPED
    assert hosting.loads == 0
    assert await hosting.told() == []


async def test_commands_that_come_twice_have_one_effect(hosting: SessionHosting) -> None:
    host = await hosting.begin()
    await hosting.asked(1)

    await host.pause("a" * 32)
    await host.pause("a" * 32)
    await answered(hosting, "a" * 32)
    await host.resume("b" * 32)
    late = await host.pause("a" * 32)  # answered long ago

    assert late["state"] == "running"
    assert await hosting.states() == ["loading", "running", "paused", "running"]
    await answered(hosting, "b" * 32)
    await host.pause(None)
    assert (await host.resume("b" * 32))["state"] == "paused"
    await hosting.lose()


@pytest.mark.parametrize("when", ["loading", "answering", "paused"])
@pytest.mark.parametrize(
    "commands",
    [("pause", "resume"), ("pause", "stop"), ("stop", "resume"), ("stop", "stop")],
    ids="-".join,
)
async def test_commands_that_race_are_taken_one_after_the_other(
    store: Store, asked: StartSession, when: str, commands: tuple[str, str]
) -> None:
    hosting = SessionHosting(store, await asked())
    if when == "loading":
        hosting.loading.clear()
    host = await hosting.begin()
    if when == "loading":
        await until(lambda: hosting.loads == 1)
    else:
        await hosting.asked(1)
    if when == "paused":
        await host.pause(None)

    async with asyncio.timeout(PATIENCE_S):
        found = await asyncio.gather(
            *(getattr(host, name)(None) for name in commands), return_exceptions=True
        )

    hosting.loading.set()
    refused = [one for one in found if isinstance(one, BaseException)]
    assert all(isinstance(one, SessionEnded) for one in refused)
    wanted = RunState.STOPPED if "stop" in commands else RunState.FINISHED
    assert await hosting.ended() is wanted
    states = await hosting.states()
    assert states[-1] == str(wanted)
    assert all(one != other for one, other in pairwise(states))
    assert len(refused) == (commands[0] == "stop")


async def test_a_session_that_ends_is_neither_paused_nor_stopped_any_more(
    hosting: SessionHosting,
) -> None:
    through, scoring = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        scoring.set()
        await through.wait()

    hosting.scoring = slowly
    host = await hosting.begin()
    hosting.model.paced = False
    hosting.model.turns.release()
    await scoring.wait()  # it has ended, and is about to say so

    with pytest.raises(SessionEnded):
        await host.pause(None)
    stopped = await host.stop("c" * 32)
    through.set()

    assert stopped["state"] == "finished"
    assert await hosting.ended() is RunState.FINISHED
    assert await hosting.states() == ["loading", "running", "finished"]


async def test_what_has_left_its_process_takes_no_commands(hosting: SessionHosting) -> None:
    host = await hosting.begin()
    await hosting.asked(1)
    await hosting.lose()

    for command in (host.pause, host.resume, host.stop):
        with pytest.raises(ActorUnavailable):
            await command(None)
    with pytest.raises(ActorUnavailable):
        host.desk()


async def test_the_owners_wish_is_obeyed_where_its_command_was_lost(
    hosting: SessionHosting,
) -> None:
    host = await hosting.begin()
    await hosting.asked(1)

    found = []
    for desired in (Desired.RUNNING, Desired.PAUSED, Desired.PAUSED, Desired.RUNNING):
        await hosting.wish(desired)
        await host.obey()
        found.append(str(host.state))
    await hosting.wish(Desired.STOPPED)
    await host.obey()
    await host.obey()

    assert found == ["running", "paused", "paused", "running"]
    assert await hosting.ended() is RunState.STOPPED
    assert await hosting.states() == ["loading", "running", "paused", "running", "stopped"]


async def test_the_desk_is_open_to_outside_clients_only_while_the_session_runs(
    hosting: SessionHosting,
) -> None:
    hosting.loading.clear()
    host = await hosting.begin()
    with pytest.raises(ActorUnavailable):
        host.desk()
    hosting.loading.set()
    await hosting.asked(1)

    assert (await host.desk().universe())["symbols"]

    await host.pause(None)
    with pytest.raises(ActorUnavailable):
        host.desk()
    await host.resume(None)
    host.desk()
    await hosting.ended()
    with pytest.raises(ActorUnavailable):
        host.desk()


async def test_whoever_waits_at_a_session_before_it_is_opened_looks_again_at_once(
    hosting: SessionHosting,
) -> None:
    host = await hosting.begin()

    early = await asyncio.wait_for(host.poll(0, 0, 2 * PATIENCE_S), PATIENCE_S)

    assert early.ended or early.events
    await hosting.ended()
