"""A stream: the events of one run on one socket, under one request's id."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping

from aibt.api.feeds import Line, Topic
from aibt.api.gateway import Gateway, told
from aibt.api.outbox import Outbox
from aibt.api.platform import Platform
from aibt.api.topics import Kind, RunMessage
from aibt.errors import AibtError, NotFound
from aibt.protocol.frames import Head, json_text
from aibt.protocol.run_messages import StateMessage
from aibt.protocol.trainings import LoadMessage, TrainingMessage
from aibt.store.records import User

DEFAULT_RATE_HZ = 10.0
_ATTEMPTS = 6  # to read a run that has ended, before its stream ends with an error


class Stream:
    """Sends what happens to a run, each event once and in order, and the newest status.

    It remembers the cursor of its reader and no more. While there is room, `wake` hands on
    what is new at once; a reader who is behind is served from what the topic keeps, or from
    the platform, as fast as he reads.
    """

    def __init__(
        self,
        gateway: Gateway,
        *,
        owner: User,
        head: Head,
        kind: Kind,
        run_id: int,
        outbox: Outbox,
        rate_hz: float,
    ) -> None:
        self.head = head
        self._gateway = gateway
        self._owner = owner
        self._kind = kind
        self._id = run_id
        self.topic = kind.topic(run_id)
        self._outbox = outbox
        self._period_s = 1 / rate_hz
        self._news = Topic(0, gateway.limits)
        self._cursor = 0
        self._is_live = False
        self._changed = asyncio.Event()
        self._is_finishing = False
        self._is_silent = False
        self._status_sent = 0
        self._status_due = 0.0
        self._has_ticket = False
        self._timer: asyncio.TimerHandle | None = None

    def finish(self, *, silent: bool = False) -> None:
        """End soon: with a last frame, or without one if `silent`."""
        self._is_finishing = True
        self._is_silent = silent
        self._changed.set()

    async def run(self, run: RunMessage, cursor: int | None, *, begin_at: int) -> None:
        """Send the stream until the run ends or `finish` is called.

        Args:
            run: the training or the session as it is now.
            cursor: the last event that the reader has, or None: begin with a snapshot.
            begin_at: the cursor of that snapshot.
        """
        hub = self._gateway.hub
        self._news = hub.join(self._owner, self.topic, self, newest=run.cursor)
        try:
            self._cursor = begin_at if cursor is None else cursor
            if cursor is None:
                await self._snapshot(run)
            await self._follow()
            if not self._is_silent:
                await self._outbox.put(self.head.frame(await self._last(), done=True))
        except Exception as error:  # noqa: BLE001 - a request ends here, with an answer
            frame = self.head.frame(json_text(told(error)), done=True, inner_task="error")
            await self._outbox.put(frame)
        finally:
            self._is_live = False
            if self._timer is not None:
                self._timer.cancel()
            hub.leave(self._owner, self.topic, self)

    def wake(self) -> None:
        """Hand on what is new, or note that there is something."""
        if self._is_live:
            self._push()

    def frame(self) -> str | None:
        """Return the newest status as a frame: the outbox calls this when its turn comes."""
        self._has_ticket = False
        if self._is_silent or self._news.status is None:
            return None
        self._status_sent = self._news.status_version
        self._status_due = self._gateway.clock.monotonic() + self._period_s
        return self.head.frame(self._news.status, inner_task="status")

    async def _snapshot(self, run: RunMessage) -> None:
        if self._kind.load is not None:
            await self._send_load(self._kind.load)
        state = StateMessage(id=self._id, state=run.state, reason=run.reason, cursor=self._cursor)
        says = run.note if isinstance(run, TrainingMessage) else None
        await self._outbox.put(
            self.head.frame(json_text(state), inner_task="state", client_msg=says)
        )
        model = self._kind.status
        status = model.model_construct(
            **{name: getattr(run, name) for name in model.model_fields}
        ).model_copy(update={"cursor": self._cursor})
        await self._outbox.put(self.head.frame(json_text(status), inner_task="status"))

    async def _send_load(
        self, read: Callable[[Platform, User, int], Awaitable[LoadMessage]]
    ) -> None:
        load = self._news.load
        if load is None:
            load = await self._gateway.ask(read(self._gateway.platform, self._owner, self._id))
            self._news.load = load
        now = self._gateway.clock.now()
        age_s = max(0.0, (now - load.fetched_at).total_seconds()) if load.fetched_at else None
        whole = load.model_copy(update={"age_s": age_s, "cursor": self._cursor})
        says = " ".join(load.notes) or None
        for part in load_parts(whole, self._gateway.limits.load_bars):
            await self._outbox.put(
                self.head.frame(json_text(part), inner_task="load", client_msg=says)
            )

    async def _follow(self) -> None:
        while not self._is_finishing:
            self._changed.clear()
            await self._catch_up()
            if self._news.failure is not None:
                raise self._news.failure
            if self._has_ended() or self._is_finishing:
                return
            self._is_live = True
            self._push()
            await self._changed.wait()
            self._is_live = False

    async def _catch_up(self) -> None:
        """Send what the reader lacks, as fast as he reads, until he lacks nothing."""
        shortest_s, longest_s = self._gateway.limits.retry_s
        wait_s = shortest_s
        while not self._is_finishing:
            lines = self._news.after(self._cursor)
            if lines is None:
                lines = await self._gateway.hub.page(self._owner, self.topic, self._cursor)
                if not lines:
                    await asyncio.sleep(wait_s)
                    wait_s = min(2 * wait_s, longest_s)
                    continue
                wait_s = shortest_s
            elif not lines:
                return
            for line in lines:
                await self._outbox.put(self._framed(line))
                self._cursor = line.seq
                if self._is_finishing:
                    return

    def _push(self) -> None:
        """Hand on what is new without waiting; where that fails, `_follow` catches up."""
        lines = self._news.after(self._cursor)
        for line in lines or ():
            if not self._outbox.offer(self._framed(line)):
                lines = None
                break
            self._cursor = line.seq
        self._offer_status()
        if lines is None or self._has_ended() or self._news.failure is not None:
            self._is_live = False
            self._changed.set()

    def _offer_status(self) -> None:
        """Queue the newest status, not before it is due and never twice."""
        if self._has_ticket or self._status_sent == self._news.status_version:
            return
        early_s = self._status_due - self._gateway.clock.monotonic()
        if early_s <= 0 or self._has_ended():
            self._has_ticket = True
            self._outbox.offer_ticket(self)
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(early_s, self._on_due)

    def _on_due(self) -> None:
        self._timer = None
        if self._is_live:
            self._offer_status()

    def _has_ended(self) -> bool:
        return self._news.has_ended and self._cursor >= self._news.cursor

    def _framed(self, line: Line) -> str:
        return self.head.frame(line.data, inner_task=line.kind, seq=line.seq)

    async def _last(self) -> str:
        """Return the run as the stream's last frame shows it."""
        wait_s, longest_s = self._gateway.limits.retry_s
        for _ in range(_ATTEMPTS - 1):
            try:
                return json_text(await self._run())
            except NotFound:
                raise
            except AibtError:
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, longest_s)
        return json_text(await self._run())

    async def _run(self) -> RunMessage:
        found = self._kind.find(self._gateway.platform, self._owner, self._id)
        return await self._gateway.ask(found)


