"""One run of an agent: through the trading times of a range, or on with the time of the world.

Everything that happens is written to the journal before it counts, so a session that was lost goes
on from what its journal says: it asks again only what was not answered, and places no order twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, Final

from aibt.agents import entries
from aibt.agents.account import SessionAccount
from aibt.agents.attendance import Attendance, Stopped
from aibt.agents.conversation import Conversation
from aibt.agents.model import Model, ToolCall
from aibt.agents.news import news_of
from aibt.agents.oracle import BotOracle
from aibt.agents.plan import SessionPlan
from aibt.agents.prompts import last_turn, observation, opening_messages
from aibt.agents.session_desk import OwnDesk, SessionDesk
from aibt.agents.spending import Spending
from aibt.agents.tape import Tape
from aibt.agents.times import Due, Times
from aibt.agents.tools.opened import Called, OpenTools, Tools
from aibt.clock import Clock
from aibt.errors import ModelUnavailable, StoreUnavailable
from aibt.live.events import Json
from aibt.live.gate import Gate
from aibt.live.journal import Draft, Entry, Journal
from aibt.live.states import RunState

_PAGE: Final = 1_000
_STORE_RETRY_S: Final = 0.5
_INSTANT: Final = timedelta(microseconds=1)
LOOK_UPS: Final = frozenset({"search_web", "read_page", "ask_bot"})
"""Tools that ask others, and so take long: they change nothing, and go on during a pause."""

_ENTRIES_OF_NEWS: Final = {
    entries.FILL, entries.CANCEL, entries.SPLIT, entries.DIVIDEND, entries.HALT, entries.SKIP,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a session ended."""

    state: RunState
    reason: str | None = None


