"""The tail of a topic in memory, for the pollers that follow it live."""

from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from threading import RLock

from aibt.live.events import Event, Json
from aibt.live.wakeups import Wakeups

_STATUSES_PER_EPOCH = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What a poller is told.

    Attributes:
        events: those after the poller's cursor, without a gap.
        cursor: where the next poll goes on.
        gone: events after the cursor have left the tail: read the store from there up to
            `first`, then poll again. `events` is empty then, and `cursor` the poller's own.
        first: number of the oldest event in the tail, or of the next one if it is empty.
        status: the latest status, or None if the poller has seen it.
        status_version: names the status; to be sent back with the next poll.
        ended: nothing more will come after `events`.
    """

    events: tuple[Event, ...]
    cursor: int
    gone: bool
    first: int
    status: Mapping[str, Json] | None
    status_version: int
    ended: bool


class EventLog:
    """Stored events as they come, and the latest status. Safe in all threads and event loops.

    Args:
        last_seq: number of the topic's last stored event: the tail begins after it.
        epoch: of the run's lease; a status of another activation has another version.
        capacity: how many events are kept.
    """

    def __init__(self, *, last_seq: int = 0, epoch: int = 0, capacity: int = 2_048) -> None:
        if capacity < 1:
            raise ValueError(f"capacity is {capacity}: at least one event must fit")
        self._lock = RLock()
        self._news: Wakeups[bool] = Wakeups(self._lock)
        self._tail: deque[Event] = deque(maxlen=capacity)
        self._last_seq = last_seq
        self._status: Mapping[str, Json] | None = None
        self._status_version = epoch * _STATUSES_PER_EPOCH
        self._closed = False

    @property
    def last_seq(self) -> int:
        """Number of the latest event."""
        return self._last_seq

    def append(self, events: Iterable[Event]) -> None:
        """Add stored events, each numbered one above the last.

        Raises:
            ValueError: a number is missing or comes twice; those before it were added.
            RuntimeError: the log is closed.
        """
        with self._lock:
            self._refuse_if_closed()
            try:
                for event in events:
                    if event.seq != self._last_seq + 1:
                        raise ValueError(f"event {event.seq} after event {self._last_seq}")
                    self._tail.append(event)
                    self._last_seq = event.seq
            finally:
                self._news.settle()

    def publish(self, status: Mapping[str, Json]) -> None:
        """Replace the status; a poller that has not seen the one before never will.

        Raises:
            RuntimeError: the log is closed.
        """
        with self._lock:
            self._refuse_if_closed()
            self._status = status
            self._status_version += 1
            self._news.settle()

    def close(self) -> None:
        """Say that nothing more will come, and tell all who wait."""
        with self._lock:
            self._closed = True
            self._news.settle()

    async def poll(
        self, cursor: int, status_version: int, timeout_s: float, *, limit: int = 500
    ) -> Poll:
        """Return what is new to the poller as soon as something is, else an empty poll.

        Args:
            cursor: number of the last event that the poller has.
            status_version: of the last status that it has; any other number: none.
            timeout_s: for how long to wait, in seconds.
            limit: how many events at most.
        """

        def news() -> bool | None:
            changed = self._status is not None and self._status_version != status_version
            return True if changed or self._closed or self._last_seq > cursor else None

        with suppress(TimeoutError):
            await self._news.until(news, timeout_s)
        with self._lock:
            return self._poll(cursor, status_version, limit)

    def _poll(self, cursor: int, status_version: int, limit: int) -> Poll:
        first = self._last_seq - len(self._tail) + 1
        gone = cursor < first - 1
        events: tuple[Event, ...] = ()
        if not gone and cursor < self._last_seq:
            start = cursor - first + 1
            events = tuple(islice(self._tail, start, start + limit))
        reached = events[-1].seq if events else cursor
        seen = self._status is None or self._status_version == status_version
        return Poll(
            events=events,
            cursor=reached,
            gone=gone,
            first=first,
            status=None if seen else self._status,
            status_version=self._status_version if self._status is not None else status_version,
            ended=self._closed and not gone and reached >= self._last_seq,
        )

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise RuntimeError("the event log is closed")
