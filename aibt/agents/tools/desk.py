"""The desk: what tools may ask and do, bound to one session's account, clock and limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from aibt.live.events import Json
from aibt.trading.orders import OrderAction

Result = Mapping[str, Json]
"""Plain JSON: no NaN, times in ISO 8601 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What a model asks for; exactly one of `quantity` and `share`, and neither for a close.

    Attributes:
        quantity: units of the symbol, positive.
        share: fraction of equity, in (0, 1].
    """

    action: OrderAction
    symbol: str
    quantity: Decimal | None = None
    share: Decimal | None = None


class Desk(Protocol):
    """One session, as its tools see it. In process it is the session itself; the HTTP services
    forward to the session's actor. Nothing here takes an account, a clock or a limit.

    Raises:
        AibtError: whatever is refused on purpose, as `NotFound` (a symbol outside the universe),
            `Invalid`, `OrderDenied` or `ActorUnavailable` (the session does not run): tools show
            the model its `code` and its sentence.
    """

    async def now(self) -> datetime:
        """Return the session's clock: nothing that became known later may be told."""
        ...

    async def universe(self) -> Result:
        """Return `at` and `symbols`, each with its last close, change, and whether it is halted."""
        ...

    async def quote(self, symbol: str) -> Result:
        """Return the symbol's latest known bar, its age, and what is held of it."""
        ...

    async def bars(self, symbol: str, count: int) -> Result:
        """Return the last `count` known bars, oldest first: `times`, `opens` … `volumes`."""
        ...

    async def account(self) -> Result:
        """Return cash, equity, positions, pending orders, costs and limits."""
        ...

    async def place(self, request: OrderRequest, key: str | None) -> Result:
        """Accept an order for the symbol's next open, and return it; one key places one order.

        Args:
            request: what is wanted.
            key: idempotency key, from an outside client; in process the session has its own.

        Raises:
            OrderDenied: the risk check said no.
        """
        ...

    async def ask_bot(self, bot: str, symbol: str) -> Result:
        """Return an RL bot's prediction for a symbol now: hold, close, bull, bear in per cent."""
        ...
