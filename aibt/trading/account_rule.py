"""The rule of the account, written once: plain scalar functions of one instrument.

They run as they are with `Decimal` (the ledger) and with floats (one environment), and numba
compiles them for a batch of environments (`envs.account_kernel`). So the only literals are
whole numbers, and prices and rates are arguments.

With price p, slippage rate s and fee rate f, buying d units takes d·p·(1 + s)·(1 + f) of cash
and selling them brings d·p·(1 - s)·(1 - f). Against p, one unit of value bought costs
k = (1 + s)·(1 + f) - 1, and one sold costs k = 1 - (1 - s)·(1 - f).
"""

from decimal import Decimal
from typing import TypeVar

Number = TypeVar("Number", float, Decimal)
"""One of the two throughout a call."""


def sign(quantity: Number) -> int:
    """Return the side of a position: 1 long, -1 short, 0 none."""
    if quantity > 0:
        return 1
    if quantity < 0:
        return -1
    return 0


def mark(cash: Number, quantity: Number, price: Number) -> Number:
    """Return the equity at `price`: cash and the position's value."""
    return cash + quantity * price


def is_bust(equity: Number) -> bool:
    """Return whether nothing is left to trade with."""
    return equity <= 0


def side_quantity(
    cash: Number, quantity: Number, side: int, price: Number, fee: Number, slippage: Number
) -> Number:
    """Return the quantity that makes the exposure ±1 (or 0) of equity, costs included.

    Equity after the fill is E - |Δ|·p·k, and the new position must be worth just that. From
    the other side or from none, |Δ| = |q| + x, so x·p = E - (|q| + x)·p·k, which gives
    x = (E - |q|·p·k) / (p·(1 + k)). Where closing takes all that there is, x is 0.

    Args:
        cash: before the fill.
        quantity: held before it, signed; not on the wanted side.
        side: the wanted one.
        price: at which it fills, before slippage.
        fee: rate on the traded value.
        slippage: rate by which the price gets worse.
    """
    if side == 0:
        return quantity * 0
    buying, selling = (1 + slippage) * (1 + fee) - 1, 1 - (1 - slippage) * (1 - fee)
    cost = buying if side > 0 else selling
    size = (cash + quantity * price - abs(quantity) * price * cost) / (price * (1 + cost))
    if size <= 0:
        return quantity * 0
    return side * size


def fill(
    cash: Number,
    quantity: Number,
    average_price: Number,
    target_quantity: Number,
    price: Number,
    fee: Number,
    slippage: Number,
) -> tuple[Number, Number, Number, Number]:
    """Trade from `quantity` to `target_quantity` in one fill.

    Returns:
        Cash and average price after it, the price of execution and the fee paid. The average
        price is that of the entry; it is 0 without a position.
    """
    change = target_quantity - quantity
    execution_price = price * (1 + slippage) if change > 0 else price * (1 - slippage)
    paid = abs(change) * execution_price * fee
    cash_after = cash - change * execution_price - paid
    if target_quantity == 0:
        average = price * 0
    elif sign(quantity) != sign(target_quantity):
        average = execution_price * 1
    elif abs(target_quantity) > abs(quantity):
        average = (quantity * average_price + change * execution_price) / target_quantity
    else:
        average = average_price * 1
    return cash_after, average, execution_price, paid


def move(
    cash: Number,
    quantity: Number,
    average_price: Number,
    side: int,
    price: Number,
    fee: Number,
    slippage: Number,
) -> tuple[Number, Number, Number, Number, Number]:
    """Hold `side` from now on: nothing changes if it is held already.

    Returns:
        Cash, quantity and average price after it, the price of execution and the fee paid
        (both 0 without a fill).
    """
    if sign(quantity) == side:
        return cash, quantity, average_price, price * 0, price * 0
    target = side_quantity(cash, quantity, side, price, fee, slippage)
    cash_after, average, execution_price, paid = fill(
        cash, quantity, average_price, target, price, fee, slippage
    )
    return cash_after, target, average, execution_price, paid
