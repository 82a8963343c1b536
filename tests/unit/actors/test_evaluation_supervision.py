"""The live evaluations are made to match what the store says should be."""

import asyncio
from typing import Any

import pytest

from actors.evaluation_supervision import EvaluationSupervision, HostedEvaluation
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Evaluation
from tests.unit.actors.conftest import StartEvaluation
from tests.unit.actors.fakes import FakeHosted, HandClock

PARK_AFTER_S = 600.0


class FakeEvaluations:
    """Starts evaluations that end when the test says so; remembers them in order."""

    def __init__(self) -> None:
        self.launched: list[FakeHosted] = []
        self.already: dict[int, HostedEvaluation] = {}

    async def launch(self, evaluation: Evaluation, epoch: int) -> FakeHosted:
        self.launched.append(FakeHosted(evaluation, epoch))
        return self.launched[-1]

    async def running(self) -> dict[int, HostedEvaluation]:
        return dict(self.already)


@pytest.fixture
def cluster() -> FakeEvaluations:
    return FakeEvaluations()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def supervision(store: Store, cluster: FakeEvaluations, clock: HandClock) -> EvaluationSupervision:
    return EvaluationSupervision(store, cluster, clock, lambda: None, park_after_s=PARK_AFTER_S)


async def move(store: Store, evaluation: Evaluation, state: RunState) -> None:
    async with store.writing(evaluation.owner_id) as unit:
        await unit.evaluations.set_state(evaluation.id, state, epoch=None)


async def wish(store: Store, evaluation: Evaluation, desired: Desired) -> None:
    async with store.writing(evaluation.owner_id) as unit:
        await unit.evaluations.set_desired(evaluation.id, desired)


async def row(store: Store, evaluation: Evaluation) -> Evaluation:
    async with store.reading(evaluation.owner_id) as unit:
        return await unit.evaluations.get(evaluation.id)


async def states(store: Store, evaluation: Evaluation) -> list[Any]:
    async with store.reading(evaluation.owner_id) as unit:
        events = await unit.events.read(evaluation.topic)
    return [event.data["state"] for event in events]


async def over(hosted: FakeHosted, *, lost: bool = False) -> None:
    hosted.lost = lost
    hosted.over.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_every_evaluation_is_started_once(
    cluster: FakeEvaluations, supervision: EvaluationSupervision, evaluated: StartEvaluation
) -> None:
    wanted = [(await evaluated()).id for _ in range(3)]

    await supervision.look()
    await supervision.look()

    assert [hosted.training.id for hosted in cluster.launched] == wanted
    assert {hosted.epoch for hosted in cluster.launched} == {1}


@pytest.mark.parametrize("state", [RunState.LOADING, RunState.RUNNING])
async def test_a_lost_one_is_started_again_under_a_higher_epoch(
    store: Store,
    cluster: FakeEvaluations,
    supervision: EvaluationSupervision,
    evaluated: StartEvaluation,
    state: RunState,
) -> None:
    evaluation = await evaluated()
    await supervision.look()
    await move(store, evaluation, state)

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert [hosted.epoch for hosted in cluster.launched] == [1, 2]
    assert cluster.launched[0].released
    assert await states(store, evaluation) == ["recovering"]


async def test_one_that_is_paused_without_a_process_waits_until_it_is_resumed(
    store: Store,
    cluster: FakeEvaluations,
    supervision: EvaluationSupervision,
    evaluated: StartEvaluation,
) -> None:
    evaluation = await evaluated()
    await wish(store, evaluation, Desired.PAUSED)
    await supervision.look()
    await supervision.look()
    assert (await row(store, evaluation)).state is RunState.PAUSED
    assert cluster.launched == []

    await wish(store, evaluation, Desired.RUNNING)
    await supervision.look()

    assert len(cluster.launched) == 1
    assert await states(store, evaluation) == ["paused", "queued"]


async def test_one_that_waits_for_a_place_gives_way_to_what_its_owner_wants(
    store: Store,
    cluster: FakeEvaluations,
    supervision: EvaluationSupervision,
    evaluated: StartEvaluation,
) -> None:
    evaluation = await evaluated()
    await supervision.look()

    await wish(store, evaluation, Desired.PAUSED)
    await supervision.look()
    await asyncio.sleep(0)
    assert cluster.launched[0].released
    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert (await row(store, evaluation)).state is RunState.PAUSED
    assert len(cluster.launched) == 1


async def test_one_that_is_paused_for_long_is_asked_to_leave(
    store: Store,
    cluster: FakeEvaluations,
    supervision: EvaluationSupervision,
    clock: HandClock,
    evaluated: StartEvaluation,
) -> None:
    evaluation = await evaluated()
    await supervision.look()
    await wish(store, evaluation, Desired.PAUSED)
    await move(store, evaluation, RunState.PAUSED)
    await supervision.look()
    clock.passed_s += PARK_AFTER_S - 1
    await supervision.look()
    await asyncio.sleep(0)
    assert cluster.launched[0].parks == 0

    clock.passed_s += 1
    await supervision.look()
    await asyncio.sleep(0)

    assert cluster.launched[0].parks == 1


async def test_one_that_was_to_stop_when_it_was_lost_is_stopped(
    store: Store,
    cluster: FakeEvaluations,
    supervision: EvaluationSupervision,
    evaluated: StartEvaluation,
) -> None:
    evaluation = await evaluated()
    await supervision.look()
    await move(store, evaluation, RunState.RUNNING)
    await wish(store, evaluation, Desired.STOPPED)

    await over(cluster.launched[0], lost=True)
    await supervision.look()

    assert (await row(store, evaluation)).state is RunState.STOPPED
    assert len(cluster.launched) == 1


async def test_one_whose_process_dies_again_and_again_fails(
    store: Store,
    cluster: FakeEvaluations,
    supervision: EvaluationSupervision,
    evaluated: StartEvaluation,
) -> None:
    evaluation = await evaluated()
    for _ in range(10):
        await supervision.look()
        await move(store, evaluation, RunState.RUNNING)
        await over(cluster.launched[-1], lost=True)

    await supervision.look()

    found = await row(store, evaluation)
    assert found.state is RunState.FAILED
    assert found.reason is not None
    assert "lost 10 times" in found.reason


async def test_what_runs_already_is_kept(
    cluster: FakeEvaluations, supervision: EvaluationSupervision, evaluated: StartEvaluation
) -> None:
    evaluation = await evaluated()
    cluster.already[evaluation.id] = FakeHosted(evaluation, 1)

    await supervision.take_over()
    await supervision.look()

    assert cluster.launched == []
