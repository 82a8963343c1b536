"""Orders at the open: what fills, for how much, and what is cancelled."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.trading.broker import Cancellation, Outcome
from aibt.trading.costs import Costs
from aibt.trading.orders import DenyReason
from aibt.trading.portfolio import Dividend, Execution, Split
from aibt.trading.risk import RiskLimits
from tests.unit.trading.accounts import (
    NOON,
    TODAY,
    WIDE,
    a_broker,
    an_opening,
    an_order,
    held,
    marks,
    opened,
)

DEAR = Costs(fee_bps=10, slippage_bps=20)


def units(*outcomes: Outcome) -> list[Decimal]:
    assert all(isinstance(one, Execution) for one in outcomes), outcomes
    return [one.quantity for one in outcomes if isinstance(one, Execution)]


def reasons(*outcomes: Outcome) -> list[str]:
    assert all(isinstance(one, Cancellation) for one in outcomes), outcomes
    return [one.reason for one in outcomes if isinstance(one, Cancellation)]


def test_an_order_fills_at_the_open_with_slippage_and_fee() -> None:
    broker = a_broker(costs=DEAR)

    (done,) = opened(broker, an_order("buy", quantity="5", order_id="x"), A="20")

    assert isinstance(done, Execution)
    assert (done.order_id, done.quantity, done.price) == ("x", 5, 20)
    assert done.execution_price == Decimal("20.04")
    assert done.fee == Decimal("0.1002")
    assert broker.portfolio.cash == 1_000 - Decimal("100.3002")
    assert broker.pending == {}


@pytest.mark.parametrize("verb", ["buy", "short"])
def test_a_share_of_equity_pays_for_its_own_costs(verb: str) -> None:
    broker = a_broker(costs=DEAR)

    opened(broker, an_order(verb, share="0.5"))

    paid = 1_000 - broker.portfolio.equity()
    assert paid > 1
    assert abs(broker.portfolio.gross() + paid - 500) < Decimal("1e-20")


def test_an_order_waits_for_its_own_symbol_and_for_an_open_after_its_decision() -> None:
    broker = a_broker()
    later = an_order("buy", quantity="5", placed_at=NOON + timedelta(hours=2))
    broker.accept(later)

    assert broker.open([an_opening("B")]) == []
    assert broker.open([an_opening("A")]) == []  # it opened before the order was placed
    assert units(*broker.open([an_opening(at=later.placed_at)])) == [5]
    assert broker.open([an_opening(at=later.placed_at)]) == []


def test_an_open_changes_the_account_by_its_executions_alone() -> None:
    broker = a_broker()
    opened(broker, an_order("buy", quantity="5"))

    broker.open([an_opening("A", "50"), an_opening("B", "50")])
    opened(broker, an_order("buy", "B", quantity="1"), A="70", B="20")

    assert broker.portfolio.prices["A"] == 10
    assert broker.portfolio.prices["B"] == 20


def test_an_order_is_accepted_once() -> None:
    broker, order = a_broker(), an_order("buy", quantity="5")
    opened(broker, order)

    with pytest.raises(ValueError, match="accepted before"):
        broker.accept(order)
    with pytest.raises(ValueError, match="accepted before"):
        broker.accept(replace(order, quantity=Decimal(1)))

    assert broker.pending == {}


def test_what_makes_positions_smaller_pays_for_what_makes_others_larger() -> None:
    broker = a_broker()
    opened(broker, an_order("buy", share="1"))

    done = opened(broker, an_order("close"), an_order("buy", "B", share="1"), A="11", B="10")

    assert units(*done) == [-100, 110]


def test_an_addition_that_was_placed_before_the_reduction_still_fills_after_it() -> None:
    broker = a_broker()
    opened(broker, an_order("buy", share="0.9"))
    for order in (an_order("buy", "B", quantity="90"), an_order("close")):
        broker.accept(order)

    done = broker.open([an_opening("A"), an_opening("B")])

    assert [one.symbol for one in done] == ["A", "B"]
    assert units(*done) == [-90, 90]


def test_within_a_symbol_orders_fill_as_they_were_accepted() -> None:
    broker = a_broker()

    done = opened(
        broker,
        an_order("buy", quantity="30"),
        an_order("close"),
        an_order("short", quantity="20"),
        an_order("cover", quantity="15"),
    )

    assert units(*done) == [30, -30, -20, 15]
    assert held(broker) == -5


def test_a_position_is_reversed_by_two_orders_at_one_open() -> None:
    broker = a_broker()
    opened(broker, an_order("buy", share="1"))

    done = opened(broker, an_order("sell", quantity="100"), an_order("short", share="1"))

    assert units(*done) == [-100, -100]
    assert broker.portfolio.equity() == 1_000


@given(
    st.sampled_from(("buy", "short")),
    st.decimals("0.5", "200", places=4),
    st.sampled_from(("0.5", "1", "2")),
    st.sampled_from(("0.5", "1", "2")),
    st.floats(0, 300),
)
def test_a_gap_at_the_open_cuts_an_order_to_its_room(
    verb: str, price: Decimal, leverage: str, position: str, bps: float
) -> None:
    limits = replace(WIDE, max_leverage=Decimal(leverage), max_position=Decimal(position))
    broker = a_broker(limits=limits, costs=Costs(fee_bps=bps, slippage_bps=bps))
    most = 100 * min(limits.max_leverage, limits.max_position)

    (done,) = opened(broker, an_order(verb, quantity=most), A=str(price))

    assert isinstance(done, Execution)
    equity, gross = broker.portfolio.equity(), broker.portfolio.gross()
    room = min(limits.max_leverage, limits.max_position) * equity
    assert gross <= room * Decimal("1.000000001")
    if price > 11:  # the costs of an order at its own price cut it too
        assert gross >= room * Decimal("0.999999999")
    if price < Decimal(7):
        assert abs(done.quantity) == most


def test_an_order_that_there_is_no_room_for_is_cancelled() -> None:
    broker = a_broker()
    opened(broker, an_order("short", share="0.6"))

    gone = opened(broker, an_order("buy", "B", share="0.4"), B="10", A="20")

    assert reasons(*gone) == ["buying_power"]


@pytest.mark.parametrize(
    ("price", "fills"), [("15", True), ("15.01", False), ("5", True), ("4.99", False)]
)
def test_an_open_too_far_from_the_decisions_price_cancels(price: str, *, fills: bool) -> None:
    broker = a_broker(limits=RiskLimits(price_collar=Decimal("0.5")))

    (outcome,) = opened(broker, an_order("buy", quantity="5"), A=price)

    assert isinstance(outcome, Execution) is fills
    if isinstance(outcome, Cancellation):
        assert outcome.reason == "price_collar"
        assert f"A opened at {price}, 50% from your price" in outcome.says
    assert broker.pending == {}


@pytest.mark.parametrize(
    ("verb", "first", "share", "price", "left"),
    [
        ("sell", "buy", "0.25", "10", "75"), ("sell", "buy", "1", "10", "0"),
        ("cover", "short", "0.25", "10", "-75"), ("cover", "short", "1", "20", "-100"),
    ],
)  # fmt: skip
def test_a_share_makes_a_position_smaller_by_that_part_of_equity(
    verb: str, first: str, share: str, price: str, left: str
) -> None:
    broker = a_broker()
    opened(broker, an_order(first, share="1"))

    outcome = opened(broker, an_order(verb, share=share), A=price)

    assert held(broker) == Decimal(left)
    if price == "20":  # nothing is left of the equity to take a share of
        assert reasons(*outcome) == ["quantity"]


def test_more_than_is_still_held_is_not_sold() -> None:
    broker = a_broker()
    broker.accept(an_order("buy", share="0.5"))
    broker.accept(an_order("sell", quantity="50"))

    done = broker.open([an_opening(price="12.5")])

    assert units(*done) == [40, -40]
    assert held(broker) == 0


@pytest.mark.parametrize(
    ("before", "verb", "reason"),
    [
        ("", "sell", "nothing_held"), ("", "cover", "nothing_held"), ("", "close", "nothing_held"),
        ("short", "sell", "nothing_held"), ("buy", "cover", "nothing_held"),
        ("short", "buy", "opposite_position"), ("buy", "short", "opposite_position"),
    ],
)  # fmt: skip
def test_what_no_longer_fits_what_is_held_is_cancelled(before: str, verb: str, reason: str) -> None:
    broker = a_broker()
    if before:
        opened(broker, an_order(before, quantity="10"))
    broker.accept(an_order(verb, quantity=None if verb == "close" else "10"))

    assert reasons(*broker.open([an_opening()])) == [reason]
    assert broker.pending == {}


def test_additions_are_cut_to_whole_lots_and_less_than_one_is_cancelled() -> None:
    broker = a_broker("10000")

    cut = opened(broker, an_order("buy", "TOKYO", share="0.7"), TOKYO="11")
    gone = opened(broker, an_order("buy", "SHANGHAI", share="0.15"), SHANGHAI="16")
    full = opened(broker, an_order("buy", "SHANGHAI", quantity="300"), SHANGHAI="15")

    assert units(*cut) == [600]
    assert reasons(*gone) == ["quantity"]
    assert units(*full) == [200]


def test_what_is_left_of_a_lot_can_be_sold_with_all_the_rest() -> None:
    broker = a_broker("10000")
    opened(broker, an_order("buy", "TOKYO", quantity="300"))
    broker.split(Split(symbol="TOKYO", ratio=Decimal("1.5"), at=NOON))

    part = opened(broker, an_order("sell", "TOKYO", share="0.2"), TOKYO="6")
    rest = opened(broker, an_order("close", "TOKYO"), TOKYO="6")

    assert units(*part) == [-300]
    assert units(*rest) == [-150]


def test_what_is_bought_in_shanghai_is_sold_the_next_day_at_the_earliest() -> None:
    broker = a_broker("10000")
    opened(broker, an_order("buy", "SHANGHAI", quantity="200"))
    tomorrow = TODAY + timedelta(days=1)

    same_day = opened(broker, an_order("close", "SHANGHAI"))
    opened_later = [an_opening("SHANGHAI", at=NOON + timedelta(days=1), on=tomorrow)]
    broker.accept(an_order("buy", "SHANGHAI", quantity="100"))
    bought = broker.open(opened_later)
    broker.accept(an_order("sell", "SHANGHAI", quantity="300"))
    sold = broker.open(opened_later)

    assert reasons(*same_day) == ["settlement"]
    assert units(*bought) == [100]
    assert units(*sold) == [-200]
    assert held(broker, "SHANGHAI") == 100


def test_orders_that_wait_are_in_the_units_after_a_split() -> None:
    broker = a_broker(A="150")
    broker.accept(an_order("buy", quantity="2", price="150", order_id="units"))
    broker.accept(an_order("buy", share="0.3", price="150", order_id="share"))
    broker.accept(an_order("buy", "B", quantity="7", order_id="other"))

    broker.split(Split(symbol="A", ratio=Decimal(15), at=NOON))
    done = broker.open([an_opening("A", "10"), an_opening("B")])

    assert units(*done) == [30, 30, 7]
    assert [one.order_id for one in done] == ["units", "share", "other"]


def test_a_short_position_pays_dividends_and_what_waits_does_not() -> None:
    broker = a_broker()
    opened(broker, an_order("short", quantity="10"))
    broker.accept(an_order("buy", "B", quantity="10"))

    for symbol in ("A", "B"):
        broker.portfolio.apply(Dividend(symbol=symbol, amount=Decimal("0.5"), at=NOON))

    assert broker.portfolio.equity() == 995


def test_a_halt_cancels_what_waits_for_its_symbol() -> None:
    broker = a_broker()
    for symbol in ("A", "B", "A"):
        broker.accept(an_order("buy", symbol, quantity="1"))

    gone = broker.cancel(DenyReason.HALTED, "A is halted", "A")
    rest = broker.cancel(DenyReason.ENDED, "the session has ended")

    assert reasons(*gone) == ["halted", "halted"]
    assert [one.symbol for one in (*gone, *rest)] == ["A", "A", "B"]
    assert rest[0].says == "the session has ended"
    assert broker.pending == {}


def test_an_order_that_was_dropped_does_not_fill() -> None:
    broker = a_broker()
    broker.accept(an_order("buy", quantity="1", order_id="x"))
    broker.drop("x")
    broker.drop("never there")

    assert broker.open([an_opening()]) == []


@pytest.mark.parametrize(
    ("price", "below"), [("10", False), ("15.9", False), ("16.1", True), ("30", True)]
)
def test_an_account_whose_equity_is_small_beside_its_positions_must_close_them(
    price: str, *, below: bool
) -> None:
    broker = a_broker()
    opened(broker, an_order("short", quantity="100"))
    broker.portfolio.apply(marks(A=price))

    assert broker.below_maintenance() is below


def test_an_account_without_positions_is_never_below_maintenance() -> None:
    assert not a_broker().below_maintenance()


def test_closing_out_ends_each_position_once_and_pays_its_costs() -> None:
    broker = a_broker(costs=DEAR)
    opened(broker, an_order("buy", quantity="10"), an_order("short", "B", quantity="10"))
    closings = [an_opening("A", "12"), an_opening("B", "8"), an_opening("TOKYO")]

    done = broker.close_out(closings)
    opened(broker, an_order("buy", quantity="10", price="12"), A="12")
    again = broker.close_out([an_opening("A", "12", at=NOON + timedelta(hours=2))])

    assert units(*done) == [-10, 10]
    assert broker.portfolio.positions == {}
    assert len({one.order_id for one in (*done, *again)}) == 3
    assert done[0].execution_price < 12
    assert done[1].execution_price > 8
    assert all(one.fee > 0 for one in done)


def test_nobody_trades_with_an_account_that_is_bust() -> None:
    broker = a_broker()
    opened(broker, an_order("short", quantity="100"))
    broker.accept(an_order("buy", "B", quantity="5"))
    broker.accept(an_order("buy", "TOKYO", share="1"))
    broker.accept(an_order("cover", quantity="40"))

    done = broker.open([an_opening("A", "30"), an_opening("B"), an_opening("TOKYO")])

    assert units(done[0]) == [40]
    assert reasons(*done[1:]) == ["buying_power", "buying_power"]
