"""Commands reach a session wherever it is in its life, and answer when they had their effect."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors import run_control
from actors.names import SUPERVISOR, session_actor
from actors.run_control import RunControl
from actors.run_rows import SESSION
from actors.session_supervision import SessionSupervision
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable, LeaseLost, NotFound, SessionEnded
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Session
from tests.unit.actors.conftest import StartSession
from tests.unit.actors.fakes import FakeHandles, FakeHosted, FakeSupervisor
from tests.unit.actors.hosting import until
from tests.unit.actors.session_hosting import SessionHosting, answered

COMMANDS = ("pause", "resume", "stop")


@pytest.fixture
def handles() -> FakeHandles:
    return FakeHandles()


@pytest.fixture
def control(store: Store, handles: FakeHandles) -> RunControl[Session]:
    return RunControl(SESSION, store, handles)


@pytest.fixture
async def hosting(
    store: Store, handles: FakeHandles, asked: StartSession
) -> AsyncIterator[SessionHosting]:
    """A session whose model is answering, hosted by an actor that can be reached."""
    hosting = SessionHosting(store, await asked())
    handles.actors[session_actor(hosting.session.id)] = await hosting.begin()
    await hosting.asked(1)
    yield hosting
    await hosting.lose()


class Nearby:
    """A cluster whose sessions run in this process."""

    def __init__(self, store: Store, handles: FakeHandles) -> None:
        self._store, self._handles = store, handles
        self.hosted: list[SessionHosting] = []

    async def launch(self, session: Session, epoch: int) -> Any:
        del epoch  # the hosting takes the next one
        hosting = SessionHosting(self._store, session)
        self.hosted.append(hosting)
        self._handles.actors[session_actor(session.id)] = await hosting.begin()
        return FakeHosted(session, hosting.epoch)

    async def running(self) -> dict[int, Any]:
        return {}


@pytest.fixture
async def nearby(store: Store, handles: FakeHandles) -> AsyncIterator[Nearby]:
    """A cluster, and a supervisor that looks when it is woken."""
    cluster = Nearby(store, handles)
    supervision = SessionSupervision(store, cluster, SystemClock(), lambda: None)
    handles.actors[SUPERVISOR] = FakeSupervisor(supervision.look)
    yield cluster
    for hosting in cluster.hosted:
        await hosting.lose()


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_control, "_COMMAND_S", 0.2)


async def test_a_hosted_session_is_paused_resumed_and_stopped_by_its_actor(
    control: RunControl[Session], hosting: SessionHosting
) -> None:
    of = (hosting.session.owner_id, hosting.session.id)

    paused = await control.pause(*of, "1" * 32)
    resumed = await control.resume(*of, "3" * 32)
    stopped = await control.stop(*of, "4" * 32)

    found = [paused, resumed, stopped]
    assert [str(one.run.state) for one in found] == ["paused", "running", "stopped"]
    assert [one.run.desired for one in found] == [
        Desired.PAUSED,
        Desired.RUNNING,
        Desired.STOPPED,
    ]
    assert [one.status["state"] for one in found if one.status is not None] == [
        "paused",
        "running",
        "stopped",
    ]
    assert await hosting.states() == ["loading", "running", "paused", "running", "stopped"]


async def test_a_session_that_waits_is_stopped_by_its_row(
    control: RunControl[Session], asked: StartSession, store: Store
) -> None:
    session = await asked()
    of = (session.owner_id, session.id)

    stopped = (await control.stop(*of, "d" * 32)).run
    again = (await control.stop(*of, "d" * 32)).run

    assert stopped.state is again.state is RunState.STOPPED
    async with store.reading(of[0]) as unit:
        (event,) = await unit.events.read(session.topic)
    assert event.key == f"command/{'d' * 32}/stopped"
    with pytest.raises(SessionEnded):
        await control.stop(*of, "e" * 32)


async def test_a_session_that_waits_is_paused_by_the_process_that_is_started_for_it(
    control: RunControl[Session], asked: StartSession, nearby: Nearby
) -> None:
    session = await asked()
    of = (session.owner_id, session.id)

    paused = (await control.pause(*of, None)).run

    assert paused.state is RunState.PAUSED
    assert nearby.hosted[0].model.asked == 0
    resumed = await control.resume(*of, None)
    assert resumed.run.state is RunState.RUNNING
    await nearby.hosted[0].asked(1)


async def test_a_session_that_waits_is_resumed_without_waiting(
    control: RunControl[Session], asked: StartSession
) -> None:
    session = await asked()

    found = (await control.resume(session.owner_id, session.id, None)).run

    assert (found.state, found.desired) == (RunState.QUEUED, Desired.RUNNING)


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_that_was_answered_has_no_effect_again(
    control: RunControl[Session], hosting: SessionHosting, command: str
) -> None:
    of = (hosting.session.owner_id, hosting.session.id)
    await answered(hosting, "a" * 32)

    found = await getattr(control, command)(*of, "a" * 32)

    assert (found.run.state, found.run.desired) == (RunState.RUNNING, Desired.RUNNING)
    assert await hosting.states() == ["loading", "running"]


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_whose_answer_was_lost_is_answered_when_it_is_repeated(
    control: RunControl[Session], hosting: SessionHosting, command: str
) -> None:
    of = (hosting.session.owner_id, hosting.session.id)
    if command == "resume":
        await control.pause(*of, "0" * 32)
    first = await getattr(control, command)(*of, "d" * 32)

    again = await getattr(control, command)(*of, "d" * 32)

    assert again.run.state is first.run.state
    states = await hosting.states()
    assert len(states) == len({*states}) + (command == "resume")


async def test_what_has_ended_takes_no_commands(
    control: RunControl[Session], store: Store, asked: StartSession
) -> None:
    session = await asked()
    of = (session.owner_id, session.id)
    await control.stop(*of, None)

    for command in (control.pause, control.resume, control.stop):
        with pytest.raises(SessionEnded):
            await command(*of, "c" * 32)
    async with store.reading(of[0]) as unit:
        assert len(await unit.events.read(session.topic)) == 1


async def test_someone_elses_session_is_not_found(
    control: RunControl[Session], asked: StartSession
) -> None:
    session = await asked()

    for command in (control.pause, control.resume, control.stop):
        with pytest.raises(NotFound):
            await command(session.owner_id + 1, session.id, None)
    with pytest.raises(NotFound):
        await control.row(session.owner_id + 1, session.id)


class Stale:
    """An actor whose lease is over, on a node that nobody reaches but us."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def pause(self, command_id: str | None) -> None:
        raise LeaseLost(self._session.topic, 1)

    resume = stop = pause

    async def status(self) -> None:
        raise LeaseLost(self._session.topic, 1)


