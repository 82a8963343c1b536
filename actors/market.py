"""The market actor: the one process that fetches bars, for all gateways and owners.

One process, so that the cache has one writer and a source that limits us is asked by one.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray

from actors.names import MARKET, NAMESPACE
from aibt.live.events import Json

if TYPE_CHECKING:
    from aibt.market.instruments import Instrument


class MarketActor:
    """Forward messages to `actors.market_desk.MarketDesk`, each in a thread of its own."""

    def __init__(self) -> None:
        from actors.market_desk import MarketDesk
        from actors.process import settings
        from aibt.clock import SystemClock

        read = settings()
        self._service = MarketDesk(read.market, Path(read.store.root), SystemClock())

    async def prepare(self, symbol: str, period: str, source: str | None) -> dict[str, Json]:
        """Freeze the bars of a training; see `MarketDesk.prepare`."""
        return await asyncio.to_thread(self._service.prepare, symbol, period, source)

    async def freeze(
        self, symbols: Sequence[str], period: str, source: str | None
    ) -> dict[str, dict[str, Any]]:
        """Freeze the bars of a session's universe; see `MarketDesk.freeze`."""
        return await asyncio.to_thread(self._service.freeze, symbols, period, source)

    async def fresh(
        self, symbols: Sequence[str], period: str, source: str | None
    ) -> tuple[list["Instrument"], list[str]]:
        """Return the newest bars of symbols; see `MarketDesk.fresh`."""
        return await asyncio.to_thread(self._service.fresh, symbols, period, source)

    async def series(self, digest: str) -> dict[str, Json]:
        """Return times and closes of frozen bars; see `MarketDesk.series`."""
        return await asyncio.to_thread(self._service.series, digest)

    async def symbols(self, query: str) -> list[dict[str, Json]]:
        """Search the sources' symbols; see `MarketDesk.symbols`."""
        return await asyncio.to_thread(self._service.symbols, query)

    async def bars(
        self,
        symbol: str,
        period: str,
        source: str | None,
        start: datetime | None,
        end: datetime | None,
    ) -> dict[str, Json]:
        """Return bars with their age; see `MarketDesk.bars`."""
        return await asyncio.to_thread(self._service.bars, symbol, period, source, start, end)

    async def ping(self) -> bool:
        """Say that the actor answers."""
        return True

    def __repr__(self) -> str:
        return "Market"


def start_market() -> Any:
    """Start the market actor, or return the handle of the one that runs."""
    return (
        ray.remote(MarketActor)
        .options(
            name=MARKET,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=32,
        )
        .remote()
    )
