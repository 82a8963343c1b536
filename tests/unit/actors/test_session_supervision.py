"""The live sessions are made to match what the store says should be."""

import asyncio
from typing import Any

import pytest

from actors.activations import Activation
from actors.session_supervision import SessionSupervision
from actors.supervision import Supervision
from actors.training_files import TrainingFiles
from aibt.errors import ActorUnavailable, StoreUnavailable
from aibt.live.states import Desired, RunState
from aibt.settings import TrainingSettings
from aibt.store.database import Store
from aibt.store.records import Session
from tests.unit.actors.conftest import StartSession, StartTraining
from tests.unit.actors.fakes import BusyStore, FakeCluster, FakeHosted, HandClock
from tests.unit.actors.hosting import until


class FakeSessions:
    """Starts sessions that end when the test says so; remembers them in order."""

    def __init__(self) -> None:
        self.launched: list[FakeHosted] = []
        self.already: dict[int, FakeHosted] = {}
        self.refuses_running = 0
        self.refused: dict[int, Exception] = {}  # by the id of the session

    async def launch(self, session: Session, epoch: int) -> FakeHosted:
        if session.id in self.refused:
            raise self.refused[session.id]
        self.launched.append(FakeHosted(session, epoch))
        return self.launched[-1]

    async def running(self) -> dict[int, Activation]:
        if self.refuses_running:
            self.refuses_running -= 1
            raise ActorUnavailable("the directory is down")
        return dict(self.already)

    def ids(self) -> list[int]:
        return [hosted.training.id for hosted in self.launched]


@pytest.fixture
def cluster() -> FakeSessions:
    return FakeSessions()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def scored() -> list[Session]:
    return []


@pytest.fixture
def supervision(
    store: Store, cluster: FakeSessions, clock: HandClock, scored: list[Session]
) -> SessionSupervision:
    async def score(session: Session) -> None:
        scored.append(session)

    return SessionSupervision(store, cluster, clock, lambda: None, scored=score)


async def move(store: Store, session: Session, state: RunState) -> None:
    async with store.writing(session.owner_id) as unit:
        await unit.sessions.set_state(session.id, state, epoch=None)


async def wish(store: Store, session: Session, desired: Desired) -> None:
    async with store.writing(session.owner_id) as unit:
        await unit.sessions.set_desired(session.id, desired)


async def row(store: Store, session: Session) -> Session:
    async with store.reading(session.owner_id) as unit:
        return await unit.sessions.get(session.id)


async def states(store: Store, session: Session) -> list[Any]:
    async with store.reading(session.owner_id) as unit:
        events = await unit.events.read(session.topic)
    return [event.data["state"] for event in events]


async def over(hosted: FakeHosted, *, lost: bool = False) -> None:
    hosted.lost = lost
    hosted.over.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_every_session_is_started_at_once_however_many_there_are(
    cluster: FakeSessions, supervision: SessionSupervision, asked: StartSession
) -> None:
    wanted = [(await asked()).id for _ in range(20)]

    await supervision.look()
    await supervision.look()

    assert cluster.ids() == wanted
    assert {hosted.epoch for hosted in cluster.launched} == {1}


@pytest.mark.parametrize("state", [RunState.LOADING, RunState.RUNNING, RunState.PAUSED])
async def test_a_lost_session_is_started_again_under_a_higher_epoch(
    store: Store,
    cluster: FakeSessions,
    supervision: SessionSupervision,
    asked: StartSession,
    state: RunState,
) -> None:
    session = await asked()
    if state is RunState.PAUSED:
        await wish(store, session, Desired.PAUSED)
    await supervision.look()
    await move(store, session, state)

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert [hosted.epoch for hosted in cluster.launched] == [1, 2]
    assert cluster.launched[0].released
    assert (await row(store, session)).state is RunState.RECOVERING
    assert await states(store, session) == ["recovering"]


async def test_a_session_that_was_to_stop_when_it_was_lost_is_stopped_and_scored(
    store: Store,
    cluster: FakeSessions,
    supervision: SessionSupervision,
    asked: StartSession,
    scored: list[Session],
) -> None:
    session = await asked()
    await supervision.look()
    await move(store, session, RunState.RUNNING)
    await wish(store, session, Desired.STOPPED)

    await over(cluster.launched[0], lost=True)
    for _ in range(3):
        await supervision.look()

    assert (await row(store, session)).state is RunState.STOPPED
    assert len(cluster.launched) == 1
    assert [one.id for one in scored] == [session.id]
    assert await states(store, session) == ["stopped"]


