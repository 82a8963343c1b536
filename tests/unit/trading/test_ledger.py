"""The ledger: every cent is accounted for."""

import decimal
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aibt.market.bars import BarSeries
from aibt.trading.costs import Costs
from aibt.trading.ledger import MONEY, Ledger
from tests.unit.trading.builders import balances, bars_and_actions, costs, prices

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


@given(bars_and_actions(), balances, costs)
def test_the_surrounding_codes_decimal_context_does_not_matter(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs
) -> None:
    usual = traded(*drawn, balance, rates)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        coarse = traded(*drawn, balance, rates)
        equity, still_open = coarse.equity(7.0), coarse.open_trade(7.0)

    assert coarse.state() == usual.state()
    assert (equity, still_open) == (usual.equity(7.0), usual.open_trade(7.0))


@given(prices, prices, balances, costs, st.sampled_from((-1, 1)), st.sampled_from((-1, 0, 1)))
def test_after_a_fill_the_exposure_is_all_of_the_equity_that_is_left(
    price: float, entry: float, balance: float, rates: Costs, side: int, before: int
) -> None:
    ledger = Ledger(balance, rates)
    ledger.move(before, entry, 1)
    assume(before != side and ledger.equity(price) > Decimal("0.1") * ledger.balance)
    ledger.move(side, price, 2)

    with decimal.localcontext(MONEY):
        exposure = ledger.quantity * Decimal(repr(price)) / ledger.equity(price)

        assert ledger.side == side
        assert abs(exposure - side) <= TINY


@pytest.mark.parametrize("kept", [0, 2])
def test_only_so_many_trades_and_fills_are_kept_as_were_asked_for(kept: int) -> None:
    ledger = Ledger(1_000.0, FREE, kept=kept)

    for bar in range(1, 9):
        ledger.apply(2 + bar % 2, 10.0, bar)

    assert [done.bar for done in ledger.fills] == [7, 8][2 - kept :]
    assert [trade.closed_at for trade in ledger.closed_trades] == [7, 8][2 - kept :]
    assert ledger.trade_count == 8


@pytest.mark.parametrize("balance", [0.0, -1.0, float("nan"), float("inf"), Decimal("-0.01")])
def test_a_ledger_without_a_balance_is_refused(balance: float | Decimal) -> None:
    with pytest.raises(ValueError, match="balance is"):
        Ledger(balance, FREE)


def test_a_negative_number_of_trades_cannot_be_kept() -> None:
    with pytest.raises(ValueError, match="kept is -1"):
        Ledger(1.0, FREE, kept=-1)


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_nothing_fills_at_a_price_that_is_none(price: float) -> None:
    ledger = Ledger(1_000.0, FREE)
    before = ledger.state()

    with pytest.raises(ValueError, match="price is"):
        ledger.apply(2, price, 1)

    assert ledger.state() == before


@pytest.mark.parametrize("action", [-1, 4])
def test_an_action_that_is_none_of_the_four_is_refused(action: int) -> None:
    with pytest.raises(ValueError, match=f"action {action} is"):
        Ledger(1_000.0, FREE).apply(action, 10.0, 1)


def test_a_side_that_is_none_of_the_three_is_refused() -> None:
    with pytest.raises(ValueError, match="side is 2"):
        Ledger(1_000.0, FREE).move(2, 10.0, 1)


@pytest.mark.parametrize("rates", [(-1, 0), (0, -1), (10_000, 0), (float("nan"), 0)])
def test_costs_that_cannot_be_are_refused(rates: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="_bps is"):
        Costs(fee_bps=rates[0], slippage_bps=rates[1])
