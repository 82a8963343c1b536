"""Round trips: no cent is made or lost between what fills paid and what trades earned."""

import decimal
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.trading.account_rule import fill as rule
from aibt.trading.ledger import MONEY
from aibt.trading.metrics import (
    AccountFill,
    RoundTrip,
    RoundTrips,
    StockSplit,
    profit_factor,
    round_trips,
    win_rate,
)
from tests.unit.trading.peers import quantstats

START = datetime(2025, 6, 2, tzinfo=UTC)
TINY = Decimal("1e-18")

decimals = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(5_000), places=4)
quantities = st.decimals(min_value=-50, max_value=50, places=3).filter(bool)
fees = st.decimals(min_value=0, max_value=20, places=2)


def a_fill(
    quantity: float | str | Decimal,
    price: float | str | Decimal,
    fee: float | str | Decimal = 0,
    *,
    day: int = 0,
    symbol: str = "A",
) -> AccountFill:
    return AccountFill(
        symbol=symbol,
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=Decimal(fee),
        at=START + timedelta(days=day),
    )


def a_split(ratio: float | str, *, day: int, symbol: str = "A") -> StockSplit:
    return StockSplit(symbol=symbol, at=START + timedelta(days=day), ratio=Decimal(ratio))


@st.composite
def some_fills(draw: st.DrawFn) -> list[AccountFill]:
    count = draw(st.integers(0, 20))
    return [
        a_fill(
            draw(quantities),
            draw(decimals),
            draw(fees),
            day=day // 2,
            symbol=draw(st.sampled_from("AB")),
        )
        for day in range(count)
    ]


def told(trips: RoundTrips) -> list[tuple[str, int, Decimal, Decimal, Decimal]]:
    return [
        (trade.symbol, trade.side, trade.quantity, trade.fees, trade.profit)
        for trade in trips.closed
    ]


def test_a_long_and_a_short_earn_the_way_between_less_their_fees() -> None:
    trips = round_trips(
        [
            a_fill(10, 100, 2, day=0),
            a_fill(-5, 50, 1, day=0, symbol="B"),
            a_fill(-10, 110, 3, day=1),
            a_fill(5, 60, 1, day=2, symbol="B"),
        ]
    )

    assert told(trips) == [("A", 1, 10, 5, 95), ("B", -1, 5, 2, -52)]
    assert trips.open == ()


def test_what_is_added_raises_the_average_and_a_part_takes_its_share_of_the_fees() -> None:
    trips = round_trips([a_fill(10, 100, 3), a_fill(20, 130, 6, day=1), a_fill(-6, 150, 1, day=2)])

    (trade,), (held,) = trips.closed, trips.open
    assert (trade.opened_price, trade.fees) == (120, Decimal("2.8"))
    assert trade.profit == 6 * 30 - Decimal("2.8")
    assert (trade.opened_at, trade.closed_at) == (START, START + timedelta(days=2))
    assert (held.quantity, held.average_price, held.fees) == (24, 120, Decimal("7.2"))


def test_a_fill_beyond_the_position_turns_it_and_the_two_share_its_fee() -> None:
    trips = round_trips([a_fill(4, 10), a_fill(-10, 12, 5, day=1), a_fill(6, 11, 1, day=2)])

    assert told(trips) == [("A", 1, 4, 2, 6), ("A", -1, 6, 4, 2)]
    assert [trade.opened_at.day for trade in trips.closed] == [2, 3]


def test_a_split_changes_units_and_price_of_what_is_open_but_not_its_worth() -> None:
    trips = round_trips(
        [a_fill(2, 1_500, 3), a_fill(-30, 101, 3, day=5), a_fill(1, 7, day=5, symbol="B")],
        [a_split(15, day=5), a_split(4, day=6, symbol="B")],
    )

    (trade,), (held,) = trips.closed, trips.open
    assert (trade.quantity, trade.opened_price, trade.profit) == (30, 100, 24)
    assert (held.symbol, held.quantity, held.average_price) == ("B", 4, Decimal("1.75"))


def test_a_split_of_what_is_not_held_changes_nothing() -> None:
    fills = [a_fill(2, 100, day=3), a_fill(-2, 110, day=4)]

    assert round_trips(fills, [a_split(2, day=0), a_split(3, day=9)]) == round_trips(fills)


