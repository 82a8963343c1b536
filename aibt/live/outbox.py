"""The outbox of a run: what the compute side emits, in order, until it is stored.

Episodes may end thousands of times a second; at most ten events a second tell of them, each of
which says the range that it sums. Before a checkpoint is made to count, everything in the outbox
must be stored (`take(everything=True)`, in the same transaction): a recovery computes again what
came after the checkpoint, and nothing before it.
"""

import asyncio
from collections.abc import Iterable
from threading import RLock

from aibt.clock import Clock
from aibt.live.events import Emission, Json
from aibt.live.wakeups import Wakeups

EPISODE = "episode"
"""Kind of the emissions that are merged."""

_SUMMED = ("trades",)


class EpisodeMerger:
    """Merges the emissions of successive episodes. Pure logic, for one thread.

    A merged emission has the data and the key of its last episode, `first_episode`, and sums
    where the data says how many or how much happened in one episode.

    Args:
        clock: measures the intervals.
        covered_until: last episode that a stored event covers; up to it nothing is emitted.
        min_interval_s: least time between two emissions, in seconds.
        summed: names of the fields that are added up; all others keep their last value.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        covered_until: int = 0,
        min_interval_s: float = 0.1,
        summed: Iterable[str] = _SUMMED,
    ) -> None:
        self._clock = clock
        self._covered_until = covered_until
        self._min_interval_s = min_interval_s
        self._summed = tuple(summed)
        self._pending: Emission | None = None
        self._next_at = clock.monotonic()

    @property
    def covered_until(self) -> int:
        """Last episode that is covered, pending ones left out."""
        return self._covered_until

    def add(self, emission: Emission) -> Emission | None:
        """Take one episode's emission; return the merged one if it is due.

        Raises:
            ValueError: its data has no whole `episode`, or not one above the last.
        """
        episode = _episode(emission)
        if episode <= self._covered_until:
            return None
        pending = self._pending
        last = self._covered_until if pending is None else _episode(pending)
        if pending is not None and episode <= last:
            raise ValueError(f"episode {episode} after episode {last}")
        self._pending = self._merged(pending, emission, episode)
        return self.flush() if self.due_in_s() == 0 else None

    def due_in_s(self) -> float | None:
        """Return in how many seconds a flush is due (0: now), or None: nothing is pending."""
        if self._pending is None:
            return None
        return max(0.0, self._next_at - self._clock.monotonic())

    def flush(self) -> Emission | None:
        """Return what is pending, due or not, or None if nothing is."""
        emission, self._pending = self._pending, None
        if emission is not None:
            self._covered_until = _episode(emission)
            self._next_at = self._clock.monotonic() + self._min_interval_s
        return emission

    def _merged(self, before: Emission | None, emission: Emission, episode: int) -> Emission:
        data: dict[str, Json] = {**emission.data}
        if before is None:
            data["first_episode"] = episode
        else:
            data["first_episode"] = before.data["first_episode"]
            for name in set(self._summed) & set(data):
                data[name] = _number(before.data.get(name)) + _number(data.get(name))
        return Emission(key=emission.key, kind=emission.kind, data=data)


class Outbox:
    """An `EventSink` between the compute side and whoever stores. Safe in all threads.

    The order is kept: what follows episodes is preceded by the event that sums them.
    """

    def __init__(self, merger: EpisodeMerger) -> None:
        self._merger = merger
        self._lock = RLock()
        self._filled: Wakeups[bool] = Wakeups(self._lock)
        self._ready: list[Emission] = []

    def emit(self, emission: Emission) -> None:
        """Take one emission; it never waits."""
        with self._lock:
            if emission.kind == EPISODE:
                due = self._merger.add(emission)
                self._ready += [] if due is None else [due]
            else:
                self._flush()
                self._ready.append(emission)
            self._filled.settle()

    def take(self, *, everything: bool = False) -> list[Emission]:
        """Return and remove what is ready, or all that there is, episodes not yet due included."""
        with self._lock:
            if everything or self._merger.due_in_s() == 0:
                self._flush()
            taken, self._ready = self._ready, []
            return taken

    async def wait(self, timeout_s: float) -> None:
        """Return as soon as `take` would give something, or after `timeout_s` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        try:
            await self._filled.until(self._has_any, timeout_s)
            with self._lock:
                due_in_s = self._merger.due_in_s() or 0.0
            await self._filled.until(self._has_ready, min(deadline - loop.time(), due_in_s))
        except TimeoutError:
            return

    def _has_any(self) -> bool | None:
        return True if self._ready or self._merger.due_in_s() is not None else None

    def _has_ready(self) -> bool | None:
        return True if self._ready or self._merger.due_in_s() == 0 else None

    def _flush(self) -> None:
        due = self._merger.flush()
        self._ready += [] if due is None else [due]


def _episode(emission: Emission) -> int:
    episode = emission.data.get("episode")
    if not isinstance(episode, int):
        raise ValueError(  # noqa: TRY004 - what is wrong is the payload's value, not a type of ours
            f"an episode's emission without its number: {emission.data}"
        )
    return episode


def _number(value: Json) -> int | float:
    return value if isinstance(value, int | float) else 0
