"""What exchanges themselves allow: lots, settlement, short selling."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRules:
    """The rules of one symbol's market.

    Attributes:
        lot: units are bought in multiples of it; None: any fraction. What is left of a lot, as
            after a split, may be sold.
        next_day: what is bought is sold on a later session's date at the earliest (T+1).
        may_short: whether the market lets one sell short.
    """

    lot: Decimal | None = None
    next_day: bool = False
    may_short: bool = True


FREE: Final = MarketRules()
_BY_CALENDAR: Final = {
    "XSHG": MarketRules(lot=Decimal(100), next_day=True, may_short=False),
    "XTKS": MarketRules(lot=Decimal(100)),
    "XHKG": MarketRules(lot=Decimal(100)),
}


def rules_for(calendar: str) -> MarketRules:
    """Return the rules of an exchange's code, as `aibt.market.calendar` names it.

    Shanghai and Shenzhen: lots of 100, T+1, no shorting. Tokyo and Hong Kong: lots of 100. Others
    are traded in fractions, as most brokers of paper accounts do.
    """
    return _BY_CALENDAR.get(calendar, FREE)
