"""One activation of a session in this process, its scripted model, and how to wait for both."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from actors.run_rows import SESSION
from actors.session_host import Made, SessionHost, Trouble
from actors.session_recorder import SessionRecorder
from aibt.agents.model import Answer, Message, Partial, ToolSpec
from aibt.agents.plan import session_plan
from aibt.agents.session import SessionRun
from aibt.agents.tape import Tape
from aibt.agents.times import RangeTimes
from aibt.agents.tools.desk import Desk
from aibt.clock import SystemClock
from aibt.live.gate import Gate
from aibt.live.journal import Draft, Entry, Journal
from aibt.live.states import RunState
from aibt.store.database import Store
from aibt.store.records import Session
from tests.unit.actors.hosting import until
from tests.unit.actors.run_hosting import RunHosting
from tests.unit.agents.builders import END, START, PlainTools, calls, plain_tools, walking

BARS = 6
ROUNDS = 2  # requests of one decision
DECISIONS = BARS - 1


def trading(messages: Sequence[Message]) -> Answer:
    """Buy a little, look at the account, and be done."""
    if any(message["role"] == "tool" for message in messages):
        return Answer(text="I wait.")
    order = {"symbol": "AAA", "share": 0.05}
    return calls(("buy", order), ("get_account", {}), text="I buy a little.")


@dataclass
class PacedModel:
    """Answers as often as it is let, with what its script says or an error that is waiting."""

    paced: bool = True
    errors: list[Exception] = field(default_factory=list)
    asked: int = 0
    cut: int = 0  # requests that were given up before their answer
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        del tools
        self.asked += 1
        partial("hm")
        try:
            if self.paced:
                await self.turns.acquire()
        except asyncio.CancelledError:
            self.cut += 1
            raise
        if self.errors:
            raise self.errors.pop(0)
        return trading(messages)

    async def close(self) -> None: ...


class SlowTools(PlainTools):
    """Tools that wait before and after they do something, where they are told to."""

    through: asyncio.Event

    async def call(self, name: str, arguments: str) -> Any:
        await self.through.wait()
        return await super().call(name, arguments)


class CutRecorder(SessionRecorder):
    """Its process is lost at an append: before it is stored, or before anybody is told."""

    cut_at = -1
    stored_first = False
    appends = 0

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.reached = asyncio.Event()
        self.over = asyncio.Event()

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        self.appends += 1
        is_cut = self.appends == self.cut_at
        if is_cut and not self.stored_first:
            self.reached.set()
            await self.over.wait()
        entries = await super().append(drafts)
        if is_cut:
            self.reached.set()
            await self.over.wait()
        return entries


class SessionHosting(RunHosting[Session]):
    """One activation of a session over a few bars of two symbols."""

    def __init__(self, store: Store, session: Session, *, paced: bool = True) -> None:
        super().__init__(SESSION, store, session)
        self.session = session
        self.model = PacedModel(paced)
        self.runs: list[SessionRun] = []
        self.loads = 0
        self.load_errors: list[Exception] = []
        self.loading = asyncio.Event()
        self.loading.set()
        self.tools = asyncio.Event()
        self.tools.set()
        self.scores: list[str] = []  # the state that the row had
        self.scoring: Callable[[], Awaitable[None]] | None = None
        self.kind: type[SessionRecorder] = SessionRecorder

    async def begin(self) -> SessionHost:
        await self.take_lease()
        clock = SystemClock()
        self.recorder = self.kind(self.session, self.epoch, store=self.store, clock=clock)
        self.host = SessionHost(
            self.recorder, build=self._build, scored=self._scored, clock=SystemClock()
        )
        self.life = asyncio.create_task(self.host.live())
        return self.host

    @asynccontextmanager
    async def _build(
        self, session: Session, journal: Journal, gate: Gate, trouble: Trouble
    ) -> AsyncIterator[Made]:
        self.loads += 1
        await self.loading.wait()
        if self.load_errors:
            raise self.load_errors.pop(0)
        plan = session_plan(session.id, session.agent_name, session.request)
        tape = Tape([walking("AAA", BARS, 1), walking("BBB", BARS, 2)])
        times = RangeTimes(tape.times(plan.start or START, plan.end or END))
        run = SessionRun(
            plan,
            tape=tape,
            times=times,
            model=self.model,
            open_tools=self._open_tools,
            journal=journal,
            gate=gate,
            clock=SystemClock(),
            trouble=trouble,
        )
        self.runs.append(run)
        yield Made(run=run, steps=len(times))

    def _open_tools(self, desk: Desk) -> AbstractAsyncContextManager[PlainTools]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[PlainTools]:
            async with plain_tools(desk):
                tools = SlowTools(desk)
                tools.through = self.tools
                yield tools

        return opened()

    async def _scored(self, session: Session) -> None:
        if self.scoring is not None:
            await self.scoring()
        self.scores.append(str((await self.row()).state))

    async def asked(self, count: int) -> None:
        """Wait until the model was asked `count` times."""
        await until(lambda: self.model.asked >= count)

    async def ended(self) -> RunState:
        self.model.paced = False
        for _ in range(1_000):
            self.model.turns.release()
        return await self.until_over()

    def let_go(self) -> None:
        if isinstance(self.recorder, CutRecorder):
            self.recorder.over.set()

    async def again(self, *, paced: bool = True) -> "SessionHosting":
        """Lose the process, and host the session in another as the supervisor does."""
        hosting = SessionHosting(self.store, await self.lost(), paced=paced)
        await hosting.begin()
        return hosting

    async def journal(self) -> list[Entry]:
        async with self.store.reading(self.session.owner_id) as unit:
            return await unit.journal.read(self.session.id)


async def kinds(hosting: SessionHosting) -> list[str]:
    """Return what the journal holds, in its order."""
    return [entry.kind for entry in await hosting.journal()]


async def seems_still(hosting: SessionHosting) -> bool:
    """Return whether nothing is written for a while."""
    before = (await hosting.told(), await kinds(hosting))
    await asyncio.sleep(0.15)
    return before == (await hosting.told(), await kinds(hosting))


def ledger(run: SessionRun) -> Any:
    """Return what an account has, to the digit."""
    portfolio = run.account.portfolio
    prices = {symbol: portfolio.prices[symbol] for symbol in portfolio.positions}
    return portfolio.cash, portfolio.equity(), dict(portfolio.positions), prices


async def answered(hosting: SessionHosting, command_id: str) -> None:
    """Store that a command was answered, as a gateway does."""
    async with hosting.store.writing(hosting.session.owner_id) as unit:
        await unit.commands.begin(command_id, "digest")
        await unit.commands.finish(command_id, {})
