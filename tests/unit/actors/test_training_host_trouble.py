"""What a training's host does when the store is busy, and when things happen at bad moments."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from actors import run_host, training_recorder
from actors.training_files import TrainingFiles
from aibt.errors import ActorUnavailable, StoreUnavailable, TrainingEnded
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from tests.patience import PATIENCE_S
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import PER_EPISODE, BusyStore, CountingRun, ForgetfulStore
from tests.unit.actors.hosting import LAST, Hosting, until


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_host, "_RETRY_S", 0.01)
    monkeypatch.setattr(training_recorder, "_RETRY_S", 0.01)


class SlowHosting(Hosting):
    """Loads until it is let through."""

    def __init__(self, *args: Any, **how: Any) -> None:
        super().__init__(*args, **how)
        self.through = threading.Event()

    def _build(self, *given: Any) -> CountingRun:
        assert self.through.wait(10)
        return super()._build(*given)


async def test_a_training_is_paused_and_resumed_while_it_loads(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = SlowHosting(store, files, await queued(), paced=False)
    host = await hosting.begin()
    await until(lambda: host.training.state is RunState.LOADING)

    assert (await host.pause(None))["state"] == "paused"
    hosting.through.set()
    await hosting.loaded()
    await asyncio.sleep(0.1)

    assert hosting.runs[0].steps == 0
    assert (await hosting.row()).state is RunState.PAUSED
    assert (await host.resume(None))["state"] == "running"
    assert await hosting.ended() is RunState.FINISHED
    assert await hosting.states() == ["loading", "paused", "running", "finished"]


async def test_a_training_that_is_stopped_while_it_loads_again_leaves_the_best_it_had(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    first = Hosting(store, files, await queued())
    host = await first.begin()
    await first.step(20)
    await host.checkpoint()
    kept = first.runs[0].value
    await first.lose()
    again = SlowHosting(store, files, await first.row())
    host = await again.begin()
    await until(lambda: host.training.state is RunState.LOADING)

    assert (await host.stop(None))["state"] == "stopped"
    again.through.set()

    assert await again.ended() is RunState.STOPPED
    assert await again.weights() == repr(kept)
    assert again.runs[0].steps == 20


@pytest.mark.parametrize("moment", ["opening", "running", "end"])
async def test_a_store_that_is_busy_for_a_while_fails_no_training(
    store: Store, files: TrainingFiles, queued: StartTraining, moment: str
) -> None:
    busy = BusyStore(store)
    training = await queued()
    kind = SlowHosting if moment == "running" else Hosting
    hosting = kind(busy, files, training)
    host = await hosting.begin()
    if moment == "opening":
        busy.refuses = 5
    if isinstance(hosting, SlowHosting):
        await until(lambda: host.training.state is RunState.LOADING)
        busy.refuses = 5
        hosting.through.set()
    if moment == "end":
        await hosting.step(LAST - 1)
        busy.refuses = 5

    assert await hosting.ended() is RunState.FINISHED

    assert busy.refuses == 0
    assert await hosting.states() == ["loading", "running", "finished"]
    told = await hosting.told()
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    assert sum(kind == "trade" for _, kind, _ in told) == LAST // PER_EPISODE


async def test_what_a_run_tells_while_the_store_is_busy_is_stored_later(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    busy = BusyStore(store)
    hosting = Hosting(busy, files, await queued())
    host = await hosting.begin()
    await hosting.step(5)
    busy.refuses = 1_000_000

    await hosting.step(60)
    with pytest.raises(StoreUnavailable):
        await host.pause(None)
    steps = hosting.runs[0].steps
    busy.refuses = 0
    paused = await host.pause(None)

    assert paused["steps"] == hosting.runs[0].steps == steps
    assert sum(kind == "trade" for _, kind, _ in await hosting.told()) == steps // PER_EPISODE
    await hosting.lose()


async def test_a_stop_whose_end_could_not_be_stored_at_once_is_a_stop_in_the_end(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    busy = BusyStore(store)
    hosting = Hosting(busy, files, await queued())
    host = await hosting.begin()
    await hosting.step(8)
    record = host._record_change

    async def then_busy(*given: Any, **how: Any) -> Any:
        change = await record(*given, **how)
        busy.refuses = 3
        return change

    host._record_change = then_busy  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        await host.stop("a" * 32)

    assert await hosting.ended() is RunState.STOPPED
    assert (await hosting.row()).state is RunState.STOPPED
    assert (await hosting.states()).count("stopped") == 1
    assert hosting.runs[0].steps == 8


async def test_a_change_that_was_not_stored_is_not_stored_with_the_next_one(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    busy = BusyStore(store)
    hosting = Hosting(busy, files, await queued())
    host = await hosting.begin()
    await hosting.step(3)
    busy.refuses = 1_000_000
    with pytest.raises(StoreUnavailable):
        await host.update({"gamma": 0.5}, "a" * 32)
    busy.refuses = 0

    await host.update({"lr": 0.4}, "b" * 32)

    assert (await hosting.row()).current == {"lr": 0.4}
    await hosting.lose()


async def test_a_change_that_is_repeated_late_does_not_take_back_what_came_after_it(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(3)
    await host.update({"lr": 0.4}, "a" * 32)
    await host.update({"lr": 0.6}, "b" * 32)

    await host.update({"lr": 0.4}, "a" * 32)
    await hosting.step(1)

    assert (await hosting.row()).current["lr"] == hosting.runs[0].lr == 0.6
    assert [kind for _, kind, _ in await hosting.told()].count("params") == 2
    await hosting.lose()


async def test_a_change_while_a_lost_part_is_computed_again_applies_after_what_was_told(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    first = Hosting(store, files, await queued())
    host = await first.begin()
    await first.step(35)
    await host.update({"lr": 0.2}, None)
    await first.lose()
    again = Hosting(store, files, await first.row())
    again.forgets_checkpoints = True
    host = await again.begin()
    await again.step(10)

    await host.update({"lr": 0.7}, None)
    await again.ended()

    async with store.reading(first.training.owner_id) as unit:
        changes = await unit.changes.after(first.training.id)
    assert [change.step for change in changes] == [35, 35]
    assert again.runs[0].lr == 0.7


async def test_a_stop_of_a_lost_process_is_computed_up_to_its_step_again(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    whole = Hosting(store, files, await queued())
    await whole.begin()
    await whole.step(50)
    await whole.host.pause(None)
    wanted = whole.runs[0].value
    await whole.lose()
    lost = Hosting(store, files, await queued())
    await lost.begin()
    await lost.step(15)
    await lost.lose()
    await lost.wish(Desired.STOPPED)
    training = lost.training
    async with store.writing(training.owner_id) as unit:
        await unit.changes.add(training.id, epoch=None, step=50, changes={}, stop=True)

    again = Hosting(store, files, await lost.row())
    host = await again.begin()
    await again.loaded()
    await until(lambda: host.state is RunState.RUNNING)
    with pytest.raises(ActorUnavailable):
        await host.stop(None)
    await host.obey()

    assert await again.ended() is RunState.STOPPED
    assert again.runs[0].steps == 50
    assert await again.weights() == repr(wanted)


async def test_a_training_that_is_wanted_again_does_not_give_its_place_back(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(5)
    await hosting.wish(Desired.PAUSED)
    await host.pause(None)
    await hosting.wish(Desired.RUNNING)  # its command is still on its way

    assert not await host.park()

    assert (await host.resume(None))["state"] == "running"
    assert not (await hosting.row()).parked
    assert await hosting.ended() is RunState.FINISHED


async def test_it_does_what_the_owner_wants_where_the_command_was_lost(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(5)

    found = []
    for desired in (Desired.RUNNING, Desired.PAUSED, Desired.PAUSED, Desired.RUNNING):
        await hosting.wish(desired)
        await host.obey()
        found.append(str(host.state))
    await hosting.wish(Desired.STOPPED)
    await host.obey()
    await host.obey()

    assert found == ["running", "paused", "paused", "running"]
    assert await hosting.ended() is RunState.STOPPED
    expected = ["loading", "running", "paused", "running", "stopped"]
    assert await hosting.states() == expected


async def test_a_checkpoint_counts_only_after_the_events_up_to_it(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    await hosting.begin()
    seen = set()
    for _ in range(LAST - 1):
        await hosting.step(1)
        await asyncio.sleep(0.003)
        async with store.reading(hosting.training.owner_id) as unit:
            checkpoint = await unit.checkpoints.latest(hosting.training.id)
        step = 0 if checkpoint is None else checkpoint.step
        trades = sum(kind == "trade" for _, kind, _ in await hosting.told())
        assert trades >= step // PER_EPISODE
        seen.add(step)
    assert len(seen) > 2
    await hosting.ended()


async def test_a_pause_leaves_its_checkpoint_and_its_status(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(33)
    await host.pause(None)

    await host.checkpoint()

    row = await hosting.row()
    async with store.reading(row.owner_id) as unit:
        checkpoint = await unit.checkpoints.latest(row.id)
    assert checkpoint is not None
    assert (checkpoint.step, row.status["steps"], row.status["state"]) == (33, 33, "paused")
    await hosting.lose()


async def test_a_computation_that_breaks_off_in_any_way_is_a_failure(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    class Panic(BaseException):
        """As compiled libraries raise it."""

    hosting = Hosting(store, files, await queued())
    host = await hosting.begin()
    await hosting.step(3)

    def broken() -> None:
        raise Panic

    hosting.runs[0].advance = broken  # type: ignore[method-assign]

    assert await hosting.ended() is RunState.FAILED
    with pytest.raises(TrainingEnded):
        await host.resume(None)


async def test_whoever_waits_at_a_training_before_it_is_opened_looks_again_at_once(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    busy = BusyStore(store)
    hosting = Hosting(busy, files, await queued(), paced=False)
    async with store.writing(hosting.training.owner_id) as unit:
        await unit.leases.take(hosting.training.topic, "test")
    host = await hosting.begin()

    early = await asyncio.wait_for(host.poll(0, 0, 2 * PATIENCE_S), PATIENCE_S)

    assert early.ended or early.events
    await hosting.ended()


async def test_an_end_that_was_lost_before_it_counted_was_never_told(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    hosting = Hosting(store, files, await queued(), paced=False)
    saving, lost = threading.Event(), threading.Event()

    class Dying(CountingRun):
        def save_best(self, path: Path) -> bool:
            saving.set()
            assert lost.wait(10)
            return super().save_best(path)

    hosting.kind = Dying
    await hosting.begin()
    await until(saving.is_set)
    losing = asyncio.create_task(hosting.lose())
    await until(lambda: hosting.life is not None and hosting.life.cancelling() > 0)
    lost.set()
    await losing
    assert not [data for _, kind, data in await hosting.told() if kind == "log"]

    again = Hosting(store, files, await hosting.row(), paced=False)
    await again.begin()

    assert await again.ended() is RunState.FINISHED
    told = [(kind, data.get("text")) for _, kind, data in await again.told()]
    assert told[-2:] == [("log", f"ended after {LAST} steps"), ("state", None)]
    assert [kind for kind, _ in told].count("log") == 1


async def test_a_change_that_was_stored_without_an_answer_holds_from_its_step(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    forgetful = ForgetfulStore(store)
    hosting = Hosting(forgetful, files, await queued())
    training_id = hosting.training.id
    host = await hosting.begin()
    await hosting.step(12)
    forgetful.forgets = lambda unit: unit.changes.after(training_id)

    with pytest.raises(StoreUnavailable):
        await host.update({"lr": 0.5}, "f" * 32)
    await hosting.step(10)
    await host.update({"lr": 0.5}, "f" * 32)
    await host.checkpoint()
    await hosting.lose()
    again = Hosting(store, files, await hosting.row(), paced=False)
    await again.begin()

    assert await again.ended() is RunState.FINISHED
    async with store.reading(hosting.training.owner_id) as unit:
        (change,) = await unit.changes.after(training_id)
    assert (change.step, hosting.runs[0].lr, again.runs[0].lr) == (12, 0.5, 0.5)
    assert (await again.row()).current["lr"] == 0.5
    assert [kind for _, kind, _ in await again.told()].count("params") == 1


async def test_a_stop_that_was_stored_without_an_answer_ends_the_training_at_its_step(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    forgetful = ForgetfulStore(store)
    hosting = Hosting(forgetful, files, await queued())
    training_id = hosting.training.id
    host = await hosting.begin()
    await hosting.step(12)
    forgetful.forgets = lambda unit: unit.changes.after(training_id)

    with pytest.raises(StoreUnavailable):
        await host.stop("f" * 32)

    assert await hosting.ended() is RunState.STOPPED
    assert hosting.runs[0].steps == 12
