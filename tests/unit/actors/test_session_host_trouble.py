"""What a session's host does when model, store, market or code fail, at the worst of moments."""

import asyncio
import itertools
from contextlib import suppress
from typing import Any

import pytest

from actors import run_host, session_host
from aibt.agents import session as session_run
from aibt.errors import (
    ActorUnavailable,
    LeaseLost,
    ModelRefused,
    ModelUnavailable,
    SessionEnded,
    SourceUnavailable,
    StoreUnavailable,
)
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from tests.patience import PATIENCE_S
from tests.unit.actors.conftest import StartSession
from tests.unit.actors.fakes import BusyStore, ForgetfulStore
from tests.unit.actors.hosting import until
from tests.unit.actors.session_hosting import (
    DECISIONS,
    ROUNDS,
    SessionHosting,
    kinds,
    seems_still,
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_host, "_RETRY_S", 0.01)
    monkeypatch.setattr(session_host, "_LOAD_RETRY_S", 0.02)
    monkeypatch.setattr(session_run, "_STORE_RETRY_S", 0.01)


@pytest.fixture
async def hosting(store: Store, asked: StartSession) -> SessionHosting:
    return SessionHosting(store, await asked())


async def in_trouble(hosting: SessionHosting) -> session_host.SessionHost:
    """Begin a session whose model cannot be reached, and wait until it stands still."""
    hosting.model.errors.append(ModelUnavailable("the provider does not answer"))
    host = await hosting.begin()
    hosting.model.turns.release()
    await until(lambda: host.state is RunState.PAUSED)
    return host


async def test_a_model_that_cannot_be_reached_pauses_the_session_which_goes_on_when_resumed(
    hosting: SessionHosting,
) -> None:
    host = await in_trouble(hosting)
    row = await hosting.row()

    assert (row.state, row.desired) == (RunState.PAUSED, Desired.PAUSED)
    assert row.reason is not None
    assert "does not answer" in row.reason
    assert "resume it" in row.reason
    assert hosting.model.asked == 1
    assert [data["level"] for _, kind, data in await hosting.told() if kind == "log"] == ["error"]
    await until(lambda: hosting.scores == ["paused"])

    await hosting.wish(Desired.RUNNING)
    await host.resume(None)
    assert await hosting.ended() is RunState.FINISHED
    assert hosting.model.asked == ROUNDS * DECISIONS + 1
    assert await hosting.states() == ["loading", "running", "paused", "running", "finished"]
    assert (await kinds(hosting)).count("request") == ROUNDS * DECISIONS


@pytest.mark.parametrize("command", ["pause", "stop", "resume"])
async def test_a_command_in_the_moment_of_trouble_waits_for_nothing(
    hosting: SessionHosting, command: str
) -> None:
    host = await hosting.begin()
    await hosting.asked(1)
    hosting.model.errors.append(ModelUnavailable("gone"))
    commanded = asyncio.create_task(getattr(host, command)(None))
    hosting.model.turns.release()

    async with asyncio.timeout(PATIENCE_S):
        status = await commanded

    assert status["state"] in {"paused", "stopped", "running"}
    if command == "stop":
        assert await hosting.ended() is RunState.STOPPED
        return
    await until(lambda: not hosting.model.errors)
    ending = asyncio.create_task(hosting.ended())
    while not ending.done():  # the trouble is told as soon as there is somebody who goes on
        with suppress(SessionEnded, ActorUnavailable):
            await host.resume(None)
        await asyncio.sleep(0.02)
    assert await ending is RunState.FINISHED


async def test_a_resume_that_is_quicker_than_the_trouble_is_told_stands(
    hosting: SessionHosting,
) -> None:
    host = await hosting.begin()
    await hosting.asked(1)

    async with host._commands:  # a resume has its turn, and the trouble comes meanwhile
        hosting.model.errors.append(ModelUnavailable("gone"))
        hosting.model.turns.release()
        await until(lambda: host._gate.is_pausing)
        await host._resume(None)
    await hosting.asked(2)
    await asyncio.sleep(0.1)

    assert host.state is RunState.RUNNING
    assert (await hosting.row()).desired is Desired.RUNNING
    async with asyncio.timeout(PATIENCE_S):
        assert (await host.pause(None))["state"] == "paused"
    assert await seems_still(hosting)
    await host.resume(None)
    assert await hosting.ended() is RunState.FINISHED


async def test_trouble_takes_no_stop_back(hosting: SessionHosting) -> None:
    host = await hosting.begin()
    await hosting.asked(1)
    await hosting.wish(Desired.STOPPED)  # its command was lost, or he was disabled
    hosting.model.errors.append(ModelUnavailable("gone"))
    hosting.model.turns.release()
    await until(lambda: host.state is RunState.PAUSED)

    assert (await hosting.row()).desired is Desired.STOPPED
    await host.obey()
    assert await hosting.ended() is RunState.STOPPED


