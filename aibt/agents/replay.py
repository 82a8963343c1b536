"""A session again from its journal: as a fold, or driven anew with no model and no network."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aibt.agents import entries as kinds
from aibt.agents.account import SessionAccount
from aibt.agents.model import Answer, Message, Partial, ToolSpec
from aibt.agents.plan import SessionPlan
from aibt.agents.session import LOOK_UPS, SessionRun
from aibt.agents.session_desk import OUTSIDE
from aibt.agents.tape import Tape
from aibt.agents.times import Due
from aibt.agents.tools.calculator import math_server
from aibt.agents.tools.desk import Desk, OrderRequest
from aibt.agents.tools.opened import Called, Tools
from aibt.agents.tools.price import price_server
from aibt.agents.tools.toolbox import Toolbox
from aibt.agents.tools.trade import trade_server
from aibt.clock import SystemClock
from aibt.errors import OrderDenied
from aibt.live.events import Json
from aibt.live.gate import Gate
from aibt.live.journal import Draft, Entry

_LEDGER: Final = frozenset(
    {
        kinds.STEP, kinds.ORDER, kinds.DENIED, kinds.FILL, kinds.CANCEL, kinds.SPLIT,
        kinds.DIVIDEND, kinds.HALT, kinds.MARK, kinds.END,
    }
)  # fmt: skip
_NOBODYS: Final = frozenset({"unavailable", "internal"})  # failures that another run has not


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a replay leaves its journal: the first of the entries that move or tell the ledger.

    Attributes:
        recorded: the journal's entry, or None where the replay has one more.
        replayed: what came instead, or None where nothing came.
    """

    recorded: Entry | None
    replayed: Entry | None

    def __str__(self) -> str:
        told = [
            "nothing" if one is None else f"{one.key} {dict(one.data)}"
            for one in (self.recorded, self.replayed)
        ]
        return f"recorded: {told[0]}; replayed: {told[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay came to: its account, and where it differs from the journal, or None."""

    account: SessionAccount
    difference: Difference | None

    @property
    def is_same(self) -> bool:
        """Whether every order, fill and mark came out again, to the last digit."""
        return self.difference is None


def ledger_of(entries: Iterable[Entry], plan: SessionPlan) -> SessionAccount:
    """Return the account that a journal tells, live sessions' too."""
    account = SessionAccount(plan)
    for entry in entries:
        account.take(entry)
    return account


async def replay(entries: Sequence[Entry], plan: SessionPlan, tape: Tape) -> Replayed:
    """Run a session over a range once more, and hold it to its journal.

    The run, the account and the tools are the session's own; the model's answers, what was looked
    up elsewhere (the web, bots) and outside clients' orders come from the journal. A journal that
    breaks off is replayed as far as it goes.

    Args:
        entries: the whole journal, from its beginning.
        plan: of the session.
        tape: with the session's bars, not moved yet.

    Raises:
        ValueError: the session is live: its bars came when they came, and only the fold is left.
    """
    if plan.is_live:
        raise ValueError("a live session is replayed as a fold only: see ledger_of")
    recording = _Recording(entries)
    journal = _Written()
    driver = _Driver(recording, journal)
    run = SessionRun(
        plan,
        tape=tape,
        times=_RecordedTimes(recording),
        model=driver,
        open_tools=lambda desk: _opened(desk, driver),
        journal=journal,
        gate=Gate(),
        clock=SystemClock(),
        trouble=_no_trouble,
    )
    driver.run = run
    with suppress(_NothingMore):
        await run.run()
    return Replayed(account=run.account, difference=_difference(entries, journal.entries))


class _NothingMore(Exception):
    """The journal breaks off here."""


class _Recording:
    """A journal by what is looked for in it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.by_key = {entry.key: entry for entry in entries}
        self.steps = [entry for entry in entries if entry.kind == kinds.STEP]
        self.has_end = any(entry.kind == kinds.END for entry in entries)
        self.outside = [
            entry
            for entry in entries
            if entry.kind in {kinds.ORDER, kinds.DENIED} and _is_outside(entry)
        ]

    def order(self, call_id: str) -> Entry | None:
        """Return what became of a call's order: accepted or denied."""
        return self.by_key.get(f"order/{call_id}")


class _Written:
    """The journal of the replay, in memory."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.last: dict[str, Entry] = {}  # of each kind
        self._by_key: dict[str, Entry] = {}

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        return [self._by_key.get(draft.key) or self._stored(draft) for draft in drafts]

    async def read(self, after: int, limit: int) -> list[Entry]:
        return self.entries[after : after + limit]

    def _stored(self, draft: Draft) -> Entry:
        now = SystemClock().now()
        seq = len(self.entries) + 1
        entry = Entry(seq=seq, key=draft.key, kind=draft.kind, data=draft.data, at=now)
        self.entries.append(entry)
        self._by_key[entry.key] = self.last[entry.kind] = entry
        return entry


class _RecordedTimes:
    """The steps of a journal."""

    def __init__(self, recording: _Recording) -> None:
        self._recording = recording

    async def after(self, last: datetime | None) -> AsyncIterator[Due]:
        for entry in self._recording.steps:
            data: Mapping[str, Any] = entry.data
            at = datetime.fromisoformat(data["at"])
            if last is None or at > last:
                yield Due(at=at, decides=data["decides"], is_last=data["is_last"])
        if not self._recording.has_end:
            raise _NothingMore


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A result as the journal has it."""

    ok: bool
    data: Json
    text: str


