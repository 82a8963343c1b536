"""The risk check: which orders are denied before they are accepted, and how an open is judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, Overflow, localcontext
from typing import Final

from aibt.trading.ledger import MONEY
from aibt.trading.market_rules import MarketRules
from aibt.trading.orders import DenyReason, Order, OrderAction
from aibt.trading.portfolio import Portfolio
from aibt.trading.sizing import whole_lots

_ZERO: Final = Decimal(0)
_MOST_UNITS: Final = Decimal(10) ** 15
_LEAST: Final = Decimal(1).scaleb(-9)  # less would be lost in the digits that money has
_SLACK: Final = Decimal("1.000001")  # an order sized to a limit may not fail by a rounding
_OPENING: Final = frozenset({OrderAction.BUY, OrderAction.SHORT})
REDUCING: Final = frozenset({OrderAction.SELL, OrderAction.COVER, OrderAction.CLOSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """What one account may do. Fractions of equity.

    Attributes:
        max_position: value of one position, at most.
        max_leverage: value of all positions together, at most.
        max_turnover: value traded in one decision, at most; None: no limit.
        price_collar: an order does not fill at an open further than this from the decision's price.
        maintenance: where equity falls below this part of the positions' value, all are closed.
        max_orders: of one decision.
    """

    max_position: Decimal = Decimal(1)
    max_leverage: Decimal = Decimal(1)
    max_turnover: Decimal | None = None
    price_collar: Decimal = Decimal("0.5")
    maintenance: Decimal = Decimal("0.25")
    allow_short: bool = True
    max_orders: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """Why an order is denied: a stable word, and a sentence for whoever placed it."""

    reason: DenyReason
    says: str


class RiskCheck:
    """Looks at orders against limits, at the prices known when they are placed."""

    def __init__(self, limits: RiskLimits, rules: Mapping[str, MarketRules]) -> None:
        self._limits = limits
        self._rules = rules

    def denial(
        self,
        order: Order,
        portfolio: Portfolio,
        pending: Iterable[Order],
        decided: Iterable[Order],
    ) -> Denial | None:
        """Return why `order` is denied, or None: it may be accepted.

        Args:
            order: what is wanted, at the last price known.
            portfolio: the account, marked at the last prices.
            pending: accepted and not filled so far, in the order of acceptance.
            decided: accepted in this decision.
        """
        with localcontext(MONEY):
            plan = _Plan(portfolio, pending)
            try:
                return (
                    self._form(order)
                    or self._direction(order, plan.held(order.symbol))
                    or self._decision(order, plan, list(decided))
                    or self._exposure(order, plan)
                )
            except Overflow:
                return _no(DenyReason.NO_PRICE, "its price is beyond what can be reckoned with")

    def _form(self, order: Order) -> Denial | None:
        rules = self._rules.get(order.symbol)
        if rules is None:
            return _no(DenyReason.UNKNOWN_SYMBOL, "the symbol is not in your universe")
        if not (order.reference_price.is_finite() and order.reference_price > 0):
            return _no(DenyReason.NO_PRICE, f"no price of {order.symbol} is known")
        if order.action is OrderAction.CLOSE:
            if order.quantity is not None or order.share is not None:
                return _no(DenyReason.QUANTITY, "close takes neither quantity nor share")
            return None
        if (order.quantity is None) == (order.share is None):
            return _no(DenyReason.QUANTITY, "give exactly one of quantity and share")
        if order.share is not None and not _is_within(order.share, Decimal(1)):
            return _no(
                DenyReason.QUANTITY,
                f"share is a fraction of equity, at least {_LEAST:f} and at most 1",
            )
        if order.quantity is not None:
            if not _is_within(order.quantity, _MOST_UNITS):
                says = f"quantity is a number of units, at least {_LEAST:f} and at most 10^15"
                return _no(DenyReason.QUANTITY, says)
            if order.action in _OPENING and whole_lots(order.quantity, rules.lot) != order.quantity:
                return _no(DenyReason.QUANTITY, f"{order.symbol} trades in lots of {rules.lot}")
        return None

    def _direction(self, order: Order, held: Decimal) -> Denial | None:
        symbol = order.symbol
        match order.action:
            case OrderAction.BUY if held < 0:
                says = f"you are short {symbol}: cover or close it first"
                return _no(DenyReason.OPPOSITE_POSITION, says)
            case OrderAction.SHORT if held > 0:
                says = f"you are long {symbol}: sell or close it first"
                return _no(DenyReason.OPPOSITE_POSITION, says)
            case OrderAction.SHORT if not self._may_short(symbol):
                return _no(DenyReason.SHORTING, f"{symbol} may not be sold short here")
            case OrderAction.SELL if held <= 0:
                return _no(DenyReason.NOTHING_HELD, f"you hold no {symbol} to sell")
            case OrderAction.COVER if held >= 0:
                return _no(DenyReason.NOTHING_HELD, f"you are not short {symbol}")
            case OrderAction.CLOSE if held == 0:
                return _no(DenyReason.NOTHING_HELD, f"you hold no {symbol}")
            case OrderAction.SELL | OrderAction.COVER if order.quantity is not None:
                return self._part(symbol, order.quantity, abs(held))
        return None

    def _part(self, symbol: str, quantity: Decimal, held: Decimal) -> Denial | None:
        if quantity > held:
            return _no(DenyReason.QUANTITY, f"you hold only {held:f} {symbol}")
        lot = self._rules[symbol].lot
        if quantity < held and whole_lots(quantity, lot) != quantity:
            says = f"{symbol} trades in lots of {lot}: sell whole ones, or all {held:f}"
            return _no(DenyReason.QUANTITY, says)
        return None

    def _decision(self, order: Order, plan: "_Plan", decided: list[Order]) -> Denial | None:
        limits = self._limits
        if len(decided) >= limits.max_orders:
            return _no(DenyReason.ORDER_LIMIT, f"at most {limits.max_orders} orders a decision")
        if limits.max_turnover is None:
            return None
        traded = sum((plan.value(one) for one in (*decided, order)), _ZERO)
        if traded > limits.max_turnover * plan.equity * _SLACK:
            says = f"at most {limits.max_turnover:f} × equity may be traded in one decision"
            return _no(DenyReason.TURNOVER_LIMIT, says)
        return None

    def _exposure(self, order: Order, plan: "_Plan") -> Denial | None:
        limits, equity = self._limits, plan.equity
        if order.action in REDUCING:
            return None
        if equity <= 0:
            return _no(DenyReason.BUYING_POWER, "there is no equity left")
        value, lot = plan.value(order), self._rules[order.symbol].lot
        if order.share is not None and whole_lots(value / order.reference_price, lot) <= 0:
            says = f"a lot is {lot} units, worth {(lot or _ZERO) * order.reference_price:.2f}"
            return _no(DenyReason.QUANTITY, says)
        position = abs(plan.held(order.symbol)) * order.reference_price + value
        if position > limits.max_position * equity * _SLACK:
            says = f"one position may be worth at most {limits.max_position:f} × equity"
            return _no(DenyReason.POSITION_LIMIT, says)
        gross = plan.gross()
        if gross + value > limits.max_leverage * equity * _SLACK:
            room = max(limits.max_leverage * equity - gross, _ZERO)
            says = (
                f"this order is worth {value:.2f}, but with what is held and pending only "
                f"{room:.2f} are left (at most {limits.max_leverage:f} × equity)"
            )
            return _no(DenyReason.BUYING_POWER, says)
        return None

    def _may_short(self, symbol: str) -> bool:
        return self._limits.allow_short and self._rules[symbol].may_short


class _Plan:
    """What will be held when all that waits has filled at the prices it was placed at."""

    def __init__(self, portfolio: Portfolio, waiting: Iterable[Order]) -> None:
        self.equity = portfolio.equity()
        self._held = {symbol: held.quantity for symbol, held in portfolio.positions.items()}
        self._prices = dict(portfolio.prices)
        self._values: dict[str, Decimal] = {}
        for order in waiting:
            self._values[order.order_id] = self.value(order)
            self._held[order.symbol] = _after(order, self.held(order.symbol), self.equity)
            self._prices.setdefault(order.symbol, order.reference_price)

    def held(self, symbol: str) -> Decimal:
        """Return the signed quantity that will be held."""
        return self._held.get(symbol, _ZERO)

    def gross(self) -> Decimal:
        """Return the value of all positions regardless of their side, at last prices."""
        values = (abs(units) * self._prices[symbol] for symbol, units in self._held.items())
        return sum(values, _ZERO)

    def value(self, order: Order) -> Decimal:
        """Return what an order trades: one that waits in its turn, another after all of them."""
        if order.order_id in self._values:
            return self._values[order.order_id]
        held = self.held(order.symbol)
        if order.action in REDUCING:
            return abs(_after(order, held, self.equity) - held) * order.reference_price
        if order.share is not None:
            return order.share * self.equity
        return (order.quantity or _ZERO) * order.reference_price


def _after(order: Order, held: Decimal, equity: Decimal) -> Decimal:
    """Return what would be held after an order at its reference price."""
    if order.action is OrderAction.CLOSE:
        return _ZERO
    units = order.quantity or (order.share or _ZERO) * max(equity, _ZERO) / order.reference_price
    match order.action:
        case OrderAction.BUY:
            return held + units
        case OrderAction.SHORT:
            return held - units
        case OrderAction.SELL:
            return max(held - units, min(held, _ZERO))
        case _:
            return min(held + units, max(held, _ZERO))


def _is_within(number: Decimal, most: Decimal) -> bool:
    return number.is_finite() and _LEAST <= number <= most


def _no(reason: DenyReason, says: str) -> Denial:
    return Denial(reason=reason, says=says)
