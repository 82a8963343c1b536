"""An evaluation in one process: its units are stored as they are done, its commands take effect."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from aibt.errors import ActorUnavailable, EvaluationEnded, Invalid
from aibt.live.states import Desired, RunState
from aibt.protocol.evaluations import EvaluationStatusMessage, UnitMessage
from aibt.store.database import Store
from tests.unit.actors.conftest import StartEvaluation
from tests.unit.actors.evaluation_hosting import SLICES, UNITS, EvaluationHosting
from tests.unit.actors.fakes import BusyStore
from tests.unit.actors.hosting import until

SUMS = [0.1 * number for number in range(UNITS)]


@pytest.fixture
async def hosting(store: Store, evaluated: StartEvaluation) -> AsyncIterator[EvaluationHosting]:
    hosting = EvaluationHosting(store, await evaluated())
    yield hosting
    if hosting.life is not None and not hosting.life.done():
        await hosting.lose()


async def test_units_are_stored_and_told_as_they_are_done_and_the_report_with_the_end(
    hosting: EvaluationHosting,
) -> None:
    await hosting.begin()
    await hosting.step(SLICES + 1)
    await hosting.stored(1)
    assert await hosting.report() is None

    assert await hosting.ended() is RunState.FINISHED

    report = await hosting.report()
    assert report is not None
    assert report["sums"] == SUMS
    assert [*await hosting.units()] == [str(number) for number in range(UNITS)]
    told = await hosting.told()
    assert [seq for seq, *_ in told] == [*range(1, len(told) + 1)]
    kinds = [kind for _, kind, _ in told]
    assert kinds == ["state", "state", *["unit"] * UNITS, "state"]
    assert (told[2][2]["id"], told[2][2]["fold"]) == (hosting.evaluation.id, 1)
    assert await hosting.states() == ["loading", "running", "finished"]


async def test_the_last_status_says_the_verdict(hosting: EvaluationHosting) -> None:
    await hosting.begin()
    await hosting.ended()

    status = (await hosting.row()).status

    assert (status["better"], status["confidence"], status["verdict"]) == (False, 0.5, "it is not")
    assert (status["units"], status["units_done"], status["share"]) == (UNITS, UNITS, 1.0)
    assert status["seconds_left"] is None
    assert EvaluationStatusMessage.of(status).state is RunState.FINISHED
    assert all(UnitMessage.of(data) for _, kind, data in await hosting.told() if kind == "unit")


async def test_the_status_says_how_far_it_is_while_it_computes(hosting: EvaluationHosting) -> None:
    host = await hosting.begin()
    await hosting.step(2 * SLICES)
    await until(lambda: host.status().get("units_done") == 2)

    status = host.status()

    assert (status["state"], status["units"], status["doing"]) == ("running", UNITS, "unit 3")
    assert isinstance(status["seconds_left"], float)
    await until(lambda: host.status()["cursor"] == 4)
    poll = await host.poll(1, 0, 5.0)
    assert [event.kind for event in poll.events] == ["state", "unit", "unit"]
    assert poll.status is not None
    assert EvaluationStatusMessage.of(poll.status).units == UNITS


async def test_a_lost_process_goes_on_at_the_unit_it_was_in_to_the_same_report(
    hosting: EvaluationHosting,
) -> None:
    await hosting.begin()
    await hosting.step(3 * SLICES + 1)
    await hosting.stored(3)

    after = await hosting.again()

    assert await after.ended() is RunState.FINISHED
    assert after.runs[0].began_with == [0, 1, 2]
    report = await after.report()
    assert report is not None
    assert report["sums"] == SUMS
    units = [data for _, kind, data in await after.told() if kind == "unit"]
    assert [unit["fold"] for unit in units] == [1, 2, 3, 4, 5, 6]


async def test_a_pause_answers_when_nothing_more_is_computed(hosting: EvaluationHosting) -> None:
    host = await hosting.begin()
    await hosting.step(2)

    await hosting.wish(Desired.PAUSED)
    status = await host.pause("1" * 32)
    at = hosting.runs[0].slices
    assert hosting.pace is not None
    hosting.pace.release(10)
    await asyncio.sleep(0.1)

    assert status["state"] == "paused"
    assert hosting.runs[0].slices == at
    await hosting.wish(Desired.RUNNING)
    assert (await host.resume(None))["state"] == "running"
    assert await hosting.ended() is RunState.FINISHED
    assert await hosting.states() == ["loading", "running", "paused", "running", "finished"]


async def test_a_stop_keeps_the_finished_units_and_makes_no_report(
    hosting: EvaluationHosting,
) -> None:
    host = await hosting.begin()
    await hosting.step(SLICES)
    await hosting.stored(1)

    status = await host.stop("1" * 32)

    assert status["state"] == "stopped"
    assert await hosting.ended() is RunState.STOPPED
    assert await hosting.report() is None
    assert [*await hosting.units()] == ["0"]
    with pytest.raises(EvaluationEnded):
        await host.pause(None)


async def test_a_paused_one_is_stopped_too(hosting: EvaluationHosting) -> None:
    host = await hosting.begin()
    await hosting.step(1)
    await host.pause(None)

    await host.stop(None)

    assert await hosting.ended() is RunState.STOPPED


async def test_one_that_is_paused_leaves_its_place_and_goes_on_elsewhere(
    hosting: EvaluationHosting,
) -> None:
    host = await hosting.begin()
    await hosting.step(SLICES + 1)
    await hosting.stored(1)
    assert not await host.park()
    await host.pause(None)
    assert not await host.park()  # its owner wants it to run, by what the store says
    await hosting.wish(Desired.PAUSED)

    assert await host.park()

    assert hosting.life is not None
    assert await hosting.life is RunState.PAUSED
    with pytest.raises(ActorUnavailable):
        await host.resume(None)
    await hosting.wish(Desired.RUNNING)
    after = await hosting.again()
    assert await after.ended() is RunState.FINISHED
    assert after.runs[0].began_with == [0]


@pytest.mark.parametrize("desired", [Desired.PAUSED, Desired.STOPPED])
async def test_one_that_its_owner_does_not_want_to_run_computes_nothing(
    hosting: EvaluationHosting, desired: Desired
) -> None:
    await hosting.wish(desired)
    await hosting.begin()

    await hosting.ended()

    assert hosting.runs == []
    assert await hosting.told() == []


async def test_what_goes_wrong_is_told_and_ends_it(hosting: EvaluationHosting) -> None:
    await hosting.begin()
    await hosting.step(1)
    hosting.runs[0].error = Invalid("device", "is gone")

    assert await hosting.ended() is RunState.FAILED

    row = await hosting.row()
    assert row.reason is not None
    assert "is gone" in row.reason
    assert [kind for _, kind, _ in await hosting.told()] == ["state", "state", "error", "state"]


async def test_bars_that_are_gone_end_it(hosting: EvaluationHosting) -> None:
    hosting.build_error = Invalid("symbol", "has no bars")
    await hosting.begin()

    assert await hosting.ended() is RunState.FAILED


async def test_a_busy_store_is_waited_out(
    store: Store, evaluated: StartEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.run_host._RETRY_S", 0.01)
    busy = BusyStore(store)
    hosting = EvaluationHosting(busy, await evaluated())
    await hosting.begin()
    await hosting.step(SLICES)
    await hosting.stored(1)

    busy.refuses = 5

    assert await hosting.ended() is RunState.FINISHED
    assert [*await hosting.units()] == [str(number) for number in range(UNITS)]


async def test_commands_that_never_came_are_obeyed(hosting: EvaluationHosting) -> None:
    host = await hosting.begin()
    await hosting.step(1)
    await hosting.wish(Desired.PAUSED)
    await host.obey()
    assert host.state is RunState.PAUSED
    await hosting.wish(Desired.RUNNING)
    await host.obey()
    assert host.state is RunState.RUNNING
    await hosting.wish(Desired.STOPPED)

    await host.obey()

    assert await hosting.ended() is RunState.STOPPED
