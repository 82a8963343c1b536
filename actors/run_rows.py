"""What the rows of trainings, sessions and evaluations have in common."""

from typing import Final
from uuid import uuid4

from aibt.live.states import RunState

HOSTED: Final = frozenset({RunState.LOADING, RunState.RUNNING, RunState.PAUSED})
"""States in which a process should be hosting a run; one that is parked has none."""


def command_key(command_id: str | None, what: str) -> str:
    """Return the key of what a command caused: the same for every try of it."""
    return f"command/{command_id or uuid4().hex}/{what}"
