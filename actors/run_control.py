"""Commands to a run: the wish is stored first, then the actor that hosts it is told.

So the wish survives whatever dies meanwhile: where no process hosts the run, the supervisor makes
its row match, and starts a process if it takes one.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic

from actors.calls import ask
from actors.handles import Handles
from actors.live_runs import has_ended, has_resumed, is_still, live_status, wake_supervisor
from actors.names import address_of
from actors.run_rows import STATE, Kind, Run, command_key, is_hosted, set_state
from aibt.errors import ActorUnavailable, LeaseLost
from aibt.live.events import Json
from aibt.live.states import Desired, RunState
from aibt.store.database import Store, UnitOfWork
from aibt.store.runs import R

_COMMAND_S: Final = 20.0
_LOOK_S: Final = 0.05

Reached = Callable[[Run], bool]
_WISHES: Final[Mapping[Desired, tuple[str, Reached]]] = {
    Desired.PAUSED: ("pause", is_still),
    Desired.RUNNING: ("resume", has_resumed),
    Desired.STOPPED: ("stop", has_ended),
}
"""What an owner may want: how an actor is told, and when it is met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled(Generic[R]):
    """A run after a command, and its live status if a process hosts it."""

    run: R
    status: Mapping[str, Json] | None = None


class RunControl(Generic[R]):
    """Pause, resume and stop the runs of one kind, wherever they are in their life.

    Args:
        kind: which.
        store: where their rows are.
        handles: of the actors that host them.
    """

    def __init__(self, kind: Kind[R], store: Store, handles: Handles) -> None:
        self._kind: Kind[R] = kind
        self._store = store
        self._handles = handles

    async def pause(self, owner_id: int, run_id: int, command_id: str | None) -> Controlled[R]:
        """Pause the run; answers when it stands still."""
        return await self._wish(owner_id, run_id, command_id, Desired.PAUSED)

    async def resume(self, owner_id: int, run_id: int, command_id: str | None) -> Controlled[R]:
        """Let the run go on, or put it back in the queue if it gave its place back."""
        return await self._wish(owner_id, run_id, command_id, Desired.RUNNING)

    async def stop(self, owner_id: int, run_id: int, command_id: str | None) -> Controlled[R]:
        """End the run; what it has come to stays."""
        try:
            return await self._wish(owner_id, run_id, command_id, Desired.STOPPED)
        except self._kind.ended:
            async with self._store.reading(owner_id) as unit:
                run = await self._kind.rows(unit).get(run_id)
                if command_id is not None and await self._was_ended_by(unit, run, command_id):
                    return Controlled(run=run)
            raise

    async def row(self, owner_id: int, run_id: int) -> R:
        """Return the run's row."""
        async with self._store.reading(owner_id) as unit:
            return await self._kind.rows(unit).get(run_id)

    async def status(self, run: R) -> Mapping[str, Json] | None:
        """Return the live status of a run, or None if no process hosts it."""
        if not is_hosted(run):
            return None
        address = address_of(run)
        return await live_status(self._handles, address.actor, *address.first)

    async def wake_supervisor(self) -> None:
        """Tell the supervisor that there is something to do; it would see it soon anyhow."""
        await wake_supervisor(self._handles)

    async def _wish(
        self, owner_id: int, run_id: int, command_id: str | None, wish: Desired
    ) -> Controlled[R]:
        command, is_met = _WISHES[wish]
        async with self._store.writing(owner_id) as unit:
            if await unit.commands.is_answered(command_id):
                return Controlled(run=await self._kind.rows(unit).get(run_id))
            run = await self._kind.rows(unit).set_desired(run_id, wish)
            hosted = is_hosted(run)
            if not hosted:
                run = await self._without_process(unit, run, wish, command_id)
        if hosted:
            return await self._command(run, command, command_id, until=is_met)
        if wish is Desired.RUNNING or not is_met(run):
            await self.wake_supervisor()
        return Controlled(run=await self._until(run, is_met))

    async def _without_process(
        self, unit: UnitOfWork, run: R, wish: Desired, command_id: str | None
    ) -> R:
        """Do to the row of a run that no process hosts what a wish takes no process for."""
        if wish is not Desired.STOPPED:
            return run
        key = command_key(command_id, "stopped")
        return await set_state(unit, self._kind, run, RunState.STOPPED, key)

    async def _was_ended_by(self, unit: UnitOfWork, run: R, command_id: str) -> bool:
        """Return whether an earlier try of a stop, whose answer was lost, had its effect."""
        last = await unit.events.last_of_kind(run.topic, STATE)
        return last is not None and last.key == command_key(command_id, "stopped")

    async def _command(
        self,
        run: R,
        command: str,
        command_id: str | None,
        *,
        until: Reached | None = None,
        given: tuple[Any, ...] = (),
        began: float | None = None,
    ) -> Controlled[R]:
        """Tell the actor that hosts the run; if it is lost, wait until the supervisor has helped.

        Args:
            run: which.
            command: the actor's method.
            command_id: of the command.
            until: what the supervisor makes of the run; None: it cannot.
            given: to the method, before the command's id.
            began: when the command came, on the event loop's clock; None: now.
        """
        address = address_of(run)
        now = asyncio.get_running_loop().time
        deadline = (now() if began is None else began) + _COMMAND_S
        try:
            handle = await self._handles.get(address.actor)
            method = getattr(handle, command)
            left_s = max(deadline - now(), _LOOK_S)
            status = await ask(method.remote(*address.first, *given, command_id), timeout_s=left_s)
        except (ActorUnavailable, LeaseLost) as error:  # or what answered was there no longer
            self._handles.forget(address.actor)
            await self.wake_supervisor()
            if until is None:  # it may have run: the caller repeats it, under the same id
                raise ActorUnavailable(str(error)) from error
            left_s = max(deadline - now(), _LOOK_S)
            return Controlled(run=await self._until(run, until, left_s))
        return Controlled(run=await self.row(run.owner_id, run.id), status=status)

    async def _until(self, run: R, reached: Reached, timeout_s: float | None = None) -> R:
        """Wait until the supervisor has made the run match the wish.

        Raises:
            ActorUnavailable: it took too long; the wish stands and will be met.
        """
        try:
            async with asyncio.timeout(_COMMAND_S if timeout_s is None else timeout_s):
                while not reached(run):
                    await asyncio.sleep(_LOOK_S)
                    run = await self.row(run.owner_id, run.id)
        except TimeoutError as error:
            raise ActorUnavailable(f"the {self._kind.name} is being started") from error
        return run
