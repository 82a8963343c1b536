"""Commands reach a training wherever it is in its life, and answer when they had their effect."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors import run_control
from actors.names import SUPERVISOR, training_actor
from actors.supervision import Supervision
from actors.training_control import TrainingControl
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable, Invalid, LeaseLost, NotFound, TrainingEnded
from aibt.live.states import Desired, RunState
from aibt.settings import TrainingSettings
from aibt.store.database import Store
from aibt.store.records import Training
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import FakeCluster, FakeHandles, FakeSupervisor
from tests.unit.actors.hosting import Hosting


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
    """A training that has done 15 steps, hosted by an actor that can be reached."""
    hosting = Hosting(store, files, await queued())
    handles.actors[training_actor(hosting.training.id)] = await hosting.begin()
    await hosting.step(15)
    yield hosting
    await hosting.lose()


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_control, "_COMMAND_S", 0.2)


async def kinds(store: Store, training: Training) -> list[Any]:
    async with store.reading(training.owner_id) as unit:
        events = await unit.events.read(training.topic)
    return [event.data.get("state", event.kind) for event in events]


async def test_a_hosted_training_is_paused_resumed_changed_and_stopped_by_its_actor(
    control: TrainingControl, hosting: Hosting
) -> None:
    of = (hosting.training.owner_id, hosting.training.id)

    paused = await control.pause(*of, "1" * 32)
    changed = await control.update(*of, {"lr": 0.5}, "2" * 32)
    resumed = await control.resume(*of, "3" * 32)
    stopped = await control.stop(*of, "4" * 32)

    found = [paused, changed, resumed, stopped]
    assert [str(one.run.state) for one in found] == ["paused", "paused", "running", "stopped"]
    assert [one.run.desired for one in (paused, resumed, stopped)] == [
        Desired.PAUSED,
        Desired.RUNNING,
        Desired.STOPPED,
    ]
    assert paused.status is not None
    assert paused.status["steps"] == 15
    assert changed.run.current["lr"] == 0.5
    assert await hosting.states() == ["loading", "running", "paused", "running", "stopped"]


async def test_what_waits_in_the_queue_is_paused_resumed_and_stopped_by_its_row(
    control: TrainingControl, handles: FakeHandles, store: Store, queued: StartTraining
) -> None:
    training = await queued()
    of = (training.owner_id, training.id)
    supervisor = handles.actors[SUPERVISOR] = FakeSupervisor()

    paused = (await control.pause(*of, None)).run
    again = (await control.pause(*of, None)).run
    resumed = (await control.resume(*of, None)).run
    await asyncio.sleep(0)
    stopped = (await control.stop(*of, None)).run

    assert (paused.state, paused.parked) == (again.state, again.parked) == (RunState.PAUSED, True)
    assert (resumed.state, resumed.parked) == (RunState.QUEUED, False)
    assert stopped.state is RunState.STOPPED
    assert supervisor.wakes == 1
    assert await kinds(store, training) == ["paused", "queued", "stopped"]


async def test_a_parked_training_is_changed_in_its_row_and_goes_on_with_that(
    control: TrainingControl, hosting: Hosting, store: Store, files: TrainingFiles
) -> None:
    of = (hosting.training.owner_id, hosting.training.id)
    await control.pause(*of, None)
    assert await hosting.host.park()

    for _ in range(2):
        changed = await control.update(*of, {"lr": 0.5}, "a" * 32)
    await control.update(*of, {"lr": 0.6}, "b" * 32)
    await control.update(*of, {"lr": 0.5}, "a" * 32)

    assert changed.run.current["lr"] == 0.5
    resumed = (await control.resume(*of, None)).run
    assert (resumed.state, resumed.current["lr"]) == (RunState.QUEUED, 0.6)
    again = Hosting(store, files, resumed)
    await again.begin()
    await again.step(1)
    assert again.runs[0].lr == 0.6
    await again.lose()


async def test_a_change_in_the_row_never_applies_before_an_earlier_one(
    control: TrainingControl, hosting: Hosting, store: Store, files: TrainingFiles
) -> None:
    of = (hosting.training.owner_id, hosting.training.id)
    await control.update(*of, {"lr": 0.5}, None)
    await hosting.lose()
    async with store.writing(of[0]) as unit:  # lost before anything but the change was stored
        await unit.trainings.set_state(of[1], RunState.RECOVERING, epoch=None)
        await unit.trainings.save_status(of[1], {}, epoch=hosting.epoch + 1)
    await control.pause(*of, None)

    await control.update(*of, {"lr": 0.6}, None)

    async with store.reading(of[0]) as unit:
        steps = [change.step for change in await unit.changes.after(of[1])]
    assert steps == [15, 15]
    again = Hosting(store, files, (await control.resume(*of, None)).run)
    await again.begin()
    assert await again.ended() is RunState.FINISHED
    assert again.runs[0].lr == 0.6


async def test_a_change_waits_until_a_training_has_recovered(
    control: TrainingControl, store: Store, queued: StartTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    training = await queued()
    of = (training.owner_id, training.id)
    async with store.writing(of[0]) as unit:
        await unit.trainings.set_state(of[1], RunState.RECOVERING, epoch=None)

    with pytest.raises(ActorUnavailable):
        await control.update(*of, {"lr": 0.5}, None)
    waiting = asyncio.create_task(control.update(*of, {"lr": 0.5}, None))
    async with store.writing(of[0]) as unit:
        await unit.trainings.set_state(of[1], RunState.QUEUED, epoch=None)

    assert (await waiting).run.current["lr"] == 0.5


async def test_fewer_episodes_than_the_least_are_refused(
    control: TrainingControl, queued: StartTraining
) -> None:
    training = await queued(min_episodes=5)

    with pytest.raises(Invalid) as refused:
        await control.update(training.owner_id, training.id, {"max_episodes": 4}, None)

    assert refused.value.field == "max_episodes"


async def test_what_has_ended_takes_no_commands(
    control: TrainingControl, store: Store, queued: StartTraining
) -> None:
    training = await queued()
    of = (training.owner_id, training.id)
    await control.stop(*of, None)

    for command in (control.pause, control.resume, control.stop):
        with pytest.raises(TrainingEnded):
            await command(*of, "c" * 32)
    with pytest.raises(TrainingEnded):
        await control.update(*of, {"lr": 0.5}, None)
    assert await kinds(store, training) == ["stopped"]


async def test_someone_elses_training_is_not_found(
    control: TrainingControl, queued: StartTraining
) -> None:
    training = await queued()

    for command in (control.pause, control.resume, control.stop):
        with pytest.raises(NotFound):
            await command(training.owner_id + 1, training.id, None)
    with pytest.raises(NotFound):
        await control.update(training.owner_id + 1, training.id, {"lr": 0.5}, None)


@pytest.mark.parametrize("hosted", [True, False])
async def test_a_stop_whose_answer_was_lost_is_answered_when_it_is_repeated(
    control: TrainingControl, hosting: Hosting, queued: StartTraining, hosted: bool
) -> None:
    training = hosting.training if hosted else await queued()
    of = (training.owner_id, training.id)
    await control.stop(*of, "d" * 32)

    again = await control.stop(*of, "d" * 32)

    assert again.run.state is RunState.STOPPED
    with pytest.raises(TrainingEnded):
        await control.stop(*of, "e" * 32)


async def test_a_stopped_training_leaves_the_best_weights_of_its_checkpoint(
    control: TrainingControl, hosting: Hosting
) -> None:
    of = (hosting.training.owner_id, hosting.training.id)
    await control.pause(*of, None)
    await hosting.host.park()

    await control.stop(*of, None)

    assert await hosting.weights() == repr(hosting.runs[0].value)


async def test_a_parked_training_that_is_stopped_keeps_nothing_that_it_took_over(
    control: TrainingControl, hosting: Hosting, files: TrainingFiles
) -> None:
    of = (hosting.training.owner_id, hosting.training.id)
    taken = files.absolute(files.taken(hosting.training.id, "2-ab"))
    taken.parent.mkdir(parents=True)
    taken.touch()
    await control.pause(*of, None)
    await hosting.host.park()
    assert taken.exists()

    await control.stop(*of, None)

    assert not taken.exists()


async def test_a_stop_that_was_stored_already_is_computed_up_to_even_after_a_pause(
    control: TrainingControl, store: Store, queued: StartTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    training = await queued()
    of = (training.owner_id, training.id)
    async with store.writing(of[0]) as unit:
        await unit.changes.add(of[1], epoch=None, step=50, changes={}, stop=True)
    await control.pause(*of, None)

    with pytest.raises(ActorUnavailable):
        await control.stop(*of, None)

    async with store.reading(of[0]) as unit:
        row = await unit.trainings.get(of[1])
    assert (row.state, row.parked, row.desired) == (RunState.QUEUED, False, Desired.STOPPED)


class Stale:
    """An actor whose lease is over, on a node that nobody reaches but us."""

    def __init__(self, training: Training) -> None:
        self._training = training

    async def pause(self, command_id: str | None) -> None:
        raise LeaseLost(self._training.topic, 1)

    resume = stop = pause

    async def update(self, changes: Any, command_id: str | None) -> None:
        raise LeaseLost(self._training.topic, 1)

    async def status(self) -> None:
        raise LeaseLost(self._training.topic, 1)


@pytest.mark.parametrize("stale", [True, False])
@pytest.mark.parametrize("command", ["pause", "stop"])
async def test_a_command_to_a_lost_actor_is_met_by_the_supervisor(
    store: Store,
    files: TrainingFiles,
    control: TrainingControl,
    handles: FakeHandles,
    queued: StartTraining,
    stale: bool,
    command: str,
) -> None:
    training = await queued()
    of = (training.owner_id, training.id)
    async with store.writing(of[0]) as unit:
        await unit.trainings.set_state(of[1], RunState.RUNNING, epoch=None)
    if stale:
        handles.actors[training_actor(training.id)] = Stale(training)
    supervision = Supervision(store, FakeCluster(), files, SystemClock(), TrainingSettings())
    supervisor = handles.actors[SUPERVISOR] = FakeSupervisor(supervision.look)

    met = (await getattr(control, command)(*of, None)).run

    assert met.state is (RunState.PAUSED if command == "pause" else RunState.STOPPED)
    assert met.parked is (command == "pause")
    assert supervisor.wakes == 1


async def test_a_change_that_a_lost_actor_was_to_make_is_to_be_repeated(
    store: Store, control: TrainingControl, handles: FakeHandles, queued: StartTraining
) -> None:
    training = await queued()
    of = (training.owner_id, training.id)
    async with store.writing(of[0]) as unit:
        await unit.trainings.set_state(of[1], RunState.RUNNING, epoch=None)
    handles.actors[training_actor(training.id)] = Stale(training)

    with pytest.raises(ActorUnavailable):
        await control.update(*of, {"lr": 0.5}, None)


async def test_what_no_actor_answers_is_refused_within_the_time_there_is(
    control: TrainingControl, hosting: Hosting, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    of = (hosting.training.owner_id, hosting.training.id)
    async with hosting.host._commands:  # as if an earlier command took very long
        with pytest.raises(ActorUnavailable):
            await control.pause(*of, None)

    assert (await hosting.row()).desired is Desired.PAUSED


async def test_the_live_status_is_the_actors_and_none_where_it_does_not_answer(
    control: TrainingControl, hosting: Hosting, handles: FakeHandles, queued: StartTraining
) -> None:
    row = await hosting.row()
    live = await control.status(row)
    handles.actors.clear()

    assert live is not None
    assert live["steps"] == 15
    assert await control.status(row) is None
    assert await control.status(await queued()) is None
