"""The broker of a paper account: accepted orders wait, and fill at the next open of their symbol.

It only works out what happens; the account it works on is `Portfolio`, and both are where a fold
over what it returned brings them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Final

from aibt.trading.account_rule import fill
from aibt.trading.costs import Costs
from aibt.trading.ledger import MONEY, exact
from aibt.trading.market_rules import MarketRules
from aibt.trading.orders import DenyReason, Order, OrderAction
from aibt.trading.portfolio import Execution, Portfolio, Split
from aibt.trading.risk import REDUCING, Denial, RiskCheck, RiskLimits
from aibt.trading.sizing import cost_rate, units_for_share, units_with_room, whole_lots

_ZERO: Final = Decimal(0)
_BPS: Final = Decimal(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A symbol opens: the price of its first trade, when, and on which session's date."""

    symbol: str
    price: Decimal
    at: datetime
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """An accepted order that will not fill."""

    order_id: str
    symbol: str
    reason: str  # one of DenyReason, or price_collar
    says: str


Outcome = Execution | Cancellation


class Broker:
    """Takes orders for one account and fills them.

    Args:
        portfolio: the account; executions are applied to it as they are worked out.
        limits: of the risk check.
        rules: of each symbol of the universe.
        costs: of every execution.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        limits: RiskLimits,
        rules: Mapping[str, MarketRules],
        costs: Costs,
    ) -> None:
        self.portfolio = portfolio
        self.pending: dict[str, Order] = {}
        self._decided: list[Order] = []
        self._accepted: set[str] = set()
        self._limits = limits
        self._rules = rules
        self._check = RiskCheck(limits, rules)
        with localcontext(MONEY):
            self._fee = exact(costs.fee_bps) / _BPS
            self._slippage = exact(costs.slippage_bps) / _BPS

    def denial(self, order: Order) -> Denial | None:
        """Return why `order` is denied, or None."""
        return self._check.denial(order, self.portfolio, self.pending.values(), self._decided)

    def begin_decision(self) -> None:
        """Count orders and turnover from now on anew."""
        self._decided.clear()

    def accept(self, order: Order) -> None:
        """Let an order wait for its symbol's next open.

        Raises:
            ValueError: one with this id was accepted before; it would fill twice.
        """
        if order.order_id in self._accepted:
            raise ValueError(f"order {order.order_id} was accepted before")
        self._accepted.add(order.order_id)
        self.pending[order.order_id] = order
        self._decided.append(order)

    def drop(self, order_id: str) -> None:
        """Forget an order that has filled or was cancelled."""
        self.pending.pop(order_id, None)

    def split(self, split: Split) -> None:
        """Bring account and waiting orders into the units after a split."""
        self.portfolio.apply(split)
        with localcontext(MONEY):
            for order in [one for one in self.pending.values() if one.symbol == split.symbol]:
                units = None if order.quantity is None else order.quantity * split.ratio
                self.pending[order.order_id] = replace(
                    order, quantity=units, reference_price=order.reference_price / split.ratio
                )

    def open(self, openings: Collection[Opening]) -> list[Outcome]:
        """Fill what waits for these symbols, which open at one moment, and return what happened.

        What makes positions smaller fills first, so that it can pay for what makes others larger;
        else, and always within one symbol, in the order of acceptance. Limits hold at the opening
        prices: an order that would break one is cut to what there is room for. An order placed
        after the moment waits on. Executions alone change the account.
        """
        by_symbol = {opening.symbol: opening for opening in openings}
        prices = {symbol: opening.price for symbol, opening in by_symbol.items()}
        due = [
            order
            for order in self.pending.values()
            if order.symbol in by_symbol and order.placed_at <= by_symbol[order.symbol].at
        ]
        with localcontext(MONEY):
            return [self._filled(order, by_symbol[order.symbol], prices) for order in _in_turn(due)]

    def cancel(
        self, reason: DenyReason | str, says: str, symbol: str | None = None
    ) -> list[Cancellation]:
        """Cancel all that waits, or what waits for one symbol."""
        gone = [one for one in self.pending.values() if symbol is None or one.symbol == symbol]
        return [self._cancelled(order, reason, says) for order in gone]

    def close_out(self, closings: Iterable[Opening]) -> list[Execution]:
        """Close every position in these symbols at the given prices, costs included."""
        done = []
        with localcontext(MONEY):
            for closing in closings:
                held = self.portfolio.quantity(closing.symbol)
                if held:
                    order_id = f"end/{closing.symbol}/{closing.at.isoformat()}"
                    done.append(self._executed(order_id, -held, closing))
        return done

    def below_maintenance(self) -> bool:
        """Return whether equity is too small for what is held, so that all must be closed."""
        with localcontext(MONEY):
            gross = self.portfolio.gross()
            return gross > 0 and self.portfolio.equity() < self._limits.maintenance * gross

    def _filled(self, order: Order, opening: Opening, prices: Mapping[str, Decimal]) -> Outcome:
        moved = abs(opening.price / order.reference_price - 1)
        if moved > self._limits.price_collar:
            says = f"{order.symbol} opened at {opening.price:f}, {moved:.0%} from your price"
            return self._cancelled(order, "price_collar", says)
        change = self._change(order, opening, prices)
        if isinstance(change, Cancellation):
            return change
        self.drop(order.order_id)
        return self._executed(order.order_id, change, opening)

    def _change(
        self, order: Order, opening: Opening, prices: Mapping[str, Decimal]
    ) -> Decimal | Cancellation:
        """Return the signed units that an order comes to at an open."""
        held = self.portfolio.quantity(order.symbol)
        if order.action in REDUCING:
            wrong_side = (order.action is OrderAction.SELL and held < 0) or (
                order.action is OrderAction.COVER and held > 0
            )
            if held == 0 or wrong_side:
                return self._cancelled(order, DenyReason.NOTHING_HELD, "nothing is held any more")
            return self._reduction(order, opening, held, self.portfolio.equity(prices))
        side = 1 if order.action is OrderAction.BUY else -1
        if held * side < 0:
            says = "the opposite position is still held"
            return self._cancelled(order, DenyReason.OPPOSITE_POSITION, says)
        return self._addition(order, opening, side, prices)

    def _addition(
        self, order: Order, opening: Opening, side: int, prices: Mapping[str, Decimal]
    ) -> Decimal | Cancellation:
        portfolio, limits, lot = self.portfolio, self._limits, self._rules[order.symbol].lot
        equity, price = portfolio.equity(prices), opening.price
        cost = cost_rate(side, self._fee, self._slippage)
        wanted = order.quantity
        if wanted is None:
            wanted = units_for_share(equity, order.share or _ZERO, price, cost)
        if equity > 0 and whole_lots(wanted, lot) <= 0:
            return self._cancelled(order, DenyReason.QUANTITY, f"it is less than a lot of {lot}")
        gross, own = portfolio.gross(prices), abs(portfolio.value(order.symbol, prices))
        room = min(
            units_with_room(equity, gross, limits.max_leverage, price, cost),
            units_with_room(equity, own, limits.max_position, price, cost),
        )
        units = whole_lots(min(wanted, room), lot)
        if units <= 0:
            says = "there was no room for it at the open"
            return self._cancelled(order, DenyReason.BUYING_POWER, says)
        return side * units

    def _reduction(
        self, order: Order, opening: Opening, held: Decimal, equity: Decimal
    ) -> Decimal | Cancellation:
        free, rules = abs(held), self._rules[order.symbol]
        if rules.next_day and held > 0:
            free = self.portfolio.positions[order.symbol].settled(opening.on)
            if free <= 0:
                says = "it was bought today and can be sold tomorrow at the earliest"
                return self._cancelled(order, DenyReason.SETTLEMENT, says)
        units = free
        if order.quantity is not None:
            units = min(order.quantity, free)
        elif order.share is not None:
            units = min(units_for_share(equity, order.share, opening.price, _ZERO), free)
        if units < free:
            units = whole_lots(units, rules.lot)
        if units <= 0:
            says = "it comes to no units" if rules.lot is None else f"a lot is {rules.lot} units"
            return self._cancelled(order, DenyReason.QUANTITY, says)
        return -units if held > 0 else units

    def _executed(self, order_id: str, change: Decimal, opening: Opening) -> Execution:
        held = self.portfolio.quantity(opening.symbol)
        _, _, execution_price, paid = fill(
            self.portfolio.cash,
            held,
            _ZERO,
            held + change,
            opening.price,
            self._fee,
            self._slippage,
        )
        done = Execution(
            order_id=order_id,
            symbol=opening.symbol,
            quantity=change,
            price=opening.price,
            execution_price=execution_price,
            fee=paid,
            at=opening.at,
            on=opening.on,
        )
        self.portfolio.apply(done)
        return done

    def _cancelled(self, order: Order, reason: DenyReason | str, says: str) -> Cancellation:
        self.drop(order.order_id)
        return Cancellation(
            order_id=order.order_id, symbol=order.symbol, reason=str(reason), says=says
        )


def _in_turn(due: Iterable[Order]) -> list[Order]:
    """Return orders as they fill; a reduction waits for an addition of its symbol before it."""
    first: list[Order] = []
    then: list[Order] = []
    added: set[str] = set()
    for order in due:
        if order.action not in REDUCING:
            added.add(order.symbol)
        (then if order.symbol in added else first).append(order)
    return [*first, *then]
