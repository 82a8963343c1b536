"""Trainings of one process take turns, and each is still its own."""

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from actors.joined_updates import JoinedUpdates
from actors.training_files import TrainingFiles
from aibt.live.states import Desired, RunState
from aibt.live.turns import Turns
from aibt.store.database import Store
from aibt.store.records import Training
from tests.unit.actors.conftest import StartTraining
from tests.unit.actors.fakes import CountingRun, OwedUpdates
from tests.unit.actors.hosting import LAST, LATE, Hosting, side_by_side, until


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


async def test_updates_that_are_made_together_are_what_each_would_have_made(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    owed, turns, solo = OwedUpdates(1), Turns(), Hosting(store, files, await queued(), paced=False)
    joined = JoinedUpdates(owed.step_of, owed.take)
    hostings = [alone(store, files, await queued(), turns) for _ in range(4)]
    for hosting in hostings:
        hosting.joined = joined
    await side_by_side(hostings, turns)
    await solo.begin()

    ends = await asyncio.gather(*(hosting.ended() for hosting in [*hostings, solo]))

    assert ends == [RunState.FINISHED] * 5
    assert {hosting.runs[0].value for hosting in hostings} == {solo.runs[0].value}
    assert sum(map(len, owed.made)) == pytest.approx(4 * (LAST // 2), abs=LATE)
    assert all(len({id(run) for run in runs}) == len(runs) for runs in owed.made)


async def test_one_that_is_paused_is_not_waited_for_by_those_that_learn_together(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    owed, turns = OwedUpdates(1), Turns()
    joined = JoinedUpdates(owed.step_of, owed.take)
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


async def test_updates_that_are_owed_at_once_are_made_together_and_by_nobody_alone(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    owed, turns = OwedUpdates(16), Turns()
    joined = JoinedUpdates(owed.step_of, owed.take)
    hostings = [alone(store, files, await queued(), turns) for _ in range(4)]
    for hosting in hostings:
        hosting.joined = joined
    await side_by_side(hostings, turns)

    ends = await asyncio.gather(*(hosting.ended() for hosting in hostings))

    updates = sum(step % 17 != 0 for step in range(LAST))
    assert ends == [RunState.FINISHED] * 4
    assert len(owed.made) == pytest.approx(updates, abs=LATE)
    assert sum(map(len, owed.made)) == pytest.approx(4 * updates, abs=LATE)


async def test_a_turn_ends_though_all_owe_updates_and_a_pause_is_answered_meanwhile(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    owed, turns, enough = OwedUpdates(1), Turns(), threading.Event()

    def take(runs: Sequence[CountingRun]) -> None:
        if enough.is_set():
            return owed.take(runs)
        time.sleep(0.002)
        return owed.made.append([*runs])  # and all of them owe it still

    joined = JoinedUpdates(owed.step_of, take)
    paused, *others = [alone(store, files, await queued(), turns) for _ in range(3)]
    for hosting in (paused, *others):
        hosting.joined = joined
    await side_by_side([paused, *others], turns)
    await until(lambda: len({id(runs[0]) for runs in owed.made}) == 3)  # all had the turn

    await paused.wish(Desired.PAUSED)
    await paused.host.pause(None)

    had = len(owed.made)
    await until(lambda: len(owed.made) > had + 20)
    assert paused.host.state is RunState.PAUSED
    assert not any(paused.runs[0] in runs for runs in owed.made[had:])
    enough.set()
    await paused.host.resume(None)
    assert [await one.ended() for one in (paused, *others)] == [RunState.FINISHED] * 3


async def test_what_fails_together_fails_the_one_whose_turn_it_was(
    store: Store, files: TrainingFiles, queued: StartTraining
) -> None:
    owed, turns, failed = OwedUpdates(1), Turns(), list[int]()

    def take(runs: Sequence[CountingRun]) -> None:
        if not failed:
            failed.append(1)
            raise RuntimeError("out of memory")
        owed.take(runs)

    hostings = [alone(store, files, await queued(), turns) for _ in range(2)]
    joined = JoinedUpdates(owed.step_of, take)
    for hosting in hostings:
        hosting.joined = joined
    await side_by_side(hostings, turns)

    ends = await asyncio.gather(*(hosting.ended() for hosting in hostings))

    assert sorted(ends) == [RunState.FAILED, RunState.FINISHED]
