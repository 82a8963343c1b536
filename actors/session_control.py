"""Commands to a session: the wish is stored first, then the actor that hosts it is told.

Where none does, the supervisor starts one and makes it match the wish.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actors.calls import ask
from actors.handles import Handles
from actors.live_runs import has_ended, has_resumed, is_still, live_status, wake_supervisor
from actors.names import session_actor
from actors.run_rows import SESSION, command_key, is_hosted, set_state
from aibt.errors import ActorUnavailable, LeaseLost, SessionEnded
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.store.database import Store
from aibt.store.records import Session

_COMMAND_S = 20.0
_LOOK_S = 0.05

Reached = Callable[[Session], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlledSession:
    """A session after a command, and its live status if a process hosts it."""

    session: Session
    status: Mapping[str, Json] | None = None


class SessionControl:
    """Pause, resume and stop sessions, wherever they are in their life."""

    def __init__(self, store: Store, handles: Handles) -> None:
        self._store = store
        self._handles = handles

    async def pause(
        self, owner_id: int, session_id: int, command_id: str | None
    ) -> ControlledSession:
        """Pause the session; answers when no further tool runs."""
        wish = Desired.PAUSED
        return await self._wish(owner_id, session_id, command_id, wish, "pause", is_still)

    async def resume(
        self, owner_id: int, session_id: int, command_id: str | None
    ) -> ControlledSession:
        """Let the session go on."""
        wish = Desired.RUNNING
        return await self._wish(owner_id, session_id, command_id, wish, "resume", has_resumed)

    async def stop(
        self, owner_id: int, session_id: int, command_id: str | None
    ) -> ControlledSession:
        """End the session; its journal and its account stay."""
        try:
            wish = Desired.STOPPED
            return await self._wish(owner_id, session_id, command_id, wish, "stop", has_ended)
        except SessionEnded:
            session = await self.row(owner_id, session_id)
            if command_id is not None and await self._was_ended_by(session, command_id):
                return ControlledSession(session=session)
            raise

    async def row(self, owner_id: int, session_id: int) -> Session:
        """Return the session's row."""
        async with self._store.reading(owner_id) as unit:
            return await unit.sessions.get(session_id)

    async def status(self, session: Session) -> Mapping[str, Json] | None:
        """Return the live status of a session, or None if no process hosts it."""
        if not is_hosted(session):
            return None
        return await live_status(self._handles, session_actor(session.id))

    async def wake_supervisor(self) -> None:
        """Tell the supervisor that there is something to do; it would see it soon anyhow."""
        await wake_supervisor(self._handles)

    async def _wish(
        self,
        owner_id: int,
        session_id: int,
        command_id: str | None,
        wish: Desired,
        command: str,
        until: Reached,
    ) -> ControlledSession:
        async with self._store.writing(owner_id) as unit:
            if await unit.commands.is_answered(command_id):
                return ControlledSession(session=await unit.sessions.get(session_id))
            session = await unit.sessions.set_desired(session_id, wish)
            if wish is Desired.STOPPED and not is_hosted(session):
                key = command_key(command_id, "stopped")
                session = await set_state(unit, SESSION, session, RunState.STOPPED, key)
                return ControlledSession(session=session)
        deadline = asyncio.get_running_loop().time() + _COMMAND_S
        if not is_hosted(session):
            await self.wake_supervisor()
            return ControlledSession(session=await self._until(session, until, deadline))
        name = session_actor(session_id)
        try:
            handle = await self._handles.get(name)
            told: Any = getattr(handle, command).remote(command_id)
            status = await ask(told, timeout_s=_COMMAND_S)
        except (ActorUnavailable, LeaseLost):  # or what answered was there no longer
            self._handles.forget(name)
            await self.wake_supervisor()
            return ControlledSession(session=await self._until(session, until, deadline))
        return ControlledSession(session=await self.row(owner_id, session_id), status=status)

    async def _until(self, session: Session, reached: Reached, deadline: float) -> Session:
        """Wait until the supervisor has made the session match the wish.

        Raises:
            ActorUnavailable: it took too long; the wish stands and will be met.
        """
        left_s = max(deadline - asyncio.get_running_loop().time(), _LOOK_S)
        try:
            async with asyncio.timeout(left_s):
                while not reached(session):
                    await asyncio.sleep(_LOOK_S)
                    session = await self.row(session.owner_id, session.id)
        except TimeoutError as error:
            raise ActorUnavailable("the session is being started") from error
        return session

    async def _was_ended_by(self, session: Session, command_id: str) -> bool:
        """Return whether an earlier try of a stop, whose answer was lost, had its effect."""
        async with self._store.reading(session.owner_id) as unit:
            last = await unit.events.last_of_kind(session.topic, "state")
        return last is not None and last.key == command_key(command_id, "stopped")