async def test_a_session_that_is_lost_again_and_again_fails_with_a_reason(
    store: Store,
    cluster: FakeSessions,
    supervision: SessionSupervision,
    asked: StartSession,
    scored: list[Session],
) -> None:
    session = await asked()
    for _ in range(30):
        await supervision.look()
        if not cluster.launched[-1].over.is_set():
            await move(store, session, RunState.RUNNING)
            await over(cluster.launched[-1], lost=True)

    found = await row(store, session)
    assert (found.state, len(cluster.launched)) == (RunState.FAILED, 10)
    assert found.reason is not None
    assert "10 times" in found.reason
    assert [one.id for one in scored] == [session.id]


async def test_deaths_long_ago_do_not_count(
    store: Store,
    cluster: FakeSessions,
    supervision: SessionSupervision,
    asked: StartSession,
    clock: HandClock,
) -> None:
    session = await asked()
    for _ in range(15):
        await supervision.look()
        await move(store, session, RunState.RUNNING)
        await over(cluster.launched[-1], lost=True)
        clock.passed_s += 100

    assert not (await row(store, session)).state.has_ended


async def test_a_life_that_was_cancelled_is_a_lost_one(
    store: Store, cluster: FakeSessions, supervision: SessionSupervision, asked: StartSession
) -> None:
    session = await asked()
    await supervision.look()
    await move(store, session, RunState.RUNNING)
    supervision._activations._lives[session.id].cancel()
    await asyncio.sleep(0)

    await supervision.look()

    assert len(cluster.launched) == 2


@pytest.mark.parametrize(
    ("state", "desired"),
    [
        (RunState.RUNNING, Desired.PAUSED),
        (RunState.LOADING, Desired.PAUSED),
        (RunState.PAUSED, Desired.RUNNING),
        (RunState.RUNNING, Desired.STOPPED),
        (RunState.PAUSED, Desired.STOPPED),
    ],
)
async def test_a_wish_whose_command_was_lost_is_met_all_the_same(
    store: Store,
    cluster: FakeSessions,
    supervision: SessionSupervision,
    asked: StartSession,
    clock: HandClock,
    state: RunState,
    desired: Desired,
) -> None:
    session = await asked()
    await supervision.look()
    await move(store, session, state)
    await wish(store, session, desired)
    obeyed = []
    for passed_s in (0, 1, 3, 4):
        clock.passed_s = passed_s
        await supervision.look()
        await asyncio.sleep(0)
        obeyed.append(cluster.launched[0].obeys)

    assert obeyed == [0, 0, 1, 2]


async def test_a_session_that_is_as_wished_is_left_alone(
    store: Store,
    cluster: FakeSessions,
    supervision: SessionSupervision,
    asked: StartSession,
    clock: HandClock,
) -> None:
    session = await asked()
    await supervision.look()
    for state, desired in [
        (RunState.LOADING, Desired.RUNNING),
        (RunState.RUNNING, Desired.RUNNING),
        (RunState.PAUSED, Desired.PAUSED),
    ]:
        await wish(store, session, desired)
        await move(store, session, state)
        for _ in range(3):
            clock.passed_s += 3
            await supervision.look()
            await asyncio.sleep(0)

    assert cluster.launched[0].obeys == 0


async def test_the_sessions_of_a_user_who_was_disabled_are_stopped(
    store: Store,
    cluster: FakeSessions,
    supervision: SessionSupervision,
    asked: StartSession,
    clock: HandClock,
) -> None:
    hosted, waiting = await asked(), await asked()
    cluster.refused = {waiting.id: ActorUnavailable("no place")}
    await supervision.look()
    await move(store, hosted, RunState.RUNNING)
    async with store.writing(hosted.owner_id) as unit:
        await unit.sessions.stop_all()

    for _ in range(3):
        clock.passed_s += 3
        await supervision.look()
        await asyncio.sleep(0)

    assert cluster.launched[0].obeys > 0
    assert (await row(store, waiting)).state is RunState.STOPPED