class SessionRun:
    """Steps through its times until it ends or is stopped.

    Args:
        plan: what to do.
        tape: the market; `times` brings its bars.
        times: when to decide.
        model: who decides.
        open_tools: makes the tools over a desk.
        journal: where everything is written first.
        gate: pause and stop take hold here, also while a model is answering.
        clock: the time of the world.
        oracle: answers for RL bots; None: there are none.
        trouble: told that the session cannot go on by itself and should be paused, and why.
    """

    def __init__(
        self,
        plan: SessionPlan,
        *,
        tape: Tape,
        times: Times,
        model: Model,
        open_tools: OpenTools,
        journal: Journal,
        gate: Gate,
        clock: Clock,
        oracle: BotOracle | None = None,
        trouble: Callable[[str], Awaitable[None]],
    ) -> None:
        self._plan = plan
        self._tape = tape
        self._times = times
        self._model = model
        self._open_tools = open_tools
        self._journal = journal
        self._gate = gate
        self._attendance = Attendance(gate)
        self._clock = clock
        self._trouble = trouble
        self.account = SessionAccount(plan)
        self.spending = Spending(plan)
        self.desk = SessionDesk(plan, self.account, tape, self._write_one, self._now, oracle)
        self._own_desk = OwnDesk(self.desk)
        self._conversation = Conversation()
        self._step = 0
        self._at: datetime | None = None  # of the last step
        self._decides = False
        self._is_last = False
        self._seen: dict[str, datetime] = {}  # until when each symbol's bars were looked at
        self._note: str | None = None
        self._news: list[str] = []
        self._outcome: Outcome | None = None
        self._recovered = False
        self._unwritten: list[Draft] = []  # what goes to the journal with the next that must
        self.partial = ""  # text of the answer that is streaming
        self.version = 0  # counts what changes the status

    @property
    def step(self) -> int:
        """Number of the last step."""
        return self._step

    @property
    def at(self) -> datetime | None:
        """Market time of the last step."""
        return self._at

    async def run(self) -> Outcome:
        """Go on from where the journal is, to the end.

        Raises:
            LeaseLost: a newer activation goes on with this session.
            ModelRefused: the model's provider refuses for good.
        """
        await self.recover()
        if self._outcome is not None:
            return self._outcome
        try:
            async with self._open_tools(self._own_desk) as tools:
                return await self._run(tools)
        except Stopped:
            await self._write()  # what was done is told, also where nothing follows from it
            return Outcome(state=RunState.STOPPED)
        finally:
            self.desk.accepts = False

    async def _run(self, tools: Tools) -> Outcome:
        if self._at is None:
            await self._write(Draft(key="begin", kind=entries.BEGIN, data={}))
        else:
            await self._finish_step(tools)
        due_times = self._times.after(self._at)
        while self._outcome is None:
            pauses = self._attendance.pauses
            due = await self._attendance.to(_next(due_times))
            if self._attendance.pauses > pauses:  # it was due before the pause
                due_times = self._times.after(self._at)
            elif due is None:
                await self._end(RunState.FINISHED, None)
            else:
                self.desk.accepts = False
                await self._begin_step(due)
                await self._finish_step(tools)
            self.desk.accepts = self._plan.is_live  # from outside clients, as long as it runs
        return self._outcome

    # A step

    async def _begin_step(self, due: Due) -> None:
        """Bring market and account to a moment, in one entry of the journal or not at all."""
        number = self._step + 1
        if self._at is None:
            self._tape.advance(due.at - _INSTANT)  # what ended before is known, and no news
        groups = self._tape.advance(due.at, due.late)
        drafts = [entries.step(number, due)]
        if due.skipped is not None:
            drafts.append(entries.skip(due.skipped))
        self.account.broker.begin_decision()
        drafts += self.account.advance(number, groups)
        if due.is_last:
            drafts += self.account.finish(number, due.at)
        drafts.append(entries.mark(number, due.at, self.account.portfolio))
        calls = [] if due.is_last else self.account.margin_call(number, due.at)
        drafts += [entries.order(number, order) for order in calls]
        if calls:
            says = "equity fell below a quarter of the positions' value: all of them are closed"
            drafts.append(entries.log(f"{number}/margin", "warning", says, due.at))
        drafts += [
            entries.log(f"{number}/due/{index}", "warning", note, due.at)
            for index, note in enumerate(due.notes)
        ]
        written = await self._write(*drafts)
        for order in calls:
            self.account.accept(order)
        self._conversation = Conversation()
        for entry in written:
            self._note_entry(entry)

    async def _finish_step(self, tools: Tools) -> None:
        """Decide, where the step is for it, and end what has come to its end."""
        if self.account.portfolio.equity() <= 0:
            await self._end(RunState.FINISHED, "the account is bust")
        elif self._is_last:
            await self._end(RunState.FINISHED, None)
        elif self._decides:
            await self._decide(tools)
            spent = self.spending.exceeded()
            if spent is not None:
                await self._end(RunState.STOPPED, spent)

    # A decision

    async def _decide(self, tools: Tools) -> None:
        """Let the model call tools until it says it is done, or has used its turns."""
        self.desk.accepts = True
        try:
            while True:
                await self._make_calls(tools)
                talk = self._conversation
                if talk.is_over or self.spending.exceeded() is not None:
                    break
                if not talk.is_waiting:
                    if talk.round >= self._plan.max_rounds:
                        says = f"the model used all of its {talk.round} turns"
                        self._unwritten.append(
                            entries.log(f"{self._step}/turns", "warning", says, self._now())
                        )
                        break
                    await self._ask()
                await self._answered(tools)
        finally:
            self.desk.accepts = False
        await self._write()
        self._note = self._conversation.note or self._note
        self._news.clear()

    async def _ask(self) -> None:
        talk = self._conversation
        messages = []
        if talk.round == 0:
            said = observation(
                self._now(), self.desk.state(), self.desk.symbols(), self._news, self._note
            )
            messages = opening_messages(self._plan, said)
        elif talk.round == self._plan.max_rounds - 1:
            messages = [last_turn()]
        model = self._plan.base_model
        await self._write(entries.request(self._step, talk.round + 1, messages, model))
        talk.asked(messages)

    async def _answered(self, tools: Tools) -> None:
        """Wait for the model's answer.

        A model that does not answer pauses the session, and is asked again when it is resumed.
        """
        while True:
            await self._pass_gate()  # nothing is asked while the session is paused
            pauses = self._attendance.pauses
            try:
                await self._attendance.to(self._take_answer(tools))
            except ModelUnavailable as error:
                now = self._clock.now()
                key = f"{self._step}/{self._conversation.round}/{now.isoformat()}"
                await self._write(entries.log(key, "error", str(error), now))
                if self._attendance.pauses == pauses:  # else who paused it has resumed it since
                    await self._trouble(str(error))
            else:
                return

    async def _take_answer(self, tools: Tools) -> None:
        """Read the answer to its end and write it down, also while the session is paused."""
        began = self._clock.monotonic()

        def partial(text: str) -> None:
            self.partial = text
            self.version += 1

        try:
            answer = await self._model.answer(self._conversation.messages, tools.specs(), partial)
            took_s = self._clock.monotonic() - began
            await self._write(entries.answer(self._step, self._conversation.round, answer))
            self._conversation.answered(answer)
            self.spending.add(answer, took_s)
        finally:
            self.partial = ""
            self.version += 1

    async def _make_calls(self, tools: Tools) -> None:
        """Make the calls that the last answer asks for, one after the other.

        They are written down together with what comes next, before anything depends on it: an
        order, the next request, a call that takes long.
        """
        turn = self._conversation.round
        for index, call in self._conversation.open_calls:
            await self._pass_gate()
            self._unwritten.append(entries.call(self._step, turn, index, call))
            made = await self._made(tools, call, index)
            self._conversation.resulted(call, made.text)
            self._unwritten.append(
                entries.result(
                    self._step, turn, index, call, ok=made.ok, data=made.data, text=made.text
                )
            )

    async def _made(self, tools: Tools, call: ToolCall, index: int) -> Called:
        """Make a call. A pause waits for it to end, as it does not for what only looks up."""
        if call.fault is not None:
            return _Fault(call.fault)
        if call.name in LOOK_UPS:
            await self._write()
            return await self._attendance.to(tools.call(call.name, call.arguments))
        self._own_desk.call = entries.call_id(self._step, self._conversation.round, index)
        try:
            return await tools.call(call.name, call.arguments)
        finally:
            self._own_desk.call = None

    async def _pass_gate(self) -> None:
        if self._gate.is_pausing:
            await self._write()  # so that whoever looks at it meanwhile sees all of it
        await self._attendance.pass_gate()

    # The journal

    async def recover(self) -> None:
        """Take everything from the journal, once: account, conversation, and where they are."""
        if self._recovered:
            return
        after = 0
        while page := await self._read(after):
            for entry in page:
                self._take(entry)
            after = page[-1].seq
        prices = self.account.portfolio.prices if self._plan.is_live else {}
        for symbol, until in self._seen.items():
            self._tape.recall(symbol, until, prices.get(symbol))
        closes = {symbol: self._tape.close(symbol) for symbol in self._seen}
        self.account.recall({one: close for one, close in closes.items() if close is not None})
        self._recovered = True
        self.version += 1

    async def _read(self, after: int) -> list[Entry]:
        """Return a page of the journal, waiting out a store that is busy."""
        while True:
            try:
                return await self._journal.read(after, _PAGE)
            except StoreUnavailable:
                await asyncio.sleep(_STORE_RETRY_S)

    def _take(self, entry: Entry) -> None:
        if entry.kind == entries.STEP:
            self._note = self._conversation.note or self._note
            self._conversation = Conversation()
            self._news.clear()
        self.account.take(entry)
        self._conversation.take(entry)
        self._note_entry(entry)
        if entry.kind == entries.ANSWER:
            self.spending.add(entries.read_answer(entry), 0.0)

    def _note_entry(self, entry: Entry) -> None:
        data: Mapping[str, Any] = entry.data
        if entry.kind == entries.STEP:
            self._step, self.desk.step = data["step"], data["step"]
            self._at = datetime.fromisoformat(data["at"])
            self._decides, self._is_last = data["decides"], data["is_last"]
            in_time = set(self._plan.universe) - set(data["late"])
            self._seen.update(dict.fromkeys(in_time, self._at))
        elif entry.kind == entries.END:
            self._outcome = Outcome(state=RunState(data["state"]), reason=data["reason"])
        elif entry.kind in _ENTRIES_OF_NEWS:
            self._news.append(news_of(entry))

    async def _write_one(self, draft: Draft) -> Entry:
        return (await self._write(draft))[0]

    async def _write(self, *drafts: Draft) -> list[Entry]:
        """Write to the journal what waits for it and `drafts`, waiting out a store that is busy.

        Returns:
            The entries of `drafts`.
        """
        self.version += 1
        waiting, self._unwritten = [*self._unwritten, *drafts], []
        while waiting:
            try:
                return (await self._journal.append(waiting))[len(waiting) - len(drafts) :]
            except StoreUnavailable:
                await asyncio.sleep(_STORE_RETRY_S)
        return []

    async def _end(self, state: RunState, reason: str | None) -> None:
        await self._write(entries.end(str(state), reason))
        self._outcome = Outcome(state=state, reason=reason)

    def _now(self) -> datetime:
        if self._plan.start is None:
            return self._clock.now()
        return self._at or datetime.combine(self._plan.start, time_of_day.min, UTC)


@dataclass(frozen=True, slots=True)
class _Fault:
    """The result of a call that could not be read."""

    fault: str
    ok: bool = False

    @property
    def data(self) -> Json:
        return {"code": "invalid", "msg": self.fault}

    @property
    def text(self) -> str:
        return f"this call could not be read: {self.fault}"


async def _next(times: AsyncIterator[Due]) -> Due | None:
    return await anext(times, None)
