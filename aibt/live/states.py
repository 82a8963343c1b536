"""The life cycle that trainings and sessions share (DESIGN: queued → … → ended)."""

from enum import StrEnum


class RunState(StrEnum):
    """Where a training or a session is in its life."""

    QUEUED = "queued"
    LOADING = "loading"
    RUNNING = "running"
    PAUSED = "paused"
    RECOVERING = "recovering"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def has_ended(self) -> bool:
        """Whether nothing can follow this state."""
        return self in _ENDED


_ENDED = frozenset({RunState.FINISHED, RunState.STOPPED, RunState.FAILED})


class Desired(StrEnum):
    """What the owner wants of a run; the supervisor makes the run match it."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
