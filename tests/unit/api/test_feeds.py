"""The hub and its streams, without a server: every event exactly once, whatever breaks."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.api.feeds import FeedHub, Topic
from aibt.api.gateway import Gateway
from aibt.api.limits import Limits
from aibt.api.metrics import NoMeter
from aibt.api.outbox import Outbox
from aibt.api.pacing import Pacing
from aibt.api.platform import Feed
from aibt.api.subscriptions import Stream
from aibt.api.topics import SESSIONS, TRAININGS, Kind
from aibt.clock import SystemClock
from aibt.errors import ActorUnavailable
from aibt.live.events import Event
from aibt.live.states import RunState
from aibt.protocol.agents import AgentsCreate
from aibt.protocol.bots import BotsCreate
from aibt.protocol.frames import Head
from aibt.protocol.sessions import SessionsStart
from aibt.protocol.trainings import TrainingsStart
from aibt.settings import LimitSettings, Settings
from tests.fakes.platform import EPOCH, FakePlatform
from tests.patience import PATIENCE_S
from tests.unit.api.builders import AGENT, BOT, RANGE, START

NOBODY: Any = None  # streams begin when somebody has been let in
OWNER = FakePlatform().owner
LIMITS = Limits(retry_s=(0, 0), poll_pause_s=0, outbox_frames=4, ring_events=6)


def a_gateway(platform: FakePlatform, limits: Limits = LIMITS) -> Gateway:
    clock = SystemClock()
    return Gateway(
        platform=platform,
        office=NOBODY,
        pacing=Pacing(LimitSettings(), clock),
        hub=FeedHub(platform, clock, limits),
        settings=Settings(),
        clock=clock,
        meter=NoMeter(),
        limits=limits,
    )


async def a_training(platform: FakePlatform) -> int:
    await platform.create_bot(platform.owner, BotsCreate.read(BOT), None)
    started = await platform.start_training(platform.owner, TrainingsStart.read(START), None)
    return started.id


async def a_session(platform: FakePlatform) -> int:
    agent = await platform.create_agent(platform.owner, AgentsCreate.read(AGENT), None)
    asked = SessionsStart.read({"model_id": agent.id, **RANGE})
    return (await platform.start_session(platform.owner, asked, None)).id


class Reader:
    """A client that keeps its cursor through any number of connections."""

    def __init__(self, gateway: Gateway, run_id: int, kind: Kind = TRAININGS) -> None:
        self._gateway = gateway
        self._id = run_id
        self._kind = kind
        self.cursor = 0
        self.seqs: list[int] = []
        self.is_done = False
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self) -> None:
        platform = self._gateway.platform
        owner = OWNER
        outbox = Outbox(self._send, self._gateway.clock, self._gateway.limits)
        stream = Stream(
            self._gateway,
            owner=owner,
            head=Head(name=f"{self._kind.queries}watch", id="i"),
            kind=self._kind,
            run_id=self._id,
            outbox=outbox,
            rate_hz=30,
        )
        run = await self._kind.find(platform, owner, self._id)
        running = stream.run(run, self.cursor, begin_at=run.cursor)
        self._tasks = [asyncio.create_task(running), asyncio.create_task(outbox.write())]

    async def disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, text: str) -> None:
        await asyncio.sleep(0)
        frame: dict[str, Any] = json.loads(text)
        self.is_done = self.is_done or frame["done"]
        if "seq" in frame:
            self.seqs.append(frame["seq"])
            self.cursor = frame["seq"]


async def until(is_it: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_it():
            await asyncio.sleep(0)


STEPS = st.lists(
    st.sampled_from(["emit", "emit", "burst", "show", "rest", "break", "cut", "cut other"]),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, page=st.integers(1, 8), kind=st.sampled_from([TRAININGS, SESSIONS]))
def test_a_reader_gets_every_event_exactly_once_however_often_it_comes_back(
    steps: list[str], page: int, kind: Kind
) -> None:
    asyncio.run(_read_through(steps, page, kind))


async def _read_through(steps: list[str], page: int, kind: Kind) -> None:
    platform = FakePlatform(page=page)
    run_id = await (a_training if kind is TRAININGS else a_session)(platform)
    log, show, move = (
        (platform.log, platform.show, platform.move)
        if kind is TRAININGS
        else (platform.think, platform.show_session, platform.move_session)
    )
    gateway = a_gateway(platform)
    readers = [Reader(gateway, run_id, kind), Reader(gateway, run_id, kind)]
    for reader in readers:
        await reader.connect()
    acts: dict[str, Callable[[], Awaitable[None]]] = {
        "cut": lambda: _again(readers[0]),
        "cut other": lambda: _again(readers[1]),
        "rest": lambda: asyncio.sleep(0.001),
    }

    for step in steps:
        platform.failures.clear()
        if step in acts:
            await acts[step]()
        elif step == "show":
            show(run_id)
        elif step == "break":
            error = ActorUnavailable("gone")
            platform.failures.update(feed=error, page=error)
            await asyncio.sleep(0.001)
        else:
            for _ in range(12 if step == "burst" else 1):
                log(run_id, "x")
    platform.failures.clear()
    move(run_id, RunState.FINISHED)
    await until(lambda: all(reader.is_done for reader in readers))

    numbers = list(range(1, len(platform._topics[kind.topic(run_id)].events) + 1))
    assert [reader.seqs for reader in readers] == [numbers, numbers]
    assert platform.most_polls == 1
    for reader in readers:
        await reader.disconnect()
    assert len(gateway.hub) == 0


async def _again(reader: Reader) -> None:
    await reader.disconnect()
    await reader.connect()


async def test_a_look_out_ends_when_nobody_follows() -> None:
    platform = FakePlatform()
    training_id = await a_training(platform)
    gateway = a_gateway(platform)
    reader = Reader(gateway, training_id)
    await reader.connect()
    await until(lambda: platform.polls == 1)

    await reader.disconnect()
    await until(lambda: platform.polls == 0)

    assert len(gateway.hub) == 0


async def test_a_training_that_is_gone_ends_its_stream_with_an_error() -> None:
    platform = FakePlatform()
    training_id = await a_training(platform)
    reader = Reader(a_gateway(platform), training_id)
    await reader.connect()
    await until(lambda: platform.polls == 1)

    platform.lose(training_id)
    await until(lambda: reader.is_done)

    await reader.disconnect()


async def test_a_look_out_that_breaks_off_ends_its_streams(
    caplog: pytest.LogCaptureFixture,
) -> None:
    platform = FakePlatform()
    training_id = await a_training(platform)
    reader = Reader(a_gateway(platform), training_id)
    await reader.connect()
    await until(lambda: platform.polls == 1)

    platform.emit(training_id, "log", {"text": object()})  # type: ignore[dict-item] - that is it
    await until(lambda: reader.is_done)

    assert "broke off" in caplog.text
    await reader.disconnect()


def an_event(seq: int, text: str = "x") -> Event:
    return Event(seq=seq, key=str(seq), kind="log", data={"text": text}, at=EPOCH)


def a_feed(*events: Event, cursor: int | None = None) -> Feed:
    at = cursor if cursor is not None else events[-1].seq
    return Feed(events=events, cursor=at, status=None, status_version=0, ended=False)


@given(st.integers(1, 40), st.integers(1, 10), st.integers(0, 40))
def test_a_topic_gives_all_events_after_a_cursor_or_says_that_it_cannot(
    count: int, kept: int, cursor: int
) -> None:
    topic = Topic(0, Limits(ring_events=kept))
    for seq in range(1, count + 1):
        topic.take(a_feed(an_event(seq)))

    lines = topic.after(cursor)

    if lines is None:
        assert cursor < count - kept
    else:
        assert [line.seq for line in lines] == list(range(cursor + 1, count + 1))


def test_a_topic_keeps_no_more_bytes_than_it_may() -> None:
    topic = Topic(0, Limits(ring_bytes=1_000))

    for seq in range(1, 20):
        topic.take(a_feed(an_event(seq, "x" * 300)))

    assert topic.after(0) is None
    assert len(topic.after(16) or ()) == 3


def test_a_topic_takes_an_event_that_comes_twice_once() -> None:
    topic = Topic(0, Limits())
    topic.take(a_feed(an_event(1), an_event(2)))

    topic.take(a_feed(an_event(2), an_event(3)))

    assert [line.seq for line in topic.after(0) or ()] == [1, 2, 3]
