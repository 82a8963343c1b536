"""Builders of sessions without Ray, store or provider."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from aibt.agents.model import Answer, Message, Model, Partial, ToolCall, ToolSpec
from aibt.agents.oracle import BotOracle
from aibt.agents.plan import SessionPlan, session_plan
from aibt.agents.session import SessionRun
from aibt.agents.tape import Tape
from aibt.agents.times import RangeTimes, Times
from aibt.agents.tools.desk import Desk, OrderRequest
from aibt.agents.tools.opened import OpenTools
from aibt.clock import Clock, SystemClock
from aibt.errors import AibtError, LeaseLost
from aibt.live.gate import Gate
from aibt.live.journal import Draft, Entry
from aibt.market.actions import CorporateAction
from aibt.market.bars import BarSeries
from aibt.market.calendar import bar_ends, calendar_for
from aibt.market.instruments import Instrument
from aibt.market.intervals import parse_interval
from aibt.trading.orders import OrderAction

START, END = date(2017, 1, 3), date(2017, 12, 29)
REQUEST: dict[str, Any] = {
    "base_model": "test/model",
    "prompt": "",
    "universe": ["AAA", "BBB"],
    "period": "1d",
    "source": None,
    "balance": 10_000.0,
    "tools": ["trade", "price", "search", "math"],
    "bots": [],
    "max_rounds": 8,
    "max_tokens": None,
    "max_cost": None,
    "max_position": 1.0,
    "max_leverage": 1.0,
    "max_turnover": None,
    "price_collar": 0.5,
    "allow_short": True,
    "fee_bps": 10.0,
    "slippage_bps": 5.0,
    "seed": 7,
    "start": START.isoformat(),
    "end": END.isoformat(),
    "live": False,
}


def a_plan(**changes: Any) -> SessionPlan:
    return session_plan(1, "Ada", {**REQUEST, **changes})


def a_series(
    symbol: str,
    closes: Sequence[float],
    opens: Sequence[float] | None = None,
    *,
    first: str = "2017-01-03",
) -> BarSeries:
    """Daily bars on successive sessions of New York from `first` on."""
    from aibt.market.calendar import sessions_of

    dates = sessions_of("XNYS").dates
    begin = int(np.datetime64(first, "ns").astype(np.int64))
    at = int(np.searchsorted(dates, begin))
    days = dates[at : at + len(closes)].copy()
    closed = np.asarray(closes, float)
    opened = closed if opens is None else np.asarray(opens, float)
    interval = parse_interval("1d")
    return BarSeries(
        symbol=symbol,
        interval=interval,
        opened_ns=days,
        ended_ns=bar_ends(days, interval, calendar_for(symbol)),
        open=opened,
        high=np.maximum(opened, closed),
        low=np.minimum(opened, closed),
        close=closed,
        volume=np.ones(len(closed)),
    )


def an_instrument(
    symbol: str,
    closes: Sequence[float],
    opens: Sequence[float] | None = None,
    *,
    actions: Sequence[CorporateAction] = (),
    first: str = "2017-01-03",
) -> Instrument:
    return Instrument(series=a_series(symbol, closes, opens, first=first), actions=tuple(actions))


def walking(symbol: str, count: int, seed: int = 1) -> Instrument:
    """A random walk."""
    draw = np.random.default_rng(seed)
    closes = 100 * np.exp(np.cumsum(draw.normal(0, 0.01, count)))
    opens = closes * np.exp(draw.normal(0, 0.003, count))
    return an_instrument(symbol, closes.tolist(), opens.tolist())


class MemoryJournal:
    """A journal in memory that can be lost to a newer activation."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.entries = list(entries)
        self._by_key: dict[str, Entry] = {}
        self.lost = False
        self.before_append: Callable[[Sequence[Draft]], None] = lambda _: None
        self.after_append: Callable[[Sequence[Draft]], None] = lambda _: None

    async def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        self.before_append(drafts)
        if self.lost:
            raise LeaseLost("session/1", 1)
        found = self._stored(drafts)
        self.after_append(drafts)
        if self.lost:
            raise LeaseLost("session/1", 1)
        return found

    def _stored(self, drafts: Sequence[Draft]) -> list[Entry]:
        self._by_key |= {entry.key: entry for entry in self.entries[len(self._by_key) :]}
        return [self._by_key.get(draft.key) or self._new(draft) for draft in drafts]

    def _new(self, draft: Draft) -> Entry:
        entry = Entry(
            seq=len(self.entries) + 1,
            key=draft.key,
            kind=draft.kind,
            data=json.loads(json.dumps(dict(draft.data), allow_nan=False)),
            at=datetime.now(UTC),
        )
        self.entries.append(entry)
        self._by_key[draft.key] = entry
        return entry

    async def read(self, after: int, limit: int) -> list[Entry]:
        return self.entries[after : after + limit]

    def of(self, *kinds: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind in kinds]


