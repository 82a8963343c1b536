"""The life of a training in one process, and what is left when that process is lost."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.training_files import TrainingFiles
from aibt.errors import LeaseLost, TrainingEnded
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import PER_EPISODE, CountingRun
from tests.unit.actors.hosting import LAST, Hosting, until


async def test_a_training_runs_to_its_end_and_leaves_weights_status_and_history(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued(), paced=False)
    await hosting.begin()

    assert await hosting.ended() is RunState.FINISHED

    row = await hosting.row()
    assert row.state is RunState.FINISHED
    assert row.status["steps"] == LAST
    assert await hosting.states() == ["loading", "running", "finished"]
    told = await hosting.told()
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    assert len([kind for _, kind, _ in told if kind == "trade"]) == LAST // PER_EPISODE
    async with store.reading(row.owner_id) as unit:
        bot = await unit.bots.by_id(row.bot_id)
    assert bot.weights is not None
    assert files.absolute(bot.weights).read_text() == repr(hosting.runs[0].value)


async def test_no_step_runs_while_it_is_paused_and_the_answer_says_where_it_stands(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(7)

    paused = await host.pause("a" * 32)
    assert hosting.pace is not None
    hosting.pace.release(5)
    await asyncio.sleep(0.15)

    assert paused["state"] == "paused"
    assert hosting.runs[0].steps == paused["steps"] == 7
    assert (await hosting.row()).state is RunState.PAUSED
    assert (await host.pause("b" * 32))["state"] == "paused"
    assert (await host.resume(None))["state"] == "running"
    assert await hosting.ended() is RunState.FINISHED
    assert (await hosting.states()).count("paused") == 1


async def test_new_parameters_are_stored_with_their_step_before_they_are_answered(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(12)

    await host.update({"lr": 0.5}, "c" * 32)

    async with store.reading(hosting.training.owner_id) as unit:
        (change,) = await unit.changes.after(hosting.training.id)
    assert (change.step, dict(change.changes)) == (12, {"lr": 0.5})
    assert (await hosting.row()).current["lr"] == 0.5
    await hosting.ended()
    assert hosting.runs[0].lr == 0.5


async def test_a_stopped_training_keeps_what_it_has_and_takes_no_more_commands(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(15)

    stopped = await host.stop("d" * 32)

    assert stopped["state"] == "stopped"
    assert (await hosting.row()).state is RunState.STOPPED
    with pytest.raises(TrainingEnded):
        await host.pause(None)
    assert await hosting.ended() is RunState.STOPPED
    assert hosting.runs[0].steps == 15


async def test_a_training_whose_owner_paused_it_meanwhile_is_not_begun(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    training = hosting.training
    async with store.writing(training.owner_id) as unit:
        await unit.trainings.set_desired(training.id, Desired.PAUSED)

    await hosting.begin()

    assert await hosting.ended() is RunState.QUEUED
    assert hosting.runs == []


async def test_a_parked_training_goes_on_where_it_stood(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(23)
    assert not await host.park()
    await hosting.wish(Desired.PAUSED)
    await host.pause(None)

    assert await host.park()

    await hosting.ended()
    row = await hosting.row()
    assert (row.state, row.parked) == (RunState.PAUSED, True)
    async with store.writing(row.owner_id) as unit:
        await unit.trainings.set_parked(row.id, False, epoch=None)
    await hosting.wish(Desired.RUNNING)
    again = Hosting(store, files, row)
    await again.begin()
    await until(lambda: bool(again.runs))
    assert again.runs[0].steps == 23
    await again.ended()


async def test_a_failure_ends_the_training_with_a_reason_and_no_traceback(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued(), paced=False)

    def broken(*_: Any) -> CountingRun:
        raise RuntimeError("secret detail")

    hosting._build = broken  # type: ignore[method-assign,assignment]  # fails in the middle
    await hosting.begin()

    assert await hosting.ended() is RunState.FAILED
    row = await hosting.row()
    assert row.reason is not None
    assert "internal error" in row.reason
    assert "secret" not in row.reason
    assert [kind for _, kind, _ in await hosting.told()] == ["state", "error", "state"]


async def test_a_lost_lease_ends_the_host_and_nothing_more_is_written(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(9)
    async with store.writing(hosting.training.owner_id) as unit:
        await unit.leases.take(hosting.training.topic, "newer")
    before = await hosting.told()

    with pytest.raises(LeaseLost):
        await host.pause(None)
    await hosting.ended()

    assert await hosting.told() == before
    assert (await hosting.row()).state is RunState.RUNNING


@given(cuts=st.lists(st.integers(1, 40), max_size=3), changed_at=st.integers(1, 60))
@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
async def test_whatever_is_lost_when_the_outcome_is_the_same(
    store: Store,
    files: TrainingFiles,
    queued: StartTraining,
    cuts: list[int],
    changed_at: int,
) -> None:
    async def run_through(cuts: list[int]) -> tuple[float, list[Any]]:
        hosting = Hosting(store, files, await queued())
        host = await hosting.begin()
        changed = False
        for cut in [*cuts, LAST]:
            await hosting.loaded()
            here = hosting.runs[-1].steps
            goal = min(here + cut, LAST - 1)
            if not changed and goal >= changed_at >= here:
                if changed_at > here:
                    await hosting.step(changed_at - here)
                await host.update({"lr": 0.7}, "e" * 32)
                changed = True
            if hosting.runs[-1].steps < goal:
                await hosting.step(goal - hosting.runs[-1].steps)
            if cut is not LAST:
                await hosting.lose()
                hosting = Hosting(store, files, await hosting.row())
                host = await hosting.begin()
        assert await hosting.ended() is RunState.FINISHED
        told = await hosting.told()
        assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
        assert len({(kind, str(data)) for _, kind, data in told if kind == "trade"}) == len(
            [kind for _, kind, _ in told if kind == "trade"]
        )
        trades = [
            {name: value for name, value in data.items() if name != "id"}
            for _, kind, data in told
            if kind == "trade"
        ]
        return hosting.runs[-1].value, trades

    assert await run_through(cuts) == await run_through([])
