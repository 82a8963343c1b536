"""Buying and holding everything is an account like any other."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.clock import nanoseconds
from aibt.market.bars import BarSeries, moment
from aibt.trading.benchmark import CashDividend, benchmark_curve
from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger
from aibt.trading.metrics import StockSplit
from tests.unit.trading.builders import DAY_NS, balances, costs, prices, some_bars

FREE = Costs(fee_bps=0, slippage_bps=0)
closes = st.lists(prices, min_size=1, max_size=20)


def flat_bars(values: list[float], *, first: int = 0) -> BarSeries:
    """Return daily bars with these closes, the first of which opens on day `first`."""
    bars = some_bars(values, values)
    ahead = first * DAY_NS
    return replace(bars, opened_ns=bars.opened_ns + ahead, ended_ns=bars.ended_ns + ahead)


def days(count: int, *, first: int = 1) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return (first + np.arange(count, dtype=np.int64)) * DAY_NS


def on_day(day: int) -> datetime:
    return datetime(1970, 1, 1 + day, tzinfo=UTC)


@given(closes, balances, costs)
def test_of_one_symbol_it_is_the_ledger_that_buys_at_the_first_close(
    values: list[float], balance: float, rates: Costs
) -> None:
    bars = flat_bars(values)
    ledger = Ledger(balance, rates)
    ledger.move(1, bars.close[0], 0)

    found = benchmark_curve(bars.ended_ns, {"A": bars}, balance=balance, costs=rates)

    expected = [float(ledger.equity(close)) for close in bars.close]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@given(closes, closes, balances, costs)
def test_it_is_the_sum_of_equal_parts(
    one: list[float], other: list[float], balance: float, rates: Costs
) -> None:
    times = days(25)
    bars = {"A": flat_bars(one), "B": flat_bars(other)}
    parts = [
        benchmark_curve(times, {symbol: each}, balance=balance / 2, costs=rates)
        for symbol, each in bars.items()
    ]

    found = benchmark_curve(times, bars, balance=balance, costs=rates)

    np.testing.assert_allclose(found, parts[0] + parts[1], rtol=1e-12)


def test_a_symbol_that_comes_later_is_cash_until_its_first_close() -> None:
    bars = {"A": flat_bars([10.0, 20.0, 20.0, 30.0]), "B": flat_bars([4.0, 6.0], first=2)}

    found = benchmark_curve(days(4), bars, balance=200.0, costs=FREE)

    assert found.tolist() == [200.0, 300.0, 300.0, 450.0]


def test_between_its_closes_and_after_the_last_a_symbol_is_worth_its_last_one() -> None:
    bars = flat_bars([10.0, 12.0])
    times = np.array([0, DAY_NS - 1, DAY_NS, 2 * DAY_NS - 1, 2 * DAY_NS, 9 * DAY_NS])

    found = benchmark_curve(times, {"A": bars}, balance=100.0, costs=FREE)

    assert found.tolist() == [100.0, 100.0, 100.0, 100.0, 120.0, 120.0]


def test_a_symbol_without_a_close_stays_cash() -> None:
    found = benchmark_curve(
        days(2), {"A": flat_bars([10.0, 20.0]), "B": flat_bars([9.0], first=30)},
        balance=100.0, costs=Costs(fee_bps=0, slippage_bps=0),
    )  # fmt: skip

    assert found.tolist() == [100.0, 150.0]


def test_what_was_bought_before_the_first_moment_is_bought_at_the_close_known_then() -> None:
    found = benchmark_curve(
        days(2, first=3), {"A": flat_bars([5.0, 7.0, 10.0, 11.0])}, balance=100.0, costs=FREE
    )

    assert found.tolist() == pytest.approx([100.0, 110.0])


@given(st.lists(prices, min_size=4, max_size=4), st.integers(1, 3), st.sampled_from([2, 15, 0.1]))
def test_a_split_changes_nothing_but_the_units(values: list[float], day: int, ratio: float) -> None:
    whole, times = flat_bars(values), days(6)
    shown = [close / ratio if at >= day else close for at, close in enumerate(values)]
    split = StockSplit(symbol="A", at=on_day(day), ratio=Decimal(str(ratio)))

    found = benchmark_curve(
        times, {"A": flat_bars(shown)}, balance=100.0, costs=FREE, splits=[split]
    )

    expected = benchmark_curve(times, {"A": whole}, balance=100.0, costs=FREE)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_split_before_anything_was_bought_or_of_another_changes_nothing() -> None:
    bars = {"A": flat_bars([5.0, 5.0, 6.0])}
    splits = [
        StockSplit(symbol="A", at=on_day(1), ratio=Decimal(2)),
        StockSplit(symbol="B", at=on_day(2), ratio=Decimal(2)),
    ]

    found = benchmark_curve(days(2, first=2), bars, balance=100.0, costs=FREE, splits=splits)

    assert found.tolist() == [100.0, 120.0]


def test_a_split_counts_only_once_a_close_shows_it() -> None:
    bars = flat_bars([10.0, 10.0])  # and none on the day of the split
    split = StockSplit(symbol="A", at=on_day(2), ratio=Decimal(2))

    found = benchmark_curve(days(4), {"A": bars}, balance=100.0, costs=FREE, splits=[split])

    assert found.tolist() == [100.0] * 4


def test_dividends_stay_cash_and_are_paid_for_the_units_held_then() -> None:
    bars = {"A": flat_bars([10.0, 10.0, 5.0, 5.0])}
    split = StockSplit(symbol="A", at=on_day(2), ratio=Decimal(2))
    paid = [
        CashDividend(symbol="A", at=on_day(day), amount=Decimal(amount))
        for day, amount in ((0, "9"), (1, "1"), (3, "0.25"))
    ]

    found = benchmark_curve(
        days(4), bars, balance=100.0, costs=FREE, splits=[split], dividends=paid
    )

    # 10 units get 1, and the 20 that they became 0.25; what was paid before is another's
    assert found.tolist() == [100.0, 110.0, 110.0, 115.0]


def test_no_close_is_known_before_its_bar_ends() -> None:
    bars, times = flat_bars([10.0, 20.0, 30.0]), days(3)
    known = bars.until(int(times[1]))

    found = benchmark_curve(times, {"A": bars}, balance=1.0, costs=FREE)
    less = benchmark_curve(times[:2], {"A": known}, balance=1.0, costs=FREE)

    assert moment(times[1]) == on_day(2)
    assert nanoseconds(on_day(2)) == times[1]
    assert found[:2].tolist() == less.tolist()


def test_without_moments_there_is_no_curve() -> None:
    bars = {"A": flat_bars([1.0])}

    assert benchmark_curve(days(0), bars, balance=1.0, costs=FREE).tolist() == []


def test_nothing_cannot_be_bought_and_not_with_nothing() -> None:
    with pytest.raises(ValueError, match="at least one symbol"):
        benchmark_curve(days(2), {}, balance=1.0, costs=FREE)
    with pytest.raises(ValueError, match="balance is 0"):
        benchmark_curve(days(2), {"A": flat_bars([1.0])}, balance=0.0, costs=FREE)
