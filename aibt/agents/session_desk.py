"""The desk of a session: its tools' view of market and account, and the one door for orders."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from aibt.agents import entries
from aibt.agents.account import SessionAccount
from aibt.agents.oracle import BotOracle
from aibt.agents.plan import SessionPlan
from aibt.agents.tape import Tape
from aibt.agents.tools.desk import OrderRequest, Result
from aibt.errors import ActorUnavailable, Invalid, NotFound, OrderDenied
from aibt.live.events import Json
from aibt.live.journal import Draft, Entry
from aibt.market.bars import moment
from aibt.market.features import REACH
from aibt.store.uninterrupted import uninterrupted
from aibt.trading.account_rule import sign
from aibt.trading.ledger import exact
from aibt.trading.orders import DenyReason, Order
from aibt.trading.risk import Denial

MOST_BARS: Final = 500
OUTSIDE: Final = "outside."  # what the ids of outside clients' orders begin with
_LONGEST_KEY: Final = 64

Write = Callable[[Draft], Awaitable[Entry]]


class SessionDesk:
    """Implements `aibt.agents.tools.desk.Desk` over one session's account and tape.

    Attributes:
        step: number of the decision that is under way.
        accepts: whether orders are taken now.
    """

    def __init__(
        self,
        plan: SessionPlan,
        account: SessionAccount,
        tape: Tape,
        write: Write,
        now: Callable[[], datetime],
        oracle: BotOracle | None,
    ) -> None:
        self._plan = plan
        self._account = account
        self._tape = tape
        self._write = write
        self._now = now
        self._oracle = oracle
        self._turn = asyncio.Lock()
        self.step = 0
        self.accepts = False

    async def now(self) -> datetime:
        return self._now()

    async def universe(self) -> Result:
        return {"at": self._now().isoformat(), "symbols": [*self.symbols()]}

    def symbols(self) -> list[dict[str, Json]]:
        """Return each symbol with its last close, its change, and whether it is halted."""
        return [self._symbol(symbol) for symbol in self._plan.universe]

    async def quote(self, symbol: str) -> Result:
        latest = self._tape.view(self._known(symbol)).latest()
        if latest is None:
            raise NotFound("price yet of", symbol, "symbol")
        return {
            **self._symbol(symbol),
            "open": latest.open,
            "high": latest.high,
            "low": latest.low,
            "volume": latest.volume,
            "opened_at": latest.opened_at.isoformat(),
            "known_since": latest.ended_at.isoformat(),
            "age_s": (self._now() - latest.ended_at).total_seconds(),
            "held": float(self._account.portfolio.quantity(symbol)),
        }

    async def bars(self, symbol: str, count: int) -> Result:
        if not 1 <= count <= MOST_BARS:
            raise Invalid("count", f"{count} is not from 1 to {MOST_BARS}")
        known = self._tape.known(self._known(symbol), count)
        return {
            "symbol": symbol,
            "period": str(self._plan.interval),
            "times": [moment(ns).isoformat() for ns in known.opened_ns],
            "opens": [*known.open.tolist()],
            "highs": [*known.high.tolist()],
            "lows": [*known.low.tolist()],
            "closes": [*known.close.tolist()],
            "volumes": [*known.volume.tolist()],
        }

    async def account(self) -> Result:
        return self.state()

    def state(self) -> dict[str, Any]:
        """Return cash, equity, positions, pending orders, costs and limits."""
        portfolio, plan = self._account.portfolio, self._plan
        equity, limits = portfolio.equity(), plan.limits
        return {
            "at": self._now().isoformat(),
            "cash": _shown(portfolio.cash),
            "equity": _shown(equity),
            "profit": _shown(equity - portfolio.balance),
            "balance": _shown(portfolio.balance),
            "fees": _shown(portfolio.fees),
            "positions": self.positions(),
            "pending": self.pending(),
            "costs": {"fee_bps": plan.costs.fee_bps, "slippage_bps": plan.costs.slippage_bps},
            "limits": {
                "max_position": _shown(limits.max_position),
                "max_leverage": _shown(limits.max_leverage),
                "max_turnover": None
                if limits.max_turnover is None
                else _shown(limits.max_turnover),
                "allow_short": limits.allow_short,
            },
        }

    def positions(self) -> list[dict[str, Json]]:
        """Return what is held, at the last prices."""
        portfolio = self._account.portfolio
        return [
            {
                "symbol": symbol,
                "quantity": _shown(held.quantity),
                "average_price": _shown(held.average_price),
                "price": _shown(portfolio.prices[symbol]),
                "value": _shown(portfolio.value(symbol)),
                "profit": _shown(held.quantity * (portfolio.prices[symbol] - held.average_price)),
            }
            for symbol, held in sorted(portfolio.positions.items())
        ]

    def pending(self) -> list[dict[str, Json]]:
        """Return what was accepted and waits for an open."""
        return [_order(order) for order in self._account.broker.pending.values()]

    async def place(self, request: OrderRequest, key: str | None) -> Result:
        """Place an order of an outside client's; see `Desk.place`."""
        return await self.placed(request, lambda: self._outside_id(key))

    async def placed(self, request: OrderRequest, order_id: Callable[[], str]) -> Result:
        """Place an order; `order_id` names it when its turn has come, and one name places one."""
        self._known(request.symbol)
        return await uninterrupted(self._placed(request, order_id))

    async def _placed(self, request: OrderRequest, name: Callable[[], str]) -> Result:
        """Check, write down and accept an order; whoever gives up waiting leaves no half of it."""
        async with self._turn:  # check, journal and account are one step for whoever asks
            order_id = name()
            earlier = self._account.order(order_id)
            if earlier is not None:
                return _accepted(earlier)
            before = self._account.denial(order_id)
            if before is not None:
                raise _refusal(before)
            if not self.accepts:
                raise ActorUnavailable("the session takes no orders now")
            order = self._order(request, order_id)
            denial = self._denial(request, order)
            if denial is not None:
                entry = await self._write(entries.denied(self.step, order, denial))
                self._account.deny(entry)
                raise _refusal(entry)
            await self._write(entries.order(self.step, order))
            self._account.accept(order)
            return _accepted(order)

    async def ask_bot(self, bot: str, symbol: str) -> Result:
        if bot not in self._plan.bots or self._oracle is None:
            raise NotFound("bot", bot, "bot")
        known = self._tape.known(self._known(symbol), REACH)
        side = sign(self._account.portfolio.quantity(symbol))
        prediction = dict(await self._oracle.predict(bot, known, side))
        strongest = max(prediction, key=lambda name: prediction[name])
        return {"bot": bot, "symbol": symbol, **prediction, "max": strongest}

    def _known(self, symbol: str) -> str:
        if symbol not in self._plan.universe:
            raise NotFound("symbol in your universe", symbol[:32], "symbol")
        return symbol

    def _symbol(self, symbol: str) -> dict[str, Json]:
        last = self._tape.known(symbol, 2)
        found: dict[str, Json] = {"symbol": symbol, "close": None, "change": None}
        if len(last):
            found["close"] = float(last.close[-1])
            found["known_since"] = moment(last.ended_ns[-1]).isoformat()
        if len(last) > 1:
            found["change"] = round(float(last.close[-1] / last.close[-2]) - 1, 6)
        return {**found, "halted": symbol in self._account.halted}

    def _outside_id(self, key: str | None) -> str:
        if key is not None and len(key) > _LONGEST_KEY:
            raise Invalid("idempotency_key", f"it has more than {_LONGEST_KEY} characters")
        number = self._account.fills + self._account.denied + len(self._account.broker.pending)
        return f"{OUTSIDE}{self.step}.{number}" if key is None else f"{OUTSIDE}{key}"

    def _order(self, request: OrderRequest, order_id: str) -> Order:
        close = self._tape.close(request.symbol)
        return Order(
            order_id=order_id,
            symbol=request.symbol,
            action=request.action,
            quantity=request.quantity,
            share=request.share,
            placed_at=self._now(),
            reference_price=Decimal(1) if close is None else exact(close),
        )

    def _denial(self, request: OrderRequest, order: Order) -> Denial | None:
        if request.symbol in self._account.halted:
            says = self._account.halted[request.symbol]
            return Denial(reason=DenyReason.HALTED, says=says)
        if self._tape.close(request.symbol) is None:
            return Denial(reason=DenyReason.NO_PRICE, says=f"{order.symbol} has no price yet")
        return self._account.broker.denial(order)


