"""The tools of a session as its own process opens them, and real bars for it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from aibt.agents.tools.calculator import math_server
from aibt.agents.tools.desk import Desk
from aibt.agents.tools.jina import JinaWeb
from aibt.agents.tools.opened import OpenTools
from aibt.agents.tools.price import price_server
from aibt.agents.tools.search import Web, search_server
from aibt.agents.tools.toolbox import Toolbox
from aibt.agents.tools.trade import trade_server
from aibt.clock import SystemClock
from aibt.market.cache import BarCache
from aibt.market.catalog import MarketData
from aibt.market.instruments import Instrument, as_traded
from aibt.market.sources.base import Source
from tests.fakes.jina import KEY, FakeJina


def real_tools(web: Web | None = None, bots: tuple[str, ...] = ()) -> OpenTools:
    """What opens all tools over a desk; without a web there is no search."""

    def opened(desk: Desk) -> Toolbox:
        servers = [trade_server(desk), price_server(desk, bots=bots), math_server(desk)]
        return Toolbox(servers if web is None else [*servers, search_server(desk, web)])

    return opened


def a_web(fake: FakeJina, key: str = KEY) -> JinaWeb:
    """The real client of a fake Jina."""
    return JinaWeb(
        search_url=fake.search_url,
        reader_url=fake.reader_url,
        key=SecretStr(key),
        clock=SystemClock(),
    )


def resolved(
    source: Source, symbols: Sequence[str], period: str, start: str, end: str
) -> list[Instrument]:
    """What a source has, as a session is given it; dates in ISO form, the last one left out."""
    market = MarketData(
        (source,),
        (source.name,),
        cache=BarCache(Path("nothing-is-kept")),
        clock=SystemClock(),
        timeout_s=60,
        cache_max_age_s=0,
    )
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (start, end))
    return [as_traded(market.resolve(symbol, period, start=first, end=last)) for symbol in symbols]
