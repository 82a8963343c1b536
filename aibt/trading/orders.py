"""Orders: what is wanted, and why it may be denied."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class OrderAction(StrEnum):
    """The five things a trader can ask for."""

    BUY = "buy"  # opens or enlarges a long position
    SELL = "sell"  # makes a long position smaller
    SHORT = "short"  # opens or enlarges a short position
    COVER = "cover"  # makes a short position smaller
    CLOSE = "close"  # ends whatever is held


class DenyReason(StrEnum):
    """Why the risk check says no; stable words."""

    UNKNOWN_SYMBOL = "unknown_symbol"
    HALTED = "halted"
    NO_PRICE = "no_price"
    QUANTITY = "quantity"
    NOTHING_HELD = "nothing_held"
    OPPOSITE_POSITION = "opposite_position"
    SHORTING = "shorting"
    BUYING_POWER = "buying_power"
    POSITION_LIMIT = "position_limit"
    TURNOVER_LIMIT = "turnover_limit"
    ORDER_LIMIT = "order_limit"
    SETTLEMENT = "settlement"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An intention, accepted for the symbol's next open.

    Attributes:
        order_id: unique in its account; its idempotency key is part of it.
        quantity: units, positive; None where `share` says how much, or for a close.
        share: fraction of equity at the fill, in (0, 1]; None where `quantity` says it.
        placed_at: the account's clock at the decision; it fills at a later open only.
        reference_price: the last close known at the decision; the collar is around it.
    """

    order_id: str
    symbol: str
    action: OrderAction
    quantity: Decimal | None
    share: Decimal | None
    placed_at: datetime
    reference_price: Decimal
