"""The life of one evaluation in one process: compute behind a gate, units stored as they are done.

Plain asyncio and one thread, without Ray: `actors.evaluation` is the shell around it.
"""

import asyncio
import logging
import threading
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from actors.evaluation_recorder import EvaluationRecorder
from actors.run_rows import command_key
from aibt.clock import Clock
from aibt.errors import (
    ActorUnavailable,
    AibtError,
    EvaluationEnded,
    LeaseLost,
    StoreUnavailable,
)
from aibt.live.event_log import Poll
from aibt.live.events import Emission, Json
from aibt.live.gate import Gate, Verdict
from aibt.live.states import Desired, RunState
from aibt.store.records import Evaluation

logger = logging.getLogger(__name__)
T = TypeVar("T")

_CONTROL_S: Final = 20.0
_RETRY_S: Final = 0.5
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


class EvaluationHost:
    """Runs an evaluation until it ends, is parked, or loses its lease.

    Commands are taken one after the other; each answers when it has taken effect and is stored.
    """

    def __init__(self, recorder: EvaluationRecorder, *, build: Build, clock: Clock) -> None:
        self._recorder = recorder
        self._build = build
        self._clock = clock
        self._gate = Gate()
        self._commands = asyncio.Lock()
        self._run: Run | None = None
        self._state = RunState.LOADING
        self._left = False
        self._computed: Mapping[str, Json] | None = None  # of the status; replaced, never changed
        self._failure: BaseException | None = None

    @property
    def state(self) -> RunState:
        """Where the evaluation is in its life."""
        return self._state

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation's row as it was last seen."""
        return self._recorder.evaluation

    # Its life

    async def live(self) -> RunState:
        """Load, compute and store until the evaluation ends, is parked or loses its lease."""
        try:
            units = await self._patiently(self._recorder.open)
            if units is None:
                return self.evaluation.state
            await self._load(units)
            await self._compute()
        except LeaseLost:
            logger.warning("%s: a newer activation took over", self.evaluation.topic)
        except Exception as error:  # noqa: BLE001 - the process's own edge: the owner is told
            await self._fail(error)
        finally:
            self._left = True
            self._gate.stop()
            self._recorder.log.close()
        return self._state

    async def _load(self, units: Mapping[str, Mapping[str, Json]]) -> None:
        run = await asyncio.to_thread(self._build, self.evaluation, units)
        async with self._commands:
            self._run = run
            if self._state is RunState.LOADING:
                key = self._epoch_key("running")
                await self._patiently(lambda: self._set_state(RunState.RUNNING, key))

    async def _compute(self) -> None:
        if self._state.has_ended:  # stopped while loading
            return
        loop, finished = asyncio.get_running_loop(), asyncio.Queue[Done | None]()
        threading.Thread(
            target=self._slices,
            args=(lambda done: loop.call_soon_threadsafe(finished.put_nowait, done),),
            name=self.evaluation.topic,
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
            self._computed = pace.status(run.reached(), 0.0)
            while not run.ended and self._gate.wait() is Verdict.GO:
                began = self._clock.monotonic()
                done = run.advance()
                self._computed = pace.status(run.reached(), self._clock.monotonic() - began)
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
            self._computed = {**(self._computed or {}), **_of_verdict(report), "seconds_left": None}
            await self._patiently(
                lambda: self._set_state(RunState.FINISHED, "end/state", report=report)
            )

    async def _show(self) -> None:
        """Publish the status while it changes, and store it now and then."""
        shown: Mapping[str, Json] | None = None
        saved, saved_s = shown, self._clock.monotonic()
        while True:
            if self._computed is not shown:
                shown = self._computed
                self._recorder.log.publish(self.status())
            if shown is not saved and self._clock.monotonic() - saved_s >= _SAVE_INTERVAL_S:
                saved_s = self._clock.monotonic()
                with suppress(StoreUnavailable, LeaseLost):  # who writes next meets the latter
                    await self._recorder.save_status(self.status())
                    saved = shown
            await asyncio.sleep(_STATUS_INTERVAL_S)

    async def _fail(self, error: Exception) -> None:
        reference = uuid.uuid4().hex[:12]
        logger.error("%s failed, reference %s", self.evaluation.topic, reference, exc_info=error)
        says = str(error) if isinstance(error, AibtError) else "an internal error"
        code = error.code if isinstance(error, AibtError) else AibtError.code
        reason = f"{says} (reference {reference})"
        data: dict[str, Json] = {"msg": reason, "code": code, "field": None}
        told = Emission(key=self._epoch_key("error"), kind="error", data=data)
        key = self._epoch_key("failed")
        with suppress(AibtError):  # a newer activation, or an end that was stored already
            async with self._commands:
                await self._patiently(
                    lambda: self._set_state(RunState.FAILED, key, reason=reason, told=[told])
                )

    async def _patiently(self, store: Callable[[], Awaitable[T]]) -> T:
        """Do what the life itself has to store, waiting out a store that is busy."""
        while True:
            try:
                return await store()
            except StoreUnavailable as error:
                logger.warning("%s: %s", self.evaluation.topic, error)
                await asyncio.sleep(_RETRY_S)

    # Commands

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """Let nothing more be computed; return the status."""
        async with self._commands:
            self._refuse_if_over()
            if not await self._recorder.is_answered(command_id):
                await self._pause(command_id)
            return self.status()

    async def resume(self, command_id: str | None) -> dict[str, Json]:
        """Go on; return the status."""
        async with self._commands:
            self._refuse_if_over()
            if not await self._recorder.is_answered(command_id):
                await self._resume(command_id)
            return self.status()

    async def stop(self, command_id: str | None) -> dict[str, Json]:
        """End the evaluation where it is, without a report; its finished units stay."""
        async with self._commands:
            self._refuse_if_over()
            await self._stop(command_id)
            return self.status()

    async def obey(self) -> None:
        """Do what the store says the owner wants, where the command itself never came."""
        async with self._commands:
            if self._left or self._state.has_ended:
                return
            desired = await self._recorder.desired()
            if desired is Desired.PAUSED:
                await self._pause(None)
            elif desired is Desired.RUNNING:
                await self._resume(None)
            else:
                await self._stop(None)

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

    async def _pause(self, command_id: str | None) -> None:
        self._gate.pause()
        if self._state is RunState.PAUSED:
            return
        if self._run is not None and not await self._gate.paused(_CONTROL_S):
            raise EvaluationEnded(self.evaluation.id, str(RunState.FINISHED))
        await self._set_state(RunState.PAUSED, command_key(command_id, "paused"))

    async def _resume(self, command_id: str | None) -> None:
        if self._state is RunState.PAUSED:
            on = RunState.RUNNING if self._run is not None else RunState.LOADING
            await self._set_state(on, command_key(command_id, on))
        self._gate.resume()

    async def _stop(self, command_id: str | None) -> None:
        self._gate.stop()
        if self._run is not None:
            await self._gate.stopped(_CONTROL_S)
        await self._set_state(RunState.STOPPED, command_key(command_id, "stopped"))

    def status(self) -> dict[str, Json]:
        """Return the newest status by its wire names, with id, state and cursor."""
        return {
            **(self.evaluation.status if self._computed is None else self._computed),
            "id": self.evaluation.id,
            "state": str(self._state),
            "cursor": self._recorder.log.last_seq,
        }

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """Return what is new after `cursor`; see `EventLog.poll`."""
        return await self._recorder.log.poll(cursor, status_version, timeout_s)

    async def _set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        report: Mapping[str, Json] | None = None,
        told: Sequence[Emission] = (),
    ) -> None:
        status = None if self._computed is None else {**self.status(), "state": str(state)}
        await self._recorder.set_state(
            state, key, reason=reason, status=status, report=report, told=told
        )
        self._state = state
        if self._computed is not None and not self._left:
            self._recorder.log.publish(self.status())

    def _running(self) -> Run:
        if self._run is None:
            raise ActorUnavailable("the evaluation is still loading")
        return self._run

    def _refuse_if_over(self) -> None:
        if self._state.has_ended:
            raise EvaluationEnded(self.evaluation.id, str(self._state))
        if self._left:
            raise ActorUnavailable("the evaluation has left this process")

    def _epoch_key(self, what: str) -> str:
        return f"epoch/{self._recorder.epoch}/{what}"


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