@dataclass
class Came:
    """What a tool came to."""

    ok: bool
    data: Any
    text: str


@dataclass
class PlainTools:
    """The tools without MCP: names and arguments go straight to the desk."""

    desk: Desk
    calls: list[str] = field(default_factory=list)

    def specs(self) -> Sequence[ToolSpec]:
        return ()

    async def call(self, name: str, arguments: str) -> Came:
        self.calls.append(name)
        try:
            found: Any = await self._called(name, json.loads(arguments))
        except AibtError as error:
            data = {"code": error.code, "msg": str(error)}
            return Came(False, data, json.dumps(data))
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            data = {"code": "invalid", "msg": f"cannot be read: {type(error).__name__}"}
            return Came(False, data, json.dumps(data))
        return Came(True, found, json.dumps(found))

    async def _called(self, name: str, given: dict[str, Any]) -> Any:
        match name:
            case "get_account":
                return await self.desk.account()
            case "get_universe":
                return await self.desk.universe()
            case "get_quote":
                return await self.desk.quote(given["symbol"])
            case "get_bars":
                return await self.desk.bars(given["symbol"], given["count"])
            case "ask_bot":
                return await self.desk.ask_bot(given["bot"], given["symbol"])
            case _:
                number = {
                    one: Decimal(str(given[one])) if one in given else None
                    for one in ("quantity", "share")
                }
                request = OrderRequest(action=OrderAction(name), symbol=given["symbol"], **number)
                return await self.desk.place(request, None)


@asynccontextmanager
async def plain_tools(desk: Desk) -> AsyncIterator[PlainTools]:
    yield PlainTools(desk)


class Says:
    """A model that answers what a function of the conversation says."""

    def __init__(self, script: Callable[[Sequence[Message]], Answer]) -> None:
        self._script = script
        self.asked: list[list[Message]] = []

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        self.asked.append(list(messages))
        return self._script(messages)

    async def close(self) -> None:
        pass


def calls(*wanted: tuple[str, dict[str, Any]], text: str = "") -> Answer:
    return Answer(
        text=text,
        tool_calls=tuple(
            ToolCall(id=f"c{index}", name=name, arguments=json.dumps(arguments))
            for index, (name, arguments) in enumerate(wanted)
        ),
        finish="tool_calls",
    )


def a_run(
    instruments: Sequence[Instrument],
    model: Model,
    *,
    journal: MemoryJournal | None = None,
    gate: Gate | None = None,
    clock: Clock | None = None,
    times: Callable[[Tape], Times] | None = None,
    oracle: BotOracle | None = None,
    troubles: list[str] | None = None,
    open_tools: OpenTools | None = None,
    **changes: Any,
) -> SessionRun:
    """A session over instruments, from the first bar of 2017 to the last there is."""
    plan = a_plan(**{"universe": [one.symbol for one in instruments], **changes})
    tape = Tape(instruments)
    gates = gate or Gate()

    async def trouble(reason: str) -> None:
        if troubles is not None:
            troubles.append(reason)
        gates.pause()

    return SessionRun(
        plan,
        tape=tape,
        times=times(tape)
        if times
        else RangeTimes(tape.times(plan.start or START, plan.end or END)),
        model=model,
        open_tools=open_tools or plain_tools,
        journal=journal or MemoryJournal(),
        gate=gates,
        clock=clock or SystemClock(),
        oracle=oracle,
        trouble=trouble,
    )