@given(some_fills(), decimals, decimals)
def test_what_trades_earned_and_what_is_open_are_all_that_the_account_gained(
    fills: list[AccountFill], price_of_a: Decimal, price_of_b: Decimal
) -> None:
    prices = {"A": price_of_a, "B": price_of_b}

    trips = round_trips(fills)

    with decimal.localcontext(MONEY):
        cash = -sum((each.quantity * each.price + each.fee for each in fills), Decimal(0))
        worth = sum((each.quantity * prices[each.symbol] for each in fills), Decimal(0))
        earned = sum((trade.profit for trade in trips.closed), Decimal(0))
        marked = sum(
            (
                held.quantity * (prices[held.symbol] - held.average_price) - held.fees
                for held in trips.open
            ),
            Decimal(0),
        )
        paid = sum((each.fees for each in (*trips.closed, *trips.open)), Decimal(0))

        assert abs(cash + worth - earned - marked) < TINY
        assert abs(paid - sum((each.fee for each in fills), Decimal(0))) < TINY
    assert all(trade.quantity > 0 for trade in trips.closed)


@given(some_fills())
def test_the_average_price_is_the_one_that_the_accounts_rule_keeps(
    fills: list[AccountFill],
) -> None:
    kept: dict[str, tuple[Decimal, Decimal]] = {}
    with decimal.localcontext(MONEY):
        for each in fills:
            quantity, average = kept.get(each.symbol, (Decimal(0), Decimal(0)))
            target = quantity + each.quantity
            _, average, _, _ = rule(
                Decimal(0), quantity, average, target, each.price, Decimal(0), Decimal(0)
            )
            kept[each.symbol] = (target, average)

    held = {each.symbol: (each.quantity, each.average_price) for each in round_trips(fills).open}

    assert held == {symbol: position for symbol, position in kept.items() if position[0]}


@given(some_fills(), st.sampled_from(["2", "15", "0.5", "0.1"]), st.integers(0, 10))
def test_trades_earn_the_same_with_a_split_as_in_units_that_never_split(
    fills: list[AccountFill], ratio: str, day: int
) -> None:
    split = a_split(ratio, day=day)
    with decimal.localcontext(MONEY):
        after = [
            a_fill(
                each.quantity * split.ratio,
                each.price / split.ratio,
                each.fee,
                day=(each.at - START).days,
                symbol=each.symbol,
            )
            if each.symbol == "A" and each.at >= split.at
            else each
            for each in fills
        ]

    plain, with_split = round_trips(fills), round_trips(after, [split])

    assert len(plain.closed) == len(with_split.closed)
    for one, other in zip(plain.closed, with_split.closed, strict=True):
        assert abs(one.profit - other.profit) < TINY


@given(some_fills())
def test_one_symbols_trades_do_not_depend_on_anothers(fills: list[AccountFill]) -> None:
    whole = round_trips(fills)

    for symbol in "AB":
        alone = round_trips([each for each in fills if each.symbol == symbol])
        assert alone.closed == tuple(each for each in whole.closed if each.symbol == symbol)


@given(some_fills())
def test_the_surrounding_codes_decimal_context_does_not_matter(fills: list[AccountFill]) -> None:
    usual = round_trips(fills)
    with decimal.localcontext(decimal.Context(prec=3)):
        assert round_trips(fills) == usual
        assert profit_factor(round_trips(fills).closed) == profit_factor(usual.closed)


@given(some_fills())
def test_win_rate_and_profit_factor_are_those_of_quantstats_over_profits(
    fills: list[AccountFill],
) -> None:
    closed = [trade for trade in round_trips(fills).closed if trade.profit]
    profits = pd.Series([float(trade.profit) for trade in closed], dtype=float)

    if not closed:
        assert win_rate(closed) is profit_factor(closed) is None
        return
    assert win_rate(closed) == quantstats.win_rate(profits, prepare_returns=False)
    theirs = quantstats.profit_factor(profits, prepare_returns=False)
    ours = profit_factor(closed)
    assert theirs == (float("inf") if ours is None else pytest.approx(ours))


def test_a_trade_that_earned_nothing_is_no_win_and_no_loss() -> None:
    closed: tuple[RoundTrip, ...] = round_trips([a_fill(1, 5), a_fill(-1, 5)]).closed

    assert (win_rate(closed), profit_factor(closed)) == (0.0, None)


@pytest.mark.parametrize(
    ("quantity", "price", "fee"),
    [(0, 1, 0), (1, 0, 0), (1, -1, 0), (1, 1, -1), ("NaN", 1, 0), (1, "Infinity", 0)],
)
def test_a_fill_that_cannot_be_is_refused(
    quantity: float | str, price: float | str, fee: float | str
) -> None:
    with pytest.raises(ValueError, match="A: "):
        a_fill(quantity, price, fee)


@pytest.mark.parametrize("ratio", ["0", "-2", "NaN"])
def test_a_split_into_nothing_is_refused(ratio: str) -> None:
    with pytest.raises(ValueError, match="no split ratio"):
        a_split(ratio, day=0)
