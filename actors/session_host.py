"""The life of one session in one process: the run behind a gate, and commands that take effect.

Plain asyncio, without Ray: `actors.session` is the shell around it.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from actors.run_rows import command_key
from actors.session_recorder import SessionRecorder
from aibt.agents.session import Outcome, SessionRun
from aibt.agents.session_status import status_of
from aibt.agents.tools.desk import Desk
from aibt.clock import Clock
from aibt.errors import (
    ActorUnavailable,
    AibtError,
    LeaseLost,
    SessionEnded,
    SourceUnavailable,
    StoreUnavailable,
    Unavailable,
)
from aibt.live.event_log import Poll
from aibt.live.events import Emission, Json
from aibt.live.gate import Gate
from aibt.live.journal import Journal
from aibt.live.states import Desired, RunState
from aibt.store.records import Session

logger = logging.getLogger(__name__)
T = TypeVar("T")

_CONTROL_S = 20.0
_RETRY_S = 0.5
_LOAD_RETRY_S = 5.0
_STATUS_INTERVAL_S = 1 / 20
_SAVE_INTERVAL_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A run, made and ready.

    Attributes:
        steps: how many there are in all; None: it is live.
    """

    run: SessionRun
    steps: int | None


Trouble = Callable[[str], Awaitable[None]]
Build = Callable[[Session, Journal, Gate, Trouble], AbstractAsyncContextManager[Made]]
"""Loads the bars and makes the run, with its model; closes what it opened."""

Scored = Callable[[Session], Awaitable[None]]
"""Takes the account of a session that stands still or has ended to the leaderboard."""


