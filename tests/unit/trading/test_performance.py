"""The performance of an account: one figure for everything, whatever became of it."""

import json
import math
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.trading.metrics import (
    AccountFill,
    StockSplit,
    annual_return,
    max_drawdown,
    sharpe_ratio,
    sortino_ratio,
    total_return,
    turnover,
    volatility,
)
from aibt.trading.performance import Performance, performance
from tests.unit.trading.builders import curves, some_times

Curve = NDArray[np.float64]
WIRE = [
    "total_return",
    "annual_return",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "max_drawdown_from",
    "max_drawdown_until",
    "recovered_at",
    "win_rate",
    "profit_factor",
    "trades",
    "turnover",
    "exposure",
    "benchmark_return",
    "excess_return",
    "sharpe_low",
    "sharpe_high",
    "return_low",
    "return_high",
    "profit",
    "fees",
    "model_cost",
    "profit_after_model_cost",
    "bars",
]
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def of_curve(equities: Curve | list[float], /, **changes: Any) -> Performance:
    """Return the performance of daily equities, the first of them the balance."""
    curve = np.array(equities, np.float64)
    given: dict[str, Any] = {
        "times": some_times(len(curve)),
        "equities": curve,
        "bars_per_year": 252.0,
        "balance": float(curve[0]) if len(curve) else 100.0,
    }
    return performance(**{**given, **changes})


def a_fill(quantity: int, price: int, fee: int, *, day: int) -> AccountFill:
    return AccountFill(
        symbol="A",
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=Decimal(fee),
        at=FIRST + timedelta(days=day),
    )


def test_its_figures_are_those_of_the_wire() -> None:
    assert [field.name for field in fields(Performance)] == WIRE
    assert list(of_curve([100.0]).as_wire()) == WIRE


@given(curves())
def test_figures_of_the_curve_are_the_metrics(equities: Curve) -> None:
    found = of_curve(equities)

    assert found.total_return == pytest.approx(total_return(equities), abs=1e-12)
    assert found.annual_return == pytest.approx(annual_return(equities, 252))
    assert found.volatility == volatility(equities, 252)
    assert found.sharpe == sharpe_ratio(equities, 252)
    assert found.sortino == sortino_ratio(equities, 252)
    assert found.max_drawdown == max_drawdown(equities)
    assert found.profit == equities[-1] - equities[0]
    assert found.bars == len(equities) - 1


def test_an_account_that_was_computed_by_hand() -> None:
    found = of_curve(
        [100.0, 120.0, 90.0, 120.0, 110.0],
        exposures=np.array([0.0, 1.0, 0.5, 0.5, 0.0]),
        fills=[a_fill(1, 100, 1, day=0), a_fill(-2, 60, 2, day=1), a_fill(1, 70, 0, day=9)],
        splits=[StockSplit(symbol="A", at=FIRST + timedelta(days=1), ratio=Decimal(2))],
        benchmark=np.array([99.0, 98.0, 97.0, 96.0, 105.0]),
        model_cost=4.0,
    )

    assert found.profit == 10.0
    assert found.total_return == pytest.approx(0.1)
    assert (found.model_cost, found.profit_after_model_cost) == (4.0, 6.0)
    assert found.benchmark_return == pytest.approx(0.05)
    assert found.excess_return == pytest.approx(0.05)
    assert (found.trades, found.win_rate, found.profit_factor) == (1, 1.0, None)
    assert found.fees == 3.0
    assert found.exposure == pytest.approx(0.4)
    assert found.turnover == pytest.approx((100 + 120 + 70) / 108 * 252 / 4)
    assert found.max_drawdown == 0.25
    assert found.max_drawdown_from == FIRST + timedelta(days=1)
    assert found.max_drawdown_until == FIRST + timedelta(days=2)
    assert found.recovered_at == FIRST + timedelta(days=3)
    assert found.calmar == pytest.approx((1.1 ** (252 / 4) - 1) / 0.25)


def test_turnover_is_of_the_mean_equity() -> None:
    found = of_curve([100.0, 200.0, 300.0], fills=[a_fill(4, 100, 0, day=1)])

    expected = turnover(400.0, np.array([100.0, 200.0, 300.0]), 252)
    assert found.turnover == expected == pytest.approx(2 * 252 / 2)


def test_fees_that_are_told_count_instead_of_those_of_the_fills() -> None:
    found = of_curve([100.0, 99.0], fills=[a_fill(1, 10, 1, day=0)], fees=Decimal("2.5"))

    assert found.fees == 2.5