async def test_a_session_in_trouble_is_in_trouble_again_and_again(hosting: SessionHosting) -> None:
    host = await in_trouble(hosting)
    for _ in range(3):
        hosting.model.errors.append(ModelUnavailable("still gone"))
        await hosting.wish(Desired.RUNNING)
        await host.resume(None)
        hosting.model.turns.release()
        await until(lambda: host.state is RunState.PAUSED)
        await until(lambda: host.row.desired is Desired.PAUSED)

    await host.resume(None)
    assert await hosting.ended() is RunState.FINISHED
    assert (await hosting.states()).count("paused") == 4


@pytest.mark.parametrize(
    ("error", "says", "code"),
    [
        (ModelRefused("the provider refuses: no such model"), "no such model", "model_refused"),
        (RuntimeError("sk-secret-key in a traceback"), "an internal error", "internal"),
        (KeyError("prices"), "an internal error", "internal"),
    ],
    ids=["refused", "bug", "key"],
)
@pytest.mark.parametrize("when", ["loading", "answering"])
async def test_a_failure_ends_the_session_with_a_reference_and_no_secret(
    hosting: SessionHosting, error: Exception, says: str, code: str, when: str
) -> None:
    if when == "loading":
        hosting.load_errors.append(error)
    else:
        hosting.model.errors.append(error)
    await hosting.begin()

    assert await hosting.ended() is RunState.FAILED

    row = await hosting.row()
    assert row.reason is not None
    assert says in row.reason
    assert "(reference " in row.reason
    (told,) = [data for _, kind, data in await hosting.told() if kind == "error"]
    assert told == {"msg": row.reason, "code": code, "field": None}
    assert "secret" not in str(await hosting.told()) + str(await hosting.journal())
    assert [kind for _, kind, _ in await hosting.told()][-2:] == ["error", "state"]
    assert len(hosting.scores) == 1
    with pytest.raises(SessionEnded):
        await hosting.host.resume(None)


@pytest.mark.parametrize("trouble", [SourceUnavailable("csv", "down"), ActorUnavailable("market")])
async def test_a_market_that_cannot_be_had_while_it_loads_is_waited_for(
    hosting: SessionHosting, trouble: Exception
) -> None:
    hosting.load_errors += [trouble, trouble, trouble]
    await hosting.begin()

    assert await hosting.ended() is RunState.FINISHED

    assert hosting.loads == 4
    reasons = [data["reason"] for _, kind, data in await hosting.told() if kind == "state"]
    assert reasons == [None, str(trouble), None, None]


@pytest.mark.parametrize("command", ["pause", "stop"])
async def test_a_session_that_waits_for_its_market_takes_commands(
    hosting: SessionHosting, command: str
) -> None:
    hosting.load_errors += [ActorUnavailable("market")] * 10_000
    host = await hosting.begin()
    await until(lambda: hosting.loads > 2)

    assert (await getattr(host, command)(None))["state"] in {"paused", "stopped"}

    if command == "pause":
        hosting.load_errors.clear()
        await until(lambda: hosting.runs != [])
        await asyncio.sleep(0.05)
        assert hosting.model.asked == 0
        await host.resume(None)
    assert await hosting.ended() is (RunState.STOPPED if command == "stop" else RunState.FINISHED)


@pytest.mark.parametrize("moment", ["opening", "loading", "deciding", "ending"])
async def test_a_store_that_is_busy_for_a_while_fails_no_session(
    store: Store, asked: StartSession, moment: str
) -> None:
    busy = BusyStore(store)
    hosting = SessionHosting(busy, await asked())
    hosting.loading.clear()
    await hosting.begin()
    if moment == "opening":
        busy.refuses = 5
    await until(lambda: hosting.loads == 1)
    if moment == "loading":
        busy.refuses = 5
    hosting.loading.set()
    if moment == "deciding":
        hosting.model.turns.release()
        await hosting.asked(2)
        busy.refuses = 5
    if moment == "ending":
        for _ in range(ROUNDS * DECISIONS - 1):
            hosting.model.turns.release()
        await hosting.asked(ROUNDS * DECISIONS)
        busy.refuses = 5

    assert await hosting.ended() is RunState.FINISHED

    assert busy.refuses == 0
    assert await hosting.states() == ["loading", "running", "finished"]
    told = await hosting.told()
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))


async def test_a_failure_is_told_also_where_the_store_is_busy_then(
    store: Store, asked: StartSession
) -> None:
    busy = BusyStore(store)
    hosting = SessionHosting(busy, await asked())
    await hosting.begin()
    await hosting.asked(1)
    hosting.model.errors.append(ModelRefused("no such model"))
    busy.refuses = 5

    assert await hosting.ended() is RunState.FAILED
    assert (await hosting.row()).state is RunState.FAILED


async def test_trouble_is_told_also_where_the_store_is_busy_then(
    store: Store, asked: StartSession
) -> None:
    busy = BusyStore(store)
    hosting = SessionHosting(busy, await asked())
    host = await hosting.begin()
    await hosting.asked(1)
    hosting.model.errors.append(ModelUnavailable("gone"))
    busy.refuses = 8
    hosting.model.turns.release()

    await until(lambda: host.state is RunState.PAUSED)

    row = await hosting.row()
    assert (row.state, row.desired) == (RunState.PAUSED, Desired.PAUSED)
    await host.stop(None)
    assert await hosting.ended() is RunState.STOPPED


