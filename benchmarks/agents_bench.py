"""The bench on which sessions are measured: a real store, real tools, random walks for a market."""

import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from actors.session_recorder import SessionRecorder
from aibt.agents.model import Answer, Message, Model, Partial, ToolSpec
from aibt.agents.plan import SessionPlan, session_plan
from aibt.agents.session import SessionRun
from aibt.agents.tape import Tape
from aibt.agents.times import RangeTimes
from aibt.agents.tools.answers import ToolResult
from aibt.agents.tools.calculator import math_server
from aibt.agents.tools.desk import Desk
from aibt.agents.tools.price import price_server
from aibt.agents.tools.toolbox import Toolbox
from aibt.agents.tools.trade import trade_server
from aibt.clock import SystemClock
from aibt.live.gate import Gate
from aibt.live.journal import Draft, Entry, Journal
from aibt.market.instruments import Instrument
from aibt.store.database import Store, open_store
from aibt.store.migration import migrate
from aibt.store.records import Session
from aibt.store.service import Service
from tests.unit.agents.builders import END, REQUEST, START, walking

YEAR = 251  # sessions of New York in 2017
CLOCK = SystemClock()


def instruments(count: int) -> list[Instrument]:
    """Return the year of so many symbols."""
    return [walking(f"S{number:03}", YEAR, seed=number) for number in range(count)]


def plan_of(session: Session) -> SessionPlan:
    return session_plan(session.id, session.agent_name, session.request)


class Bench:
    """A store in a file, with a user who starts sessions."""

    def __init__(self, store: Store, owner_id: int) -> None:
        self.store = store
        self._owner_id = owner_id
        self._agents = 0

    async def recorder(self, symbols: Sequence[str]) -> SessionRecorder:
        """Queue a session of a new agent; return the one writer of its activation."""
        self._agents += 1
        request: dict[str, Any] = {**REQUEST, "universe": [*symbols], "tools": ["trade", "math"]}
        async with self.store.writing(self._owner_id) as unit:
            name = f"agent {self._agents}"
            agent = await unit.agents.create(
                name=name, base_model="at/once", config={}, is_public=False
            )
            session = await unit.sessions.create(agent.id, request=request, data={})
            epoch = await unit.leases.take(session.topic, "benchmark")
        return SessionRecorder(session, epoch, store=self.store, clock=CLOCK)


@asynccontextmanager
async def a_bench() -> AsyncIterator[Bench]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'aibt.sqlite3'}"
        migrate(url)
        async with await open_store(url) as store:
            async with Service(store).writing() as unit:
                owner = await unit.users.local_user()
            yield Bench(store, owner.id)


def toolbox(desk: Desk) -> Toolbox:
    """Return the tools that a session has, without the web."""
    return Toolbox([trade_server(desk), price_server(desk), math_server(desk)])


def a_run(
    plan: SessionPlan,
    market: Sequence[Instrument],
    model: Model,
    journal: Journal,
    *,
    gate: Gate | None = None,
    watch: "Stopwatch | None" = None,
) -> SessionRun:
    """Return a session over the year of its market, each of its parts timed by `watch`."""
    tape = Tape(market)

    async def trouble(reason: str) -> None:
        raise RuntimeError(reason)

    return SessionRun(
        plan,
        tape=tape,
        times=RangeTimes(tape.times(START, END)),
        model=model if watch is None else TimedModel(model, watch),
        open_tools=toolbox if watch is None else (lambda desk: TimedToolbox(toolbox(desk), watch)),
        journal=journal if watch is None else TimedJournal(journal, watch),
        gate=gate or Gate(),
        clock=CLOCK,
        trouble=trouble,
    )


class Stopwatch:
    """Shares out the time of one task: each moment belongs to the innermost part under way."""

    REST = "rest"

    def __init__(self) -> None:
        self.taken_s: dict[str, float] = {}
        self.steps: list[float] = []  # when each step began
        self._parts = [self.REST]
        self._since = time.perf_counter()

    def step(self) -> None:
        """Note that a step begins."""
        self.steps.append(time.perf_counter())

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        self._charge()
        self._parts.append(part)
        try:
            yield
        finally:
            self._charge()
            self._parts.pop()

    def _charge(self) -> None:
        now, part = time.perf_counter(), self._parts[-1]
        self.taken_s[part] = self.taken_s.get(part, 0.0) + now - self._since
        self._since = now


class TimedJournal:
    def __init__(self, journal: Journal, watch: Stopwatch) -> None:
        self._journal, self._watch = journal, watch

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        if any(draft.kind == "step" for draft in drafts):
            self._watch.step()
        with self._watch.of("journal"):
            return await self._journal.append(drafts)

    async def read(self, after: int, limit: int) -> list[Entry]:
        return await self._journal.read(after, limit)


class TimedModel:
    def __init__(self, model: Model, watch: Stopwatch) -> None:
        self._model, self._watch = model, watch

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        with self._watch.of("client"):
            return await self._model.answer(messages, tools, partial)

    async def close(self) -> None:
        await self._model.close()


class TimedToolbox:
    def __init__(self, tools: Toolbox, watch: Stopwatch) -> None:
        self._tools, self._watch = tools, watch

    async def __aenter__(self) -> "TimedToolbox":
        await self._tools.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._tools.__aexit__(*error)

    def specs(self) -> tuple[ToolSpec, ...]:
        return self._tools.specs()

    async def call(self, name: str, arguments: str) -> ToolResult:
        with self._watch.of("tools"):
            return await self._tools.call(name, arguments)