@pytest.mark.parametrize("error", [ActorUnavailable("its name is not free"), RuntimeError("a bug")])
async def test_one_that_cannot_be_started_keeps_no_other_waiting(
    cluster: FakeSessions, supervision: SessionSupervision, asked: StartSession, error: Exception
) -> None:
    bad, good = await asked(), await asked()
    cluster.refused = {bad.id: error}

    for _ in range(2):
        await supervision.look()
    assert cluster.ids() == [good.id]
    cluster.refused.clear()
    await supervision.look()

    assert [(hosted.training.id, hosted.epoch) for hosted in cluster.launched] == [
        (good.id, 1),
        (bad.id, 3),
    ]


async def test_a_store_that_is_busy_is_looked_into_again(
    store: Store, cluster: FakeSessions, clock: HandClock, asked: StartSession
) -> None:
    session = await asked()
    busy = BusyStore(store)
    supervision = SessionSupervision(busy, cluster, clock, lambda: None)
    busy.refuses = 2
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await supervision.look()

    await supervision.look()

    assert cluster.ids() == [session.id]


async def test_a_new_supervisor_takes_over_what_runs_and_starts_what_does_not(
    store: Store, cluster: FakeSessions, supervision: SessionSupervision, asked: StartSession
) -> None:
    running, lost = await asked(), await asked()
    for session in (running, lost):
        await move(store, session, RunState.RUNNING)
    cluster.already = {running.id: FakeHosted(running, 1)}

    await supervision.take_over()
    await supervision.look()

    assert cluster.ids() == [lost.id]
    assert (await row(store, running)).state is RunState.RUNNING


def both(
    store: Store, files: TrainingFiles, trainings: FakeCluster, sessions: FakeSessions
) -> Supervision:
    clock = HandClock()
    return Supervision(
        store,
        trainings,
        files,
        clock,
        TrainingSettings(supervise_interval_s=0.01),
        beside=[lambda wake: SessionSupervision(store, sessions, clock, wake)],
    )


@pytest.mark.parametrize("trouble", ["running", "launch", "capacity"])
async def test_trainings_trouble_keeps_no_session_waiting(
    store: Store,
    files: TrainingFiles,
    cluster: FakeSessions,
    queued: StartTraining,
    asked: StartSession,
    trouble: str,
) -> None:
    class Troubled(FakeCluster):
        async def capacity(self) -> Any:
            if trouble == "capacity":
                await asyncio.Event().wait()
            return await super().capacity()

    trainings = Troubled()
    trainings.refuses_running = 10**6 * (trouble == "running")
    trainings.refuses_launch = 10**6 * (trouble == "launch")
    await queued()
    session = await asked()
    looking = asyncio.create_task(both(store, files, trainings, cluster).run())

    await until(lambda: cluster.ids() == [session.id])

    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


@pytest.mark.parametrize("trouble", ["running", "launch"])
async def test_sessions_trouble_keeps_no_training_waiting(
    store: Store,
    files: TrainingFiles,
    cluster: FakeSessions,
    queued: StartTraining,
    asked: StartSession,
    trouble: str,
) -> None:
    trainings = FakeCluster()
    session = await asked()
    cluster.refuses_running = 10**6 * (trouble == "running")
    if trouble == "launch":
        cluster.refused = {session.id: RuntimeError("a bug")}
    training = await queued()
    looking = asyncio.create_task(both(store, files, trainings, cluster).run())

    await until(lambda: [hosted.training.id for hosted in trainings.launched] == [training.id])

    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def test_whoever_wakes_the_supervisor_wakes_it_for_both(
    store: Store,
    files: TrainingFiles,
    cluster: FakeSessions,
    queued: StartTraining,
    asked: StartSession,
) -> None:
    clock, trainings = HandClock(), FakeCluster()
    supervision = Supervision(
        store,
        trainings,
        files,
        clock,
        TrainingSettings(supervise_interval_s=60),
        beside=[lambda wake: SessionSupervision(store, cluster, clock, wake)],
    )
    looking = asyncio.create_task(supervision.run())
    await asyncio.sleep(0.1)
    await queued()
    await asked()

    supervision.wake()

    await until(lambda: bool(trainings.launched and cluster.launched))
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