async def test_a_pause_that_could_not_be_stored_is_no_pause_until_it_is_repeated(
    store: Store, asked: StartSession
) -> None:
    busy = BusyStore(store)
    hosting = SessionHosting(busy, await asked())
    host = await hosting.begin()
    await hosting.asked(1)
    busy.refuses = 1_000_000
    with pytest.raises(StoreUnavailable):
        await host.pause(None)
    busy.refuses = 0

    assert (await host.pause(None))["state"] == "paused"
    assert (await hosting.states())[-1] == "paused"
    await host.resume(None)
    assert await hosting.ended() is RunState.FINISHED


async def test_a_stop_whose_end_could_not_be_stored_is_a_stop_in_the_end(
    store: Store, asked: StartSession
) -> None:
    busy = BusyStore(store)
    hosting = SessionHosting(busy, await asked())
    host = await hosting.begin()
    await hosting.asked(1)
    busy.refuses = 3
    with pytest.raises(StoreUnavailable):
        await host.stop(None)

    assert await hosting.ended() is RunState.STOPPED
    assert (await hosting.states()).count("stopped") == 1


@pytest.mark.parametrize("command", ["pause", "stop"])
async def test_a_state_that_was_stored_without_an_answer_is_told_once(
    store: Store, asked: StartSession, command: str
) -> None:
    forgetful = ForgetfulStore(store)
    hosting = SessionHosting(forgetful, await asked())
    host = await hosting.begin()
    await hosting.asked(1)
    session_id = hosting.session.id

    async def is_there(unit: Any) -> bool:
        return str((await unit.sessions.get(session_id)).state) in {"paused", "stopped"}

    forgetful.forgets = is_there
    with pytest.raises(StoreUnavailable):
        await getattr(host, command)("f" * 32)
    if command == "pause":
        again = await host.pause("f" * 32)
        assert again["cursor"] == len(await hosting.told())
        await host.resume(None)

    ended = await hosting.ended()

    assert ended is (RunState.STOPPED if command == "stop" else RunState.FINISHED)
    told = {"pause": "paused", "stop": "stopped"}[command]
    assert (await hosting.states()).count(told) == 1


async def test_entries_that_were_stored_without_an_answer_are_there_once(
    store: Store, asked: StartSession
) -> None:
    hosting = SessionHosting(store, await asked())
    session_id, lengths = hosting.session.id, itertools.count()

    async def at_some_appends(unit: Any) -> bool:
        return await unit.journal.last_seq(session_id) > 0 and next(lengths) % 3 == 0

    class Often(ForgetfulStore):
        @property
        def forgets(self) -> Any:
            return at_some_appends

        @forgets.setter
        def forgets(self, _: Any) -> None: ...

    hosting.store = Often(store)
    await hosting.begin()

    assert await hosting.ended() is RunState.FINISHED
    told = await hosting.told()
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    keys = [entry.key for entry in await hosting.journal()]
    assert len(keys) == len(set(keys))
    assert sum(kind == "fill" for _, kind, _ in told) == DECISIONS + 1


@pytest.mark.parametrize("error", [RuntimeError("a bug"), StoreUnavailable("busy"), ValueError()])
async def test_a_score_that_cannot_be_taken_hurts_nobody(
    hosting: SessionHosting, error: Exception
) -> None:
    failures = [error, error, error]

    async def broken() -> None:
        if failures:
            raise failures.pop()

    hosting.scoring = broken
    host = await hosting.begin()
    await hosting.asked(1)

    assert (await host.pause(None))["state"] == "paused"
    await host.resume(None)

    assert await hosting.ended() is RunState.FINISHED


async def test_a_lost_lease_ends_the_host_and_nothing_more_is_written(
    hosting: SessionHosting,
) -> None:
    host = await hosting.begin()
    await hosting.asked(1)
    async with hosting.store.writing(hosting.session.owner_id) as unit:
        await unit.leases.take(hosting.session.topic, "newer")
    before = (await hosting.told(), await kinds(hosting))

    with pytest.raises(LeaseLost):
        await host.pause(None)
    await hosting.ended()

    assert (await hosting.told(), await kinds(hosting)) == before
    assert (await hosting.row()).state is RunState.RUNNING
    with pytest.raises(ActorUnavailable):
        await host.stop(None)


async def test_a_pause_of_a_session_that_loses_its_lease_does_not_say_that_it_has_ended(
    hosting: SessionHosting,
) -> None:
    hosting.tools.clear()
    host = await hosting.begin()
    hosting.model.turns.release()
    await until(lambda: hosting.runs != [] and hosting.runs[0].spending.answers == 1)
    async with hosting.store.writing(hosting.session.owner_id) as unit:
        await unit.leases.take(hosting.session.topic, "newer")

    pausing = asyncio.create_task(host.pause(None))
    await asyncio.sleep(0.05)
    hosting.tools.set()

    with pytest.raises((ActorUnavailable, LeaseLost)):
        await pausing
    await hosting.ended()