class _Driver:
    """Answers as the model did, and as what was looked up did.

    Attributes:
        run: takes outside clients' orders, each before what the journal has after it.
    """

    def __init__(self, recording: _Recording, journal: _Written) -> None:
        self.run: SessionRun | None = None
        self._recording = recording
        self._journal = journal
        self._outside = list(recording.outside)
        self._round = ""  # key of the answer whose calls are made
        self._calls: list[str] = []  # their ids, those that are still to come

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        del messages, tools, partial
        asked = self._journal.last[kinds.REQUEST].key
        recorded = self._recording.by_key.get(asked.removesuffix("request") + "answer")
        if recorded is None:
            raise _NothingMore
        await self._place_outside(recorded.seq)
        return kinds.read_answer(recorded)

    async def close(self) -> None:
        """Free nothing."""

    async def call(self, tools: Tools, name: str, arguments: str) -> Called:
        """Make the next call of the last answer, or tell what came of it."""
        call_id, recorded = self._next()
        order = self._recording.order(call_id)
        if recorded is None and order is None:
            raise _NothingMore
        first = min(entry.seq for entry in (recorded, order) if entry is not None)
        await self._place_outside(first)
        if recorded is not None and order is None and _is_told(name, recorded.data):
            data: Mapping[str, Any] = recorded.data
            return _Told(ok=data["ok"], data=data["data"], text=data["text"])
        return await tools.call(name, arguments)

    def _next(self) -> tuple[str, Entry | None]:
        """Return the id of the call that is made now, and its result in the journal."""
        answered = self._journal.last[kinds.ANSWER]
        step, turn, _ = answered.key.split("/")
        if self._round != answered.key:
            self._round = answered.key
            made = enumerate(kinds.read_answer(answered).tool_calls)
            self._calls = [str(index) for index, call in made if call.fault is None]
        index = self._calls.pop(0)
        recorded = self._recording.by_key.get(f"{step}/{turn}/result/{index}")
        return kinds.call_id(int(step), int(turn), int(index)), recorded

    async def _place_outside(self, before: int) -> None:
        """Place the orders that outside clients placed before an entry."""
        while self.run is not None and self._outside and self._outside[0].seq < before:
            placed = self._outside.pop(0)
            if placed.kind == kinds.DENIED:
                self.run.account.deny(placed)
                continue
            order = kinds.read_order(placed)
            request = OrderRequest(
                action=order.action,
                symbol=order.symbol,
                quantity=order.quantity,
                share=order.share,
            )
            with suppress(OrderDenied):  # then it is missing, which is the difference
                await self.run.desk.place(request, order.order_id.removeprefix(OUTSIDE))


def _is_told(name: str, result: Mapping[str, Any]) -> bool:
    """Return whether a result is taken as it is: looked up elsewhere, or a failure of the day."""
    return name in LOOK_UPS or (not result["ok"] and _code(result["data"]) in _NOBODYS)


def _code(data: Any) -> str | None:
    told = data.get("error", data) if isinstance(data, Mapping) else None
    return str(told.get("code")) if isinstance(told, Mapping) else None


@dataclass(frozen=True, slots=True)
class _DrivenTools:
    """The session's own tools, but for what the driver tells."""

    tools: Tools
    driver: _Driver

    def specs(self) -> Sequence[ToolSpec]:
        return self.tools.specs()

    async def call(self, name: str, arguments: str) -> Called:
        return await self.driver.call(self.tools, name, arguments)


@asynccontextmanager
async def _opened(desk: Desk, driver: _Driver) -> AsyncIterator[Tools]:
    servers = [trade_server(desk), price_server(desk), math_server(desk)]
    async with Toolbox(servers) as tools:
        yield _DrivenTools(tools, driver)


async def _no_trouble(reason: str) -> None:
    raise ValueError(f"a replay has no trouble: {reason}")


def _is_outside(entry: Entry) -> bool:
    return str(entry.data["order_id"]).startswith(OUTSIDE)


def _difference(recorded: Sequence[Entry], replayed: Sequence[Entry]) -> Difference | None:
    """Return the first difference; what follows where the journal breaks off is none."""
    wanted, came = _compared(recorded), _compared(replayed)
    for index, one in enumerate(wanted):
        other = came[index] if index < len(came) else None
        if other is None or (one.key, dict(one.data)) != (other.key, dict(other.data)):
            return Difference(recorded=one, replayed=other)
    has_end = bool(wanted) and wanted[-1].kind == kinds.END
    if has_end and len(came) > len(wanted):
        return Difference(recorded=None, replayed=came[len(wanted)])
    return None


def _compared(entries: Iterable[Entry]) -> list[Entry]:
    """Return what moves or tells the ledger; a denied outside order is no part of it."""
    return [
        entry
        for entry in entries
        if entry.kind in _LEDGER and not (entry.kind == kinds.DENIED and _is_outside(entry))
    ]
