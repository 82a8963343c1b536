"""The risk check: every order is judged with all that waits, and no number breaks it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aibt.trading.broker import Broker
from aibt.trading.market_rules import FREE
from aibt.trading.orders import DenyReason, Order, OrderAction
from aibt.trading.portfolio import Execution, Marks, Portfolio
from aibt.trading.risk import Denial, RiskLimits
from tests.unit.trading.accounts import (
    NO_COSTS,
    NOON,
    WIDE,
    a_broker,
    an_opening,
    an_order,
    held,
    marks,
    opened,
)


def reason(broker: Broker, order: Order) -> DenyReason | None:
    denial = broker.denial(order)
    if denial is None:
        return None
    assert denial.says
    assert "\n" not in denial.says
    return denial.reason


def accepted(broker: Broker, *orders: Order) -> Broker:
    for order in orders:
        assert reason(broker, order) is None
        broker.accept(order)
    return broker


LONG = (an_order("buy", quantity="50"),)
SHORT = (an_order("short", quantity="50"),)


@pytest.mark.parametrize(
    ("before", "order", "expected"),
    [
        ((), an_order("buy", "NOWHERE", quantity="1"), "unknown_symbol"),
        ((), an_order("buy", quantity="1", price="0"), "no_price"),
        ((), an_order("buy", quantity="1", price="NaN"), "no_price"),
        ((), an_order("close", price="Infinity"), "no_price"),
        ((), an_order("buy"), "quantity"),
        ((), an_order("buy", quantity="1", share="0.1"), "quantity"),
        (LONG, an_order("close", quantity="1"), "quantity"),
        (LONG, an_order("close", share="1"), "quantity"),
        ((), an_order("buy", share="1.0001"), "quantity"),
        ((), an_order("buy", share="0"), "quantity"),
        ((), an_order("buy", quantity="0"), "quantity"),
        ((), an_order("buy", quantity="-5"), "quantity"),
        ((), an_order("buy", quantity="1000000000000001"), "quantity"),
        ((), an_order("buy", "TOKYO", quantity="150"), "quantity"),
        ((), an_order("buy", "TOKYO", share="0.9"), "quantity"),
        (LONG, an_order("sell", quantity="50.000001"), "quantity"),
        (SHORT, an_order("cover", quantity="50.000001"), "quantity"),
        ((), an_order("sell", quantity="1"), "nothing_held"),
        ((), an_order("cover", quantity="1"), "nothing_held"),
        ((), an_order("close"), "nothing_held"),
        (SHORT, an_order("sell", quantity="1"), "nothing_held"),
        (LONG, an_order("cover", quantity="1"), "nothing_held"),
        (SHORT, an_order("buy", quantity="1"), "opposite_position"),
        (LONG, an_order("short", quantity="1"), "opposite_position"),
        ((), an_order("short", "SHANGHAI", quantity="100"), "shorting"),
        (LONG, an_order("buy", "B", share="0.51"), "buying_power"),
        (LONG, an_order("short", "B", share="0.51"), "buying_power"),
        (LONG, an_order("buy", quantity="50.1"), "position_limit"),
        ((), an_order("buy", quantity="100.1"), "position_limit"),
        ((), an_order("buy", quantity="100"), None),
        ((), an_order("buy", share="1"), None),
        ((), an_order("short", share="1"), None),
        (LONG, an_order("buy", share="0.5"), None),
        (LONG, an_order("sell", quantity="50"), None),
        (LONG, an_order("sell", share="1"), None),
        (SHORT, an_order("cover", share="0.1"), None),
        (SHORT, an_order("close"), None),
    ],
)
def test_an_order_is_denied_for_one_stable_reason(
    before: tuple[Order, ...], order: Order, expected: str | None
) -> None:
    waiting, filled = accepted(a_broker(), *before), a_broker()
    opened(filled, *(replace(one, order_id=f"{one.order_id}/filled") for one in before))

    assert reason(waiting, order) == reason(filled, order) == expected


def test_shorting_can_be_forbidden() -> None:
    broker = a_broker(limits=replace(WIDE, allow_short=False))

    assert reason(broker, an_order("short", quantity="1")) is DenyReason.SHORTING
    assert reason(broker, an_order("buy", quantity="1")) is None


def test_so_many_orders_are_accepted_in_one_decision_and_no_more() -> None:
    broker = a_broker(limits=replace(WIDE, max_orders=2))
    accepted(broker, *(an_order("buy", quantity="1") for _ in range(2)))

    assert reason(broker, an_order("close")) is DenyReason.ORDER_LIMIT
    broker.begin_decision()
    assert reason(broker, an_order("close")) is None


def test_an_account_without_equity_may_only_make_positions_smaller() -> None:
    broker = a_broker()
    opened(broker, an_order("short", share="1"))
    broker.portfolio.apply(marks(A="20"))

    assert reason(broker, an_order("short", quantity="1", price="20")) is DenyReason.BUYING_POWER
    assert reason(broker, an_order("buy", "B", share="1")) is DenyReason.BUYING_POWER
    assert reason(broker, an_order("cover", quantity="7")) is None
    assert reason(broker, an_order("cover", share="0.1")) is None
    assert reason(broker, an_order("close")) is None


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ("sell 50, short 100", [None, None]),
        ("sell 49, short 1", [None, "opposite_position"]),
        ("close, buy 100", [None, None]),
        ("close, close", [None, "nothing_held"]),
        ("close, sell 1", [None, "nothing_held"]),
        ("sell 30, sell 20", [None, None]),
        ("sell 30, sell 21", [None, "quantity"]),
        ("sell 30, buy 80", [None, None]),
        ("sell 30, buy 81", [None, "position_limit"]),
        ("close, short 50, cover 20, short 70", [None, None, None, None]),
        ("close, short 50, buy 1", [None, None, "opposite_position"]),
        ("buy 20, sell 70", [None, None]),
        ("buy 20, sell 71", [None, "quantity"]),
        ("buy B 30, buy B 20", [None, None]),
        ("buy B 30, buy B 21", [None, "buying_power"]),
        ("buy B 30, short TOKYO 100", [None, "buying_power"]),
        ("close, buy B 100", [None, None]),
        ("close, buy B 60, short A 40", [None, None, None]),
        ("close, buy B 60, short A 41", [None, None, "buying_power"]),
    ],
)
def test_an_order_is_judged_as_if_all_that_waits_had_filled(
    orders: str, expected: list[str | None]
) -> None:
    broker = a_broker()
    opened(broker, an_order("buy", quantity="50"))

    found: list[DenyReason | None] = []
    for text in orders.split(", "):
        verb, *rest = text.split()
        symbol = rest[0] if len(rest) == 2 else "A"
        order = an_order(verb, symbol, quantity=rest[-1] if rest else None)
        found.append(reason(broker, order))
        if found[-1] is None:
            broker.accept(order)

    assert found == expected
    done = broker.open([an_opening(symbol) for symbol in ("A", "B", "TOKYO")])
    assert len(done) == found.count(None)
    assert all(isinstance(one, Execution) for one in done)


def test_several_orders_that_together_exceed_the_leverage_are_denied_from_there_on() -> None:
    limits = replace(WIDE, max_leverage=Decimal(2), max_position=Decimal(2))
    broker = accepted(
        a_broker(limits=limits),
        an_order("buy", share="0.9"),
        an_order("short", "B", share="0.9"),
    )

    denial = broker.denial(an_order("buy", share="0.3"))

    assert denial is not None
    assert denial.reason is DenyReason.BUYING_POWER
    assert "worth 300.00" in denial.says
    assert "only 200.00 are left (at most 2 × equity)" in denial.says
    assert reason(broker, an_order("buy", share="0.2")) is None


@pytest.mark.parametrize(
    ("turnover", "orders", "expected"),
    [
        ("0.5", "sell 1", [None]),
        ("0.5", "close", ["turnover_limit"]),
        ("0.6", "close", [None]),
        ("1", "close, buy 40", [None, None]),
        ("1", "close, buy 41", [None, "turnover_limit"]),
        ("1.6", "close, short 30, cover 10, short 10", [None, None, None, None]),
        ("1.6", "close, short 30, close, short 60", [None, None, None, "turnover_limit"]),
    ],
)
def test_what_is_traded_in_one_decision_is_counted_once_and_in_its_turn(
    turnover: str, orders: str, expected: list[str | None]
) -> None:
    limits = replace(WIDE, max_turnover=Decimal(turnover))
    broker = a_broker(limits=replace(limits, max_turnover=None))
    opened(broker, an_order("buy", quantity="60"))
    limited = Broker(broker.portfolio, limits, {"A": FREE}, NO_COSTS)

    found = []
    for text in orders.split(", "):
        verb, *quantity = text.split()
        order = an_order(verb, quantity=quantity[0] if quantity else None)
        found.append(reason(limited, order))
        if found[-1] is None:
            limited.accept(order)

    assert found == expected
    limited.begin_decision()
    assert reason(limited, an_order("buy", "A", quantity="0.1")) in {None, "opposite_position"}


def test_orders_of_symbols_that_have_no_price_of_their_own_yet_count_at_that_of_the_order() -> None:
    broker = Broker(Portfolio(Decimal(1_000)), WIDE, {"A": FREE, "B": FREE}, NO_COSTS)
    accepted(broker, an_order("buy", quantity="60"))

    assert reason(broker, an_order("buy", "B", quantity="41")) is DenyReason.BUYING_POWER
    assert reason(broker, an_order("buy", "B", quantity="40")) is None


def test_selling_a_large_share_of_little_counts_as_little() -> None:
    broker = a_broker(limits=replace(WIDE, max_turnover=Decimal("0.2")))
    opened(broker, an_order("buy", share="0.1"))
    broker.begin_decision()

    assert reason(broker, an_order("sell", share="1")) is None


@pytest.mark.parametrize("balance", ["1000", "999.99", "1e10", "0.07", "3.33"])
@pytest.mark.parametrize("price", ["10", "0.0003", "7.77", "123456.789"])
def test_an_order_of_just_the_limit_is_accepted_and_fills_up_to_it(
    balance: str, price: str
) -> None:
    for share in ("1", "0.5", "0.3333"):
        broker = a_broker(balance, A=price)
        (done,) = opened(broker, an_order("buy", share=share, price=price), A=price)
        assert isinstance(done, Execution)
        assert done.quantity * Decimal(price) == pytest.approx(Decimal(balance) * Decimal(share))
    broker = a_broker(balance, A=price)
    units = Decimal(balance) / Decimal(price)
    assert reason(broker, an_order("buy", quantity=units, price=price)) is None
    too_many = an_order("buy", quantity=units * Decimal("1.001"), price=price)
    assert reason(broker, too_many) is DenyReason.POSITION_LIMIT


@pytest.mark.parametrize(("verb", "first"), [("sell", "buy"), ("cover", "short")])
def test_parts_of_a_position_are_sold_in_whole_lots(verb: str, first: str) -> None:
    broker = a_broker("10000")
    opened(broker, an_order(first, "TOKYO", quantity="300"))

    assert reason(broker, an_order(verb, "TOKYO", quantity="150")) is DenyReason.QUANTITY
    assert reason(broker, an_order(verb, "TOKYO", quantity="200")) is None
    assert reason(broker, an_order(verb, "TOKYO", quantity="300")) is None


HOSTILE = (
    "NaN", "-NaN", "sNaN", "Infinity", "-Infinity", "0", "-0", "-1", "-0E-7000", "1e400", "1e-400",
    "1e999999", "1e-6170", "-1e400", "9" * 40, "0." + "9" * 40, "1." + "0" * 38 + "1",
    "1000000000000000", "0.000000001", "0.0000000009999",
)  # fmt: skip
hostile = st.one_of(
    st.none(),
    st.sampled_from(HOSTILE).map(Decimal),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals("1e-9", "1e15"),
)


@given(
    st.sampled_from(("", "buy", "short")),
    st.lists(
        st.builds(
            lambda verb, symbol, quantity, share: replace(
                an_order(verb, symbol), quantity=quantity, share=share
            ),
            st.sampled_from(OrderAction),
            st.sampled_from(("A", "B", "TOKYO", "SHANGHAI", "NOWHERE")),
            hostile,
            hostile,
        ),
        max_size=6,
    ),
    st.sampled_from(("0.0001", "10", "99999.99")),
)
def test_a_hostile_number_is_denied_or_harmless(
    before: str, orders: list[Order], price: str
) -> None:
    limits = replace(WIDE, max_turnover=Decimal(5))
    broker = a_broker(limits=limits)
    if before:
        opened(broker, an_order(before, share="0.5"))
    for order in orders:
        denial = broker.denial(order)
        assert denial is None or isinstance(denial, Denial)
        if denial is None:
            assert order.symbol != "NOWHERE"
            broker.accept(order)
        else:
            assert len(denial.says) < 200

    broker.open([an_opening(symbol, price) for symbol in ("A", "B", "TOKYO", "SHANGHAI")])

    assert broker.pending == {}
    assert broker.portfolio.cash.is_finite()
    assert broker.portfolio.equity().is_finite()


@given(st.sampled_from(OrderAction), hostile.filter(lambda price: price is not None))
@example(OrderAction.BUY, Decimal("1E-6170"))
def test_a_hostile_price_is_denied_or_harmless(action: OrderAction, price: Decimal) -> None:
    broker = a_broker()
    opened(broker, an_order("buy", quantity="5"))
    share = None if action is OrderAction.CLOSE else Decimal("0.1")

    denial = broker.denial(replace(an_order(action, share=share), reference_price=price))

    if not price.is_finite() or price <= 0:
        assert denial is not None
        assert denial.reason is DenyReason.NO_PRICE


def test_an_amount_of_forty_digits_sells_no_more_than_is_held() -> None:
    broker = a_broker()
    opened(broker, an_order("buy", quantity="1"))

    opened(broker, an_order("sell", quantity="0." + "9" * 40))

    assert held(broker) == 0


def test_five_hundred_orders_of_one_decision_use_just_the_equity_there_is() -> None:
    symbols = [f"S{number}" for number in range(500)]
    portfolio = Portfolio(Decimal(10_000))
    portfolio.apply(Marks(prices=dict.fromkeys(symbols, Decimal(10)), at=NOON))
    limits = RiskLimits(max_turnover=Decimal(2))
    broker = Broker(portfolio, limits, dict.fromkeys(symbols, FREE), NO_COSTS)

    accepted(broker, *(an_order("buy", symbol, share="0.002") for symbol in symbols))
    done = broker.open([an_opening(symbol) for symbol in symbols])

    assert len(done) == 500
    assert portfolio.equity() == 10_000
