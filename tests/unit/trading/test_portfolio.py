"""The ledger of several instruments: what happened moves it, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.trading.portfolio import Dividend, Execution, Happening, Portfolio, Split
from tests.unit.trading.accounts import NOON, TODAY, marks

TINY = Decimal("1e-25")


def an_execution(
    quantity: str, price: str = "10", *, fee: str = "0", symbol: str = "A", slipped: str = ""
) -> Execution:
    return Execution(
        order_id="one",
        symbol=symbol,
        quantity=Decimal(quantity),
        price=Decimal(price),
        execution_price=Decimal(slipped or price),
        fee=Decimal(fee),
        at=NOON,
        on=TODAY,
    )


def a_split(ratio: str, symbol: str = "A") -> Split:
    return Split(symbol=symbol, ratio=Decimal(ratio), at=NOON)


def a_dividend(amount: str, symbol: str = "A") -> Dividend:
    return Dividend(symbol=symbol, amount=Decimal(amount), at=NOON)


def a_portfolio(*happenings: Happening) -> Portfolio:
    portfolio = Portfolio(Decimal(1_000))
    for happening in happenings:
        portfolio.apply(happening)
    return portfolio


def state(portfolio: Portfolio) -> tuple[object, ...]:
    return (
        portfolio.cash,
        portfolio.fees,
        portfolio.traded,
        portfolio.realised,
        dict(portfolio.positions),
        dict(portfolio.prices),
    )


def test_a_purchase_costs_its_value_and_its_fee() -> None:
    portfolio = a_portfolio(an_execution("3", fee="1"), marks(A="12"))

    assert (portfolio.cash, portfolio.fees, portfolio.traded) == (969, 1, 30)
    assert (portfolio.equity(), portfolio.gross(), portfolio.unrealised()) == (1_005, 36, 6)
    assert portfolio.realised == 0


def test_a_short_position_is_worth_less_than_nothing_and_gains_as_prices_fall() -> None:
    portfolio = a_portfolio(an_execution("-3"), marks(A="8"))

    assert (portfolio.cash, portfolio.value("A"), portfolio.gross()) == (1_030, -24, 24)
    assert (portfolio.equity(), portfolio.unrealised()) == (1_006, 6)


def test_what_is_closed_is_realised_at_its_average_price_slippage_included() -> None:
    portfolio = a_portfolio(
        an_execution("2", "10"), an_execution("2", "20"), an_execution("-1", "30", slipped="29")
    )

    assert portfolio.positions["A"].average_price == 15
    assert portfolio.realised == 14
    assert portfolio.prices == {"A": 30}


def test_an_execution_to_the_other_side_realises_what_it_closes_and_begins_anew() -> None:
    portfolio = a_portfolio(an_execution("2", "10"), an_execution("-5", "12"))

    assert portfolio.realised == 4
    assert (portfolio.quantity("A"), portfolio.positions["A"].average_price) == (-3, 12)
    assert portfolio.equity() == 1_004


def test_a_position_that_is_closed_is_gone() -> None:
    portfolio = a_portfolio(an_execution("2"), an_execution("-2", "11"))

    assert portfolio.positions == {}
    assert portfolio.quantity("A") == portfolio.gross() == portfolio.unrealised() == 0
    assert portfolio.equity() == portfolio.cash == 1_002


def test_newer_prices_can_be_asked_about_without_being_noted() -> None:
    portfolio = a_portfolio(an_execution("2"), an_execution("-1", symbol="B"))
    before = state(portfolio)
    prices = {"A": Decimal(15), "C": Decimal(1)}

    assert (portfolio.equity(prices), portfolio.gross(prices)) == (1_010, 40)
    assert (portfolio.value("A", prices), portfolio.value("B", prices)) == (30, -10)
    assert state(portfolio) == before


@given(
    st.sampled_from(("3", "-3")),
    st.decimals("0.001", "1000", places=3),
    st.sampled_from(("15", "1.5", "0.1", "0.3333333333333333")),
)
def test_a_position_is_worth_the_same_after_a_split(
    quantity: str, price: Decimal, ratio: str
) -> None:
    portfolio = a_portfolio(an_execution(quantity, str(price)), marks(A="7", B="5"))
    before, made = portfolio.equity(), portfolio.unrealised()
    portfolio.apply(a_split(ratio))

    assert portfolio.quantity("A") == Decimal(quantity) * Decimal(ratio)
    assert abs(portfolio.equity() - before) < TINY * 1_000
    assert abs(portfolio.unrealised() - made) < TINY * 1_000
    assert portfolio.prices["B"] == 5


def test_a_split_of_what_is_not_held_changes_its_price_alone() -> None:
    portfolio = a_portfolio(an_execution("3"), marks(B="30"), a_split("15", "B"), a_split("2", "C"))

    assert portfolio.prices == {"A": 10, "B": 2}
    assert portfolio.equity() == 1_000


def test_the_long_side_is_paid_a_dividend_and_the_short_side_pays_it() -> None:
    portfolio = a_portfolio(
        an_execution("3", symbol="A"),
        an_execution("-2", symbol="B"),
        a_dividend("1", "A"),
        a_dividend("0.25", "B"),
        a_dividend("9", "C"),
    )

    assert portfolio.realised == Decimal("2.5")
    assert portfolio.cash == 1_000 - 30 + 20 + Decimal("2.5")


def test_what_was_bought_on_a_day_is_not_settled_on_it() -> None:
    tomorrow = TODAY + timedelta(days=1)
    portfolio = a_portfolio(
        an_execution("3"), replace(an_execution("2"), on=tomorrow), an_execution("1", symbol="B")
    )
    held = portfolio.positions["A"]

    assert (held.settled(TODAY), held.settled(tomorrow)) == (5, 3)
    assert held.settled(tomorrow + timedelta(days=1)) == 5
    assert portfolio.positions["B"].settled(TODAY) == 0
    portfolio.apply(replace(an_execution("-3"), on=tomorrow))
    assert portfolio.positions["A"].settled(tomorrow) == 0
    portfolio.apply(a_split("1.5"))
    assert portfolio.positions["A"].settled(tomorrow) == 0


@pytest.mark.parametrize("bad", ["0", "-1", "NaN", "sNaN", "Infinity", "-Infinity", "-0"])
def test_what_cannot_happen_is_refused_and_changes_nothing(bad: str) -> None:
    number = Decimal(bad)
    portfolio = a_portfolio(an_execution("3", fee="1"), marks(A="12", B="5"))
    before = state(portfolio)
    good = an_execution("1")
    hopeless: list[Happening] = [
        replace(good, price=number),
        replace(good, execution_price=number),
        a_split(bad),
        a_dividend(bad),
        marks(A="13", B=bad),
    ]
    if bad != "-1":
        hopeless.append(replace(good, quantity=number))
    if bad not in {"0", "-0"}:
        hopeless.append(replace(good, fee=number))

    for happening in hopeless:
        with pytest.raises(ValueError, match=r"finite|fee"):
            portfolio.apply(happening)

    assert state(portfolio) == before


@pytest.mark.parametrize("balance", ["0", "-1", "NaN", "Infinity"])
def test_an_account_without_a_balance_is_refused(balance: str) -> None:
    with pytest.raises(ValueError, match="balance is"):
        Portfolio(Decimal(balance))


def test_the_surrounding_codes_decimal_context_does_not_matter() -> None:
    happenings = (
        an_execution("3", "10.0001", fee="0.0003"),
        an_execution("1", "7.77777", slipped="7.7787"),
        a_split("0.3333333333333333"),
        a_dividend("0.1234567"),
        an_execution("-0.77", "31.4159"),
        marks(A="29.99999999"),
    )
    usual = a_portfolio(*happenings)
    with localcontext(Context(prec=3)):
        coarse = a_portfolio(*happenings)
        sums = (coarse.equity(), coarse.gross(), coarse.unrealised(), coarse.value("A"))

    assert repr(state(coarse)) == repr(state(usual))
    assert sums == (usual.equity(), usual.gross(), usual.unrealised(), usual.value("A"))
