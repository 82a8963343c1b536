"""The ledger: one instrument's account in `Decimal`, with every fill and trade."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import Any, Final

from aibt.trading.account_rule import mark, move, sign
from aibt.trading.actions import Action, target_side
from aibt.trading.costs import Costs

MONEY: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""Digits and rounding of every operation, whatever the surrounding code's own context says."""

_BPS: Final = Decimal(10_000)
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution."""

    bar: int  # index of the bar at whose price it filled
    signed_quantity: Decimal  # positive buys, negative sells
    price: Decimal  # of execution, slippage included
    fee: Decimal  # never negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """An entry with its exit; `closed_at` and `closed_price` are None while it is open.

    Attributes:
        opened_at, closed_at: index of the bar at whose price it filled.
        opened_price, closed_price: of execution, slippage included.
        quantity: units, positive.
        side: +1 long, -1 short.
        fees: of the entry and, once closed, of the exit.
        profit: net of costs; while open, as marked when it was asked for.
    """

    opened_at: int
    opened_price: Decimal
    quantity: Decimal
    side: int
    fees: Decimal
    profit: Decimal
    closed_at: int | None = None
    closed_price: Decimal | None = None


class Ledger:
    """Cash, one position, and what led there. Money is never made or lost but by the rule.

    Args:
        balance: starting cash, above 0.
        costs: of every fill.
        kept: how many closed trades and fills are kept; None: all.

    Raises:
        ValueError: the balance is not a finite number above 0, or `kept` is negative.
    """

    def __init__(self, balance: float | Decimal, costs: Costs, *, kept: int | None = None) -> None:
        if kept is not None and kept < 0:
            raise ValueError(f"kept is {kept}, it must not be negative")
        self._kept = kept
        with localcontext(MONEY):
            self._fee = exact(costs.fee_bps) / _BPS
            self._slippage = exact(costs.slippage_bps) / _BPS
        self.balance: Final = exact(balance)
        if not (self.balance.is_finite() and self.balance > 0):
            raise ValueError(f"balance is {balance}, it must be a finite number above 0")
        self.cash = self.balance
        self.quantity = _ZERO
        self.average_price = _ZERO
        self.trade_count = 0
        self.fills: list[Fill] = []
        self.closed_trades: list[Trade] = []
        self._open: Trade | None = None

    @property
    def side(self) -> int:
        """+1 long, -1 short, 0 flat."""
        side: int = sign(self.quantity)
        return side

    def apply(self, action: int, price: float | Decimal, bar: int) -> Fill | None:
        """Fill an action at `price`; None: it changes nothing.

        Raises:
            ValueError: there is no such action, or the price is not a finite number above 0.
        """
        if not 0 <= action < len(Action):
            raise ValueError(f"action {action} is not one of 0, 1, 2, 3")
        return self.move(target_side(self.side, action), price, bar)

    def move(self, side: int, price: float | Decimal, bar: int) -> Fill | None:
        """Hold `side` from bar `bar` on, filled at `price`; None: it is held already.

        Raises:
            ValueError: there is no such side, or the price is not a finite number above 0.
        """
        before, at = self.quantity, exact(price)
        if side not in (-1, 0, 1):
            raise ValueError(f"side is {side}, not -1, 0 or 1")
        if not (at.is_finite() and at > 0):
            raise ValueError(f"price is {price}, it must be a finite number above 0")
        with localcontext(MONEY):
            self.cash, self.quantity, self.average_price, execution_price, paid = move(
                self.cash, before, self.average_price, side, at, self._fee, self._slippage
            )
            if self.quantity == before:
                return None
            done = Fill(
                bar=bar, signed_quantity=self.quantity - before, price=execution_price, fee=paid
            )
            self._record(before, done)
        return done

    def equity(self, price: float | Decimal) -> Decimal:
        """Return cash and the position marked at `price`."""
        with localcontext(MONEY):
            equity: Decimal = mark(self.cash, self.quantity, exact(price))
        return equity

    def open_trade(self, price: float | Decimal) -> Trade | None:
        """Return the open trade with its profit marked at `price`, None when flat."""
        if self._open is None:
            return None
        with localcontext(MONEY):
            trade = self._open
            gained = trade.side * (exact(price) - trade.opened_price) * trade.quantity
            return replace(trade, profit=gained - trade.fees)

    def state(self) -> dict[str, Any]:
        """Return everything as JSON's own types; numbers are text, exact to the digit."""
        return {
            "cash": str(self.cash),
            "quantity": str(self.quantity),
            "average_price": str(self.average_price),
            "trade_count": self.trade_count,
            "fills": [_texts(asdict(done)) for done in self.fills],
            "closed_trades": [_texts(asdict(trade)) for trade in self.closed_trades],
            "open": None if self._open is None else _texts(asdict(self._open)),
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        self.cash = Decimal(state["cash"])
        self.quantity = Decimal(state["quantity"])
        self.average_price = Decimal(state["average_price"])
        self.trade_count = int(state["trade_count"])
        self.fills = [Fill(**_numbers(done)) for done in state["fills"]]
        self.closed_trades = [Trade(**_numbers(trade)) for trade in state["closed_trades"]]
        self._open = None if state["open"] is None else Trade(**_numbers(state["open"]))

    def _record(self, before: Decimal, done: Fill) -> None:
        """Note a fill, the trade that it closed and the one that it opened.

        A reversal is one fill and two trades, which share its fee by quantity.
        """
        self.fills.append(done)
        closing = abs(before)
        opening = abs(self.quantity)
        closing_fee = done.fee * closing / (closing + opening)
        if self._open is not None:
            trade = self._open
            gained = trade.side * (done.price - trade.opened_price) * trade.quantity
            fees = trade.fees + closing_fee
            self.closed_trades.append(
                replace(
                    trade,
                    closed_at=done.bar,
                    closed_price=done.price,
                    fees=fees,
                    profit=gained - fees,
                )
            )
            self._open = None
        if self.quantity:
            fees = done.fee - closing_fee
            self._open = Trade(
                opened_at=done.bar,
                opened_price=done.price,
                quantity=opening,
                side=self.side,
                fees=fees,
                profit=-fees,
            )
            self.trade_count += 1
        if self._kept is not None:
            for kept in (self.fills, self.closed_trades):
                del kept[: max(0, len(kept) - self._kept)]


def exact(number: float | Decimal) -> Decimal:
    """Return a float's shortest decimal form as a number, or a `Decimal` as it is."""
    return number if isinstance(number, Decimal) else Decimal(repr(float(number)))


_MONEY_FIELDS: Final = frozenset(
    {
        "signed_quantity",
        "price",
        "fee",
        "opened_price",
        "closed_price",
        "quantity",
        "fees",
        "profit",
    }
)


def _texts(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in fields.items()
    }


def _numbers(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(value) if name in _MONEY_FIELDS and value is not None else value
        for name, value in fields.items()
    }
