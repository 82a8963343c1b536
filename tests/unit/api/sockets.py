"""Ways to open a WebSocket, and what becomes of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets

from aibt.accounts.identity import Principal
from tests.fakes.office import a_bearer
from tests.patience import PATIENCE_S
from tests.unit.api.builders import Client

World = Any  # the fixture's class, tests/unit/api/builders.py
ADA = "ada@example.com"
OPEN = '{"query": "client-is-open", "id": "5b0c6c0e-8f0e-4f43-9a3f-0d6c1c1f2a11"}'


@asynccontextmanager
async def opened(
    world: World, *, bearer: str | None = None, ticket: str | None = None, origin: str | None = None
) -> AsyncIterator[Client]:
    """Open a socket with exactly this."""
    offered = None if ticket is None else ["aibt.v1", f"ticket.{ticket}"]
    async with websockets.connect(
        world.server.ws,
        additional_headers={} if bearer is None else {"Authorization": f"Bearer {bearer}"},
        subprotocols=offered,
        origin=origin,
    ) as socket:
        yield Client(socket)


async def ended(client: Client) -> int | None:
    await asyncio.wait_for(client.socket.wait_closed(), PATIENCE_S)
    return client.socket.close_code


async def refused(world: World, **shown: Any) -> int | None:
    """Return the code with which a socket is closed, to which nothing was said before."""
    async with opened(world, **shown) as client:
        with pytest.raises(websockets.ConnectionClosed):
            async with asyncio.timeout(PATIENCE_S):
                await client.socket.recv()
        return await ended(client)


async def bearer_of(world: World, email: str = ADA, **options: Any) -> str:
    made = await world.server.ask(a_bearer(world.entrance.office, email, **options))
    return str(made)


async def principal_of(world: World, bearer: str) -> Principal:
    found = await world.server.ask(world.entrance.office.accounts.authenticated(bearer))
    assert isinstance(found, Principal)
    return found


async def ticket_of(world: World, bearer: str | None = None) -> str:
    async with world.http as http:
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        answer = await http.post("/api/ws-ticket", headers=headers)
    return str(answer.json()["ticket"])


async def who(client: Client) -> str:
    return str((await client.ask("client-is-open"))["data"]["user"]["email"])
