"""The gate between two steps of a run: pause, resume, stop, and hold while something is changed.

One side computes: in one thread (`wait`) or as one coroutine (`wait_async`), it comes to the gate
at each border between two chunks of work. The other side controls, from any thread and any event
loop: commands take hold at once and are never lost, and what has taken *effect* (no further step
runs) is awaited.

The compute side stands at the border ("parked") from when it says so until it goes on. While it
stands there, in this order of precedence: a hold that was granted is left alone, the stop is
handed out, `on_pause` runs once if a pause is wanted, the next hold is granted, a pause waits.
So a hold and `on_pause` never overlap: neither sees the other's half-made changes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum
from threading import Condition, RLock

from aibt.errors import ActorUnavailable
from aibt.live.wakeups import Wakeups


class Verdict(Enum):
    """What the compute side is told at a border."""

    GO = "go"
    STOP = "stop"


class RunEnded(Exception):
    """The run is stopping or has ended: its compute side cannot be held any more."""


class _Hold:
    """One request for the run to stand still; its identity is all that it is."""

    __slots__ = ()


class _Park(Enum):
    """What the compute side does next where it may not simply go on."""

    SNAPSHOT = "snapshot"
    WAIT = "wait"


class Gate:
    """Lets one compute side through, or not.

    Args:
        on_pause: called once per pause that took effect, by the compute side, right after it
            has acknowledged: the host takes its snapshot there. It goes on afterwards only,
            even if it was resumed meanwhile. An error in it comes out of `wait`.
        on_close: called whenever something is wanted of the compute side, by whoever wants it,
            so that what it may be waiting for elsewhere can be broken off. It must not block.
    """

    def __init__(
        self,
        on_pause: Callable[[], None] | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self._on_pause = on_pause
        self._on_close = on_close
        self._lock = RLock()
        self._changed = Condition(self._lock)
        self._decided: Wakeups[bool] = Wakeups(self._lock)
        self._compute: Wakeups[bool] = Wakeups(self._lock)
        self._open = True  # neither pause, stop nor hold: read without the lock at each border
        self._pausing = False
        self._stopping = False
        self._holds: deque[_Hold] = deque()
        self._granted: _Hold | None = None
        self._parked = False
        self._snapshot_due = True  # none was taken since the compute side last went on
        self._in_snapshot = False
        self._stopped = False  # the stop was handed out
        self._ended = False

    # The control side

    def pause(self) -> None:
        """Want the run to stand still. `paused` tells when it does."""
        self._command(pausing=True)

    def resume(self) -> None:
        """Want the run to go on. `resumed` tells when it does."""
        self._command(pausing=False)

    def stop(self) -> None:
        """Want the run to end; paused or not. `stopped` tells when no further step runs."""
        with self._lock:
            self._stopping = True
            self._refresh()

    @property
    def is_pausing(self) -> bool:
        """Whether the run is paused, or will be at the next border."""
        return self._pausing

    async def paused(self, timeout_s: float) -> bool:
        """Wait until a pause has taken effect.

        Returns:
            True: no further step runs until the run is resumed. False: a resume, a stop or the
            end of the run came first.

        Raises:
            ActorUnavailable: the compute side did not come to a border within `timeout_s`.
        """

        def verdict() -> bool | None:
            if not self._pausing or self._stopping or self._ended:
                return False
            return True if self._parked else None

        return await self._effect(verdict, "the pause", timeout_s)

    async def resumed(self, timeout_s: float) -> bool:
        """Wait until the run goes on.

        Returns:
            True: it computes. False: another pause, a stop or the end of the run came first.

        Raises:
            ActorUnavailable: it still stood still after `timeout_s` seconds.
        """

        def verdict() -> bool | None:
            if self._pausing or self._stopping or self._ended:
                return False
            return None if self._parked else True

        return await self._effect(verdict, "the resume", timeout_s)

    async def stopped(self, timeout_s: float) -> None:
        """Wait until the compute side has been told to stop, or has ended by itself.

        Raises:
            ActorUnavailable: it did not come to a border within `timeout_s`, or was not stopped.
        """

        def verdict() -> bool | None:
            return True if self._stopped or self._ended else None

        await self._effect(verdict, "the stop", timeout_s)

    @asynccontextmanager
    async def hold(self, timeout_s: float) -> AsyncIterator[None]:
        """Keep the run at a border within the block, so that it can be changed from here.

        Holds are granted one after the other, in their order. When the block ends the run goes
        on, stays paused or stops, as was wanted before and meanwhile.

        Raises:
            RunEnded: the run is stopping or has ended; the block is not entered.
            ActorUnavailable: it was not granted within `timeout_s` seconds.
        """
        hold = _Hold()

        def verdict() -> bool | None:
            if self._granted is hold:
                return True
            return False if self._stopping or self._ended else None

        with self._lock:
            self._holds.append(hold)
            self._refresh()
        try:
            if not await self._effect(verdict, "the hold", timeout_s):
                raise RunEnded
            yield
        finally:
            with self._lock:
                self._holds.remove(hold)
                if self._granted is hold:
                    self._granted = None
                self._refresh()

    # The compute side

    @property
    def is_open(self) -> bool:
        """Whether the next border would be passed at once. Safe in any thread."""
        return self._open

    def wait(self) -> Verdict:
        """Pass a border: return at once while the gate is open, else when it is decided."""
        if self._open:
            return Verdict.GO
        return self._wait_closed()

    async def wait_async(self) -> Verdict:
        """Pass a border, as `wait` does, as the one compute coroutine of an event loop."""
        if self._open:
            return Verdict.GO
        try:
            while True:
                with self._lock:
                    step = self._step()
                if isinstance(step, Verdict):
                    return step
                if step is _Park.SNAPSHOT:
                    self._take_snapshot()
                else:
                    await self._compute.until(self._has_next, timeout_s=None)
        except asyncio.CancelledError:
            self._leave()
            raise

    async def closed(self) -> None:
        """Wait until the gate is not open: `wait_async` would not return at once with go."""
        await self._compute.until(lambda: None if self._open else True, timeout_s=None)

    def end(self) -> None:
        """Say that the compute side has come to its end and will not be at a border again."""
        with self._lock:
            self._ended = True
            self._parked = False
            self._refresh()

    def _wait_closed(self) -> Verdict:
        while True:
            with self._lock:
                step = self._step()
                while step is _Park.WAIT:
                    self._changed.wait()
                    step = self._step()
            if isinstance(step, Verdict):
                return step
            self._take_snapshot()

    def _step(self) -> Verdict | _Park:
        """Decide what the compute side, which is at a border, does next. Under the lock."""
        if self._granted is None and self._stopping:
            self._parked = False
            self._stopped = True
            self._settle()
            return Verdict.STOP
        if self._open:
            self._go_on()
            return Verdict.GO
        self._parked = True
        if self._granted is None and self._pausing and self._snapshot_due:
            self._snapshot_due = False
            if self._on_pause is not None:
                self._in_snapshot = True
                self._settle()
                return _Park.SNAPSHOT
        self._refresh()  # grants a hold, and acknowledges
        return _Park.WAIT

    def _has_next(self) -> bool | None:
        """Say whether `_step` would do other than wait. Under the lock."""
        if self._granted is not None:
            return None
        due = self._pausing and self._snapshot_due
        return True if self._stopping or self._open or due else None

    def _take_snapshot(self) -> None:
        try:
            if self._on_pause is not None:
                self._on_pause()
        except BaseException:
            self._leave()
            raise
        finally:
            with self._lock:
                self._in_snapshot = False

    def _leave(self) -> None:
        """Note that the compute side has left the border without a verdict."""
        with self._lock:
            self._in_snapshot = False
            self._go_on()

    def _go_on(self) -> None:
        self._parked = False
        self._snapshot_due = True
        self._settle()

    # Both

    def _command(self, *, pausing: bool) -> None:
        with self._lock:
            self._pausing = pausing
            self._refresh()

    def _refresh(self) -> None:
        """Draw the consequences of a change. Under the lock."""
        self._open = not (self._pausing or self._stopping or self._holds)
        snapshot_first = self._pausing and self._snapshot_due and self._on_pause is not None
        busy = self._in_snapshot or snapshot_first or self._stopping
        if self._parked and not busy and self._granted is None and self._holds:
            self._granted = self._holds[0]
        self._settle()
        self._changed.notify_all()
        if not self._open and self._on_close is not None:
            self._on_close()

    def _settle(self) -> None:
        self._decided.settle()
        self._compute.settle()

    async def _effect(
        self, verdict: Callable[[], bool | None], what: str, timeout_s: float
    ) -> bool:
        try:
            return await self._decided.until(verdict, timeout_s)
        except TimeoutError as error:
            raise ActorUnavailable(f"{what} has not taken effect in {timeout_s:g} s") from error
