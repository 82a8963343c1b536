"""The live actors are made to match what the store says should be."""

import asyncio
from dataclasses import replace

import pytest

from actors.supervision import Demand, Supervision, demand
from actors.training_files import TrainingFiles
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable
from aibt.live.states import Desired, RunState
from aibt.settings import TrainingSettings
from aibt.store.database import Store
from aibt.store.records import Training
from tests.patience import PATIENCE_S
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import FakeCluster, FakeHosted, HandClock


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster(cpus=2)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def supervision(
    store: Store, cluster: FakeCluster, files: TrainingFiles, clock: HandClock
) -> Supervision:
    return Supervision(store, cluster, files, clock, TrainingSettings(park_after_s=600))


async def move(store: Store, training: Training, state: RunState) -> None:
    async with store.writing(training.owner_id) as unit:
        await unit.trainings.set_state(training.id, state, epoch=None)


async def wish(store: Store, training: Training, desired: Desired) -> None:
    async with store.writing(training.owner_id) as unit:
        await unit.trainings.set_desired(training.id, desired)


async def row(store: Store, training: Training) -> Training:
    async with store.reading(training.owner_id) as unit:
        return await unit.trainings.get(training.id)


async def over(hosted: FakeHosted, *, lost: bool = False) -> None:
    hosted.lost = lost
    hosted.over.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_trainings_are_admitted_in_order_and_as_many_as_fit(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    first, large, last = await queued(), await queued(rollout_workers=1), await queued()

    await supervision.look()
    assert [hosted.training.id for hosted in cluster.launched] == [first.id]

    await move(store, first, RunState.FINISHED)
    await over(cluster.launched[0])
    await supervision.look()
    await supervision.look()

    assert cluster.launched[0].released
    assert [hosted.training.id for hosted in cluster.launched] == [first.id, large.id]
    assert (await row(store, last)).state is RunState.QUEUED


async def test_twenty_that_are_queued_all_get_their_turn(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    wanted = [(await queued()).id for _ in range(20)]

    for _ in range(60):
        await supervision.look()
        for hosted in cluster.launched:
            if not hosted.over.is_set():
                await move(store, hosted.training, RunState.FINISHED)
                await over(hosted)

    assert [hosted.training.id for hosted in cluster.launched] == wanted


async def test_a_lost_training_is_started_again_under_a_higher_epoch(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    training = await queued()
    await supervision.look()
    await move(store, training, RunState.RUNNING)

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert [hosted.epoch for hosted in cluster.launched] == [1, 2]
    assert (await row(store, training)).state is RunState.RECOVERING


async def test_a_paused_training_that_is_lost_gives_its_place_back_and_stays_paused(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    training = await queued()
    await supervision.look()
    await wish(store, training, Desired.PAUSED)
    await move(store, training, RunState.PAUSED)

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    found = await row(store, training)
    assert (found.state, found.parked, len(cluster.launched)) == (RunState.PAUSED, True, 1)


async def test_a_training_that_was_to_stop_when_it_was_lost_is_stopped(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    training = await queued()
    await supervision.look()
    await move(store, training, RunState.RUNNING)
    await wish(store, training, Desired.STOPPED)

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert (await row(store, training)).state is RunState.STOPPED
    assert len(cluster.launched) == 1


async def test_a_training_that_is_stopped_after_its_process_was_lost_keeps_nothing_taken_over(
    store: Store,
    cluster: FakeCluster,
    supervision: Supervision,
    files: TrainingFiles,
    queued: StartTraining,
) -> None:
    training = await queued()
    await supervision.look()
    await move(store, training, RunState.RUNNING)
    await wish(store, training, Desired.STOPPED)
    taken = files.absolute(files.taken(training.id, "2-ab"))
    taken.parent.mkdir(parents=True)
    taken.touch()

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert not taken.exists()


async def test_a_stop_that_was_stored_with_its_step_is_computed_up_to_it_again(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    training = await queued()
    await supervision.look()
    await move(store, training, RunState.RUNNING)
    await wish(store, training, Desired.STOPPED)
    async with store.writing(training.owner_id) as unit:
        await unit.changes.add(training.id, epoch=None, step=50, changes={}, stop=True)

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert len(cluster.launched) == 2


async def test_a_training_that_is_lost_again_and_again_fails_with_a_reason(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    training = await queued()
    for _ in range(30):
        await supervision.look()
        if not cluster.launched[-1].over.is_set():
            await move(store, training, RunState.RUNNING)
            await over(cluster.launched[-1], lost=True)
        if (await row(store, training)).state.has_ended:
            break

    found = await row(store, training)
    assert found.state is RunState.FAILED
    assert found.reason is not None
    assert "10 times" in found.reason


async def test_a_training_that_is_paused_for_long_is_asked_to_leave(
    store: Store,
    cluster: FakeCluster,
    supervision: Supervision,
    queued: StartTraining,
    clock: HandClock,
) -> None:
    training = await queued()
    await supervision.look()
    await wish(store, training, Desired.PAUSED)
    await move(store, training, RunState.PAUSED)
    asked = []
    for passed_s in (0, 500, 599, 601):
        clock.passed_s = passed_s
        await supervision.look()
        await asyncio.sleep(0)
        asked.append(cluster.launched[0].parks)

    assert asked == [0, 0, 0, 1]


async def test_one_that_hangs_while_it_is_asked_to_leave_delays_no_other(
    store: Store,
    cluster: FakeCluster,
    supervision: Supervision,
    queued: StartTraining,
    clock: HandClock,
) -> None:
    training = await queued()
    await supervision.look()
    cluster.launched[0].hangs = True
    await wish(store, training, Desired.PAUSED)
    await move(store, training, RunState.PAUSED)
    await supervision.look()
    clock.passed_s = 601

    for _ in range(3):
        await supervision.look()
        await asyncio.sleep(0)
    other = await queued()
    await asyncio.wait_for(supervision.look(), PATIENCE_S)

    assert cluster.launched[0].parks == 1
    assert [hosted.training.id for hosted in cluster.launched] == [training.id, other.id]


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
    cluster: FakeCluster,
    supervision: Supervision,
    queued: StartTraining,
    clock: HandClock,
    state: RunState,
    desired: Desired,
) -> None:
    training = await queued()
    await supervision.look()
    await move(store, training, state)
    await wish(store, training, desired)
    asked = []
    for passed_s in (0, 1, 3, 4):
        clock.passed_s = passed_s
        await supervision.look()
        await asyncio.sleep(0)
        asked.append(cluster.launched[0].obeys)

    assert asked == [0, 0, 1, 2]


async def test_a_training_that_is_as_wished_is_left_alone(
    store: Store,
    cluster: FakeCluster,
    supervision: Supervision,
    queued: StartTraining,
    clock: HandClock,
) -> None:
    training = await queued()
    await supervision.look()
    for state, desired in [
        (RunState.LOADING, Desired.RUNNING),
        (RunState.RUNNING, Desired.RUNNING),
        (RunState.PAUSED, Desired.PAUSED),
    ]:
        await wish(store, training, desired)
        await move(store, training, state)
        for _ in range(3):
            clock.passed_s += 3
            await supervision.look()
            await asyncio.sleep(0)

    assert cluster.launched[0].obeys == 0


async def test_a_place_that_could_not_be_freed_is_freed_later_and_delays_nobody(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    first, second = await queued(rollout_workers=1), await queued()
    await supervision.look()
    cluster.launched[0].refuses_release = 1
    await move(store, first, RunState.FINISHED)

    await over(cluster.launched[0])
    await supervision.look()
    assert not cluster.launched[0].released
    assert cluster.launched[-1].training.id == second.id
    await supervision.look()

    assert cluster.launched[0].released


async def test_a_start_that_fails_is_tried_again_under_a_newer_epoch(
    cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    await queued()
    cluster.refuses_launch = 2
    for _ in range(2):
        with pytest.raises(ActorUnavailable):
            await supervision.look()

    await supervision.look()

    assert [hosted.epoch for hosted in cluster.launched] == [3]


async def test_after_a_restart_of_the_whole_cluster_everything_is_as_it_was(
    store: Store, cluster: FakeCluster, supervision: Supervision, queued: StartTraining
) -> None:
    cluster.has = Demand(10, 0)
    running, paused, parked, waiting = [await queued() for _ in range(4)]
    await move(store, running, RunState.RUNNING)
    for training in (paused, parked):
        await wish(store, training, Desired.PAUSED)
        await move(store, training, RunState.PAUSED)
    async with store.writing(parked.owner_id) as unit:
        await unit.trainings.set_parked(parked.id, True, epoch=None)

    await supervision.look()

    assert [hosted.training.id for hosted in cluster.launched] == [running.id, waiting.id]
    assert (await row(store, running)).state is RunState.RECOVERING
    for training in (paused, parked):
        found = await row(store, training)
        assert (found.state, found.parked) == (RunState.PAUSED, True)


async def test_deaths_long_ago_do_not_count(
    store: Store,
    cluster: FakeCluster,
    supervision: Supervision,
    queued: StartTraining,
    clock: HandClock,
) -> None:
    training = await queued()
    for _ in range(25):
        await supervision.look()
        await move(store, training, RunState.RUNNING)
        await over(cluster.launched[-1], lost=True)
        clock.passed_s += 100

    assert not (await row(store, training)).state.has_ended


async def test_a_new_supervisor_takes_over_what_runs_and_starts_what_does_not(
    store: Store,
    cluster: FakeCluster,
    files: TrainingFiles,
    queued: StartTraining,
) -> None:
    supervision = Supervision(
        store, cluster, files, SystemClock(), TrainingSettings(supervise_interval_s=0.01)
    )
    running, lost = await queued(), await queued()
    for training in (running, lost):
        await move(store, training, RunState.RUNNING)
    cluster.already = {running.id: FakeHosted(running, 1)}
    cluster.refuses_running = 2  # the directory comes up a little later
    looking = asyncio.create_task(supervision.run())

    async with asyncio.timeout(PATIENCE_S):
        while not cluster.launched:
            await asyncio.sleep(0.01)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)

    assert [hosted.training.id for hosted in cluster.launched] == [lost.id]


async def test_a_training_takes_a_cpu_for_itself_and_one_for_each_worker(
    queued: StartTraining,
) -> None:
    training = await queued(rollout_workers=3, device="cuda")

    assert demand(training) == Demand(4, 1)
    assert demand(replace(training, request={})) == Demand(1, 0)
    assert Demand(2, 0).fits(Demand(2, 1))
    assert not Demand(2, 1).fits(Demand(4, 0))
