"""The activations of runs that one supervisor keeps: their lives, their ends, and their losses."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection
from typing import Final, Generic, Protocol, TypeVar

from aibt.clock import Clock
from aibt.errors import AibtError
from aibt.live.states import Desired, RunState

logger = logging.getLogger(__name__)

DEATHS_ALLOWED: Final = 10
_DEATHS_WINDOW_S: Final = 600.0
_OBEY_AFTER_S: Final = 2.0  # a command does what it stored by itself, unless its bringer was lost


class Activation(Protocol):
    """One activation of a run, as the cluster runs it."""

    async def life(self) -> None:
        """Return when it is over; raise `ActorUnavailable` when its process was lost."""
        ...

    async def obey(self) -> None:
        """Let it do what the store says its owner wants."""
        ...

    async def release(self) -> None:
        """Free its place, whatever it is doing."""
        ...


A = TypeVar("A", bound=Activation)


class Activations(Generic[A]):
    """What runs now, by the id of its row.

    Args:
        what: the kind of run, for the log.
        clock: the time.
        wake: called when a life is over, so that the supervisor looks at once.
    """

    def __init__(self, what: str, clock: Clock, wake: Callable[[], None]) -> None:
        self._what = what
        self._clock = clock
        self._wake = wake
        self._hosted: dict[int, A] = {}
        self._lives: dict[int, asyncio.Task[None]] = {}
        self._unreleased: list[A] = []
        self._errands: dict[int, asyncio.Task[None]] = {}
        self._differs_since: dict[int, float] = {}
        self._deaths: dict[int, deque[float]] = defaultdict(deque)

    def __contains__(self, run_id: int) -> bool:
        return run_id in self._hosted

    def __getitem__(self, run_id: int) -> A:
        return self._hosted[run_id]

    def keep(self, run_id: int, hosted: A) -> None:
        """Watch over an activation's life."""
        self._hosted[run_id] = hosted
        life = asyncio.ensure_future(hosted.life())
        life.add_done_callback(lambda _: self._wake())
        self._lives[run_id] = life

    async def bury(self) -> list[int]:
        """Free the places of those whose life is over, and return their ids."""
        over = [run_id for run_id, life in self._lives.items() if life.done()]
        for run_id in over:
            life = self._lives.pop(run_id)
            self._unreleased.append(self._hosted.pop(run_id))
            self._differs_since.pop(run_id, None)
            lost = "it was cancelled" if life.cancelled() else life.exception()
            if lost is not None:
                logger.warning("%s %d lost its process: %s", self._what, run_id, lost)
                self._deaths[run_id].append(self._clock.monotonic())
        kept = []
        for hosted in self._unreleased:
            try:
                await hosted.release()
            except Exception:
                logger.exception("a place could not be freed and will be tried again")
                kept.append(hosted)
        self._unreleased = kept
        return over

    def forget_ended(self, active: Collection[int]) -> None:
        """Forget how often those died that have ended."""
        for run_id in [*self._deaths]:
            if run_id not in active:
                del self._deaths[run_id]

    def dies_too_often(self, run_id: int) -> bool:
        """Return whether a run lost its process ten times within ten minutes."""
        deaths = self._deaths[run_id]
        since = self._clock.monotonic() - _DEATHS_WINDOW_S
        while deaths and deaths[0] < since:
            deaths.popleft()
        return len(deaths) >= DEATHS_ALLOWED

    def remind(self, run_id: int, state: RunState, desired: Desired) -> bool:
        """Tell an activation what its owner wants, if it differs for a while; return whether."""
        if not _differs(state, desired):
            self._differs_since.pop(run_id, None)
            return False
        now = self._clock.monotonic()
        if now - self._differs_since.setdefault(run_id, now) < _OBEY_AFTER_S:
            return False
        self.send(run_id, self._hosted[run_id].obey)
        return True

    def send(self, run_id: int, errand: Callable[[], Awaitable[object]]) -> None:
        """Ask an activation for something, without waiting: one that hangs delays no other."""
        if run_id in self._errands:
            return

        async def run() -> None:
            try:
                await errand()
            except AibtError as error:
                logger.warning("%s %d was asked for something: %s", self._what, run_id, error)
            except Exception:
                logger.exception("%s %d was asked for something", self._what, run_id)
            finally:
                del self._errands[run_id]

        self._errands[run_id] = asyncio.create_task(run())

    async def all(self, errand: Callable[[A], Awaitable[object]]) -> list[BaseException]:
        """Ask all of them for something at once; return what went wrong."""
        outcomes = await asyncio.gather(
            *(errand(hosted) for hosted in self._hosted.values()), return_exceptions=True
        )
        return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


def _differs(state: RunState, desired: Desired) -> bool:
    """Return whether a hosted run is not what its owner wants."""
    if desired is Desired.STOPPED:
        return True
    return (state is RunState.PAUSED) != (desired is Desired.PAUSED)
