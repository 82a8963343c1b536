"""Orders, openings and brokers for the tests of the account of several instruments."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from aibt.trading.broker import Broker, Opening, Outcome
from aibt.trading.costs import Costs
from aibt.trading.market_rules import FREE, MarketRules, rules_for
from aibt.trading.orders import Order, OrderAction
from aibt.trading.portfolio import Marks, Portfolio
from aibt.trading.risk import RiskLimits

NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)
TODAY = NOON.date()
NO_COSTS = Costs(fee_bps=0, slippage_bps=0)
FAR = Decimal(10) ** 9
WIDE = RiskLimits(price_collar=FAR)
RULES: Mapping[str, MarketRules] = {
    "A": FREE,
    "B": FREE,
    "TOKYO": rules_for("XTKS"),
    "SHANGHAI": rules_for("XSHG"),
}
_numbers = count()


def an_order(
    action: str,
    symbol: str = "A",
    *,
    quantity: str | Decimal | None = None,
    share: str | Decimal | None = None,
    price: str | Decimal = "10",
    placed_at: datetime = NOON,
    order_id: str | None = None,
) -> Order:
    return Order(
        order_id=order_id or f"order-{next(_numbers)}",
        symbol=symbol,
        action=OrderAction(action),
        quantity=None if quantity is None else Decimal(quantity),
        share=None if share is None else Decimal(share),
        placed_at=placed_at,
        reference_price=Decimal(price),
    )


def an_opening(
    symbol: str = "A",
    price: str | Decimal = "10",
    *,
    at: datetime = NOON + timedelta(hours=1),
    on: date = TODAY,
) -> Opening:
    return Opening(symbol=symbol, price=Decimal(price), at=at, on=on)


def marks(**prices: str) -> Marks:
    return Marks(prices={symbol: Decimal(price) for symbol, price in prices.items()}, at=NOON)


def a_broker(
    balance: str = "1000",
    limits: RiskLimits = WIDE,
    costs: Costs = NO_COSTS,
    **prices: str,
) -> Broker:
    """Return a broker of an account that knows a price of 10, or those given, of every symbol."""
    broker = Broker(Portfolio(Decimal(balance)), limits, RULES, costs)
    broker.portfolio.apply(marks(**dict.fromkeys(RULES, "10") | prices))
    return broker


def opened(broker: Broker, *orders: Order, **prices: str) -> list[Outcome]:
    """Accept orders, none of which may be denied, and open at the prices, all at 10 without any."""
    for order in orders:
        refused = broker.denial(order)
        assert refused is None, refused
        broker.accept(order)
    symbols = prices or {order.symbol: "10" for order in orders}
    return broker.open([an_opening(symbol, price) for symbol, price in symbols.items()])


def held(broker: Broker, symbol: str = "A") -> Decimal:
    return broker.portfolio.quantity(symbol)
