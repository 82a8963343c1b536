"""How many units an order comes to at a price, costs included, and how many there is room for.

The same rule as `account_rule.side_quantity`, for a part of equity and beside other positions: with
equity E, price p and costs of k per unit of value, x units cost x·p·k, so that x·p = s·E when
x = s·E / (p·(1 + k)) leaves E·s / (1 + k) in the position and pays its costs out of the share.
"""

from decimal import ROUND_FLOOR, Decimal
from typing import Final

_ZERO: Final = Decimal(0)


def cost_rate(side: int, fee: Decimal, slippage: Decimal) -> Decimal:
    """Return what one unit of value costs to buy (+1) or to sell (-1), see `account_rule`."""
    if side > 0:
        return (1 + slippage) * (1 + fee) - 1
    return 1 - (1 - slippage) * (1 - fee)


def units_for_share(equity: Decimal, share: Decimal, price: Decimal, cost: Decimal) -> Decimal:
    """Return the units that a share of equity buys, their costs paid out of it; 0 when bust."""
    if equity <= 0:
        return _ZERO
    return share * equity / (price * (1 + cost))


def units_with_room(
    equity: Decimal, used: Decimal, limit: Decimal, price: Decimal, cost: Decimal
) -> Decimal:
    """Return how many units may be added until `used` and they are `limit` times equity.

    Equity falls by their costs: used + x·p = limit·(E - x·p·k) at most.
    """
    room = limit * equity - used
    return room / (price * (1 + limit * cost)) if room > 0 else _ZERO


def whole_lots(units: Decimal, lot: Decimal | None) -> Decimal:
    """Return `units` cut to whole lots; without a lot any fraction may be traded."""
    if lot is None:
        return units
    return (units / lot).to_integral_value(ROUND_FLOOR) * lot
