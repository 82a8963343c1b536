"""Commands reach an evaluation wherever it is in its life, and answer when they took effect."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from actors import run_control
from actors.evaluation_supervision import EvaluationSupervision
from actors.names import SUPERVISOR, evaluation_actor
from actors.run_control import RunControl
from actors.run_rows import EVALUATION
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable, EvaluationEnded, NotFound
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Evaluation
from tests.unit.actors.conftest import StartEvaluation
from tests.unit.actors.evaluation_hosting import EvaluationHosting
from tests.unit.actors.fakes import FakeHandles, FakeHosted, FakeSupervisor


@pytest.fixture
def handles() -> FakeHandles:
    return FakeHandles()


@pytest.fixture
def control(store: Store, handles: FakeHandles) -> RunControl[Evaluation]:
    return RunControl(EVALUATION, store, handles)


@pytest.fixture
async def hosting(
    store: Store, handles: FakeHandles, evaluated: StartEvaluation
) -> AsyncIterator[EvaluationHosting]:
    """An evaluation that computes, hosted by an actor that can be reached."""
    hosting = EvaluationHosting(store, await evaluated())
    handles.actors[evaluation_actor(hosting.evaluation.id)] = await hosting.begin()
    await hosting.step(1)
    yield hosting
    await hosting.lose()


class Nearby:
    """A cluster whose evaluations run in this process."""

    def __init__(self, store: Store, handles: FakeHandles) -> None:
        self._store, self._handles = store, handles
        self.hosted: list[EvaluationHosting] = []

    async def launch(self, evaluation: Evaluation, epoch: int) -> Any:
        del epoch  # the hosting takes the next one
        hosting = EvaluationHosting(self._store, evaluation)
        self.hosted.append(hosting)
        self._handles.actors[evaluation_actor(evaluation.id)] = await hosting.begin()
        return FakeHosted(evaluation, hosting.epoch)

    async def running(self) -> dict[int, Any]:
        return {}


@pytest.fixture
async def nearby(store: Store, handles: FakeHandles) -> AsyncIterator[Nearby]:
    """A cluster, and a supervisor that looks when it is woken."""
    cluster = Nearby(store, handles)
    supervision = EvaluationSupervision(
        store, cluster, SystemClock(), lambda: None, park_after_s=600
    )
    handles.actors[SUPERVISOR] = FakeSupervisor(supervision.look)
    yield cluster
    for hosting in cluster.hosted:
        await hosting.lose()


async def test_a_hosted_one_is_paused_resumed_and_stopped_by_its_actor(
    control: RunControl[Evaluation], hosting: EvaluationHosting
) -> None:
    of = (hosting.evaluation.owner_id, hosting.evaluation.id)

    paused = await control.pause(*of, "1" * 32)
    resumed = await control.resume(*of, "3" * 32)
    stopped = await control.stop(*of, "4" * 32)

    found = [paused, resumed, stopped]
    assert [str(one.run.state) for one in found] == ["paused", "running", "stopped"]
    assert [one.status["state"] for one in found if one.status] == ["paused", "running", "stopped"]
    assert await hosting.states() == ["loading", "running", "paused", "running", "stopped"]


async def test_one_that_waits_is_stopped_by_its_row(
    control: RunControl[Evaluation], evaluated: StartEvaluation
) -> None:
    evaluation = await evaluated()

    stopped = await control.stop(evaluation.owner_id, evaluation.id, "1" * 32)

    assert (stopped.run.state, stopped.status) == (RunState.STOPPED, None)
    again = await control.stop(evaluation.owner_id, evaluation.id, "1" * 32)
    assert again.run.state is RunState.STOPPED
    with pytest.raises(EvaluationEnded):
        await control.stop(evaluation.owner_id, evaluation.id, "2" * 32)


async def test_one_that_waits_is_paused_and_resumed_by_the_supervisor(
    control: RunControl[Evaluation], nearby: Nearby, evaluated: StartEvaluation
) -> None:
    evaluation = await evaluated()
    of = (evaluation.owner_id, evaluation.id)

    paused = await control.pause(*of, None)
    assert nearby.hosted == []
    resumed = await control.resume(*of, None)

    assert paused.run.state is RunState.PAUSED
    assert resumed.run.state is not RunState.PAUSED
    assert len(nearby.hosted) == 1


async def test_a_wish_that_nobody_meets_in_time_is_said_to_stand(
    control: RunControl[Evaluation], evaluated: StartEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_control, "_COMMAND_S", 0.2)
    evaluation = await evaluated()

    with pytest.raises(ActorUnavailable):
        await control.pause(evaluation.owner_id, evaluation.id, None)

    found = await control.row(evaluation.owner_id, evaluation.id)
    assert found.desired is Desired.PAUSED


async def test_anothers_is_not_there(
    control: RunControl[Evaluation], hosting: EvaluationHosting
) -> None:
    with pytest.raises(NotFound):
        await control.pause(hosting.evaluation.owner_id + 1, hosting.evaluation.id, None)
