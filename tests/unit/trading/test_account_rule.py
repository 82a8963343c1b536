"""The rule of the account: exact exposure, costs that never help, nothing made of nothing."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aibt.trading.account_rule import fill, is_bust, mark, move, sign
from tests.unit.trading.builders import prices

rates = st.floats(0, 0.05)
sides = st.sampled_from((-1, 0, 1))


@given(prices, rates, rates, sides, sides, prices)
def test_a_position_is_worth_exactly_the_equity_that_is_left_after_its_costs(
    price: float, fee: float, slippage: float, before: int, side: int, entry: float
) -> None:
    cash, quantity, average, _, _ = move(1_000.0, 0.0, 0.0, before, entry, fee, slippage)
    assume(mark(cash, quantity, price) > 100)
    assume(before != side)

    cash, quantity, average, _, _ = move(cash, quantity, average, side, price, fee, slippage)

    equity = mark(cash, quantity, price)
    assert sign(quantity) == side
    assert quantity * price == pytest.approx(side * equity, rel=1e-9, abs=1e-9)


@given(prices, rates, rates, st.floats(-50, 50), st.floats(-50, 50))
def test_a_fill_takes_just_its_costs_out_of_the_equity(
    price: float, fee: float, slippage: float, quantity: float, target: float
) -> None:
    cash, _, execution_price, paid = fill(1_000.0, quantity, price, target, price, fee, slippage)

    slipped = abs(target - quantity) * abs(execution_price - price)
    before, after = mark(1_000.0, quantity, price), mark(cash, target, price)
    assert paid >= 0
    assert before - after == pytest.approx(paid + slipped, rel=1e-9, abs=1e-6)


@given(prices, rates, rates)
def test_slippage_is_always_to_the_traders_loss(price: float, fee: float, slippage: float) -> None:
    _, _, bought_at, _ = fill(0.0, 0.0, 0.0, 1.0, price, fee, slippage)
    _, _, sold_at, _ = fill(0.0, 0.0, 0.0, -1.0, price, fee, slippage)

    assert sold_at <= price <= bought_at


def test_holding_a_side_that_is_held_changes_nothing() -> None:
    assert move(5.0, 2.0, 3.0, 1, 100.0, 0.1, 0.1) == (5.0, 2.0, 3.0, 0.0, 0.0)


def test_the_average_price_is_that_of_the_entry_and_of_what_is_added() -> None:
    _, opened, _, _ = fill(0.0, 0.0, 0.0, 2.0, 10.0, 0.0, 0.0)
    _, added, _, _ = fill(0.0, 2.0, 10.0, 4.0, 20.0, 0.0, 0.0)
    _, reduced, _, _ = fill(0.0, 4.0, 15.0, 1.0, 30.0, 0.0, 0.0)
    _, closed, _, _ = fill(0.0, 1.0, 15.0, 0.0, 30.0, 0.0, 0.0)

    assert (opened, added, reduced, closed) == (10.0, 15.0, 15.0, 0.0)


def test_where_closing_takes_everything_no_new_position_is_opened() -> None:
    cash, quantity, _, _, _ = move(-99.0, 1.0, 50.0, -1, 100.0, 0.02, 0.0)

    assert quantity == 0
    assert is_bust(mark(cash, quantity, 100.0))


@given(prices, rates, rates, sides)
def test_decimals_and_floats_come_to_the_same(
    price: float, fee: float, slippage: float, side: int
) -> None:
    numbers = (1_000.0, 0.0, 0.0, side, price, fee, slippage)
    exact = tuple(
        number if number is side and index == 3 else Decimal(number)
        for index, number in enumerate(numbers)
    )

    for ours, theirs in zip(move(*numbers), move(*exact), strict=True):  # type: ignore[misc,arg-type]
        assert ours == pytest.approx(float(theirs), rel=1e-9, abs=1e-12)
