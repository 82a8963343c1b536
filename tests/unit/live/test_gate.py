import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from aibt.errors import ActorUnavailable
from aibt.live.gate import Gate, RunEnded, Verdict
from tests.patience import PATIENCE_S


class Compute:
    """A compute thread that steps as fast as it can, and notices steps that must not be."""

    def __init__(self) -> None:
        self.gate = Gate(on_pause=self._snapshot)
        self.steps = 0
        self.forbidden = False
        self.violations = 0
        self.snapshots: list[int] = []
        self.snapshot_threads: set[int | None] = set()
        self.in_snapshot: Callable[[], None] = lambda: None
        self._moved = threading.Condition()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            while self.gate.wait() is Verdict.GO:
                with self._moved:
                    self.violations += self.forbidden
                    self.steps += 1
                    self._moved.notify_all()
        finally:
            self.gate.end()

    def _snapshot(self) -> None:
        self.snapshot_threads.add(threading.get_ident())
        self.in_snapshot()
        with self._moved:
            self.snapshots.append(self.steps)
            self._moved.notify_all()

    def forbid(self, forbidden: bool) -> None:
        with self._moved:
            self.forbidden = forbidden

    def wait_for(self, happened: Callable[[], bool]) -> None:
        with self._moved:
            assert self._moved.wait_for(happened, PATIENCE_S)

    def wait_for_a_step(self) -> None:
        before = self.steps
        self.wait_for(lambda: self.steps > before)


@contextmanager
def a_compute_thread() -> Iterator[Compute]:
    compute = Compute()
    compute.thread.start()
    try:
        yield compute
    finally:
        compute.gate.stop()
        compute.thread.join(PATIENCE_S)
        assert not compute.thread.is_alive()


def test_an_open_gate_lets_through() -> None:
    assert Gate().wait() is Verdict.GO


def test_a_stopped_gate_says_stop_every_time() -> None:
    gate = Gate()
    gate.stop()

    assert [gate.wait(), gate.wait()] == [Verdict.STOP, Verdict.STOP]


async def test_no_step_runs_between_an_acknowledged_pause_and_the_resume() -> None:
    with a_compute_thread() as compute:
        for _ in range(50):
            compute.gate.pause()
            assert await compute.gate.paused(PATIENCE_S)
            compute.forbid(True)
            compute.wait_for(lambda: len(compute.snapshots) > 0)
            compute.forbid(False)
            compute.gate.resume()
            assert await compute.gate.resumed(PATIENCE_S)
            compute.wait_for_a_step()

    assert compute.violations == 0


async def test_the_snapshot_is_taken_once_per_pause_by_the_compute_thread() -> None:
    with a_compute_thread() as compute:
        compute.gate.pause()
        compute.gate.pause()
        await asyncio.gather(*(compute.gate.paused(PATIENCE_S) for _ in range(5)))
        compute.wait_for(lambda: len(compute.snapshots) == 1)
        compute.gate.resume()
        await compute.gate.resumed(PATIENCE_S)
        compute.wait_for_a_step()
        compute.gate.pause()
        await compute.gate.paused(PATIENCE_S)
        compute.wait_for(lambda: len(compute.snapshots) == 2)

        assert compute.snapshot_threads == {compute.thread.ident}
        assert compute.snapshots[1] == compute.steps


async def test_a_pause_is_acknowledged_before_the_snapshot_is_finished() -> None:
    release = threading.Event()
    with a_compute_thread() as compute:
        compute.in_snapshot = lambda: release.wait(PATIENCE_S) and None
        compute.gate.pause()

        assert await compute.gate.paused(PATIENCE_S)
        assert compute.snapshots == []
        release.set()


async def test_a_resume_during_the_snapshot_is_not_lost() -> None:
    inside, release = threading.Event(), threading.Event()

    def linger() -> None:
        inside.set()
        release.wait(PATIENCE_S)

    with a_compute_thread() as compute:
        compute.in_snapshot = linger
        compute.gate.pause()
        await asyncio.to_thread(inside.wait, PATIENCE_S)
        compute.gate.resume()
        release.set()

        assert await compute.gate.resumed(PATIENCE_S)
        compute.wait_for_a_step()


async def test_a_pause_that_a_resume_overtakes_answers_false() -> None:
    gate = Gate()
    gate.pause()
    waiting = asyncio.create_task(gate.paused(PATIENCE_S))
    await asyncio.sleep(0)
    gate.resume()

    assert await waiting is False


async def test_a_compute_side_that_never_comes_to_the_gate_is_unavailable() -> None:
    gate = Gate()
    gate.pause()

    with pytest.raises(ActorUnavailable, match="the pause"):
        await gate.paused(0.0)
    with pytest.raises(ActorUnavailable, match="the hold"):
        async with gate.hold(0.0):
            pytest.fail("entered")


