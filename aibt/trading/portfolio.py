"""The ledger of several instruments in `Decimal`: what happened to it, and nothing else, moves it.

It is a fold: the same happenings in the same order give the same portfolio to the last digit,
which is how a session is recovered and replayed from its journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Final

from aibt.trading.account_rule import fill as filled
from aibt.trading.account_rule import sign
from aibt.trading.ledger import MONEY

_ZERO: Final = Decimal(0)
_NO_PRICES: Final[Mapping[str, Decimal]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution of an order.

    Attributes:
        quantity: signed: positive buys, negative sells.
        price: of the market, before slippage.
        execution_price: slippage included.
        fee: never negative.
        on: the session's date, for settlement.
    """

    order_id: str
    symbol: str
    quantity: Decimal
    price: Decimal
    execution_price: Decimal
    fee: Decimal
    at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`ratio` units are held after, for each one held before."""

    symbol: str
    ratio: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dividend:
    """Cash per unit: the long side is paid it, the short side pays it."""

    symbol: str
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Last prices of symbols."""

    prices: Mapping[str, Decimal]
    at: datetime


Happening = Execution | Split | Dividend | Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What is held of one symbol.

    Attributes:
        quantity: signed.
        average_price: of the entry, slippage included, fees not.
        bought_on, bought: session's date of the last purchase, and how much was bought on it.
    """

    symbol: str
    quantity: Decimal
    average_price: Decimal
    bought_on: date | None = None
    bought: Decimal = _ZERO

    def settled(self, on: date) -> Decimal:
        """Return how much of a long position was bought before the session of `on`."""
        return self.quantity - (self.bought if self.bought_on == on else _ZERO)


class Portfolio:
    """Cash, positions and last prices of one account.

    Args:
        balance: starting cash, above 0.

    Raises:
        ValueError: the balance is not a finite number above 0.
    """

    def __init__(self, balance: Decimal) -> None:
        if not (balance.is_finite() and balance > 0):
            raise ValueError(f"balance is {balance}, it must be a finite number above 0")
        self.balance: Final = balance
        self.cash = balance
        self.fees = _ZERO
        self.traded = _ZERO  # value of all executions
        self.realised = _ZERO  # profit of what was closed, dividends included, before fees
        self.positions: dict[str, Position] = {}
        self.prices: dict[str, Decimal] = {}

    def apply(self, happening: Happening) -> None:
        """Let something happen to the account.

        Raises:
            ValueError: a price, ratio or dividend that is not a finite number above 0, an
                execution of no units or with a negative fee; the account is then as it was.
        """
        with localcontext(MONEY):
            match happening:
                case Execution():
                    self._execute(happening)
                case Split():
                    _check(happening, happening.ratio)
                    self._split(happening)
                case Dividend():
                    _check(happening, happening.amount)
                    held = self.quantity(happening.symbol)
                    self.cash += held * happening.amount
                    self.realised += held * happening.amount
                case Marks():
                    _check(happening, *happening.prices.values())
                    self.prices.update(happening.prices)

    def quantity(self, symbol: str) -> Decimal:
        """Return the signed quantity that is held, 0 for none."""
        held = self.positions.get(symbol)
        return _ZERO if held is None else held.quantity

    def value(self, symbol: str, prices: Mapping[str, Decimal] = _NO_PRICES) -> Decimal:
        """Return the signed value of a position at its last price, or at a newer one given."""
        with localcontext(MONEY):
            price = prices.get(symbol) or self.prices.get(symbol, _ZERO)
            return self.quantity(symbol) * price

    def equity(self, prices: Mapping[str, Decimal] = _NO_PRICES) -> Decimal:
        """Return cash and all positions, at their last prices or newer ones given."""
        with localcontext(MONEY):
            return self.cash + sum((self.value(symbol, prices) for symbol in self.positions), _ZERO)

    def gross(self, prices: Mapping[str, Decimal] = _NO_PRICES) -> Decimal:
        """Return the value of all positions regardless of their side."""
        with localcontext(MONEY):
            return sum((abs(self.value(symbol, prices)) for symbol in self.positions), _ZERO)

    def unrealised(self) -> Decimal:
        """Return the profit of what is held, against its average prices."""
        with localcontext(MONEY):
            return sum(
                (
                    held.quantity * (self.prices[held.symbol] - held.average_price)
                    for held in self.positions.values()
                ),
                _ZERO,
            )

    def _execute(self, done: Execution) -> None:
        _check(done, done.price, done.execution_price, done.quantity.copy_abs())
        if not (done.fee.is_finite() and done.fee >= 0):
            raise ValueError(f"the fee is negative: {done}")
        held = self.positions.get(done.symbol) or Position(
            symbol=done.symbol, quantity=_ZERO, average_price=_ZERO
        )
        after = held.quantity + done.quantity
        value = done.quantity * done.execution_price
        self.cash -= value + done.fee
        self.fees += done.fee
        self.traded += abs(value)
        if sign(held.quantity) == -sign(done.quantity):
            closed = min(abs(held.quantity), abs(done.quantity)) * sign(held.quantity)
            self.realised += closed * (done.execution_price - held.average_price)
        self.prices[done.symbol] = done.price
        if after == 0:
            self.positions.pop(done.symbol, None)
            return
        _, average, _, _ = filled(
            _ZERO, held.quantity, held.average_price, after, done.execution_price, _ZERO, _ZERO
        )
        bought_on, bought = held.bought_on, held.bought
        if done.quantity > 0:
            bought = done.quantity + (bought if bought_on == done.on else _ZERO)
            bought_on = done.on
        self.positions[done.symbol] = Position(
            symbol=done.symbol,
            quantity=after,
            average_price=average,
            bought_on=bought_on,
            bought=bought,
        )

    def _split(self, split: Split) -> None:
        if split.symbol in self.prices:
            self.prices[split.symbol] /= split.ratio
        held = self.positions.get(split.symbol)
        if held is not None:
            self.positions[split.symbol] = replace(
                held,
                quantity=held.quantity * split.ratio,
                average_price=held.average_price / split.ratio,
                bought=held.bought * split.ratio,
            )


def _check(happening: Happening, *numbers: Decimal) -> None:
    if not all(number.is_finite() and number > 0 for number in numbers):
        raise ValueError(f"a number is not finite and above 0: {happening}")
