"""What the parts of the platform in memory share: failures, ids of commands, and topics."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aibt.api.platform import Command, Feed
from aibt.clock import SystemClock
from aibt.errors import IdReused, NotFound
from aibt.live.events import Event, Json
from aibt.store.records import User

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(kw_only=True)
class Topic:
    """The events of one run and its newest status."""

    events: list[Event] = field(default_factory=list)
    status: Mapping[str, Json] | None = None
    status_version: int = 0
    has_ended: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def emit(self, kind: str, data: Mapping[str, Json]) -> int:
        """Store an event and return its number."""
        seq = len(self.events) + 1
        self.events.append(Event(seq=seq, key=f"{seq}", kind=kind, data=data, at=EPOCH))
        self.changed.set()
        return seq

    def publish(self, status: Mapping[str, Json]) -> None:
        """Replace the status."""
        self.status = status
        self.status_version += 1
        self.changed.set()

    def end(self) -> None:
        """Let nothing come any more."""
        self.has_ended = True
        self.changed.set()

    def has_news(self, cursor: int, status_version: int) -> bool:
        return len(self.events) > cursor or self.status_version > status_version or self.has_ended


class FakeCore:
    """A platform for one owner, able to fail or to hang.

    Attributes:
        failures: method name -> what it raises; `hangs`: method names that never answer.
        polls: feeds with a timeout that are under way, and `most_polls` ever at once.
        calls: how often each method was called.
    """

    def __init__(self, *, page: int = 100) -> None:
        self.owner = User(id=1, email="local@localhost", created_at=EPOCH)
        self.failures: dict[str, Exception] = {}
        self.hangs: set[str] = set()
        self.delays: dict[str, asyncio.Event] = {}
        self.calls: Counter[str] = Counter()
        self.polls = 0
        self.most_polls = 0
        self.page = page
        self._topics: dict[str, Topic] = {}
        self._answers: dict[str, tuple[str, Any]] = {}
        self._ids = itertools.count(1)
        self._clock = SystemClock()

    async def feed(
        self, owner: User, topic: str, *, cursor: int, status_version: int, timeout_s: float
    ) -> Feed:
        known = self._topic(topic)
        self.polls += timeout_s > 0
        self.most_polls = max(self.polls, self.most_polls)
        try:
            await self._enter("feed" if timeout_s else "page")
            while not known.has_news(cursor, status_version) and timeout_s > 0:
                known.changed.clear()
                await known.changed.wait()
        finally:
            self.polls -= timeout_s > 0
        events = known.events[cursor : cursor + self.page]
        at = events[-1].seq if events else cursor
        is_newer = known.status is not None and known.status_version > status_version
        return Feed(
            events=events,
            cursor=at,
            status=known.status if is_newer else None,
            status_version=known.status_version,
            ended=known.has_ended and at >= len(known.events),
        )

    def _topic(self, name: str) -> Topic:
        if name not in self._topics:
            kind, _, number = name.partition("/")
            raise NotFound(kind, number, "id")
        return self._topics[name]

    async def _enter(self, method: str) -> None:
        self.calls[method] += 1
        if method in self.hangs:
            await asyncio.Event().wait()
        if method in self.delays:
            await self.delays[method].wait()
        if method in self.failures:
            raise self.failures[method]

    def _once(self, command: Command | None, act: Any) -> Any:
        if command is None:
            return act()
        if command.id in self._answers:
            digest, answer = self._answers[command.id]
            if digest != command.digest:
                raise IdReused(command.id)
            return answer
        answer = act()
        self._answers[command.id] = (command.digest, answer)
        return answer
