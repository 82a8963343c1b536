"""What is learned is what is traded: a session's account fills as a training's ledger does."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from aibt.market.bars import BarSeries
from aibt.trading.account_rule import move, sign
from aibt.trading.actions import target_side
from aibt.trading.broker import Broker
from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger, exact
from aibt.trading.portfolio import Execution, Marks, Portfolio
from aibt.trading.risk import RiskLimits
from tests.unit.trading.accounts import FAR, NOON, RULES, an_opening, an_order
from tests.unit.trading.builders import balances, bars_and_actions, costs

SAME = RiskLimits(price_collar=FAR, maintenance=Decimal(0))
NEAR_BUST = 1e-6  # of what is held


def asked(side: int, action: int) -> list[tuple[str, str | None]]:
    """Return the orders that say what a bot's action says: a reversal is two of them."""
    wanted = target_side(side, action)
    if wanted == side:
        return []
    ends: list[tuple[str, str | None]] = [("close", None)] if side else []
    begins = {1: [("buy", "1")], -1: [("short", "1")], 0: []}[wanted]
    return [*ends, *begins]


def filled(broker: Broker, action: int, close: float, opened: float, bar: int) -> Decimal:
    """Decide at a close, fill at the next open, and return what was traded."""
    now = NOON + timedelta(days=bar)
    broker.portfolio.apply(Marks(prices={"A": exact(close)}, at=now))
    broker.begin_decision()
    for verb, share in asked(sign(broker.portfolio.quantity("A")), action):
        order = an_order(verb, share=share, price=exact(close), placed_at=now)
        refused = broker.denial(order)
        assert refused is None, refused
        broker.accept(order)
    done = broker.open([an_opening(price=exact(opened), at=now)])
    assert all(isinstance(one, Execution) for one in done)
    return sum((one.quantity for one in done if isinstance(one, Execution)), Decimal(0))


def is_near_bust(cash: float, quantity: float, price: float) -> bool:
    return cash + quantity * price < NEAR_BUST * (abs(quantity) * price + abs(cash))


@given(bars_and_actions(), balances, costs)
def test_a_session_fills_at_the_same_bars_and_for_the_same_money_as_a_training(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs
) -> None:
    bars, actions = drawn
    ledger = Ledger(balance, rates)
    broker = Broker(Portfolio(exact(balance)), SAME, RULES, rates)
    cash, quantity, average = balance, 0.0, 0.0
    fee, slippage = rates.fee_bps / 10_000, rates.slippage_bps / 10_000
    for bar, action in enumerate(actions, 1):
        close, opened = float(bars.close[bar - 1]), float(bars.open[bar])
        side = target_side(sign(quantity), action)
        after = move(cash, quantity, average, side, opened, fee, slippage)
        if is_near_bust(cash, quantity, close) or is_near_bust(after[0], after[1], opened):
            return
        cash, quantity, average, _, _ = after
        if sign(quantity) != side:
            return  # closing the other side took all that there was

        theirs = ledger.apply(action, opened, bar)
        ours = filled(broker, action, close, opened, bar)

        account, position = broker.portfolio, broker.portfolio.positions.get("A")
        tiny = 1e-9 * (balance + abs(quantity) * opened)
        assert (theirs is not None) == (ours != 0)
        if theirs is not None:
            assert float(ours) == pytest.approx(float(theirs.signed_quantity), rel=1e-9)
        for money, units, price in (
            (ledger.cash, ledger.quantity, ledger.average_price),
            (cash, quantity, average),
        ):
            assert sign(account.quantity("A")) == sign(units)
            assert float(account.quantity("A")) == pytest.approx(float(units), rel=1e-9)
            assert float(account.cash) == pytest.approx(float(money), rel=1e-9, abs=tiny)
            assert float(position.average_price if position else 0) == pytest.approx(float(price))
        equity = float(account.equity({"A": exact(opened)}))
        assert equity == pytest.approx(float(ledger.equity(opened)), rel=1e-9)

    last = float(bars.close[-1])
    if not is_near_bust(cash, quantity, last):
        ledger.apply(1, last, len(bars))
        broker.close_out([an_opening(price=exact(last))])

        assert float(broker.portfolio.cash) == pytest.approx(float(ledger.cash), rel=1e-9)
