"""What the host of a training asks of the computation, and of whoever measures it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from actors.training_recorder import Snapshot
from aibt.live.events import Emission, EventSink, Json
from aibt.store.records import Change, CheckpointRow, Training


class Run(Protocol):
    """What the host asks of a computation; `aibt.rl.training.TrainingRun` is one."""

    @property
    def steps(self) -> int:
        """Environment steps so far."""
        ...

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether it ended because a scheduled stop was reached."""
        ...

    def advance(self) -> None:
        """Do one unit of work, of at most about 20 ms."""
        ...

    @property
    def judged(self) -> tuple[int, float] | None:
        """After how many episodes its weights were evaluated, and their score; safe in any thread.

        None: they have none, as they are.
        """
        ...

    def schedule(self, change: Change, knowledge: Path | None = None) -> None:
        """Apply `change` when its step is reached; one that is applied already is passed over.

        `knowledge` is what `save_knowledge` of another run wrote, to be taken over there.
        """
        ...

    def save_knowledge(self, path: Path) -> None:
        """Write what it has learned by now, whole or not at all. Blocking."""
        ...

    def snapshot(self) -> Snapshot:
        """Return where it stands, as a copy."""
        ...

    def status(self) -> Mapping[str, Json]:
        """Return the status by its wire names. Safe in any thread."""
        ...

    def refresh_status(self) -> None:
        """Take the status anew; for a moment in which nothing advances."""
        ...

    def last_words(self) -> Sequence[Emission]:
        """Return what is to be told together with the end, and not before; often nothing."""
        ...

    def save_best(self, path: Path) -> bool:
        """Write the best weights; return whether there are any. Blocking."""
        ...


class Meter(Protocol):
    """Takes the host's measurements; must not block."""

    def progress(self, status: Mapping[str, Json]) -> None: ...

    def control(self, command: str, seconds: float) -> None: ...


Build = Callable[[Training, CheckpointRow | None, EventSink], Run]
"""Loads the bars and makes the run, from a checkpoint or from the beginning. Blocking."""