async def test_a_hold_that_timed_out_does_not_close_the_gate() -> None:
    gate = Gate()
    with pytest.raises(ActorUnavailable):
        async with gate.hold(0.0):
            pytest.fail("entered")

    assert gate.wait() is Verdict.GO


async def test_callers_on_several_loops_all_learn_of_the_pause() -> None:
    with a_compute_thread() as compute:
        answers = []

        def ask() -> None:
            answers.append(asyncio.run(compute.gate.paused(PATIENCE_S)))

        compute.gate.pause()
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            await asyncio.to_thread(thread.join, PATIENCE_S)

        assert answers == [True] * 4


async def test_a_held_run_stands_still_and_then_goes_on() -> None:
    with a_compute_thread() as compute:
        async with compute.gate.hold(PATIENCE_S):
            compute.forbid(True)
            at = compute.steps
            await asyncio.sleep(0)
            assert compute.steps == at
            compute.forbid(False)
        compute.wait_for_a_step()

    assert compute.violations == 0
    assert compute.snapshots == []


async def test_a_hold_leaves_a_paused_run_paused() -> None:
    with a_compute_thread() as compute:
        compute.gate.pause()
        async with compute.gate.hold(PATIENCE_S):
            pass

        assert await compute.gate.paused(PATIENCE_S)


async def test_a_resume_within_a_hold_takes_effect_after_it() -> None:
    with a_compute_thread() as compute:
        compute.gate.pause()
        await compute.gate.paused(PATIENCE_S)
        async with compute.gate.hold(PATIENCE_S):
            compute.forbid(True)
            compute.gate.resume()
            compute.forbid(False)
        assert await compute.gate.resumed(PATIENCE_S)
        compute.wait_for_a_step()

    assert compute.violations == 0


async def test_a_hold_never_overlaps_the_snapshot() -> None:
    inside, release = threading.Event(), threading.Event()

    def linger() -> None:
        inside.set()
        release.wait(PATIENCE_S)

    with a_compute_thread() as compute:
        compute.in_snapshot = linger
        compute.gate.pause()
        await asyncio.to_thread(inside.wait, PATIENCE_S)
        with pytest.raises(ActorUnavailable):
            async with compute.gate.hold(0.0):
                pytest.fail("entered")
        release.set()
        async with compute.gate.hold(PATIENCE_S):
            assert len(compute.snapshots) == 1


async def test_holds_exclude_one_another_and_all_are_granted() -> None:
    inside = 0
    most = 0

    async def hold_once(gate: Gate) -> None:
        nonlocal inside, most
        async with gate.hold(PATIENCE_S):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    with a_compute_thread() as compute:
        await asyncio.gather(*(hold_once(compute.gate) for _ in range(10)))
        compute.wait_for_a_step()

    assert most == 1


async def test_a_cancelled_hold_lets_the_run_go_on() -> None:
    with a_compute_thread() as compute:
        async with compute.gate.hold(PATIENCE_S):
            second = asyncio.create_task(compute.gate.hold(PATIENCE_S).__aenter__())
            await asyncio.sleep(0)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
        compute.wait_for_a_step()


async def test_a_stop_waits_for_the_hold_and_refuses_the_next() -> None:
    with a_compute_thread() as compute:
        async with compute.gate.hold(PATIENCE_S):
            compute.gate.stop()
            with pytest.raises(ActorUnavailable):
                await compute.gate.stopped(0.0)
            compute.thread.join(0.1)  # a chance to be wrong; being right needs none
            assert compute.thread.is_alive()
        await compute.gate.stopped(PATIENCE_S)

        with pytest.raises(RunEnded):
            async with compute.gate.hold(PATIENCE_S):
                pytest.fail("entered")


async def test_a_stop_is_not_handed_out_while_a_hold_is_inside() -> None:
    gate = Gate()
    gate.pause()
    computing = asyncio.create_task(gate.wait_async())
    async with gate.hold(PATIENCE_S):
        gate.stop()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not computing.done()

    assert await computing is Verdict.STOP


async def test_a_stop_reaches_a_paused_run() -> None:
    with a_compute_thread() as compute:
        compute.gate.pause()
        await compute.gate.paused(PATIENCE_S)
        compute.gate.stop()

        await compute.gate.stopped(PATIENCE_S)


async def test_whoever_waits_learns_that_the_run_has_ended_by_itself() -> None:
    gate = Gate()
    gate.pause()
    paused = asyncio.create_task(gate.paused(PATIENCE_S))
    hold = asyncio.create_task(gate.hold(PATIENCE_S).__aenter__())
    stopped = asyncio.create_task(gate.stopped(PATIENCE_S))
    await asyncio.sleep(0)
    gate.end()

    assert await paused is False
    await stopped
    with pytest.raises(RunEnded):
        await hold


