"""A session's account: what happens to it between decisions, and where its journal leaves it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from aibt.agents import entries
from aibt.agents.plan import SessionPlan
from aibt.agents.tape import NewBar
from aibt.live.journal import Draft, Entry
from aibt.market.calendar import calendar_for
from aibt.market.splits import split_ratio
from aibt.trading.broker import Broker, Cancellation, Opening
from aibt.trading.ledger import exact
from aibt.trading.orders import DenyReason, Order, OrderAction
from aibt.trading.portfolio import Dividend, Execution, Marks, Portfolio, Split

_ZERO: Final = Decimal(0)


class SessionAccount:
    """The one account of a session: a broker, which symbols are halted, and what it all came to.

    It is moved by new bars and by orders, and returns what happened as drafts of the journal; or
    it is moved by the journal's entries (`take`), to the same account.
    """

    def __init__(self, plan: SessionPlan) -> None:
        self._plan = plan
        self.broker = Broker(Portfolio(plan.balance), plan.limits, plan.rules(), plan.costs)
        self.halted: dict[str, str] = {}
        self.fills = 0
        self.denied = 0
        self._orders: dict[str, Order] = {}
        self._denials: dict[str, Entry] = {}

    @property
    def portfolio(self) -> Portfolio:
        return self.broker.portfolio

    def order(self, order_id: str) -> Order | None:
        """Return an order that was accepted under this id, or None."""
        return self._orders.get(order_id)

    def denial(self, order_id: str) -> Entry | None:
        """Return the entry of an order that was denied under this id, or None."""
        return self._denials.get(order_id)

    def take(self, entry: Entry) -> None:
        """Let what the journal says happen."""
        match entry.kind:
            case entries.STEP:
                self.broker.begin_decision()
            case entries.ORDER:
                self.accept(entries.read_order(entry))
            case entries.DENIED:
                self.deny(entry)
            case entries.FILL | entries.CANCEL:
                self.broker.drop(str(entry.data["order_id"]))
                self.fills += entry.kind == entries.FILL
            case entries.HALT:
                self.halted[str(entry.data["symbol"])] = str(entry.data["reason"])
        happening = entries.happening_of(entry)
        if isinstance(happening, Split):
            self.broker.split(happening)
        elif happening is not None:
            self.portfolio.apply(happening)

    def recall(self, closes: Mapping[str, float]) -> None:
        """Know the last closes of what is not held, which the journal does not tell."""
        portfolio = self.portfolio
        portfolio.prices.update(
            {
                symbol: exact(close)
                for symbol, close in closes.items()
                if symbol not in portfolio.positions
            }
        )

    def accept(self, order: Order) -> None:
        """Let an order wait for its symbol's next open; one id waits once."""
        if order.order_id not in self._orders:
            self._orders[order.order_id] = order
            self.broker.accept(order)

    def deny(self, entry: Entry) -> None:
        """Remember that an order was denied."""
        self.denied += 1
        self._denials[str(entry.data["order_id"])] = entry

    def advance(self, step: int, groups: Iterable[Sequence[NewBar]]) -> list[Draft]:
        """Bring the account over new bars: splits, dividends, halts, fills, last prices."""
        drafts: list[Draft] = []
        for group in groups:
            for new in group:
                drafts += self._corporate(step, new)
                drafts += self._halts(step, new)
            drafts += self._open(step, [new for new in group if new.symbol not in self.halted])
            self.portfolio.apply(
                Marks(
                    prices={
                        new.symbol: exact(new.bar.close)
                        for new in group
                        if new.symbol not in self.halted  # nobody knows in what shares it is told
                    },
                    at=group[-1].bar.ended_at,
                )
            )
        return drafts

    def margin_call(self, step: int, at: datetime) -> list[Order]:
        """Return orders that close everything, where equity is too small for what is held."""
        if not self.broker.below_maintenance():
            return []
        closing = {
            order.symbol
            for order in self.broker.pending.values()
            if order.action is OrderAction.CLOSE
        }
        return [
            Order(
                order_id=f"{step}.margin.{symbol}",
                symbol=symbol,
                action=OrderAction.CLOSE,
                quantity=None,
                share=None,
                placed_at=at,
                reference_price=self.portfolio.prices[symbol],
            )
            for symbol in sorted(self.portfolio.positions)
            if symbol not in closing and symbol not in self.halted
        ]

    def finish(self, step: int, at: datetime) -> list[Draft]:
        """Cancel what waits and close what is held at the last closes, costs included."""
        drafts = self._cancelled(step, self.broker.cancel(DenyReason.ENDED, "the range has ended"))
        closings = [
            Opening(symbol=symbol, price=self.portfolio.prices[symbol], at=at, on=at.date())
            for symbol in sorted(self.portfolio.positions)
            if symbol not in self.halted
        ]
        return drafts + self._filled(step, self.broker.close_out(closings))

    def _corporate(self, step: int, new: NewBar) -> list[Draft]:
        drafts = []
        for index, action in enumerate(new.actions):
            if action.split is not None:
                split = Split(symbol=new.symbol, ratio=exact(action.split), at=new.opened_at)
                self.broker.split(split)
                drafts.append(entries.split(step, index, split))
            elif action.dividend is not None and self.portfolio.quantity(new.symbol):
                amount = exact(action.dividend)
                dividend = Dividend(symbol=new.symbol, amount=amount, at=new.opened_at)
                self.portfolio.apply(dividend)
                drafts.append(entries.dividend(step, index, dividend))
        return drafts

    def _halts(self, step: int, new: NewBar) -> list[Draft]:
        """Halt a symbol that jumps as after a split of which nothing is known."""
        if not _may_split(new) or new.symbol in self.halted:
            return []
        ratio = split_ratio(new.before or 0.0, new.bar.open, new.bar.close)
        if ratio is None:
            return []
        says = f"{ratio:g}:1" if ratio >= 1 else f"1:{1 / ratio:g}"
        reason = (
            f"{new.symbol} opened on {new.on} at {new.bar.open:g} after {new.before:g}, as after "
            f"a split of {says} of which nothing is known: it is halted for the rest of the session"
        )
        self.halted[new.symbol] = reason
        drafts = [entries.halt(new.symbol, reason, new.bar.ended_at)]
        gone = self.broker.cancel(DenyReason.HALTED, "the symbol is halted", new.symbol)
        return drafts + self._cancelled(step, gone)

    def _open(self, step: int, group: Sequence[NewBar]) -> list[Draft]:
        openings = [
            Opening(symbol=new.symbol, price=exact(new.bar.open), at=new.opened_at, on=new.on)
            for new in group
        ]
        outcomes = self.broker.open(openings)
        drafts = []
        for outcome in outcomes:
            if isinstance(outcome, Execution):
                drafts += self._filled(step, [outcome])
            else:
                drafts += self._cancelled(step, [outcome])
        return drafts

    def _filled(self, step: int, done: Iterable[Execution]) -> list[Draft]:
        drafts = [entries.fill(step, one) for one in done]
        self.fills += len(drafts)
        return drafts

    def _cancelled(self, step: int, gone: Iterable[Cancellation]) -> list[Draft]:
        return [entries.cancel(step, one) for one in gone]


def _may_split(new: NewBar) -> bool:
    """Return whether the bar may show a split: the first of a session, of a share, unexplained."""
    explained = any(action.split is not None for action in new.actions)
    return (
        new.before is not None
        and new.first_of_session
        and not explained
        and not new.symbol.startswith("^")
        and calendar_for(new.symbol).has_sessions
    )
