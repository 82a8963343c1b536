"""The ledger: every cent is accounted for."""

import decimal
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.market.bars import BarSeries
from aibt.trading.costs import Costs
from aibt.trading.ledger import MONEY, Ledger
from tests.unit.trading.builders import balances, bars_and_actions, costs

FREE = Costs(fee_bps=0, slippage_bps=0)
TINY = Decimal("1e-18")


def traded(bars: BarSeries, actions: list[int], balance: float, rates: Costs) -> Ledger:
    ledger = Ledger(balance, rates)
    for bar, action in enumerate(actions, 1):
        if ledger.equity(bars.close[bar - 1]) > 0:
            ledger.apply(action, bars.open[bar], bar)
    return ledger


@given(bars_and_actions(), balances, costs)
def test_equity_is_the_starting_cash_and_what_trades_made(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs
) -> None:
    bars, actions = drawn
    ledger = traded(bars, actions, balance, rates)
    close = bars.close[-1]

    still_open = ledger.open_trade(close)
    with decimal.localcontext(MONEY):
        made = sum((trade.profit for trade in ledger.closed_trades), Decimal(0))
        made += still_open.profit if still_open else 0

        assert abs(ledger.equity(close) - ledger.balance - made) <= TINY * max(ledger.balance, 1)


@given(bars_and_actions(), balances, costs)
def test_cash_is_the_starting_cash_less_what_was_paid_for_fills(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs
) -> None:
    ledger = traded(*drawn, balance, rates)

    with decimal.localcontext(MONEY):
        paid = sum((f.signed_quantity * f.price + f.fee for f in ledger.fills), Decimal(0))
        held = sum((f.signed_quantity for f in ledger.fills), Decimal(0))

        assert abs(ledger.balance - paid - ledger.cash) <= TINY * max(ledger.balance, 1)
        assert abs(held - ledger.quantity) <= TINY * max(ledger.balance, 1)
    assert all(done.fee >= 0 for done in ledger.fills)


@given(bars_and_actions(), costs)
def test_costs_never_help(drawn: tuple[BarSeries, list[int]], rates: Costs) -> None:
    bars, actions = drawn
    dear, free = (traded(bars, actions, 1_000.0, each) for each in (rates, FREE))
    same_sides = [f.bar for f in dear.fills] == [f.bar for f in free.fills]

    if same_sides and free.equity(bars.close[-1]) >= 0:
        assert dear.equity(bars.close[-1]) <= free.equity(bars.close[-1]) * (1 + TINY) + TINY


@given(bars_and_actions(), costs)
def test_an_account_that_never_trades_never_changes(
    drawn: tuple[BarSeries, list[int]], rates: Costs
) -> None:
    bars, actions = drawn
    ledger = traded(bars, [action % 2 for action in actions], 1_000.0, rates)  # hold and close

    assert ledger.equity(bars.close[-1]) == 1_000
    assert ledger.fills == []


def test_a_reversal_is_one_fill_and_two_trades() -> None:
    ledger = Ledger(1_000.0, Costs(fee_bps=10, slippage_bps=0))

    ledger.apply(2, 10.0, 1)
    ledger.apply(3, 12.0, 2)

    assert [done.bar for done in ledger.fills] == [1, 2]
    assert ledger.trade_count == 2
    (closed,) = ledger.closed_trades
    opened = ledger.open_trade(12.0)
    assert opened is not None
    assert (closed.side, closed.opened_at, closed.closed_at) == (1, 1, 2)
    assert (opened.side, opened.opened_at, opened.closed_at) == (-1, 2, None)
    assert closed.fees + opened.fees == sum(done.fee for done in ledger.fills)


@given(bars_and_actions(), balances, costs, st.data())
def test_a_ledger_that_was_written_down_goes_on_as_if_it_had_not(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs, data: st.DataObject
) -> None:
    bars, actions = drawn
    cut = data.draw(st.integers(0, len(actions)))
    uninterrupted = traded(bars, actions, balance, rates)
    first = traded(bars, actions[:cut], balance, rates)
    second = Ledger(balance, rates)
    second.load_state(first.state())
    for bar, action in enumerate(actions[cut:], cut + 1):
        if second.equity(bars.close[bar - 1]) > 0:
            second.apply(action, bars.open[bar], bar)

    assert second.state() == uninterrupted.state()


def test_the_surrounding_codes_decimal_context_does_not_matter() -> None:
    usual = Ledger(1_000.0, Costs(fee_bps=1, slippage_bps=1))
    usual.apply(2, 3.0, 1)
    with decimal.localcontext(decimal.Context(prec=3)):
        coarse = Ledger(1_000.0, Costs(fee_bps=1, slippage_bps=1))
        coarse.apply(2, 3.0, 1)

    assert coarse.state() == usual.state()


@pytest.mark.parametrize("rates", [(-1, 0), (0, -1), (10_000, 0), (float("nan"), 0)])
def test_costs_that_cannot_be_are_refused(rates: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="_bps is"):
        Costs(fee_bps=rates[0], slippage_bps=rates[1])
