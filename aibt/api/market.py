"""Symbols and bars."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from aibt.api.errors import responses
from aibt.api.requests import GatewayOf
from aibt.api.signing_in import Owner, SignedInRoute
from aibt.errors import Invalid
from aibt.protocol.market import BarsMessage, BarsQuery, SymbolsMessage
from aibt.protocol.message import Source

router = APIRouter(prefix="/api", tags=["market"], route_class=SignedInRoute)


@router.get("/symbols", responses=responses(422))
async def symbols(
    gateway: GatewayOf,
    _: Owner,
    q: Annotated[
        str, Query(max_length=64, description="part of a symbol or name", examples=["EUR"])
    ] = "",
) -> SymbolsMessage:
    """Find symbols that the market sources know."""
    return SymbolsMessage(symbols=await gateway.ask(gateway.platform.symbols(q)))


@router.get("/bars", responses=responses(404, 422))
async def bars(
    *,
    gateway: GatewayOf,
    _: Owner,
    symbol: Annotated[str, Query(description="such as EURUSD or ^GSPC", examples=["EURUSD"])],
    period: Annotated[str, Query(description="such as D1, H1 or 15m", examples=["H1"])],
    source: Annotated[Source | None, Query(description="market source; absent: any")] = None,
    begin: Annotated[
        datetime | None, Query(alias="from", description="first opening time, ISO, UTC")
    ] = None,
    end: Annotated[
        datetime | None, Query(alias="to", description="opening times before this, ISO, UTC")
    ] = None,
) -> BarsMessage:
    """Return bars as columns, oldest first, and how old the data is."""
    asked = BarsQuery.read({"symbol": symbol, "period": period, "source": source})
    start, stop = _utc(begin), _utc(end)
    if start is not None and stop is not None and start >= stop:
        raise Invalid("from", "it is not before `to`")
    return await gateway.ask(
        gateway.platform.bars(
            asked.symbol, asked.period, source=asked.source, start=start, end=stop
        )
    )


def _utc(moment: datetime | None) -> datetime | None:
    """Read a time without a zone as UTC, as every time on the wire is."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
