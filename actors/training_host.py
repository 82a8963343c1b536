"""The life of one training in one process: compute behind a gate, commands that have taken effect.

Plain asyncio and one thread, without Ray: `actors.training` is the shell around it.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from actors.hosted_run import Build, Meter, Run
from actors.joined_updates import JoinedUpdates, Next
from actors.run_host import CONTROL_S, RunHost
from actors.run_rows import command_key
from actors.training_files import TrainingFiles
from actors.training_recorder import Also, TrainingRecorder
from actors.training_rows import keep_best
from aibt.clock import Clock
from aibt.errors import ActorUnavailable, StoreUnavailable
from aibt.live.events import Emission, Json
from aibt.live.gate import Gate, RunEnded, Verdict
from aibt.live.states import RunState
from aibt.live.turns import Seat, Turns
from aibt.settings import TrainingSettings
from aibt.store.database import UnitOfWork
from aibt.store.records import Change, CheckpointRow, Training

logger = logging.getLogger(__name__)

Scored = Callable[[Training], Awaitable[None]]
"""Takes the out-of-sample account of a training that has ended to the leaderboard."""

_STATUS_INTERVAL_S = 1 / 30
_TURN_S = 0.02


class TrainingHost(RunHost[Training, Run]):
    """Runs a training until it ends, is parked, or loses its lease."""

    _recorder: TrainingRecorder

    def __init__(
        self,
        recorder: TrainingRecorder,
        *,
        files: TrainingFiles,
        build: Build,
        clock: Clock,
        settings: TrainingSettings,
        meter: Meter,
        scored: Scored | None = None,
        turns: Turns | None = None,
        joined: JoinedUpdates[Any] | None = None,
        status_interval_s: float = _STATUS_INTERVAL_S,
    ) -> None:
        """Host a training.

        Args:
            recorder: of its activation.
            files: of trainings.
            build: makes its run.
            clock: the time.
            settings: how often to store where it stands.
            meter: takes what is measured.
            scored: is told of its end.
            turns: taken with others, of which one computes at a time; None: it has no others.
            joined: makes the updates of all who take these turns at once; None: each its own.
            status_interval_s: how often to look whether there is a new status to show.
        """
        self._seat: Seat | None = None if turns is None else turns.seat()
        self._joined = joined
        gate = Gate(
            on_pause=self._take_snapshot,
            on_close=None if self._seat is None else self._seat.look_again,
        )
        super().__init__(recorder, clock=clock, gate=gate, scored=scored)
        self._files = files
        self._build = build
        self._settings = settings
        self._meter = meter
        self._status_interval_s = status_interval_s
        self._stop_at_step = False  # a lost activation stored a stop that is computed up to again
        self._stop_stored = False
        self._next_snapshot_at = 0.0
        self._failure: BaseException | None = None
        self._loaded = asyncio.Event()

    @property
    def training(self) -> Training:
        """The training's row as it was last seen."""
        return self._recorder.row

    @property
    def epoch(self) -> int:
        """The lease's under which it writes."""
        return self._recorder.epoch

    @property
    def files(self) -> TrainingFiles:
        """Where the training's files lie."""
        return self._files

    # Its life

    async def live(self) -> RunState:
        """Load, compute and store until the training ends, is parked or loses its lease."""
        async with self._living():
            opened = await self._patiently(self._recorder.open)
            if opened is None:
                return self.training.state
            await self._load(*opened)
            await self._compute()
        if self._state.has_ended:
            await asyncio.to_thread(self._files.remove_all_taken, self.training.id)
            await self._take_score()
        return self._state

    def _let_go(self) -> None:
        self._loaded.set()
        super()._let_go()

    async def _load(self, checkpoint: CheckpointRow | None, changes: Sequence[Change]) -> None:
        run = await asyncio.to_thread(self._build, self.training, checkpoint, self._recorder.sink)
        for change in changes:
            self._schedule(run, change)
        async with self._commands:
            self._run = run
            self._stop_at_step = any(change.stop for change in changes)
            self._loaded.set()
            await self._tell_running()

    async def _compute(self) -> None:
        if self._state.has_ended:  # stopped while loading
            return
        loop, computed = asyncio.get_running_loop(), asyncio.Event()
        self._next_snapshot_at = self._clock.monotonic() + self._settings.checkpoint_interval_s
        drain = asyncio.create_task(self._recorder.drain())
        show = asyncio.create_task(self._show())
        over = asyncio.create_task(computed.wait())
        threading.Thread(
            target=self._steps,
            args=(lambda: loop.call_soon_threadsafe(computed.set),),
            name=self.training.topic,
            daemon=True,
        ).start()
        try:
            await asyncio.wait({drain, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._gate.stop()
            await over
            show.cancel()
            if not drain.done():
                drain.cancel()
            outcomes = await asyncio.gather(drain, show, return_exceptions=True)
        if self._failure is not None and not isinstance(self._failure, Exception):
            raise RuntimeError("the computation broke off") from self._failure
        for outcome in (self._failure, outcomes[0]):
            if isinstance(outcome, Exception):
                raise outcome
        async with self._commands:
            if not (self._state.has_ended or self._left):
                stopped = self._running().stopped or self._stop_stored
                end = RunState.STOPPED if stopped else RunState.FINISHED
                await self._patiently(lambda: self._end(end, "end/state"))

    def _steps(self, tell: Callable[[], object]) -> None:
        """Compute until the run ends or the gate says stop; on a thread of its own."""
        run = self._running()
        if self._joined is not None and self._seat is not None:
            self._joined.enter(self._seat, run)
        try:
            while not run.ended and self._gate.wait() is Verdict.GO:
                if self._seat is None:
                    self._step(run)
                elif self._seat.take(unless=lambda: not self._gate.is_open):
                    try:
                        self._turn(run, self._seat)
                    finally:
                        self._seat.give()
        except BaseException as error:  # noqa: BLE001 - it is raised again on the event loop
            self._failure = error
        finally:
            if self._joined is not None and self._seat is not None:
                self._joined.leave(self._seat)
            self._gate.end()
            tell()

    def _turn(self, run: Run, seat: Seat) -> None:
        """Compute for as long as a turn lasts, or until something else is wanted."""
        over_s = self._clock.monotonic() + _TURN_S
        while True:
            ahead = Next.BY_ITSELF if self._joined is None else self._joined.make(seat)
            if ahead is Next.OTHERS_FIRST:
                return
            if ahead is Next.BY_ITSELF:
                self._step(run)
            if run.ended or not self._gate.is_open or self._clock.monotonic() >= over_s:
                return

    def _step(self, run: Run) -> None:
        run.advance()
        if self._clock.monotonic() >= self._next_snapshot_at:
            self._take_snapshot()

    async def _show(self) -> None:
        """Publish the status while it changes, as often as anybody may ask for it."""
        shown: Mapping[str, Json] | None = None
        while True:
            computed = self._running().status()
            if computed is not shown:
                shown = computed
                status = self.status()
                self._recorder.log.publish(status)
                self._meter.progress(status)
            await asyncio.sleep(self._status_interval_s)

    # Commands

    async def _until_still(self) -> None:
        await super()._until_still()
        self._running().refresh_status()

    @property
    def _is_stopping(self) -> bool:
        return self._stop_at_step and self._state is not RunState.PAUSED

    async def _stop(self, command_id: str | None) -> None:
        """End the training where it is; its best weights and its history stay."""
        if self._stop_at_step:
            await self._resume(command_id)
            raise ActorUnavailable("the training is computed up to its stop again")
        if self._run is not None:
            try:
                async with self._gate.hold(CONTROL_S):
                    await self._record_change({}, stop=True, command_id=command_id)
                    self._stop_stored = True
                    self._take_snapshot()
                    self._gate.stop()
            except RunEnded:
                logger.info("%s ended while it was being stopped", self.training.topic)
        await self._end(RunState.STOPPED, command_key(command_id, "stopped"))

    async def update(
        self, changes: Mapping[str, float | int], command_id: str | None
    ) -> dict[str, Json]:
        """Change parameters from the next step on; stored before it is answered."""
        with self._measured("update"):
            await self._until_loaded()
            async with self._commands:
                self._refuse_if_over()
                async with self._at_border():
                    change = await self._record_change(changes, command_id=command_id)
                    self._schedule(self._running(), change)
                return self.status()

    @property
    def judged(self) -> tuple[int, float] | None:
        """See `Run.judged`; None where it does not run."""
        is_running = self._state is RunState.RUNNING and self._run is not None
        return self._run.judged if is_running and self._run is not None else None

    async def save_knowledge(self, path: str) -> None:
        """Write what the run has learned by now to `path`, under the storage root.

        Raises:
            TrainingEnded: it is over.
            ActorUnavailable: it is still loading, or stood at no border in time.
        """
        async with self._at_border():
            await asyncio.to_thread(self._running().save_knowledge, self._files.absolute(path))

    async def search(
        self, changes: Mapping[str, float | int], weights: str | None, also: Also
    ) -> None:
        """Take a step of a population's search, from the next step of the training on.

        Args:
            changes: new values of parameters.
            weights: what `save_knowledge` of another host wrote, to be taken over; None: nothing.
            also: stored in the same transaction; what it raises undoes all of it.

        Raises:
            TrainingEnded: it is over.
        """
        async with self._commands:
            self._refuse_if_over()
            async with self._at_border():
                change = await self._record_change(
                    changes, command_id=None, weights=weights, also=also
                )
                self._schedule(self._running(), change)

    async def park(self) -> bool:
        """Give the place back if paused, after storing where it stands; return whether."""
        async with self._commands:
            if self._left or self._state is not RunState.PAUSED or self._run is None:
                return False
            await self._recorder.store_pending()
            if not await self._recorder.park():
                return False
            self._left = True
            self._gate.stop()
            return True

    async def checkpoint(self) -> None:
        """Store where the run stands, so that nothing is computed again after a shutdown."""
        async with self._commands:
            if self._left or self._run is None or self._state.has_ended:
                return
            with suppress(RunEnded):
                async with self._gate.hold(CONTROL_S):
                    self._take_snapshot()
            await self._recorder.store_pending()

    # What they share

    @asynccontextmanager
    async def _at_border(self) -> AsyncIterator[None]:
        """Keep the run at a border within the block.

        Raises:
            TrainingEnded: it is over.
            ActorUnavailable: it came to no border in time.
        """
        try:
            async with self._gate.hold(CONTROL_S):
                yield
        except RunEnded as ended:
            raise self._ended(RunState.FINISHED) from ended

    def _take_snapshot(self) -> None:
        run = self._running()
        self._recorder.offer(run.snapshot(), self.status())
        self._next_snapshot_at = self._clock.monotonic() + self._settings.checkpoint_interval_s

    async def _record_change(
        self,
        changes: Mapping[str, float | int],
        *,
        command_id: str | None,
        stop: bool = False,
        weights: str | None = None,
        also: Also | None = None,
    ) -> Change:
        """Store a change with the step it applies from; see `TrainingRecorder.record_change`."""
        try:
            return await self._recorder.record_change(
                changes,
                steps=self._running().steps,
                command_id=command_id,
                stop=stop,
                weights=weights,
                also=also,
            )
        except StoreUnavailable:  # it may have been stored: not a step runs before that is known
            await self._patiently(self._take_up_changes)
            raise

    async def _take_up_changes(self) -> None:
        """Let the run know of all changes that are stored; those it knows are passed over."""
        for change in await self._recorder.changes():
            self._schedule(self._running(), change)

    def _schedule(self, run: Run, change: Change) -> None:
        run.schedule(
            change, None if change.weights is None else self._files.absolute(change.weights)
        )

    # What is stored and shown

    def _computed(self) -> Mapping[str, Json] | None:
        return None if self._run is None else self._run.status()

    async def _end(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        told: Sequence[Emission] = (),
    ) -> None:
        """Leave the best weights to the bot, say how it went and end, in one transaction."""
        training, epoch = self.training, self._recorder.epoch
        weights = self._files.bot_weights(training.id, epoch)
        has_weights = self._run is not None and await asyncio.to_thread(
            self._run.save_best, self._files.absolute(weights)
        )

        async def leave(unit: UnitOfWork) -> None:
            if has_weights:
                await unit.bots.set_weights(training.id, epoch, weights)
            elif self._run is None:
                await keep_best(unit, training, self._files)

        told = [*(self._run.last_words() if self._run is not None else ()), *told]
        await self._set_state(state, key, reason=reason, told=told, first=leave)

    async def _set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        told: Sequence[Emission] = (),
        first: Callable[[UnitOfWork], Any] | None = None,
    ) -> None:
        await self._recorder.set_state(
            state,
            key,
            reason=reason,
            status=lambda: self._status_as(state),
            told=told,
            first=first,
        )
        self._enter(state)

    async def _until_loaded(self) -> None:
        try:
            async with asyncio.timeout(CONTROL_S):
                await self._loaded.wait()
        except TimeoutError as error:
            raise ActorUnavailable("the training is still loading") from error

    @contextmanager
    def _measured(self, command: str) -> Iterator[None]:
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self._meter.control(command, self._clock.monotonic() - began)
