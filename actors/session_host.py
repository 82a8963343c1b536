"""The life of one session in one process: the run behind a gate, and commands that take effect.

Plain asyncio, without Ray: `actors.session` is the shell around it.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from actors.run_host import CONTROL_S, RunHost
from actors.run_rows import command_key
from actors.session_recorder import SessionRecorder
from aibt.agents.session import Outcome, SessionRun
from aibt.agents.session_status import status_of
from aibt.agents.tools.desk import Desk
from aibt.clock import Clock
from aibt.errors import (
    ActorUnavailable,
    LeaseLost,
    SourceUnavailable,
    StoreUnavailable,
    Unavailable,
)
from aibt.live.events import Emission, Json
from aibt.live.gate import Gate
from aibt.live.journal import Journal
from aibt.live.states import Desired, RunState
from aibt.store.records import Session

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


class SessionHost(RunHost[Session, Made]):
    """Runs a session until it ends or loses its lease."""

    _recorder: SessionRecorder

    def __init__(
        self, recorder: SessionRecorder, *, build: Build, scored: Scored, clock: Clock
    ) -> None:
        super().__init__(recorder, clock=clock, gate=Gate(), scored=scored)
        self._build = build
        self._outcome: Outcome | None = None  # of a run that has ended by itself or by a stop
        self._over = asyncio.Event()  # the run does nothing any more
        self._scoring = asyncio.Lock()
        self._errands: set[asyncio.Task[None]] = set()

    # Its life

    async def live(self) -> RunState:
        """Load, run and store until the session ends or loses its lease."""
        async with self._living():
            session = await self._patiently(self._recorder.open)
            if session is None:
                return self.row.state
            await self._load(session)
            if self._run is None:  # stopped before it began: what an earlier process left counts
                await self._take_score()
        return self._state

    def _let_go(self) -> None:
        self._over.set()
        super()._let_go()

    async def _load(self, session: Session) -> None:
        """Make the run and let it run; what it needs of the world is waited for."""
        while not self._state.has_ended:
            try:
                async with self._build(session, self._recorder, self._gate, self._trouble) as made:
                    await made.run.recover()  # before anybody is shown an account as it was once
                    if await self._begin(made):
                        await self._run_through(made)
                    return
            except (Unavailable, SourceUnavailable) as error:
                if self._run is not None:
                    raise
                await self._tell_loading(str(error))
                await asyncio.sleep(_LOAD_RETRY_S)

    async def _begin(self, made: Made) -> bool:
        """Let the run begin as its owner wants it; return whether: not if it was stopped."""
        async with self._commands:
            if self._state.has_ended:
                return False
            self._run = made
            if await self._patiently(self._recorder.desired) is Desired.PAUSED:
                self._gate.pause()
                if self.row.state is not RunState.PAUSED:
                    key = self._epoch_key("paused")
                    await self._patiently(lambda: self._set_state(RunState.PAUSED, key))
            else:
                await self._tell_running()
        return True

    async def _run_through(self, made: Made) -> None:
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
                await self._patiently(lambda: self._end_as_it_came("end/state"))

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
            if self._state is RunState.LOADING and self.row.reason != reason:
                key = self._epoch_key(f"loading/{uuid.uuid4().hex}")
                await self._patiently(lambda: self._set_state(RunState.LOADING, key, reason=reason))

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
                    lambda: self._set_state(RunState.PAUSED, key, reason=says, wants=Desired.PAUSED)
                )
        await self._take_score()

    async def _fail(self, error: Exception, reference: str) -> None:
        await self._take_score()  # first, as at every end
        await super()._fail(error, reference)

    async def _end_as_it_came(self, key: str) -> None:
        """Store how the run ended; if nobody knows, it was stopped."""
        outcome = self._outcome or Outcome(state=RunState.STOPPED)
        await self._end(outcome.state, key, reason=outcome.reason)

    async def _take_score(self) -> None:
        async with self._scoring:
            await super()._take_score()

    def _later(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do something beside whatever is under way."""
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    # Commands

    async def _pause(self, command_id: str | None) -> None:
        was_paused = self._state is RunState.PAUSED
        await super()._pause(command_id)
        if not was_paused:
            self._later(self._take_score())

    async def _until_still(self) -> None:
        if await self._gate.paused(CONTROL_S):
            return
        if self._outcome is None:  # it fails, or its lease is lost
            raise ActorUnavailable("the session is leaving this process")
        raise self._ended(self._outcome.state)

    async def _stop(self, command_id: str | None) -> None:
        """End the session where it is; its journal and its account stay."""
        self._gate.stop()
        if self._run is not None:
            try:
                async with asyncio.timeout(CONTROL_S):
                    await self._over.wait()
            except TimeoutError as error:
                raise ActorUnavailable("the stop has not taken effect") from error
        await self._end_as_it_came(command_key(command_id, "stopped"))

    def desk(self) -> Desk:
        """Return the session's desk, for its outside tool clients.

        Raises:
            ActorUnavailable: the session is not running.
        """
        stands = self._left or self._state is not RunState.RUNNING or self._gate.is_pausing
        if self._run is None or stands:
            raise ActorUnavailable("the session is not running")
        return self._run.run.desk

    # What is stored and shown

    def _computed(self) -> Mapping[str, Json] | None:
        return None if self._run is None else status_of(self._run.run, self._run.steps)

    async def _set_state(
        self,
        state: RunState,
        key: str,
        *,
        reason: str | None = None,
        told: Sequence[Emission] = (),
        wants: Desired | None = None,
    ) -> None:
        status = self._status_as(state)
        with self._leaving_with_its_lease():
            await self._recorder.set_state(
                state, key, reason=reason, status=status, told=told, wants=wants
            )
        self._enter(state)

    @contextmanager
    def _leaving_with_its_lease(self) -> Iterator[None]:
        """Let a run that waits at the gate go, too, once a newer activation has its place."""
        try:
            yield
        except LeaseLost:
            self._gate.stop()
            raise
