"""The life of one session in one process: the run behind a gate, and commands that take effect.

Plain asyncio, without Ray: `actors.session` is the shell around it.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from actors.session_recorder import SessionRecorder
from aibt.agents.session import SessionRun
from aibt.agents.session_status import status_of
from aibt.agents.tools.desk import Desk
from aibt.clock import Clock
from aibt.errors import (
    ActorUnavailable,
    AibtError,
    LeaseLost,
    SessionEnded,
    StoreUnavailable,
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
        self._left = False
        self._troubles: set[asyncio.Task[None]] = set()

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
            async with self._built(session) as made:
                await self._run(made)
        except LeaseLost:
            logger.warning("%s: a newer activation took over", self.session.topic)
        except Exception as error:  # noqa: BLE001 - the process's own edge: the owner is told
            await self._fail(error)
        finally:
            self._left = True
            self._gate.stop()
            self._recorder.log.close()
        return self._state

    @asynccontextmanager
    async def _built(self, session: Session) -> AsyncIterator[Made]:
        async with self._build(session, self._recorder, self._gate, self._trouble) as made:
            async with self._commands:
                self._made = made
                if session.desired is Desired.PAUSED:
                    self._gate.pause()
                    await self._set_state(RunState.PAUSED, self._epoch_key("paused"))
                elif self._state is RunState.LOADING:
                    await self._set_state(RunState.RUNNING, self._epoch_key("running"))
            yield made

    async def _run(self, made: Made) -> None:
        show = asyncio.create_task(self._show(made))
        try:
            outcome = await made.run.run()
        finally:
            self._gate.end()
            show.cancel()
            with suppress(asyncio.CancelledError):
                await show
        async with self._commands:
            if not self._state.has_ended:
                await self._end(outcome.state, outcome.reason, "end/state")

    async def _show(self, made: Made) -> None:
        """Publish the status while it changes, and store it now and then."""
        shown, saved_s = -1, self._clock.monotonic()
        while True:
            if made.run.version != shown:
                shown = made.run.version
                self._recorder.log.publish(self.status())
            if self._clock.monotonic() - saved_s >= _SAVE_INTERVAL_S:
                saved_s = self._clock.monotonic()
                with suppress(StoreUnavailable, LeaseLost):
                    await self._recorder.save_status(self.status())
            await asyncio.sleep(_STATUS_INTERVAL_S)

    async def _trouble(self, reason: str) -> None:
        """Pause by itself: the session cannot go on until its owner has looked at it."""
        self._gate.pause()  # the run comes to it next; a command may be waiting for just that
        told = asyncio.create_task(self._tell_trouble(reason))
        self._troubles.add(told)
        told.add_done_callback(self._troubles.discard)

    async def _tell_trouble(self, reason: str) -> None:
        async with self._commands:
            if self._left or self._state is not RunState.RUNNING:
                return
            with suppress(LeaseLost):
                await self._patiently(self._recorder.want_pause)
                key = f"trouble/{uuid.uuid4().hex}"
                await self._set_state(RunState.PAUSED, key, f"{reason}; resume it to try again")

    async def _fail(self, error: Exception) -> None:
        reference = uuid.uuid4().hex[:12]
        logger.error("%s failed, reference %s", self.session.topic, reference, exc_info=error)
        says = str(error) if isinstance(error, AibtError) else "an internal error"
        code = error.code if isinstance(error, AibtError) else AibtError.code
        reason = f"{says} (reference {reference})"
        data: dict[str, Json] = {"msg": reason, "code": code, "field": None}
        told = Emission(key=self._epoch_key("error"), kind="error", data=data)
        with suppress(AibtError):  # a newer activation, or an end that was stored already
            async with self._commands:
                await self._end(RunState.FAILED, reason, self._epoch_key("failed"), told)

    async def _end(self, state: RunState, reason: str | None, key: str, *told: Emission) -> None:
        await self._set_state(state, key, reason, *told)
        await self._take_score()

    async def _take_score(self) -> None:
        try:
            await self._scored(self.session)
        except AibtError as error:
            logger.warning("%s has no score: %s", self.session.topic, error)

    async def _patiently(self, store: Callable[[], Awaitable[T]]) -> T:
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
            raise SessionEnded(self.session.id, str(RunState.FINISHED))
        await self._set_state(RunState.PAUSED, _command_key(command_id, "paused"))
        await self._take_score()

    async def _resume(self, command_id: str | None) -> None:
        if self._state is RunState.PAUSED:
            on = RunState.RUNNING if self._made is not None else RunState.LOADING
            await self._set_state(on, _command_key(command_id, on))
        self._gate.resume()

    async def _stop(self, command_id: str | None) -> None:
        self._gate.stop()
        if self._made is not None:
            await self._gate.stopped(_CONTROL_S)
        await self._end(RunState.STOPPED, None, _command_key(command_id, "stopped"))

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
        if self._made is None or self._state is not RunState.RUNNING or self._left:
            raise ActorUnavailable("the session is not running")
        return self._made.run.desk

    async def _set_state(
        self, state: RunState, key: str, reason: str | None = None, *told: Emission
    ) -> None:
        status = None if self._made is None else {**self.status(), "state": str(state)}
        await self._recorder.set_state(state, key, reason=reason, status=status, told=told)
        self._state = state
        if self._made is not None and not self._left:
            self._recorder.log.publish(self.status())

    def _refuse_if_over(self) -> None:
        if self._state.has_ended:
            raise SessionEnded(self.session.id, str(self._state))
        if self._left:
            raise ActorUnavailable("the session has left this process")

    def _epoch_key(self, what: str) -> str:
        return f"epoch/{self._recorder.epoch}/{what}"


def _command_key(command_id: str | None, what: str) -> str:
    return f"command/{command_id or uuid.uuid4().hex}/{what}"
