"""Trainings of one process take turns, and each is still its own."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from actors.hosted_run import Run
from actors.joined_updates import JoinedUpdates
from actors.training_files import TrainingFiles
from aibt.live.states import Desired, RunState
from aibt.live.turns import Turns
from aibt.store.database import Store
from aibt.store.records import Training
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import CountingRun
from tests.unit.actors.hosting import Hosting, until


class Together:
    """Notices two runs that compute at once."""

    def __init__(self) -> None:
        self.inside = 0
        self.worst = 0


class Noticing(CountingRun):
    """A counting run whose steps are noticed."""

    together: Together

    def advance(self) -> None:
        self.together.inside += 1
        self.together.worst = max(self.together.worst, self.together.inside)
        super().advance()
        self.together.inside -= 1


def alone(store: Store, files: TrainingFiles, training: Training, turns: Turns) -> Hosting:
    hosting = Hosting(store, files, training, paced=False)
    hosting.turns = turns
    return hosting


async def test_they_compute_one_at_a_time_and_all_come_to_their_ends(
    store: Store, files: TrainingFiles, queued: StartTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, turns = Together(), Turns()
    monkeypatch.setattr(Noticing, "together", together, raising=False)
    hostings = [alone(store, files, await queued(), turns) for _ in range(4)]
    for hosting in hostings:
        hosting.kind = Noticing
        await hosting.begin()

    ends = await asyncio.gather(*(hosting.ended() for hosting in hostings))

    assert ends == [RunState.FINISHED] * 4
    assert together.worst == 1
    assert {hosting.runs[0].value for hosting in hostings} == {hostings[0].runs[0].value}


async def test_pausing_one_leaves_the_others_running(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    turns = Turns()
    paused, other = [alone(store, files, await queued(), turns) for _ in range(2)]
    paused.pace = threading.Semaphore(0)
    await paused.begin()
    await paused.step(3)
    await paused.wish(Desired.PAUSED)
    await paused.host.pause(None)

    await other.begin()
    assert await other.ended() is RunState.FINISHED

    assert (paused.host.state, paused.runs[0].steps) == (RunState.PAUSED, 3)
    await paused.host.resume(None)
    assert await paused.ended() is RunState.FINISHED


async def test_a_pause_is_answered_while_another_has_the_turn(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    turns, held, over = Turns(), threading.Event(), threading.Event()
    waiting = alone(store, files, await queued(), turns)

    def hold() -> None:
        seat = turns.seat()
        assert seat.take(unless=lambda: False)
        held.set()
        over.wait()
        seat.give()

    threading.Thread(target=hold, daemon=True).start()
    await until(held.is_set)
    await waiting.begin()
    await until(lambda: waiting.host.state is RunState.RUNNING)
    try:
        status = await waiting.host.pause(None)
    finally:
        over.set()

    assert status["state"] == RunState.PAUSED
    assert waiting.runs[0].steps == 0
    await waiting.host.resume(None)
    assert await waiting.ended() is RunState.FINISHED


class EveryOther:
    """Has every other step of counting runs be made together, and notices whose they were."""

    def __init__(self) -> None:
        self.made: list[list[CountingRun]] = []

    def step_of(self, run: Run) -> CountingRun | None:
        counting = isinstance(run, CountingRun) and run.steps % 2 == 1 and not run.ended
        return run if counting else None  # type: ignore[return-value]  # it is one then

    def take(self, runs: Sequence[CountingRun]) -> None:
        self.made.append([*runs])
        for run in runs:
            run.advance()


async def test_updates_that_are_made_together_are_what_each_would_have_made(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    every, turns, solo = EveryOther(), Turns(), Hosting(store, files, await queued(), paced=False)
    joined = JoinedUpdates(every.step_of, every.take)
    hostings = [alone(store, files, await queued(), turns) for _ in range(4)]
    for hosting in hostings:
        hosting.joined = joined
        await hosting.begin()
    await solo.begin()

    ends = await asyncio.gather(*(hosting.ended() for hosting in [*hostings, solo]))

    assert ends == [RunState.FINISHED] * 5
    assert {hosting.runs[0].value for hosting in hostings} == {solo.runs[0].value}
    assert sum(map(len, every.made)) == 4 * (solo.runs[0].steps // 2)
    assert all(len({id(run) for run in runs}) == len(runs) for runs in every.made)


async def test_one_that_is_paused_is_not_waited_for_by_those_that_learn_together(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    every, turns = EveryOther(), Turns()
    joined = JoinedUpdates(every.step_of, every.take)
    paused, *others = [alone(store, files, await queued(), turns) for _ in range(3)]
    for hosting in (paused, *others):
        hosting.joined = joined
    paused.pace = threading.Semaphore(0)
    await paused.begin()
    await paused.step(4)
    await paused.wish(Desired.PAUSED)
    await paused.host.pause(None)
    for hosting in others:
        await hosting.begin()

    assert [await hosting.ended() for hosting in others] == [RunState.FINISHED] * 2

    assert (paused.host.state, paused.runs[0].steps) == (RunState.PAUSED, 4)
    await paused.host.resume(None)
    assert await paused.ended() is RunState.FINISHED


async def test_what_fails_together_fails_the_one_whose_turn_it_was(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    every, turns, failed = EveryOther(), Turns(), list[int]()

    def take(runs: Sequence[CountingRun]) -> None:
        if not failed:
            failed.append(1)
            raise RuntimeError("out of memory")
        every.take(runs)

    hostings = [alone(store, files, await queued(), turns) for _ in range(2)]
    joined = JoinedUpdates(every.step_of, take)
    for hosting in hostings:
        hosting.joined = joined
        await hosting.begin()

    ends = await asyncio.gather(*(hosting.ended() for hosting in hostings))

    assert sorted(ends) == [RunState.FAILED, RunState.FINISHED]
