"""Markets, models and losses at random, for what must hold whatever happens."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from aibt.agents import entries
from aibt.agents.account import SessionAccount
from aibt.agents.model import Answer, Message, Partial, ToolCall, ToolSpec, Usage
from aibt.agents.plan import SessionPlan
from aibt.errors import LeaseLost
from aibt.live.journal import Draft, Entry
from aibt.market.actions import CorporateAction
from aibt.market.instruments import Instrument
from tests.unit.agents.builders import MemoryJournal, a_series

RATIOS = (2.0, 3.0, 15.0, 1.5, 0.5, 0.1)
ACTIONS = ("buy", "sell", "short", "cover", "close")
MALFORMED = (
    "",
    "{",
    "[]",
    '{"symbol": 3}',
    '{"symbol": "AAA", "share": "much"}',
    "null",
    "nonsense",
)


@st.composite
def markets(draw: st.DrawFn) -> list[Instrument]:
    """Draw one to three symbols whose prices move much, with splits and dividends."""
    seed, count = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 3))
    bars = draw(st.integers(4, 12))
    return [
        a_market(symbol, bars, random.Random(f"{seed} {symbol}"))
        for symbol in ("AAA", "BBB", "7203.T")[:count]
    ]


def a_market(symbol: str, bars: int, chance: random.Random) -> Instrument:
    """A symbol whose shares split, pay and now and then jump as if they had split."""
    price, opens, closes = chance.uniform(1, 500), [], []
    listed = chance.choice((0, 0, 0, 2))
    actions: list[CorporateAction] = []
    days = _days(symbol, bars)
    for index in range(bars):
        if index and chance.random() < 0.15:
            ratio = chance.choice(RATIOS)
            price /= ratio
            if chance.random() < 0.7:
                actions.append(CorporateAction(symbol=symbol, on=days[index], split=ratio))
        if chance.random() < 0.2:
            for amount in chance.sample((0.1, 0.25, 1.0), chance.choice((1, 1, 2))):
                paid = amount * price / 50
                actions.append(CorporateAction(symbol=symbol, on=days[index], dividend=paid))
        opens.append(price * chance.uniform(0.85, 1.15))
        price = opens[-1] * chance.uniform(0.7, 1.3)
        closes.append(price)
    series = a_series(symbol, closes, opens)
    return Instrument(series=series.slice(listed, bars), actions=tuple(actions))


def _days(symbol: str, count: int) -> list[date]:
    opened = a_series(symbol, np.ones(count).tolist()).opened_ns
    return [datetime.fromtimestamp(int(at) / 1e9, UTC).date() for at in opened]


class Whimsical:
    """Answers at random: every kind of order, several at a time, and much that is wrong.

    Asked the same again it answers the same, as a model without temperature; with a `mood` it
    answers otherwise each time.
    """

    def __init__(self, seed: int, symbols: Sequence[str], journal: MemoryJournal) -> None:
        self._seed = seed
        self._symbols = (*symbols, *symbols, "ZZZ", "../x", "aaa")
        self._journal = journal
        self.mood = 0
        self.asked: list[str] = []

    async def answer(
        self, messages: Sequence[Message], tools: Sequence[ToolSpec], partial: Partial
    ) -> Answer:
        last = self._journal.of(entries.REQUEST, entries.ANSWER)[-1]
        assert last.kind == entries.REQUEST, "what has an answer is not asked again"
        self.asked.append(last.key)
        chance = random.Random(f"{self._seed} {self.mood} {json.dumps(messages)}")
        self.mood += self.mood > 0
        partial("well")
        made = tuple(self._call(index, chance) for index in range(chance.choice((0, 1, 2, 4))))
        return Answer(
            text=chance.choice(("", "so be it", f"note {chance.random()}")),
            tool_calls=made,
            usage=Usage(input_tokens=7, output_tokens=3, cost=0.001),
            finish="tool_calls" if made else "stop",
        )

    async def close(self) -> None:
        pass

    def _call(self, index: int, chance: random.Random) -> ToolCall:
        name = chance.choice(
            (
                *ACTIONS * 2,
                "buy",
                "buy",
                "short",
                "get_account",
                "get_universe",
                "get_bars",
                "nothing",
            )
        )
        fault = "no JSON" if chance.random() < 0.05 else None
        given = json.dumps(self._arguments(name, chance))
        if chance.random() < 0.08:
            given = chance.choice(MALFORMED)
        return ToolCall(id=f"c{index}", name=name, arguments=given, fault=fault)

    def _arguments(self, name: str, chance: random.Random) -> dict[str, Any]:
        given: dict[str, Any] = {"symbol": chance.choice(self._symbols)}
        if name == "get_bars":
            given["count"] = chance.choice((1, 5, 0, 10**9))
        elif name in ACTIONS and name != "close":
            wrong = chance.random() < 0.15
            if wrong:
                given["share"] = chance.choice((1.5, 0.0, -0.5, 1e-30))
            if wrong and chance.random() < 0.5:
                given["quantity"] = chance.choice((1e30, 0, -5, 0.1))
            elif chance.random() < 0.3:
                given["quantity"] = chance.choice((1, 3.7, 100, 1e-9))
            elif not wrong:
                given["share"] = chance.choice((0.1, 0.25, 1 / 3, 0.5, 1.0, 1.0))
        return given


@dataclass
class Losses:
    """Loses a journal to nobody after some appends, each time before or after one is stored."""

    journal: MemoryJournal
    after: list[tuple[int, bool]]  # appends until the next loss, whether the last one is stored
    _count: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.journal.before_append = self._before
        self.journal.after_append = self._after

    def _before(self, drafts: Sequence[Draft]) -> None:
        self._count += 1
        self.journal.lost |= self._is_due(stored=False)

    def _after(self, drafts: Sequence[Draft]) -> None:
        self.journal.lost |= self._is_due(stored=True)

    def _is_due(self, *, stored: bool) -> bool:
        return bool(self.after) and (self._count, stored) == self.after[0]

    def recovered(self) -> None:
        assert self.journal.lost
        self.journal.lost = False
        self.after.pop(0)
        self._count = 0


losses = st.lists(st.tuples(st.integers(1, 25), st.booleans()), max_size=6)


async def run_through(make_run: Any, journal: MemoryJournal) -> Any:
    """Run a session, recovered as often as it is lost; return the last run."""
    while True:
        run = make_run()
        try:
            await run.run()
        except LeaseLost:
            lost = journal.before_append
            lost.__self__.recovered()  # type: ignore[attr-defined] - the method of `Losses`
        else:
            return run


def ledger(account: SessionAccount) -> dict[str, Any]:
    """All that an account is, to the last digit."""
    portfolio = account.portfolio
    return {
        "cash": portfolio.cash,
        "fees": portfolio.fees,
        "traded": portfolio.traded,
        "realised": portfolio.realised,
        "positions": dict(portfolio.positions),
        "prices": {symbol: portfolio.prices[symbol] for symbol in portfolio.positions},
        "pending": dict(account.broker.pending),
        "halted": dict(account.halted),
        "fills": account.fills,
        "denied": account.denied,
    }


def said(journal: Sequence[Entry]) -> list[tuple[str, str, Any]]:
    """A journal without when it was stored."""
    return [(entry.key, entry.kind, entry.data) for entry in journal]


def check_money(journal: Sequence[Entry], plan: SessionPlan) -> None:
    """Hold a journal to what is true of all: each mark is the fold of the entries before it."""
    account = SessionAccount(plan)
    portfolio = account.portfolio
    for entry in journal:
        account.take(entry)
        assert portfolio.fees >= 0
        assert portfolio.traded >= 0
        assert all(price > 0 for price in portfolio.prices.values())
        assert all(held.quantity for held in portfolio.positions.values())
        if not plan.limits.allow_short:
            assert all(held.quantity > 0 for held in portfolio.positions.values())
        if entry.kind == entries.MARK:
            told = {name: Decimal(str(entry.data[name])) for name in ("cash", "equity", "gross")}
            assert told == {
                "cash": portfolio.cash,
                "equity": portfolio.equity(),
                "gross": portfolio.gross(),
            }
            assert entry.data["prices"].keys() == portfolio.positions.keys()  # type: ignore[union-attr] - an object
            earned = portfolio.realised + portfolio.unrealised() - portfolio.fees
            away = portfolio.equity() - portfolio.balance - earned
            assert abs(away) <= Decimal("1e-20") * (portfolio.traded + portfolio.balance)
    check_orders(journal)


def check_orders(journal: Sequence[Entry]) -> None:
    """No order twice, none filled twice, none filled that was not accepted or filled too early."""
    placed: dict[str, Any] = {}
    ended: set[str] = set()
    for entry in journal:
        data: Any = entry.data
        if entry.kind in {entries.ORDER, entries.DENIED}:
            assert data["order_id"] not in placed
            placed[data["order_id"]] = data if entry.kind == entries.ORDER else None
        elif entry.kind in {entries.FILL, entries.CANCEL}:
            order_id = data["order_id"]
            assert order_id not in ended
            ended.add(order_id)
            if not order_id.startswith("end/"):
                assert placed[order_id]["symbol"] == data["symbol"]
        if entry.kind == entries.FILL and not data["order_id"].startswith("end/"):
            times = (data["at"], placed[data["order_id"]]["placed_at"])
            at, since = (datetime.fromisoformat(one) for one in times)
            assert at >= since
            assert at - since < timedelta(days=40)
            assert Decimal(data["fee"]) >= 0
