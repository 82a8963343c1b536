"""The life of one training in one process: compute behind a gate, commands that have taken effect.

Plain asyncio and one thread, without Ray: `actors.training` is the shell around it.
"""

import asyncio
import logging
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from actors.hosted_run import Build, Meter, Run
from actors.joined_updates import JoinedUpdates
from actors.run_rows import command_key
from actors.training_files import TrainingFiles
from actors.training_recorder import TrainingRecorder
from actors.training_rows import changed_by, keep_best, reached
from aibt.clock import Clock
from aibt.errors import ActorUnavailable, AibtError, LeaseLost, StoreUnavailable, TrainingEnded
from aibt.live.event_log import Poll
from aibt.live.events import Emission, Json
from aibt.live.gate import Gate, RunEnded, Verdict
from aibt.live.states import Desired, RunState
from aibt.live.turns import Seat, Turns
from aibt.settings import TrainingSettings
from aibt.store.database import UnitOfWork
from aibt.store.records import Change, CheckpointRow, Training

logger = logging.getLogger(__name__)
T = TypeVar("T")

Scored = Callable[[Training], Awaitable[None]]
"""Takes the out-of-sample account of a training that has ended to the leaderboard."""

Also = Callable[[UnitOfWork, Change], Awaitable[Sequence[Emission]]]
"""What is stored together with a change; it returns what is told of it."""

_CONTROL_S = 20.0
_RETRY_S = 0.5
_STATUS_INTERVAL_S = 1 / 30
_TURN_S = 0.02


