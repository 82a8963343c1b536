"""A hundred real symbols over months: a split that is known of, one that is not, and real falls."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

from aibt.agents import entries
from aibt.agents.account import SessionAccount
from aibt.agents.baselines.models import BaselineModel
from aibt.agents.baselines.strategies import STRATEGIES
from aibt.agents.emissions import emissions_of
from aibt.agents.model import Answer, Model
from aibt.errors import UnknownSymbol
from aibt.live.journal import Draft
from aibt.market.actions import read_actions
from aibt.market.instruments import Instrument
from aibt.market.intervals import Interval
from aibt.market.raw import RawBars
from aibt.market.sources.base import SymbolInfo
from tests.unit.agents.builders import MemoryJournal, Says, a_plan, a_run, calls
from tests.unit.agents.random_sessions import check_money
from tests.unit.agents.real_tools import resolved
from tests.unit.market.nasdaq import nasdaq_daily, nasdaq_hourly

DAYS: dict[str, Any] = {"start": "2025-06-02", "end": "2025-10-31", "period": "1d"}
HOURS: dict[str, Any] = {"start": "2025-10-01", "end": "2025-11-11", "period": "1h"}
SPLIT_HOUR = np.datetime64("2025-10-20T13:00", "ns").astype(np.int64)


@dataclass(frozen=True)
class Folder:
    """Bars that are there, and an `actions.csv` beside them, or none."""

    bars: Mapping[str, RawBars]
    path: Path
    name: str = "csv"

    def intervals(self, symbol: str) -> tuple[Interval, ...]:
        return (self.bars[symbol].interval,) if symbol in self.bars else ()

    def fetch(self, symbol: str, interval: Interval, *, timeout_s: float) -> RawBars:
        if symbol not in self.bars:
            raise UnknownSymbol(symbol, str(interval))
        return replace(self.bars[symbol], actions=read_actions(self.path, symbol))

    def search(self, query: str, *, timeout_s: float) -> list[SymbolInfo]:
        return []


@cache
def _daily() -> Mapping[str, RawBars]:
    return nasdaq_daily()


@cache
def _hourly() -> Mapping[str, RawBars]:
    """The hourly bars, in which ORLY is made to split where it really did not."""
    bars = dict(nasdaq_hourly())
    orly = bars["ORLY"]
    factor = np.where(orly.opened_ns < SPLIT_HOUR, 15.0, 1.0)
    prices = {one: getattr(orly, one) * factor for one in ("open", "high", "low", "close")}
    return {**bars, "ORLY": replace(orly, **prices)}


def _hundred(bars: Mapping[str, RawBars]) -> list[str]:
    symbols = [one for one in sorted(bars) if one != "QQQ"][:101]
    return [one for one in symbols if one != "AAPL"]


@cache
def _market(hourly: bool, split_on: str | None) -> tuple[Instrument, ...]:
    """A hundred instruments, with an `actions.csv` that tells of the split, or without one."""
    bars, period = (_hourly(), "1h") if hourly else (_daily(), "1d")
    with TemporaryDirectory() as folder:
        path = Path(folder)
        if split_on is not None:
            (path / "actions.csv").write_text(f"symbol,date,split\nORLY,{split_on},15:1\n")
        found = resolved(Folder(bars, path), _hundred(bars), period, "2025-05-01", "2025-12-01")
    assert len(found) == 100
    return tuple(found)


def _baseline(name: str) -> Model:
    return BaselineModel(name, STRATEGIES[name](), 7)


def _run(
    market: Sequence[Instrument], model: Model, plan: Mapping[str, Any]
) -> tuple[SessionAccount, MemoryJournal]:
    journal = MemoryJournal()
    run = a_run(market, model, journal=journal, **plan)
    asyncio.run(run.run())
    check_money(journal.entries, a_plan(universe=[one.symbol for one in market], **plan))
    return run.account, journal


@cache
def _held(hourly: bool, split_on: str) -> tuple[SessionAccount, MemoryJournal]:
    """A hundred symbols, bought at the beginning and held over the whole range."""
    plan = HOURS if hourly else DAYS
    return _run(_market(hourly, split_on), _baseline("buy-and-hold"), plan)


def _values(journal: MemoryJournal, symbol: str) -> list[tuple[str, Decimal, Decimal]]:
    """Time, units and price of a position at each mark."""
    account, found = SessionAccount(a_plan()), []
    for entry in journal.entries:
        account.take(entry)
        portfolio = account.portfolio
        if entry.kind == entries.MARK and portfolio.quantity(symbol):
            units, price = portfolio.quantity(symbol), portfolio.prices[symbol]
            found.append((str(entry.data["at"]), units, price))
    return found


def _around(values: Sequence[tuple[str, Decimal, Decimal]], at: str) -> Any:
    index = next(index for index, one in enumerate(values) if one[0] >= at)
    return values[index - 1], values[index]


@pytest.mark.parametrize(("plan", "day"), [(DAYS, "2025-06-10"), (HOURS, "2025-10-20")])
def test_a_position_is_worth_the_same_at_a_known_split_but_for_the_markets_own_move(
    plan: dict[str, Any], day: str
) -> None:
    market = _market(plan is HOURS, day)
    account, journal = _held(plan is HOURS, day)

    before, after = _around(_values(journal, "ORLY"), day)
    series = next(one.series for one in market if one.symbol == "ORLY")
    closes = [Decimal(repr(float(close))) for close in series.close]
    assert abs(after[1] / before[1] - 15) < Decimal("1e-20")
    assert after[2] in closes
    assert Decimal("0.95") < after[1] * after[2] / (before[1] * before[2]) < Decimal("1.05")
    assert before[2] > 1_000 > after[2]
    (split,) = journal.of(entries.SPLIT)
    assert Decimal(str(split.data["ratio"])) == 15
    assert not journal.of(entries.HALT, entries.CANCEL)
    held = {str(one.data["symbol"]) for one in journal.of(entries.FILL)}
    assert len(held) == 100
    assert not account.portfolio.positions


@pytest.mark.parametrize(("plan", "day"), [(DAYS, "2025-06-10"), (HOURS, "2025-10-20")])
def test_a_split_of_which_nothing_is_known_halts_its_symbol_and_the_log_says_why(
    plan: dict[str, Any], day: str
) -> None:
    few = {"ORLY", "MSFT", "TTD", "SNPS"}
    market = [one for one in _market(plan is HOURS, None) if one.symbol in few]

    def says(messages: Any) -> Answer:
        if messages[-1]["role"] == "tool":
            return Answer(text="done")
        return calls(("buy", {"symbol": "ORLY", "share": 0.005}))

    account, journal = _run(market, Says(says), plan)

    (halt,) = journal.of(entries.HALT)
    assert halt.data["symbol"] == "ORLY"
    assert str(halt.data["at"])[:10] == day
    assert "a split of 15:1 of which nothing is known" in str(halt.data["reason"])
    (gone,) = journal.of(entries.CANCEL)
    assert gone.data["reason"] == "halted"
    logs = [
        str(event.data["text"])
        for one in (halt, gone)
        for event in emissions_of(1, Draft(key=one.key, kind=one.kind, data=one.data))
    ]
    assert "halted for the rest of the session" in logs[0]
    assert logs[1] == "order for ORLY was cancelled: the symbol is halted"
    after = [one for one in journal.of(entries.DENIED) if one.seq > halt.seq]
    assert {one.data["reason"] for one in after} == {"halted"}
    assert not [one for one in journal.of(entries.FILL) if one.seq > gone.seq]
    equities = [Decimal(str(one.data["equity"])) for one in journal.of(entries.MARK)]
    assert min(equities) > 9_900, "nobody loses fourteen parts in fifteen by a split"
    assert account.portfolio.quantity("ORLY") > 0


@pytest.mark.parametrize(("symbol", "day"), [("TTD", "2025-08-08"), ("SNPS", "2025-09-10")])
def test_a_real_fall_is_no_split_and_its_symbol_trades_on(symbol: str, day: str) -> None:
    market = [one for one in _market(False, None) if one.symbol in {symbol, "MSFT"}]

    def says(messages: Any) -> Answer:
        if messages[-1]["role"] == "tool":
            return Answer(text="done")
        return calls(("buy", {"symbol": symbol, "share": 0.005}))

    _, journal = _run(market, Says(says), DAYS)

    assert not journal.of(entries.HALT, entries.CANCEL, entries.DENIED)
    before, after = _around(_values(journal, symbol), day)
    assert after[2] < before[2] * Decimal("0.7")
    fills = [one for one in journal.of(entries.FILL) if str(one.data["at"]) > day]
    assert len(fills) > 20


@pytest.mark.parametrize(("plan", "day"), [(DAYS, "2025-06-10"), (HOURS, "2025-10-20")])
def test_a_hundred_symbols_are_held_over_the_whole_range(plan: dict[str, Any], day: str) -> None:
    _, journal = _held(plan is HOURS, day)

    ends = {int(end) for one in _market(plan is HOURS, day) for end in one.series.ended_ns}
    assert len(journal.of(entries.STEP)) == len(ends)
    equities = [Decimal(str(one.data["equity"])) for one in journal.of(entries.MARK)]
    moves = [abs(now / then - 1) for then, now in pairwise(equities)]
    assert max(moves) < Decimal("0.05")
