"""The part of the platform in memory that has markets, machines and its health."""

from datetime import datetime

from aibt.api.platform import ClusterView, Health
from aibt.errors import UnknownSymbol
from aibt.protocol.market import BarsMessage, SymbolMessage
from tests.fakes.platform_core import EPOCH, FakeCore


class FakeMarket(FakeCore):
    """One symbol, two bars, and actors for what runs."""

    async def symbols(self, query: str) -> list[SymbolMessage]:
        await self._enter("symbols")
        known = [SymbolMessage(symbol="EURUSD", name="Euro", source="sample", periods=["1h"])]
        return [symbol for symbol in known if query.upper() in symbol.symbol]

    async def bars(
        self,
        symbol: str,
        period: str,
        *,
        source: str | None,
        start: datetime | None,
        end: datetime | None,
    ) -> BarsMessage:
        await self._enter("bars")
        if symbol == "NOPE":
            raise UnknownSymbol(symbol, period)
        column = [1.0, 1.1]
        return BarsMessage(
            symbol=symbol,
            period=period,
            source=source or "sample",
            fetched_at=EPOCH,
            age_s=60.0,
            date_range=[str(start), str(end)],
            opens=column,
            highs=column,
            lows=column,
            closes=column,
            volumes=column,
        )

    async def cluster(self) -> ClusterView:
        await self._enter("cluster")
        return ClusterView(nodes=[], actors=["market", "supervisor", *self._topics], dashboard=None)

    async def health(self) -> Health:
        await self._enter("health")
        return Health(ready=True, parts={"store": "ok"})
