"""Baselines and RL bots trade through the very same loop, and come to what they should."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from aibt.agents import entries
from aibt.agents.baselines.models import BaselineModel, BotModel
from aibt.agents.baselines.script import ScriptedModel
from aibt.agents.baselines.strategies import STRATEGIES
from aibt.agents.model import Model
from aibt.agents.session import SessionRun
from aibt.clock import nanoseconds
from aibt.errors import Invalid
from aibt.live.states import RunState
from aibt.market.bars import BarSeries
from aibt.market.instruments import Instrument
from aibt.trading.benchmark import benchmark_curve
from tests.unit.agents.builders import MemoryJournal, a_plan, a_run, an_instrument, walking
from tests.unit.agents.random_sessions import Losses, check_money, ledger, run_through, said
from tests.unit.agents.real_tools import real_tools

WALKS = [walking("AAA", 90, 1), walking("BBB", 90, 2), walking("CCC", 90, 3)]
ALL = [*STRATEGIES, "script", "bot"]


class Oracle:
    """Predicts the side that a function of what is known says."""

    def __init__(self, side: Any) -> None:
        self._side = side
        self.asked: list[tuple[str, int, int]] = []

    async def predict(self, bot: str, bars: BarSeries, side: int) -> Mapping[str, float]:
        self.asked.append((bars.symbol, len(bars), side))
        if len(bars) < 3:
            raise Invalid("symbol", "too few bars are known")
        found = {"hold": 5.0, "close": 5.0, "bull": 5.0, "bear": 5.0}
        return {**found, self._side(bars): 85.0}


def _falls_or_rises(bars: BarSeries) -> str:
    closes = bars.close[-3:]
    return "bull" if closes[-1] > closes[0] else "bear"


def _model(name: str, seed: int = 7) -> Model:
    if name == "script":
        return ScriptedModel()
    if name == "bot":
        return BotModel("Max")
    return BaselineModel(name, STRATEGIES[name](), seed)


def _run(
    name: str,
    market: Sequence[Instrument],
    *,
    seed: int = 7,
    at: Sequence[tuple[int, bool]] = (),
    **changes: Any,
) -> tuple[SessionRun, MemoryJournal]:
    journal = MemoryJournal()
    Losses(journal, list(at))
    if name == "bot":
        changes = {"bots": ["Max"], "oracle": Oracle(_falls_or_rises), **changes}
    run = asyncio.run(
        run_through(lambda: a_run(market, _model(name, seed), journal=journal, **changes), journal)
    )
    return run, journal


def _equities(journal: MemoryJournal) -> list[float]:
    return [float(str(one.data["equity"])) for one in journal.of(entries.MARK)]


@pytest.mark.parametrize("name", ALL)
def test_each_trades_to_the_end_with_its_money_right_and_breaks_no_limit(name: str) -> None:
    run, journal = _run(name, WALKS)

    check_money(journal.entries, a_plan(universe=["AAA", "BBB", "CCC"]))
    assert journal.entries[-1].data["state"] == RunState.FINISHED
    assert run.account.fills >= 3
    assert not run.account.portfolio.positions
    denied = [str(one.data["says"]) for one in journal.of(entries.DENIED)]
    assert len(denied) <= run.account.fills / 5, denied


@pytest.mark.parametrize("name", ALL)
def test_each_goes_on_where_it_was_lost_and_comes_to_the_same(name: str) -> None:
    market = [walking("AAA", 75, 1), walking("BBB", 75, 2)]
    at = [(40, True), (3, False), (11, True), (60, False), (1, True)]

    whole, calm = _run(name, market)
    broken, shaken = _run(name, market, at=at)

    assert said(shaken.entries) == said(calm.entries)
    assert ledger(broken.account) == ledger(whole.account)


@pytest.mark.parametrize("name", ["momentum", "script"])
def test_a_baseline_reads_the_real_tools_as_it_reads_the_plain_ones(name: str) -> None:
    market = [walking("AAA", 75, 1), walking("BBB", 75, 2)]

    plain, _ = _run(name, market)
    real, _ = _run(name, market, open_tools=real_tools())

    assert ledger(real.account) == ledger(plain.account)


def test_buy_and_hold_is_the_benchmark_where_nothing_happens_over_night() -> None:
    closes = [[100.0, 100, 110, 121, 90, 130], [50.0, 50, 40, 45, 44, 60]]
    market = [  # each opens where it closed: nothing happens over night
        an_instrument(one, rows, [rows[0], *rows[:-1]])
        for one, rows in zip(("AAA", "BBB"), closes, strict=True)
    ]
    run, journal = _run("buy-and-hold", market, fee_bps=0.0, slippage_bps=0.0)
    plan = a_plan(fee_bps=0.0, slippage_bps=0.0)
    times = np.array([nanoseconds(at) for at in _moments(journal)], np.int64)

    curve = benchmark_curve(
        times, {one.symbol: one.series for one in market}, balance=10_000.0, costs=plan.costs
    )

    np.testing.assert_allclose(_equities(journal), curve, rtol=1e-9)
    assert run.account.fills == 4


def test_buy_and_hold_with_costs_stays_within_them_of_the_benchmark() -> None:
    plan = a_plan()
    _, journal = _run("buy-and-hold", WALKS)
    times = np.array([nanoseconds(at) for at in _moments(journal)], np.int64)

    curve = benchmark_curve(
        times, {one.symbol: one.series for one in WALKS}, balance=10_000.0, costs=plan.costs
    )

    away = np.array(_equities(journal))[1:-1] / curve[1:-1] - 1
    assert np.abs(away).max() < 0.01  # the first night, and costs of 15 basis points
    assert np.ptp(away) < 0.006


def _moments(journal: MemoryJournal) -> list[Any]:
    from datetime import datetime

    return [datetime.fromisoformat(str(one.data["at"])) for one in journal.of(entries.STEP)]


def test_buy_and_hold_buys_once_and_sells_nothing_before_the_end() -> None:
    _, journal = _run("buy-and-hold", WALKS)

    fills = journal.of(entries.FILL)
    ends = [one for one in fills if str(one.data["order_id"]).startswith("end/")]
    assert len(fills) == 6
    assert len(ends) == 3
    assert {one.data["step"] for one in fills if one not in ends} == {2}


def test_equal_weight_brings_back_what_has_drifted_by_a_tenth_and_nothing_else() -> None:
    rising = [100.0 * 1.02**day for day in range(60)]
    flat = [100.0] * 60
    _, journal = _run("equal-weight", [an_instrument("AAA", rising), an_instrument("BBB", flat)])

    fills = [one for one in journal.of(entries.FILL) if int(str(one.data["step"])) > 3]
    traded = [one for one in fills if not str(one.data["order_id"]).startswith("end/")]
    sold = [one for one in traded if str(one.data["quantity"]).startswith("-")]
    assert {one.data["symbol"] for one in sold} == {"AAA"}
    assert {one.data["symbol"] for one in traded if one not in sold} == {"BBB"}
    assert 4 <= len(sold) <= 7
    shares = _shares(journal, "AAA")
    assert max(shares[3:-1]) < 0.5 * 1.13
    assert min(shares[3:-1]) > 0.5 * 0.87


def _shares(journal: MemoryJournal, symbol: str) -> list[float]:
    """The share of a symbol at each mark."""
    plan, shares = a_plan(), []
    from aibt.agents.account import SessionAccount

    account = SessionAccount(plan)
    for entry in journal.entries:
        account.take(entry)
        if entry.kind == entries.MARK:
            shares.append(float(account.portfolio.value(symbol) / account.portfolio.equity()))
    return shares


def test_momentum_holds_what_rises_and_leaves_what_falls() -> None:
    turning = [100.0 * 1.01**day for day in range(80)]
    turning += [turning[-1] * 0.98**day for day in range(1, 60)]
    steady = [100.0 * 1.004**day for day in range(len(turning))]
    falling = [100.0 * 0.995**day for day in range(len(turning))]
    market = [
        an_instrument("AAA", turning), an_instrument("BBB", steady), an_instrument("CCC", falling)
    ]  # fmt: skip

    _, journal = _run("momentum", market)

    first, last = _shares(journal, "AAA"), _shares(journal, "BBB")
    assert min(first[5:80]) > 0.3, "the strongest is held"
    assert max(first[-30:]) == 0, "until it has fallen for long"
    assert max(_shares(journal, "CCC")) == 0, "what only falls is never held"
    assert min(last[-30:-1]) > 0.3


def test_random_is_as_its_seed_says() -> None:
    first, one = _run("random", WALKS, seed=1)
    again, two = _run("random", WALKS, seed=1)
    other, three = _run("random", WALKS, seed=2)

    assert said(one.entries) == said(two.entries)
    assert ledger(first.account) == ledger(again.account)
    assert said(one.entries) != said(three.entries)
    assert other.account.fills > 3
    sides = {str(one.data["action"]) for one in one.of(entries.ORDER)}
    assert {"buy", "short", "close"} <= sides


def test_no_baseline_sells_short_where_it_may_not() -> None:
    for name in ("random", "script"):
        _, journal = _run(name, WALKS, allow_short=False)

        actions = {one.data["action"] for one in journal.of(entries.ORDER, entries.DENIED)}
        assert actions
        assert "short" not in actions


def test_a_bot_holds_the_side_that_it_predicts_on_what_is_known_alone() -> None:
    closes = [100.0, 101, 102, 103, 104, 103, 101, 99, 97, 95, 97, 99, 101]
    oracle = Oracle(_falls_or_rises)
    _, journal = _run("bot", [an_instrument("AAA", closes)], oracle=oracle)

    shares = _shares(journal, "AAA")
    assert [round(share) for share in shares[4:-1]] == [1, 1, -1, -1, -1, -1, -1, -1]
    assert [known for _, known, _ in oracle.asked] == [*range(1, len(closes))]
    assert {side for _, _, side in oracle.asked} == {-1, 0, 1}
    failed = [one for one in journal.of(entries.RESULT) if not one.data["ok"]]
    assert [one.data["name"] for one in failed] == ["ask_bot", "ask_bot"]


def test_a_halted_symbol_is_left_alone_by_all() -> None:
    halved = [100.0 + day % 3 for day in range(40)]
    halved += [one / 2 for one in halved]
    for name in ALL:
        market = [an_instrument("AAA", halved), walking("BBB", 80, 2)]
        _, journal = _run(name, market)

        (halt,) = journal.of(entries.HALT)
        after = [one for one in journal.of(entries.ORDER, entries.DENIED) if one.seq > halt.seq]
        assert "AAA" not in {one.data["symbol"] for one in after}, name