class Streams:
    """The streams of one socket: one for each topic it follows."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._is_closed = False
        self._running: dict[str, tuple[Stream, asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._running)

    def is_full(self, topic: str | None) -> bool:
        """Whether one more topic (this one, or a new one) would be too many."""
        return topic not in self._running and len(self._running) >= self._most

    async def open(
        self, stream: Stream, run: RunMessage, cursor: int | None, *, begin_at: int
    ) -> None:
        """Run `stream` once whatever followed its topic before has ended."""
        topic = stream.topic
        while topic in self._running:
            await self.end(topic, replaced_by=stream.head)
        if self._is_closed:
            return
        task = asyncio.create_task(stream.run(run, cursor, begin_at=begin_at))
        self._running[topic] = (stream, task)
        task.add_done_callback(lambda done: self._forget(topic, done))

    async def end(self, topic: str, *, replaced_by: Head | None = None) -> None:
        """End the stream of a topic, if there is one, and wait for its last frame.

        One that a newer request with the same id replaces ends without a frame.
        """
        if topic not in self._running:
            return
        stream, task = self._running[topic]
        stream.finish(silent=replaced_by is not None and _continues(replaced_by, stream.head))
        await asyncio.wait([task])

    async def ended(self, topic: str) -> None:
        """Wait until the stream of a topic has come to its end, if there is one."""
        if topic in self._running:
            await asyncio.wait([self._running[topic][1]])

    async def end_all(self) -> None:
        """End every stream without a last frame."""
        for stream, _ in self._running.values():
            stream.finish(silent=True)
        if tasks := [task for _, task in self._running.values()]:
            await asyncio.wait(tasks)

    def cancel(self) -> None:
        """End every stream at once, and open no more. Never waits."""
        self._is_closed = True
        for _, task in self._running.values():
            task.cancel()

    def _forget(self, topic: str, task: asyncio.Task[None]) -> None:
        if self._running.get(topic, (None, None))[1] is task:
            del self._running[topic]


def _continues(newer: Head, older: Head) -> bool:
    """Whether a client would take the newer stream's frames for the older one's."""
    return newer.id == older.id and (newer.id is not None or newer.name == older.name)


def load_parts(load: LoadMessage, bars: int) -> Iterator[Mapping[str, object]]:
    """Split a load so that each part holds `bars` bars at most."""
    parts = max(1, -(-len(load.date_range) // bars))
    rest = load.model_dump(mode="json", exclude={"date_range", "closes", "part", "parts"})
    for part in range(parts):
        chosen = slice(part * bars, (part + 1) * bars)
        yield {
            "date_range": load.date_range[chosen],
            "closes": load.closes[chosen],
            **rest,
            "part": part + 1,
            "parts": parts,
        }
