"""Clients of the tool services: the SDK's own, with a bearer; and the services themselves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from aibt.agents.tools.desk import Desk, Result
from aibt.agents.tools.services import ServicePorts, ToolServices
from aibt.clock import SystemClock
from aibt.errors import NotFound, NotSignedIn
from tests.unit.agents.tools.desks import FakeDesk

MINE, YOURS = "token-of-mine-0123456789", "token-of-yours-0123456789"
ENDED = "token-of-an-ended-session"
ANY_FREE = ServicePorts(math=0, search=0, trade=0, price=0)


class NoWeb:
    """A web with nothing in it."""

    async def search(self, query: str, before: datetime) -> Result:
        return {"results": [], "left_out": 0, "query": query}

    async def read(self, url: str, before: datetime) -> Result:
        return {"text": "", "url": url}


class Desks:
    """Two sessions' desks by their tokens."""

    def __init__(self) -> None:
        self.by_token = {MINE: FakeDesk(name="mine"), YOURS: FakeDesk(name="yours")}
        self.asked: list[str] = []

    async def __call__(self, token: str) -> Desk:
        self.asked.append(token)
        if token == ENDED:
            raise NotFound("session", "3")
        if token not in self.by_token:
            raise NotSignedIn("the token is not known")
        return self.by_token[token]


@asynccontextmanager
async def running(desks: Desks, ports: ServicePorts = ANY_FREE) -> AsyncIterator[ToolServices]:
    services = ToolServices(desks, NoWeb(), ports, SystemClock())
    await services.start()
    try:
        yield services
    finally:
        await services.stop()


@asynccontextmanager
async def a_client(
    services: ToolServices, name: str, token: str, *, mode: str = "auto"
) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, trust_env=False) as http:
        transport = streamable_http_client(services.status()[name].url, http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client
