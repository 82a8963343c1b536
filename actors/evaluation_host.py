"""The life of one evaluation in one process: compute behind a gate, units stored as they are done.

Plain asyncio and one thread, without Ray: `actors.evaluation` is the shell around it.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from actors.evaluation_recorder import EvaluationRecorder
from actors.run_host import CONTROL_S, RunHost
from actors.run_rows import command_key
from aibt.clock import Clock
from aibt.errors import EvaluationEnded, LeaseLost, StoreUnavailable
from aibt.live.events import Emission, Json
from aibt.live.gate import Gate, Verdict
from aibt.live.states import Desired, RunState
from aibt.store.records import Evaluation

_STATUS_INTERVAL_S: Final = 0.1
_SAVE_INTERVAL_S: Final = 5.0
_TELLING: Final = 0.01  # share of the whole that has to be done before its pace says anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A finished unit: its key, what is stored of it, and what its event says."""

    key: str
    data: Mapping[str, Json]
    told: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a run is; `share` is a fraction of the whole."""

    units: int
    units_done: int
    share: float
    doing: str


class Run(Protocol):
    """What the host asks of a computation; `actors.evaluation_build` makes one."""

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        ...

    def advance(self) -> Sequence[Done]:
        """Do one unit of work, of at most about 20 ms; return the units that it finished."""
        ...

    def reached(self) -> Reached:
        """Return how far it is. For the thread that computes."""
        ...

    def report(self) -> Mapping[str, Json]:
        """Return the report, once it has ended."""
        ...


Build = Callable[[Evaluation, Mapping[str, Mapping[str, Json]]], Run]
"""Loads the bars and makes the run, from the units that are finished. Blocking."""


class EvaluationHost(RunHost[Evaluation, Run]):
    """Runs an evaluation until it ends, is parked, or loses its lease."""

    _recorder: EvaluationRecorder

    def __init__(self, recorder: EvaluationRecorder, *, build: Build, clock: Clock) -> None:
        super().__init__(recorder, clock=clock, gate=Gate())
        self._build = build
        self._status: Mapping[str, Json] | None = None  # the newest; replaced, never changed
        self._failure: BaseException | None = None

    # Its life

    async def live(self) -> RunState:
        """Load, compute and store until the evaluation ends, is parked or loses its lease."""
        async with self._living():
            units = await self._patiently(self._recorder.open)
            if units is None:
                return self.row.state
            await self._load(units)
            await self._compute()
        return self._state

    async def _load(self, units: Mapping[str, Mapping[str, Json]]) -> None:
        run = await asyncio.to_thread(self._build, self.row, units)
        async with self._commands:
            self._run = run
            await self._tell_running()

    async def _compute(self) -> None:
        if self._state.has_ended:  # stopped while loading
            return
        loop, finished = asyncio.get_running_loop(), asyncio.Queue[Done | None]()
        threading.Thread(
            target=self._slices,
            args=(lambda done: loop.call_soon_threadsafe(finished.put_nowait, done),),
            name=self.row.topic,
            daemon=True,
        ).start()
        show = asyncio.create_task(self._show())
        try:
            while (done := await finished.get()) is not None:
                await self._store(done)
        except BaseException:
            self._gate.stop()
            while await finished.get() is not None:  # the thread comes to its end
                continue
            raise
        finally:
            show.cancel()
            await asyncio.gather(show, return_exceptions=True)
        if self._failure is not None:
            if isinstance(self._failure, Exception):
                raise self._failure
            raise RuntimeError("the computation broke off") from self._failure
        await self._finish()

    def _slices(self, tell: Callable[[Done | None], object]) -> None:
        """Compute until the run ends or the gate says stop; on a thread of its own."""
        run, pace = self._running(), _Pace()
        try:
            self._status = pace.status(run.reached(), 0.0)
            while not run.ended and self._gate.wait() is Verdict.GO:
                began = self._clock.monotonic()
                done = run.advance()
                self._status = pace.status(run.reached(), self._clock.monotonic() - began)
                for one in done:
                    tell(one)
        except BaseException as error:  # noqa: BLE001 - it is raised again on the event loop
            self._failure = error
        finally:
            self._gate.end()
            tell(None)

    async def _store(self, done: Done) -> None:
        with suppress(EvaluationEnded):  # stopped meanwhile: nobody needs the unit
            await self._patiently(lambda: self._recorder.add_unit(done.key, done.data, done.told))

    async def _finish(self) -> None:
        """Store the report with the end, if it has come to that and not to a stop."""
        run = self._running()
        report = await asyncio.to_thread(run.report) if run.ended else None
        async with self._commands:  # one that is under way is stored first
            if report is None or self._state.has_ended or self._left:
                return
            self._status = {**(self._status or {}), **_of_verdict(report), "seconds_left": None}
            await self._patiently(
                lambda: self._set_state(RunState.FINISHED, "end/state", report=report)
            )

    async def _show(self) -> None:
        """Publish the status while it changes, and store it now and then."""
        shown: Mapping[str, Json] | None = None
        saved, saved_s = shown, self._clock.monotonic()
        while True:
            if self._status is not shown:
                shown = self._status
                self._recorder.log.publish(self.status())
            if shown is not saved and self._clock.monotonic() - saved_s >= _SAVE_INTERVAL_S:
                saved_s = self._clock.monotonic()
                with suppress(StoreUnavailable, LeaseLost):  # who writes next meets the latter
                    await self._recorder.save_status(self.status())
                    saved = shown
            await asyncio.sleep(_STATUS_INTERVAL_S)

    # Commands

    async def park(self) -> bool:
        """Leave, if paused; return whether. The unit under way is computed again."""
        async with self._commands:
            if self._left or self._state is not RunState.PAUSED:
                return False
            if await self._recorder.desired() is not Desired.PAUSED:
                return False
            self._left = True
            self._gate.stop()
            return True

    async def _stop(self, command_id: str | None) -> None:
        """End the evaluation where it is, without a report; its finished units stay."""
        self._gate.stop()
        if self._run is not None:
            await self._gate.stopped(CONTROL_S)
        await self._set_state(RunState.STOPPED, command_key(command_id, "stopped"))

    # What is stored and shown

    def _computed(self) -> Mapping[str, Json] | None:
        return self._status

    async def _set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        told: Sequence[Emission] = (),
        report: Mapping[str, Json] | None = None,
    ) -> None:
        status = self._status_as(state)
        await self._recorder.set_state(
            state, key, reason=reason, status=status, report=report, told=told
        )
        self._enter(state)


class _Pace:
    """Tells from what was done in this process how long the rest takes."""

    def __init__(self) -> None:
        self._began: float | None = None  # share that was done before
        self._busy_s = 0.0

    def status(self, reached: Reached, seconds: float) -> dict[str, Json]:
        """Return what a status says of how far it is, after so many more seconds."""
        self._busy_s += seconds
        if self._began is None:
            self._began = reached.share
        done = reached.share - self._began
        left = self._busy_s * (1 - reached.share) / done if done >= _TELLING else None
        return {
            "units": reached.units,
            "units_done": reached.units_done,
            "share": reached.share,
            "doing": reached.doing,
            "seconds_left": None if left is None else round(left, 1),
            "better": None,
            "confidence": None,
            "verdict": None,
        }


def _of_verdict(report: Mapping[str, Json]) -> dict[str, Json]:
    verdict = report["verdict"]
    if not isinstance(verdict, dict):
        raise TypeError(f"the verdict is {verdict!r}")
    return {
        "better": verdict["better"],
        "confidence": verdict["confidence"],
        "verdict": verdict["sentence"],
        "share": 1.0,
    }
