"""What waits to be sent to one socket: bounded, in order, written by one task."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from aibt.api.limits import Limits
from aibt.clock import Clock


class Ticket(Protocol):
    """A place in the queue whose frame is made when its turn comes: the latest wins."""

    def frame(self) -> str | None:
        """Return the frame as it is now, or None if there is nothing to say any more."""
        ...


class Outbox:
    """The queue of one socket, bounded by frames and by bytes.

    A frame is never dropped: who finds no room waits (`put`), or is told so (`offer`). One
    frame always fits into an empty outbox, whatever its length.
    """

    def __init__(
        self, send: Callable[[str], Awaitable[None]], clock: Clock, limits: Limits
    ) -> None:
        self._send = send
        self._clock = clock
        self._limits = limits
        self._queue: deque[str | Ticket] = deque()
        self._bytes = 0
        self._is_closed = False
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._sending_since: float | None = None

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def waiting_bytes(self) -> int:
        """Length of the frames that wait; tickets weigh nothing."""
        return self._bytes

    def stalled_s(self) -> float:
        """Return for how many seconds the client has not taken the frame under way."""
        since = self._sending_since
        return 0.0 if since is None else self._clock.monotonic() - since

    def offer(self, frame: str) -> bool:
        """Queue a frame if there is room, and say whether there was.

        Once the outbox is closed there always is: what comes is thrown away.
        """
        if self._is_closed:
            return True
        if not self._has_room(len(frame)):
            return False
        self._queue.append(frame)
        self._bytes += len(frame)
        self._filled.set()
        return True

    async def put(self, frame: str) -> None:
        """Queue a frame, waiting until there is room."""
        while not self.offer(frame):
            self._drained.clear()
            await self._drained.wait()

    def offer_ticket(self, ticket: Ticket) -> None:
        """Queue a ticket. Each stream has one at most, so they need no bound of their own."""
        if not self._is_closed:
            self._queue.append(ticket)
            self._filled.set()

    def close(self) -> None:
        """Throw away what waits and what comes; nobody waits for room any longer."""
        self._is_closed = True
        self._queue.clear()
        self._bytes = 0
        self._sending_since = None
        self._drained.set()

    async def flush(self) -> None:
        """Wait until everything that was queued has been handed over."""
        while self._queue or self._sending_since is not None:
            self._drained.clear()
            await self._drained.wait()

    async def write(self) -> None:
        """Send what is queued, one frame after the other, until cancelled."""
        while True:
            while self._queue:
                item = self._queue.popleft()
                frame = item if isinstance(item, str) else item.frame()
                if frame is not None:
                    self._sending_since = self._clock.monotonic()
                    await self._send(frame)
                    self._sending_since = None
                if isinstance(item, str):
                    self._bytes -= len(item)
                if not self._drained.is_set() and self._is_half_empty():
                    self._drained.set()
            self._drained.set()
            self._filled.clear()
            await self._filled.wait()

    def _has_room(self, length: int) -> bool:
        if not self._bytes:
            return True
        return (
            len(self._queue) < self._limits.outbox_frames
            and self._bytes + length <= self._limits.outbox_bytes
        )

    def _is_half_empty(self) -> bool:
        """Whether waiting for room has an end: not at each frame, which would wake in vain."""
        return (
            len(self._queue) <= self._limits.outbox_frames // 2
            and self._bytes <= self._limits.outbox_bytes // 2
        )
