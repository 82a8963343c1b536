"""A desk for the tools' tests: careless on purpose, so that what the tools let through shows."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aibt.agents.tools.desk import OrderRequest, Result
from aibt.errors import NotFound, OrderDenied

NOW = datetime(2024, 3, 5, 21, tzinfo=UTC)
CANARY = "CANARY-OF-THE-FUTURE"
SECRET = "sk-secret-of-the-tests-0123456789"
UNIVERSE = ("GOOGL", "^GSPC", "EURUSD")


@dataclass
class FakeDesk:
    """Answers as a session would; whatever it should never be asked, it answers with the canary."""

    name: str = "mine"
    placed: list[tuple[OrderRequest, str | None]] = field(default_factory=list)
    error: Exception | None = None
    delay_s: float = 0.0
    moment: datetime = NOW

    async def now(self) -> datetime:
        return self.moment

    async def universe(self) -> Result:
        await self._come()
        return {"at": NOW.isoformat(), "symbols": [{"symbol": name} for name in UNIVERSE]}

    async def quote(self, symbol: str) -> Result:
        await self._come()
        if symbol not in UNIVERSE:
            return self._unknown(symbol)
        return {"symbol": symbol, "close": 171.5, "held": "0", "desk": self.name}

    async def bars(self, symbol: str, count: int) -> Result:
        await self._come()
        if symbol not in UNIVERSE:
            return self._unknown(symbol)
        if type(count) is not int or not 1 <= count <= 500:
            return {"closes": [CANARY]}
        return {"times": ["2024-03-05T21:00:00+00:00"] * count, "closes": [171.5] * count}

    async def account(self) -> Result:
        await self._come()
        return {"cash": "10000", "equity": "10000", "positions": [], "desk": self.name}

    async def place(self, request: OrderRequest, key: str | None) -> Result:
        await self._come()
        if request.symbol not in UNIVERSE:
            raise OrderDenied("1/1", "unknown_symbol", "it is not in the universe")
        for at, (_, known) in enumerate(self.placed):
            if key is not None and known == key:
                return {"order_id": f"1/{at + 1}", "symbol": request.symbol}
        self.placed.append((request, key))
        return {"order_id": f"1/{len(self.placed)}", "symbol": request.symbol}

    async def ask_bot(self, bot: str, symbol: str) -> Result:
        await self._come()
        if bot != "momentum bot":
            return {"hold": CANARY}
        return {"hold": 70.0, "close": 10.0, "bull": 15.0, "bear": 5.0, "symbol": symbol}

    async def _come(self) -> None:
        if self.error is not None:
            raise self.error
        await asyncio.sleep(self.delay_s)

    def _unknown(self, symbol: str) -> Result:
        if symbol.isascii() and symbol == symbol.upper() and len(symbol) <= 15:
            raise NotFound("symbol", symbol, "symbol")
        return {"closes": [CANARY]}
