"""One look-out per watched topic and process, however many sockets follow it."""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aibt.api.limits import Limits
from aibt.api.platform import Feed, Platform
from aibt.clock import Clock
from aibt.errors import ActorUnavailable, AibtError, NotFound
from aibt.live.events import Event
from aibt.protocol.frames import json_text
from aibt.protocol.trainings import LoadMessage
from aibt.store.records import User

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """An event whose payload is JSON text already, made once for all followers."""

    seq: int
    kind: str
    data: str


class Follower(Protocol):
    """Someone who wants to know when a topic has something new."""

    def wake(self) -> None:
        """Take notice; called on the event loop, must neither wait nor raise."""
        ...


class Topic:
    """The newest events and the status of one run, as far as this process knows.

    Attributes:
        cursor: number of the newest event known.
        status: payload of the newest status as JSON text, or None before the first.
        status_version: counts the statuses taken here.
        has_ended: the run has ended and `cursor` is its last event.
        failure: why nothing more will come, or None.
    """

    def __init__(self, cursor: int, limits: Limits) -> None:
        self.cursor = cursor
        self.status: str | None = None
        self.status_version = 0
        self.has_ended = False
        self.failure: AibtError | None = None
        self.load: LoadMessage | None = None
        self._limits = limits
        self._lines: list[Line] = []
        self._bytes = 0
        self._oldest = cursor  # the events after this one are kept
        self._followers: dict[Follower, None] = {}

    @property
    def is_followed(self) -> bool:
        """Whether anybody is left."""
        return bool(self._followers)

    def join(self, follower: Follower) -> None:
        """Wake `follower` from now on."""
        self._followers[follower] = None

    def leave(self, follower: Follower) -> None:
        """Wake `follower` no longer."""
        self._followers.pop(follower, None)

    def after(self, cursor: int) -> Sequence[Line] | None:
        """Return the events after `cursor`, or None if some of them are kept no longer."""
        if cursor >= self.cursor:
            return ()
        if cursor < self._oldest:
            return None
        return self._lines[bisect_right(self._lines, cursor, key=lambda line: line.seq) :]

    def take(self, feed: Feed) -> bool:
        """Take what a look has brought, tell the followers, and say whether it was anything."""
        lines = [line for line in lines_of(feed.events) if line.seq > self.cursor]
        self._lines += lines
        self._bytes += sum(len(line.data) for line in lines)
        self.cursor = max(self.cursor, feed.cursor, lines[-1].seq if lines else 0)
        self._trim()
        if feed.status is not None:
            self.status = json_text(feed.status)
            self.status_version += 1
        self.has_ended = feed.ended
        is_new = bool(lines) or feed.status is not None or feed.ended
        if is_new:
            self._tell()
        return is_new

    def fail(self, error: AibtError) -> None:
        """Tell the followers that nothing more will come."""
        self.failure = error
        self._tell()

    def _tell(self) -> None:
        for follower in tuple(self._followers):
            follower.wake()

    def _trim(self) -> None:
        surplus = 0
        while len(self._lines) - surplus > self._limits.ring_events or (
            self._bytes > self._limits.ring_bytes and surplus < len(self._lines)
        ):
            self._bytes -= len(self._lines[surplus].data)
            surplus += 1
        if surplus:
            self._oldest = self._lines[surplus - 1].seq
            del self._lines[:surplus]


class FeedHub:
    """Keeps one long poll per followed topic; it starts and stops with its followers."""

    def __init__(self, platform: Platform, clock: Clock, limits: Limits) -> None:
        self._platform = platform
        self._clock = clock
        self._limits = limits
        self._topics: dict[tuple[int, str], tuple[Topic, asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._topics)

    def join(self, owner: User, name: str, follower: Follower, *, newest: int) -> Topic:
        """Follow a topic, looking out from event `newest` on if nobody does so yet."""
        key = (owner.id, name)
        if key not in self._topics:
            topic = Topic(newest, self._limits)
            task = asyncio.create_task(self._look_out(owner, name, topic), name=f"feed/{name}")
            self._topics[key] = (topic, task)
        topic = self._topics[key][0]
        topic.join(follower)
        return topic

    def leave(self, owner: User, name: str, follower: Follower) -> None:
        """Follow a topic no longer. Never waits, so it is safe in a clean-up."""
        key = (owner.id, name)
        if key not in self._topics:
            return
        topic, task = self._topics[key]
        topic.leave(follower)
        if not topic.is_followed:
            task.cancel()
            del self._topics[key]

    async def page(self, owner: User, name: str, cursor: int) -> Sequence[Line]:
        """Return the next events after `cursor` from the platform, without waiting for new ones.

        Nothing comes back while the platform is not available: ask again later.

        Raises:
            NotFound: there is no such run.
        """
        feed = await self._look(owner, name, cursor, 0, timeout_s=0)
        return [line for line in lines_of(feed.events) if line.seq > cursor] if feed else []

    def close(self) -> None:
        """Stop every look-out."""
        for _, task in self._topics.values():
            task.cancel()
        self._topics.clear()

    async def _look_out(self, owner: User, name: str, topic: Topic) -> None:
        version = 0
        wait_s, longest_s = self._limits.retry_s
        try:
            while not topic.has_ended:
                began = self._clock.monotonic()
                feed = await self._look(
                    owner, name, topic.cursor, version, timeout_s=self._limits.poll_s
                )
                if feed is None:
                    await asyncio.sleep(wait_s)
                    wait_s = min(2 * wait_s, longest_s)
                    continue
                wait_s = self._limits.retry_s[0]
                version = feed.status_version
                topic.take(feed)
                rest_s = self._limits.poll_pause_s - (self._clock.monotonic() - began)
                await asyncio.sleep(max(rest_s, 0))
        except NotFound as error:
            topic.fail(error)
        except Exception:
            logger.exception("following %s broke off", name)
            topic.fail(ActorUnavailable("the stream broke off"))

    async def _look(
        self, owner: User, name: str, cursor: int, version: int, *, timeout_s: float
    ) -> Feed | None:
        """Return what is new, or None if the platform cannot say at the moment."""
        try:
            async with asyncio.timeout(timeout_s + self._limits.answer_s):
                return await self._platform.feed(
                    owner, name, cursor=cursor, status_version=version, timeout_s=timeout_s
                )
        except NotFound:
            raise
        except (AibtError, TimeoutError) as error:
            logger.warning("%s cannot be followed at the moment: %r", name, error)
        except Exception:
            logger.exception("looking at %s failed", name)
        return None


def lines_of(events: Sequence[Event]) -> list[Line]:
    """Return events as lines."""
    return [Line(event.seq, event.kind, json_text(event.data)) for event in events]
