"""What is asked of the process that hosts a run, and when a wish about one is met."""

from collections.abc import Mapping
from typing import Final

from ray.exceptions import RayError

from actors.calls import ask
from actors.handles import Handles
from actors.names import SUPERVISOR
from actors.run_rows import Run
from aibt.errors import ActorUnavailable, Unavailable
from aibt.live.events import Json
from aibt.live.states import RunState

_STATUS_S: Final = 2.0


async def live_status(handles: Handles, name: str, *first: int) -> Mapping[str, Json] | None:
    """Return the status of a run that an actor hosts, or None if it does not answer.

    Args:
        handles: of actors.
        name: of the actor.
        first: which of its runs, if it hosts several.
    """
    try:
        handle = await handles.get(name)
        status: Mapping[str, Json] = await ask(handle.status.remote(*first), timeout_s=_STATUS_S)
    except Unavailable:
        handles.forget(name)
        return None
    return status


async def wake_supervisor(handles: Handles) -> None:
    """Tell the supervisor that there is something to do; it would see it soon anyhow."""
    try:
        supervisor = await handles.get(SUPERVISOR)
        supervisor.wake.remote()
    except (ActorUnavailable, RayError):
        handles.forget(SUPERVISOR)


def is_still(run: Run) -> bool:
    """Return whether a pause is met: nothing moves any more."""
    return run.state is RunState.PAUSED or run.state.has_ended


def has_resumed(run: Run) -> bool:
    """Return whether a resume is met."""
    return run.state is not RunState.PAUSED


def has_ended(run: Run) -> bool:
    """Return whether a stop is met."""
    return run.state.has_ended