def test_an_error_in_the_snapshot_comes_out_of_the_gate() -> None:
    def fail() -> None:
        raise OSError("disk full")

    gate = Gate(on_pause=fail)
    gate.pause()

    with pytest.raises(OSError, match="disk full"):
        gate.wait()


async def test_a_session_is_paused_held_resumed_and_stopped_on_its_loop() -> None:
    snapshots = []
    gate = Gate(on_pause=lambda: snapshots.append(None))
    steps = 0

    async def compute() -> None:
        nonlocal steps
        while await gate.wait_async() is Verdict.GO:
            steps += 1
            await asyncio.sleep(0)

    running = asyncio.create_task(compute())
    gate.pause()
    assert await gate.paused(PATIENCE_S)
    at = steps
    async with gate.hold(PATIENCE_S):
        await asyncio.sleep(0)
    assert steps == at
    gate.resume()
    assert await gate.resumed(PATIENCE_S)
    gate.stop()
    await gate.stopped(PATIENCE_S)
    await running
    assert len(snapshots) == 1


async def test_a_session_cancelled_at_the_gate_is_no_longer_parked() -> None:
    gate = Gate()
    gate.pause()
    running = asyncio.create_task(gate.wait_async())
    assert await gate.paused(PATIENCE_S)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    with pytest.raises(ActorUnavailable):
        await gate.paused(0.0)


async def test_commands_from_many_threads_lose_no_resume() -> None:
    with a_compute_thread() as compute:

        def command() -> None:
            for _ in range(100):
                compute.gate.pause()
                compute.gate.resume()

        async def hold() -> None:
            for _ in range(20):
                async with compute.gate.hold(PATIENCE_S):
                    compute.forbid(True)
                    compute.forbid(False)

        await asyncio.gather(*(asyncio.to_thread(command) for _ in range(3)), hold(), hold())
        assert await compute.gate.resumed(PATIENCE_S)
        compute.wait_for_a_step()

    assert compute.violations == 0


class Commands(RuleBasedStateMachine):
    """Any order of commands, against a model of what they should come to."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.compute = Compute()
        self.gate = self.compute.gate
        self.compute.thread.start()
        self.hold: AsyncExitStack | None = None
        self.pausing = False
        self.snapshot_due = True
        self.snapshots = 0
        self.is_standing = False

    def _await(self, coroutine: object) -> object:
        return self.loop.run_until_complete(coroutine)  # type: ignore[arg-type] # any coroutine

    def _expect(self) -> None:
        """Wait until the compute thread does what the model says, and hold it to it."""
        standing = self.pausing or self.hold is not None
        if self.pausing and self.hold is None and self.snapshot_due:
            self.snapshot_due = False
            self.snapshots += 1
        if standing:
            self.compute.wait_for(lambda: len(self.compute.snapshots) == self.snapshots)
            self.compute.forbid(True)
        else:
            self.snapshot_due = True
            self.compute.wait_for_a_step()

    @rule(times=st.integers(1, 3))
    def pause(self, times: int) -> None:
        for _ in range(times):
            self.gate.pause()
        self.pausing = True
        assert self._await(self.gate.paused(PATIENCE_S)) is True
        self._expect()

    @rule(again=st.booleans())
    def resume(self, again: bool) -> None:
        if self.hold is None:
            self.compute.forbid(False)
        if again and self.hold is not None:
            self.gate.resume()
            self.gate.pause()
        self.gate.resume()
        self.pausing = False
        if self.hold is None:
            assert self._await(self.gate.resumed(PATIENCE_S)) is True
        self._expect()

    @precondition(lambda self: self.hold is None)
    @rule()
    def take_hold(self) -> None:
        stack = AsyncExitStack()
        self._await(stack.enter_async_context(self.gate.hold(PATIENCE_S)))
        self.hold = stack
        self._expect()

    @precondition(lambda self: self.hold is not None)
    @rule()
    def release_hold(self) -> None:
        assert self.hold is not None
        if not self.pausing:
            self.compute.forbid(False)
        stack, self.hold = self.hold, None
        self._await(stack.aclose())
        self._expect()

    @invariant()
    def no_step_runs_while_it_stands(self) -> None:
        assert self.compute.violations == 0

    def teardown(self) -> None:
        self.compute.forbid(False)
        self.gate.stop()
        if self.hold is not None:
            self._await(self.hold.aclose())
        self._await(self.gate.stopped(PATIENCE_S))
        self.compute.thread.join(PATIENCE_S)
        self.loop.close()
        assert not self.compute.thread.is_alive()
        assert len(self.compute.snapshots) == self.snapshots


TestCommands = Commands.TestCase
TestCommands.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