class TrainingHost:
    """Runs a training until it ends, is parked, or loses its lease.

    Commands may come from any number of callers at once; they are taken one after the other, and
    each answers when it has taken effect and is stored.
    """

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
        self._recorder = recorder
        self._files = files
        self._build = build
        self._clock = clock
        self._settings = settings
        self._meter = meter
        self._scored = scored
        self._seat: Seat | None = None if turns is None else turns.seat()
        self._joined = joined
        self._status_interval_s = status_interval_s
        self._gate = Gate(
            on_pause=self._take_snapshot,
            on_close=None if self._seat is None else self._seat.look_again,
        )
        self._commands = asyncio.Lock()
        self._run: Run | None = None
        self._state = RunState.LOADING
        self._left = False  # parked or over: nothing is to be stored any more
        self._stop_at_step = False  # a lost activation stored a stop that is computed up to again
        self._stop_stored = False
        self._next_snapshot_at = 0.0
        self._failure: BaseException | None = None
        self._loaded = asyncio.Event()

    @property
    def state(self) -> RunState:
        """Where the training is in its life."""
        return self._state

    @property
    def training(self) -> Training:
        """The training's row as it was last seen."""
        return self._recorder.training

    @property
    def files(self) -> TrainingFiles:
        """Where the training's files lie."""
        return self._files

    # Its life

    async def live(self) -> RunState:
        """Load, compute and store until the training ends, is parked or loses its lease."""
        try:
            opened = await self._patiently(self._recorder.open)
            if opened is None:
                return self.training.state
            await self._load(*opened)
            await self._compute()
        except LeaseLost:
            logger.warning("%s: a newer activation took over", self.training.topic)
        except Exception as error:  # noqa: BLE001 - the process's own edge: the owner is told
            await self._fail(error)
        finally:
            self._left = True
            self._loaded.set()
            self._gate.stop()
            self._recorder.log.close()
        if self._state.has_ended:
            await self._take_score()
        return self._state

    async def _take_score(self) -> None:
        """Take what it came to to the leaderboard, whatever comes of that."""
        scored = self._scored
        if scored is None:
            return
        try:
            await self._patiently(lambda: scored(self.training))
        except Exception:
            logger.exception("%s has no score", self.training.topic)

    async def _load(self, checkpoint: CheckpointRow | None, changes: Sequence[Change]) -> None:
        run = await asyncio.to_thread(self._build, self.training, checkpoint, self._recorder.sink)
        for change in changes:
            self._schedule(run, change)
        async with self._commands:
            self._run = run
            self._stop_at_step = any(change.stop for change in changes)
            self._loaded.set()
            if self._state is RunState.LOADING:
                await self._patiently(
                    lambda: self._set_state(RunState.RUNNING, self._epoch_key("running"))
                )

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
                await self._patiently(lambda: self._finish(end, "end/state"))

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
            if self._joined is not None and self._joined.joined(seat):
                return
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

    async def _fail(self, error: Exception) -> None:
        reference = uuid.uuid4().hex[:12]
        logger.error("%s failed, reference %s", self.training.topic, reference, exc_info=error)
        says = str(error) if isinstance(error, AibtError) else "an internal error"
        code = error.code if isinstance(error, AibtError) else AibtError.code
        reason = f"{says} (reference {reference})"
        told = Emission(
            key=self._epoch_key("error"),
            kind="error",
            data={"msg": reason, "code": code, "field": None},
        )
        key = self._epoch_key("failed")
        with suppress(AibtError):  # a newer activation, or an end that was stored already
            async with self._commands:
                await self._patiently(
                    lambda: self._finish(RunState.FAILED, key, reason=reason, before=[told])
                )

    async def _patiently(self, store: Callable[[], Awaitable[T]]) -> T:
        """Do what the life itself has to store, waiting out a store that is busy."""
        while True:
            try:
                return await store()
            except StoreUnavailable as error:
                logger.warning("%s: %s", self.training.topic, error)
                await asyncio.sleep(_RETRY_S)

    # Commands

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """Let no further step run; return the status."""
        with self._measured("pause"):
            async with self._commands:
                self._refuse_if_over()
                if not await self._recorder.is_answered(command_id):
                    await self._pause(command_id)
                return self.status()

    async def resume(self, command_id: str | None) -> dict[str, Json]:
        """Go on; return the status."""
        with self._measured("resume"):
            async with self._commands:
                self._refuse_if_over()
                if not await self._recorder.is_answered(command_id):
                    await self._resume(command_id)
                return self.status()

    async def stop(self, command_id: str | None) -> dict[str, Json]:
        """End the training where it is; its best weights and its history stay."""
        with self._measured("stop"):
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
            elif not self._stop_at_step or self._state is RunState.PAUSED:
                await self._stop(None)

    async def _pause(self, command_id: str | None) -> None:
        self._gate.pause()
        if self._state is RunState.PAUSED:
            return
        if self._run is not None:
            if not await self._gate.paused(_CONTROL_S):
                raise TrainingEnded(self.training.id, str(RunState.FINISHED))
            self._run.refresh_status()
        await self._set_state(RunState.PAUSED, command_key(command_id, "paused"))

    async def _resume(self, command_id: str | None) -> None:
        if self._state is RunState.PAUSED:
            on = RunState.RUNNING if self._run is not None else RunState.LOADING
            await self._set_state(on, command_key(command_id, on))
        self._gate.resume()

    async def _stop(self, command_id: str | None) -> None:
        if self._stop_at_step:
            await self._resume(command_id)
            raise ActorUnavailable("the training is computed up to its stop again")
        if self._run is not None:
            try:
                async with self._gate.hold(_CONTROL_S):
                    await self._record_change({}, stop=True, command_id=command_id)
                    self._stop_stored = True
                    self._take_snapshot()
                    self._gate.stop()
            except RunEnded:
                logger.info("%s ended while it was being stopped", self.training.topic)
        await self._finish(RunState.STOPPED, command_key(command_id, "stopped"))

    async def update(
        self, changes: Mapping[str, float | int], command_id: str | None
    ) -> dict[str, Json]:
        """Change parameters from the next step on; stored before it is answered."""
        with self._measured("update"):
            await self._until_loaded()
            async with self._commands:
                self._refuse_if_over()
                try:
                    async with self._gate.hold(_CONTROL_S):
                        change = await self._record_change(changes, command_id=command_id)
                        self._schedule(self._running(), change)
                except RunEnded as ended:
                    raise TrainingEnded(self.training.id, str(RunState.FINISHED)) from ended
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
        try:
            async with self._gate.hold(_CONTROL_S):
                await asyncio.to_thread(self._running().save_knowledge, self._files.absolute(path))
        except RunEnded as ended:
            raise TrainingEnded(self.training.id, str(RunState.FINISHED)) from ended

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
            try:
                async with self._gate.hold(_CONTROL_S):
                    change = await self._record_change(
                        changes, command_id=None, weights=weights, also=also
                    )
                    self._schedule(self._running(), change)
            except RunEnded as ended:
                raise TrainingEnded(self.training.id, str(RunState.FINISHED)) from ended

    async def park(self) -> bool:
        """Give the place back if paused, after storing where it stands; return whether."""
        async with self._commands:
            if self._left or self._state is not RunState.PAUSED or self._run is None:
                return False
            await self._recorder.store_pending()
            parked = await self._recorder.record((), self._parked)
            if parked is None:
                return False
            self._recorder.training = parked
            self._left = True
            self._gate.stop()
            return True

    async def checkpoint(self) -> None:
        """Store where the run stands, so that nothing is computed again after a shutdown."""
        async with self._commands:
            if self._left or self._run is None or self._state.has_ended:
                return
            with suppress(RunEnded):
                async with self._gate.hold(_CONTROL_S):
                    self._take_snapshot()
            await self._recorder.store_pending()

    def status(self) -> dict[str, Json]:
        """Return the newest status by its wire names, with id, state and cursor."""
        computed = self._run.status() if self._run is not None else self.training.status
        return {
            **computed,
            "id": self.training.id,
            "state": str(self._state),
            "cursor": self._recorder.log.last_seq,
        }

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """Return what is new after `cursor`; see `EventLog.poll`."""
        return await self._recorder.log.poll(cursor, status_version, timeout_s)

    # What they share

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
        """Store a change with the step it applies from, or find the one the command made.

        A run that computes again what was told already is changed where that ends: what was
        told stands.
        """
        training, epoch, told = self.training, self._recorder.epoch, list[Emission]()

        async def store(unit: UnitOfWork) -> tuple[Change, Training]:
            earlier = await changed_by(unit, training, command_id)
            if earlier is not None:
                return earlier, training
            after = training
            if changes:
                after = await unit.trainings.set_current(
                    training.id, {**training.current, **changes}, epoch=epoch
                )
            change = await unit.changes.add(
                training.id,
                epoch=epoch,
                step=max(self._running().steps, await reached(unit, training)),
                changes=changes,
                stop=stop,
                command_id=command_id,
                weights=weights,
            )
            if changes:
                data: dict[str, Json] = {"changed": dict(changes), "step": change.step}
                key = command_key(command_id, "params")
                told.append(Emission(key=key, kind="params", data=data))
            if also is not None:
                told.extend(await also(unit, change))
            return change, after

        try:
            change, self._recorder.training = await self._recorder.record(told, store)
        except StoreUnavailable:  # it may have been stored: not a step runs before that is known
            await self._patiently(self._take_up_changes)
            raise
        return change

    async def _take_up_changes(self) -> None:
        """Let the run know of all changes that are stored; those it knows are passed over."""
        for change in await self._recorder.changes():
            self._schedule(self._running(), change)

    def _schedule(self, run: Run, change: Change) -> None:
        run.schedule(
            change, None if change.weights is None else self._files.absolute(change.weights)
        )

    async def _finish(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        before: Sequence[Emission] = (),
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

        told = [*(self._run.last_words() if self._run is not None else ()), *before]
        await self._set_state(state, key, reason=reason, before=told, first=leave)

    async def _set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        before: Sequence[Emission] = (),
        first: Callable[[UnitOfWork], Any] | None = None,
    ) -> None:
        """Store a new state, its event and the status; after `first`, in one transaction."""
        training, epoch = self.training, self._recorder.epoch
        told = Emission(key=key, kind="state", data={"state": str(state), "reason": reason})

        async def store(unit: UnitOfWork) -> Training:
            if first is not None:
                await first(unit)
            if self._run is not None:
                status = {**self.status(), "state": str(state)}
                await unit.trainings.save_status(training.id, status, epoch=epoch)
            return await unit.trainings.set_state(training.id, state, epoch=epoch, reason=reason)

        self._recorder.training = await self._recorder.record([*before, told], store)
        self._state = state
        if self._run is not None and not self._left:
            self._recorder.log.publish(self.status())

    async def _parked(self, unit: UnitOfWork) -> Training | None:
        """Store that the place is given back, unless the owner wants something else by now."""
        training_id = self.training.id
        if (await unit.trainings.get(training_id)).desired is not Desired.PAUSED:
            return None
        return await unit.trainings.set_parked(training_id, True, epoch=self._recorder.epoch)

    async def _until_loaded(self) -> None:
        try:
            async with asyncio.timeout(_CONTROL_S):
                await self._loaded.wait()
        except TimeoutError as error:
            raise ActorUnavailable("the training is still loading") from error

    def _running(self) -> Run:
        if self._run is None:
            raise ActorUnavailable("the training is still loading")
        return self._run

    def _refuse_if_over(self) -> None:
        if self._state.has_ended:
            raise TrainingEnded(self.training.id, str(self._state))
        if self._left:
            raise ActorUnavailable("the training has left this process")

    def _epoch_key(self, what: str) -> str:
        return f"epoch/{self._recorder.epoch}/{what}"

    @contextmanager
    def _measured(self, command: str) -> Iterator[None]:
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self._meter.control(command, self._clock.monotonic() - began)