class OwnDesk:
    """The desk as the session's own tools have it: an order is named after the call it came with.

    So a call that is made again after a loss places no second order, and no outside client's
    order is taken for the model's.

    Attributes:
        call: what names the tool call under way, or None.
    """

    def __init__(self, desk: SessionDesk) -> None:
        self._desk = desk
        self.call: str | None = None
        self.now = desk.now
        self.universe = desk.universe
        self.quote = desk.quote
        self.bars = desk.bars
        self.account = desk.account
        self.ask_bot = desk.ask_bot

    async def place(self, request: OrderRequest, key: str | None) -> Result:
        del key  # the session's own tools give none
        call = self.call
        if call is None:
            raise ActorUnavailable("the session takes no orders now")
        return await self._desk.placed(request, lambda: call)


def _order(order: Order) -> dict[str, Json]:
    return {
        "order_id": order.order_id,
        "symbol": order.symbol,
        "action": str(order.action),
        "quantity": None if order.quantity is None else float(order.quantity),
        "share": None if order.share is None else float(order.share),
        "placed_at": order.placed_at.isoformat(),
    }


def _accepted(order: Order) -> dict[str, Json]:
    says = f"accepted: it fills at the next open of {order.symbol}"
    return {**_order(order), "status": "accepted", "says": says}


def _refusal(entry: Entry) -> OrderDenied:
    data: Mapping[str, Any] = entry.data
    return OrderDenied(data["order_id"], data["reason"], data["says"])


def _shown(number: Decimal) -> float:
    return round(float(number), 8)