@pytest.mark.parametrize("stale", [True, False])
@pytest.mark.parametrize("command", ["pause", "stop"])
async def test_a_command_to_a_lost_actor_is_met_by_the_supervisor(
    store: Store,
    control: RunControl[Session],
    handles: FakeHandles,
    nearby: Nearby,
    asked: StartSession,
    stale: bool,
    command: str,
) -> None:
    session = await asked()
    of = (session.owner_id, session.id)
    async with store.writing(of[0]) as unit:
        await unit.sessions.set_state(of[1], RunState.RUNNING, epoch=None)
    if stale:
        handles.actors[session_actor(session.id)] = Stale(session)

    met = (await getattr(control, command)(*of, None)).run

    assert met.state is (RunState.PAUSED if command == "pause" else RunState.STOPPED)
    assert len(nearby.hosted) == (command == "pause")


async def test_what_no_actor_answers_is_refused_within_the_time_there_is_and_the_wish_stands(
    control: RunControl[Session], hosting: SessionHosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    of = (hosting.session.owner_id, hosting.session.id)
    async with hosting.host._commands:  # as if an earlier command took very long
        with pytest.raises(ActorUnavailable):
            await control.pause(*of, None)

    assert (await hosting.row()).desired is Desired.PAUSED
    await hosting.host.obey()
    assert hosting.host.state is RunState.PAUSED


async def test_a_pause_that_meets_the_end_is_refused_as_ended(
    control: RunControl[Session], hosting: SessionHosting
) -> None:
    of = (hosting.session.owner_id, hosting.session.id)
    through, scoring = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        scoring.set()
        await through.wait()

    hosting.scoring = slowly
    hosting.model.paced = False
    hosting.model.turns.release()
    await scoring.wait()

    with pytest.raises(SessionEnded):
        await control.pause(*of, "e" * 32)
    through.set()
    await until(lambda: hosting.life is not None and hosting.life.done())
    assert (await hosting.row()).state is RunState.FINISHED


async def test_the_live_status_is_the_actors_and_none_where_it_does_not_answer(
    control: RunControl[Session], hosting: SessionHosting, handles: FakeHandles, asked: StartSession
) -> None:
    row = await hosting.row()
    live = await control.status(row)
    handles.actors.clear()

    assert live is not None
    assert (live["step"], live["state"]) == (1, "running")
    assert await control.status(row) is None
    assert await control.status(await asked()) is None
