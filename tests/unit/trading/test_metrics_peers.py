"""Figures are those of empyrical and quantstats; `peers` says where definitions differ."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.trading.metrics import (
    annual_return,
    bar_returns,
    calmar_ratio,
    deepest_drawdown,
    max_drawdown,
    monthly_returns,
    sharpe_ratio,
    sortino_ratio,
    total_return,
    volatility,
)
from tests.unit.trading.builders import curves, some_times
from tests.unit.trading.peers import daily, empyrical, quantstats

Curve = NDArray[np.float64]
bars_a_year = st.sampled_from([52, 252, 365, 1_764])
some = settings(max_examples=40, deadline=None)


def same(ours: float | None, theirs: float) -> bool:
    """Return whether theirs is ours, an undefined one being no number."""
    if ours is None:
        return not np.isfinite(theirs)
    return bool(ours == pytest.approx(theirs, rel=1e-7, abs=1e-10))


@some
@given(curves(), bars_a_year)
def test_figures_are_those_of_empyrical(equities: Curve, bars: int) -> None:
    returns = daily(bar_returns(equities))
    annual = annual_return(equities, bars)

    assert same(total_return(equities), empyrical.cum_returns_final(returns))
    assert same(annual, empyrical.annual_return(returns, annualization=bars))
    assert same(
        volatility(equities, bars), empyrical.annual_volatility(returns, annualization=bars)
    )
    assert same(sharpe_ratio(equities, bars), empyrical.sharpe_ratio(returns, annualization=bars))
    assert same(sortino_ratio(equities, bars), empyrical.sortino_ratio(returns, annualization=bars))
    assert same(max_drawdown(equities), -empyrical.max_drawdown(returns))
    assert same(
        calmar_ratio(annual, max_drawdown(equities)),
        empyrical.calmar_ratio(returns, annualization=bars),
    )


@some
@given(curves(), bars_a_year)
def test_figures_are_those_of_quantstats(equities: Curve, bars: int) -> None:
    returns = daily(bar_returns(equities))
    annual, depth = annual_return(equities, bars), max_drawdown(equities)

    assert same(total_return(equities), quantstats.comp(returns))
    assert same(annual, quantstats.cagr(returns, periods=bars))
    assert same(volatility(equities, bars), quantstats.volatility(returns, periods=bars))
    assert same(sharpe_ratio(equities, bars), quantstats.sharpe(returns, periods=bars))
    assert same(sortino_ratio(equities, bars), quantstats.sortino(returns, periods=bars))
    assert same(depth, -quantstats.max_drawdown(returns))
    if depth:
        assert same(calmar_ratio(annual, depth), quantstats.calmar(returns, periods=bars))


@some
@given(curves(fewest=5))
def test_the_dates_of_a_drawdown_are_those_of_quantstats(equities: Curve) -> None:
    fall = deepest_drawdown(equities)
    prices = daily(np.maximum(equities / equities.min() * 10, 10))
    found = quantstats.drawdown_details(quantstats.to_drawdown_series(prices))

    if fall is None:
        assert len(found) == 0
        return
    deepest = found.loc[found["max drawdown"].idxmin()]
    last = len(equities) - 1 if fall.recovery is None else fall.recovery - 1
    days = [prices.index[at].strftime("%Y-%m-%d") for at in (fall.peak + 1, fall.trough, last)]
    assert [deepest["start"], deepest["valley"], deepest["end"]] == days
    assert fall.depth == pytest.approx(-deepest["max drawdown"] / 100)


@some
@given(curves(fewest=5, most=400))
def test_months_are_those_of_both(equities: Curve) -> None:
    times = some_times(len(equities), first="2024-01-01")
    returns = daily(bar_returns(equities), first="2024-01-02")
    ours = {(month.year, month.month): month.value for month in monthly_returns(times, equities)}

    by_month = empyrical.aggregate_returns(returns, "monthly")
    table = quantstats.monthly_returns(returns, eoy=False)

    assert set(by_month.index) == set(ours)
    for (year, month), value in ours.items():
        name = pd.Timestamp(year, month, 1).strftime("%b").upper()
        assert by_month[(year, month)] == pytest.approx(value, abs=1e-12)
        assert table.loc[str(year), name] == pytest.approx(value, abs=1e-12)
