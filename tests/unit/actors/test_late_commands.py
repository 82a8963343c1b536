"""A command that was answered has no second effect, however late its twin comes through."""

from collections.abc import AsyncIterator

import pytest

from actors.names import SUPERVISOR, training_actor
from actors.training_control import TrainingControl
from actors.training_files import TrainingFiles
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Training
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import FakeHandles, FakeSupervisor
from tests.unit.actors.hosting import Hosting

EARLIER, LATER = "1" * 32, "2" * 32


@pytest.fixture
def handles() -> FakeHandles:
    return FakeHandles()


@pytest.fixture
def control(store: Store, files: TrainingFiles, handles: FakeHandles) -> TrainingControl:
    return TrainingControl(store, files, handles)


@pytest.fixture
async def hosting(
    store: Store, files: TrainingFiles, handles: FakeHandles, queued: StartTraining
) -> AsyncIterator[Hosting]:
    hosting = Hosting(store, files, await queued())
    handles.actors[training_actor(hosting.training.id)] = await hosting.begin()
    await hosting.step(5)
    yield hosting
    await hosting.lose()


async def answered(store: Store, training: Training, command_id: str) -> None:
    async with store.writing(training.owner_id) as unit:
        await unit.commands.begin(command_id, "digest")
        await unit.commands.finish(command_id, {})


async def now(store: Store, training: Training) -> Training:
    async with store.reading(training.owner_id) as unit:
        return await unit.trainings.get(training.id)


async def test_a_late_pause_does_not_pause_what_was_resumed_since(
    control: TrainingControl, hosting: Hosting, store: Store
) -> None:
    of = (hosting.training.owner_id, hosting.training.id)
    await control.pause(*of, EARLIER)
    await answered(store, hosting.training, EARLIER)
    await control.resume(*of, LATER)

    await control.pause(*of, EARLIER)
    await hosting.host.pause(EARLIER)  # or it was past the store already, and not yet here

    row = await now(store, hosting.training)
    assert (row.state, row.desired) == (RunState.RUNNING, Desired.RUNNING)


async def test_a_late_resume_does_not_resume_what_was_paused_since(
    control: TrainingControl, hosting: Hosting, store: Store
) -> None:
    of = (hosting.training.owner_id, hosting.training.id)
    await control.pause(*of, None)
    await control.resume(*of, EARLIER)
    await answered(store, hosting.training, EARLIER)
    await control.pause(*of, LATER)

    await control.resume(*of, EARLIER)
    await hosting.host.resume(EARLIER)

    row = await now(store, hosting.training)
    assert (row.state, row.desired) == (RunState.PAUSED, Desired.PAUSED)


async def test_a_late_stop_of_a_bot_does_not_stop_what_was_started_since(
    control: TrainingControl, handles: FakeHandles, store: Store, queued: StartTraining
) -> None:
    handles.actors[SUPERVISOR] = FakeSupervisor()
    started_since = await queued()
    await answered(store, started_since, EARLIER)

    await control.stop(started_since.owner_id, started_since.id, EARLIER)

    row = await now(store, started_since)
    assert (row.state, row.desired) == (RunState.QUEUED, Desired.RUNNING)