def test_an_account_that_traded_before_its_first_mark_begins_with_its_balance() -> None:
    found = of_curve([90.0, 99.0], balance=100.0)

    assert (found.bars, found.profit, found.max_drawdown) == (2, -1.0, pytest.approx(0.1))
    assert found.total_return == pytest.approx(-0.01)
    assert found.max_drawdown_from == found.max_drawdown_until == FIRST


@pytest.mark.parametrize("end", [0.0, -30.0])
def test_an_account_that_lost_everything_has_its_figures_up_to_then(end: float) -> None:
    lost = of_curve([100.0, 110.0, 50.0, end])
    marked_on = of_curve(
        [100.0, 110.0, 50.0, end, end, end],
        exposures=np.array([1.0, 1.0, 1.0, np.inf, np.nan, 0.0]),
    )

    assert lost.total_return == (end - 100) / 100
    assert (lost.annual_return, lost.calmar, lost.max_drawdown) == (-1.0, -1.0, 1.0)
    assert lost.max_drawdown_until == FIRST + timedelta(days=3)
    assert lost.recovered_at is lost.return_low is lost.sharpe_low is None
    assert lost.sharpe is not None
    assert marked_on.exposure == 1.0
    assert (marked_on.sharpe, marked_on.bars) == (lost.sharpe, 3)


def test_an_account_that_begins_with_a_debt_is_told_of_too() -> None:
    found = of_curve([-5.0, -5.0], balance=100.0)

    assert (found.profit, found.bars, found.annual_return) == (-105.0, 1, -1.0)


@pytest.mark.parametrize("equities", [[], [100.0], [100.0, 100.0]])
def test_an_account_that_did_nothing_earned_nothing(equities: list[float]) -> None:
    found = of_curve(equities, benchmark=np.array(equities), exposures=np.zeros(len(equities)))

    assert (found.total_return, found.profit, found.max_drawdown) == (0.0, 0.0, 0.0)
    assert (found.trades, found.win_rate, found.profit_factor) == (0, None, None)
    assert found.sharpe is found.sortino is found.calmar is found.max_drawdown_from is None
    assert found.benchmark_return == (0.0 if equities else None)


@settings(max_examples=30, deadline=None)
@given(curves(fewest=25, most=200), st.integers(0, 100))
def test_the_same_seed_gives_the_same_intervals_around_the_figures(
    equities: Curve, seed: int
) -> None:
    found = of_curve(equities, seed=seed)

    assert of_curve(equities, seed=seed) == found
    assert found.return_low is not None
    assert found.return_high is not None
    assert found.return_low <= found.return_high
    if found.sharpe is not None and found.sharpe_low is not None and found.sharpe_high is not None:
        assert found.sharpe_low <= found.sharpe_high


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-1e3, 1e9), max_size=30),
    st.floats(1e-3, 1e9),
    st.sampled_from([1.0, 252.0, 8_766.0, 525_960.0]),
    st.none() | st.floats(0, 1e6),
)
def test_whatever_the_curve_it_is_plain_json(
    equities: list[float], balance: float, bars_per_year: float, cost: float | None
) -> None:
    found = of_curve(
        equities,
        balance=balance,
        bars_per_year=bars_per_year,
        model_cost=cost,
        exposures=np.full(len(equities), np.nan),
        benchmark=np.array(equities, np.float64),
    )

    text = json.dumps(found.as_wire(), allow_nan=False)

    wire = json.loads(text)
    assert wire == found.as_wire()
    if found.max_drawdown_from is not None:
        assert datetime.fromisoformat(wire["max_drawdown_from"]) == found.max_drawdown_from
    assert 0 <= found.max_drawdown <= 1
    assert math.isfinite(found.total_return)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"times": some_times(2)}, r"\(2,\) times for \(3,\) equities"),
        ({"exposures": np.zeros(4)}, r"\(4,\) exposures"),
        ({"benchmark": np.zeros(1)}, r"\(1,\) benchmark"),
        ({"times": np.array([1, 3, 3])}, "must rise"),
        ({"equities": np.array([1.0, np.nan, 1.0])}, "not a finite number"),
        ({"benchmark": np.array([1.0, np.inf, 1.0])}, "benchmark is not a finite number"),
        ({"balance": 0.0}, "balance 0.0"),
        ({"bars_per_year": math.nan}, "nan bars per year"),
    ],
)
def test_what_is_no_account_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        of_curve([1.0, 2.0, 3.0], **changes)