class SessionHost:
    """Runs a session until it ends or loses its lease.

    Commands are taken one after the other; each answers when it has taken effect and is stored.
    """

    def __init__(
        self, recorder: SessionRecorder, *, build: Build, scored: Scored, clock: Clock
    ) -> None:
        self._recorder = recorder
        self._build = build
        self._scored = scored
        self._clock = clock
        self._gate = Gate()
        self._commands = asyncio.Lock()
        self._made: Made | None = None
        self._state = RunState.LOADING
        self._outcome: Outcome | None = None  # of a run that has ended by itself or by a stop
        self._over = asyncio.Event()  # the run does nothing any more
        self._left = False
        self._scoring = asyncio.Lock()
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> RunState:
        """Where the session is in its life."""
        return self._state

    @property
    def session(self) -> Session:
        """The session's row as it was last seen."""
        return self._recorder.session

    # Its life

    async def live(self) -> RunState:
        """Load, run and store until the session ends or loses its lease."""
        try:
            session = await self._patiently(self._recorder.open)
            if session is None:
                return self.session.state
            await self._load(session)
            if self._made is None:  # stopped before it began: what an earlier process left counts
                await self._take_score()
        except LeaseLost:
            logger.warning("%s: a newer activation took over", self.session.topic)
        except Exception as error:  # noqa: BLE001 - the process's own edge: the owner is told
            await self._fail(error)
        finally:
            self._left = True
            self._over.set()
            self._gate.stop()
            self._recorder.log.close()
        return self._state

    async def _load(self, session: Session) -> None:
        """Make the run and let it run; what it needs of the world is waited for."""
        while not self._state.has_ended:
            try:
                async with self._build(session, self._recorder, self._gate, self._trouble) as made:
                    await made.run.recover()  # before anybody is shown an account as it was once
                    if await self._begin(made):
                        await self._run(made)
                    return
            except (Unavailable, SourceUnavailable) as error:
                if self._made is not None:
                    raise
                await self._tell_loading(str(error))
                await asyncio.sleep(_LOAD_RETRY_S)

    async def _begin(self, made: Made) -> bool:
        """Let the run begin as its owner wants it; return whether: not if it was stopped."""
        async with self._commands:
            if self._state.has_ended:
                return False
            self._made = made
            if await self._patiently(self._recorder.desired) is Desired.PAUSED:
                self._gate.pause()
                if self.session.state is not RunState.PAUSED:
                    key = self._epoch_key("paused")
                    await self._patiently(lambda: self._set_state(RunState.PAUSED, key))
            elif self._state is RunState.LOADING:
                key = self._epoch_key("running")
                await self._patiently(lambda: self._set_state(RunState.RUNNING, key))
        return True

    async def _run(self, made: Made) -> None:
        show = asyncio.create_task(self._show(made))
        try:
            self._outcome = await made.run.run()
        finally:
            self._over.set()
            self._gate.end()
            show.cancel()
            await asyncio.gather(show, return_exceptions=True)
        await self._patiently(self._save_last_status)
        await self._take_score()  # first: who hears of the end finds it on the leaderboard
        async with self._commands:
            if not self._state.has_ended:
                await self._patiently(lambda: self._end("end/state"))

    async def _save_last_status(self) -> None:
        async with self._commands:
            if not self._state.has_ended:
                await self._recorder.save_status(self.status())

    async def _show(self, made: Made) -> None:
        """Publish the status while it changes, and store it now and then."""
        shown, saved, saved_s = -1, -1, self._clock.monotonic()
        while True:
            if made.run.version != shown:
                shown = made.run.version
                self._recorder.log.publish(self.status())
            if shown != saved and self._clock.monotonic() - saved_s >= _SAVE_INTERVAL_S:
                saved_s = self._clock.monotonic()
                with suppress(StoreUnavailable), self._leaving_with_its_lease():
                    await self._recorder.save_status(self.status())
                    saved = shown
            await asyncio.sleep(_STATUS_INTERVAL_S)

    async def _tell_loading(self, reason: str) -> None:
        """Say what the session waits for before it can begin; once, while it stays the same."""
        async with self._commands:
            if self._state is RunState.LOADING and self.session.reason != reason:
                key = self._epoch_key(f"loading/{uuid.uuid4().hex}")
                await self._patiently(lambda: self._set_state(RunState.LOADING, key, reason))

    async def _trouble(self, reason: str) -> None:
        """Pause by itself: the session cannot go on until its owner has looked at it."""
        self._gate.pause()  # the run comes to it next; a command may be waiting for just that
        self._later(self._tell_trouble(reason))

    async def _tell_trouble(self, reason: str) -> None:
        async with self._commands:
            was_resumed = not self._gate.is_pausing  # by a command that was quicker than this
            if self._left or self._state is not RunState.RUNNING or was_resumed:
                return
            key, says = f"trouble/{uuid.uuid4().hex}", f"{reason}; resume it to try again"
            with suppress(LeaseLost):
                await self._patiently(
                    lambda: self._set_state(RunState.PAUSED, key, says, wants=Desired.PAUSED)
                )
        await self._take_score()

    async def _fail(self, error: Exception) -> None:
        reference = uuid.uuid4().hex[:12]
        logger.error("%s failed, reference %s", self.session.topic, reference, exc_info=error)
        says = str(error) if isinstance(error, AibtError) else "an internal error"
        code = error.code if isinstance(error, AibtError) else AibtError.code
        reason = f"{says} (reference {reference})"
        data: dict[str, Json] = {"msg": reason, "code": code, "field": None}
        told = Emission(key=self._epoch_key("error"), kind="error", data=data)
        key = self._epoch_key("failed")
        await self._take_score()
        with suppress(AibtError):  # a newer activation, or an end that was stored already
            async with self._commands:
                await self._patiently(lambda: self._set_state(RunState.FAILED, key, reason, told))

    async def _end(self, key: str) -> None:
        """Store how the run ended; if nobody knows, it was stopped."""
        outcome = self._outcome or Outcome(state=RunState.STOPPED)
        await self._set_state(outcome.state, key, outcome.reason)

    async def _take_score(self) -> None:
        """Take the account to the leaderboard, whatever comes of that."""
        try:
            async with self._scoring:
                await self._patiently(lambda: self._scored(self.session))
        except Exception:
            logger.exception("%s has no score", self.session.topic)

    def _later(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do something beside whatever is under way."""
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _patiently(self, store: Callable[[], Awaitable[T]]) -> T:
        """Do what the life itself has to store, waiting out a store that is busy."""
        while True:
            try:
                return await store()
            except StoreUnavailable as error:
                logger.warning("%s: %s", self.session.topic, error)
                await asyncio.sleep(_RETRY_S)

    # Commands

    async def pause(self, command_id: str | None) -> dict[str, Json]:
        """Let no further tool run; return the status."""
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
        """End the session where it is; its journal and its account stay."""
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

    async def _pause(self, command_id: str | None) -> None:
        self._gate.pause()
        if self._state is RunState.PAUSED:
            return
        if self._made is not None and not await self._gate.paused(_CONTROL_S):
            if self._outcome is None:  # it fails, or its lease is lost
                raise ActorUnavailable("the session is leaving this process")
            raise SessionEnded(self.session.id, str(self._outcome.state))
        await self._set_state(RunState.PAUSED, command_key(command_id, "paused"))
        self._later(self._take_score())

    async def _resume(self, command_id: str | None) -> None:
        if self._state is RunState.PAUSED:
            on = RunState.RUNNING if self._made is not None else RunState.LOADING
            await self._set_state(on, command_key(command_id, on))
        self._gate.resume()

    async def _stop(self, command_id: str | None) -> None:
        self._gate.stop()
        if self._made is not None:
            try:
                async with asyncio.timeout(_CONTROL_S):
                    await self._over.wait()
            except TimeoutError as error:
                raise ActorUnavailable("the stop has not taken effect") from error
        await self._end(command_key(command_id, "stopped"))

    def status(self) -> dict[str, Json]:
        """Return the newest status by its wire names, with id, state and cursor."""
        computed = (
            self.session.status
            if self._made is None
            else status_of(self._made.run, self._made.steps)
        )
        return {
            **computed,
            "id": self.session.id,
            "state": str(self._state),
            "cursor": self._recorder.log.last_seq,
        }

    async def poll(self, cursor: int, status_version: int, timeout_s: float) -> Poll:
        """Return what is new after `cursor`; see `EventLog.poll`."""
        return await self._recorder.log.poll(cursor, status_version, timeout_s)

    def desk(self) -> Desk:
        """Return the session's desk, for its outside tool clients.

        Raises:
            ActorUnavailable: the session is not running.
        """
        stands = self._left or self._state is not RunState.RUNNING or self._gate.is_pausing
        if self._made is None or stands:
            raise ActorUnavailable("the session is not running")
        return self._made.run.desk

    async def _set_state(
        self,
        state: RunState,
        key: str,
        reason: str | None = None,
        *told: Emission,
        wants: Desired | None = None,
    ) -> None:
        status = None if self._made is None else {**self.status(), "state": str(state)}
        with self._leaving_with_its_lease():
            await self._recorder.set_state(
                state, key, reason=reason, status=status, told=told, wants=wants
            )
        self._state = state
        if self._made is not None and not self._left:
            self._recorder.log.publish(self.status())

    @contextmanager
    def _leaving_with_its_lease(self) -> Iterator[None]:
        """Let a run that waits at the gate go, too, once a newer activation has its place."""
        try:
            yield
        except LeaseLost:
            self._gate.stop()
            raise

    def _refuse_if_over(self) -> None:
        if self._state.has_ended:
            raise SessionEnded(self.session.id, str(self._state))
        if self._left:
            raise ActorUnavailable("the session has left this process")

    def _epoch_key(self, what: str) -> str:
        return f"epoch/{self._recorder.epoch}/{what}"
