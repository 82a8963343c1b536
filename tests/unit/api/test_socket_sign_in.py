"""What opens a WebSocket: a bearer, or a ticket of a page that is allowed."""

import asyncio
import json
from typing import Any

import pytest
import websockets
from sqlalchemy import event

from tests.fakes.office import a_user
from tests.unit.accounts.clocks import SetClock
from tests.unit.api.builders import BOT, Client
from tests.unit.api.sockets import (
    ADA,
    World,
    bearer_of,
    ended,
    opened,
    refused,
    ticket_of,
    who,
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def world(make_world: Any, clock: SetClock) -> World:
    return make_world(clock=clock)


async def test_a_program_opens_a_socket_with_its_bearer_and_without_an_origin(
    world: World,
) -> None:
    async with opened(world, bearer=await bearer_of(world)) as client:
        assert await who(client) == ADA


async def test_a_page_opens_a_socket_with_a_ticket_that_is_not_echoed(world: World) -> None:
    ticket = await ticket_of(world)
    async with opened(world, ticket=ticket, origin=world.server.http) as client:
        assert await who(client) == "local@localhost"

    assert client.socket.subprotocol == "aibt.v1"
    assert ticket not in str(client.socket.response.headers)


async def test_a_ticket_without_an_origin_is_refused_and_stays_good(world: World) -> None:
    ticket = await ticket_of(world)

    assert await refused(world, ticket=ticket) == 4403
    async with opened(world, ticket=ticket, origin=world.server.http) as client:
        assert await who(client) == "local@localhost"


async def test_a_ticket_from_a_foreign_page_is_refused_before_the_handshake(
    world: World,
) -> None:
    ticket = await ticket_of(world)
    for shown in ({"ticket": ticket}, {"bearer": world.entrance.bearer}):
        with pytest.raises(websockets.InvalidStatus) as caught:
            async with opened(world, origin="https://evil.example", **shown):
                pass
        assert caught.value.response.status_code == 403


async def test_a_ticket_opens_one_socket(world: World) -> None:
    ticket = await ticket_of(world)
    origin = world.server.http
    async with opened(world, ticket=ticket, origin=origin) as first:
        assert await refused(world, ticket=ticket, origin=origin) == 4401
        assert await who(first) == "local@localhost"


async def test_of_many_who_bring_one_ticket_at_once_one_comes_in(world: World) -> None:
    ticket = await ticket_of(world)

    async def tried() -> str:
        async with opened(world, ticket=ticket, origin=world.server.http) as client:
            try:
                return await who(client)
            except websockets.ConnectionClosed:
                return str(client.socket.close_code)

    assert sorted(await asyncio.gather(*(tried() for _ in range(5)))) == [
        *["4401"] * 4,
        "local@localhost",
    ]


async def test_a_ticket_is_good_for_thirty_seconds(world: World, clock: SetClock) -> None:
    tickets = [await ticket_of(world), await ticket_of(world)]
    clock.pass_s(29.9)
    async with opened(world, ticket=tickets[0], origin=world.server.http) as client:
        assert await who(client) == "local@localhost"
    clock.pass_s(0.1)

    assert await refused(world, ticket=tickets[1], origin=world.server.http) == 4401


async def test_a_ticket_opens_a_socket_of_him_who_asked_for_it_and_of_nobody_else(
    world: World,
) -> None:
    hers = await ticket_of(world, await bearer_of(world))
    async with opened(world, ticket=hers, origin=world.server.http) as client:
        assert await who(client) == ADA


@pytest.mark.parametrize("ticket", ["", "x", "A" * 43, "a" * 3_000, "..", "%00", "ticket.x"])
async def test_a_ticket_that_is_none_is_refused(world: World, ticket: str) -> None:
    assert await refused(world, ticket=ticket, origin=world.server.http) == 4401


async def test_a_bearer_goes_before_a_ticket_which_stays_good(world: World) -> None:
    ticket = await ticket_of(world)
    bearer = await bearer_of(world)
    origin = world.server.http
    async with opened(world, bearer=bearer, ticket=ticket, origin=origin) as client:
        assert await who(client) == ADA
    assert await refused(world, bearer="wrong", ticket=ticket, origin=origin) == 4401
    async with opened(world, ticket=ticket, origin=origin) as client:
        assert await who(client) == "local@localhost"


@pytest.mark.parametrize("name", ["access_token", "token", "ticket", "Authorization"])
async def test_a_token_in_the_address_is_not_looked_at(world: World, name: str) -> None:
    for secret in (world.entrance.bearer, await ticket_of(world)):
        address = f"{world.server.ws}?{name}={secret}"
        async with websockets.connect(address, origin=world.server.http) as socket:
            assert await ended(Client(socket)) == 4401


async def test_a_cookie_opens_no_socket(world: World) -> None:
    cookie = {"Cookie": f"aibt_refresh={world.entrance.bearer}"}
    async with websockets.connect(world.server.ws, additional_headers=cookie) as socket:
        assert await ended(Client(socket)) == 4401


@pytest.mark.parametrize("bearer", [None, "x", "a.b.c", "x" * 7_000])
async def test_without_a_valid_bearer_the_socket_is_closed(
    world: World, bearer: str | None
) -> None:
    assert await refused(world, bearer=bearer) == 4401


async def test_nothing_that_is_asked_before_the_sign_in_is_answered(world: World) -> None:
    received: list[object] = []

    async def asking(socket: Any) -> None:
        for _ in range(5):
            await socket.send(json.dumps({"query": "bots-create", "params": BOT}))
        received.append(await socket.recv())

    async with websockets.connect(world.server.ws) as socket:
        with pytest.raises(websockets.ConnectionClosed):
            await asking(socket)

    assert (received, socket.close_code) == ([], 4401)
    assert world.platform.calls.total() == 0


async def test_a_disabled_user_opens_no_socket(world: World) -> None:
    bearer = await bearer_of(world)
    ticket = await ticket_of(world, bearer)
    user = await world.server.ask(a_user(world.entrance.office, ADA))
    administration = world.entrance.office.administration(None)
    await world.server.ask(administration.change_user(user.id, disabled=True))

    assert await refused(world, bearer=bearer) == 4403
    assert await refused(world, ticket=ticket, origin=world.server.http) == 4401


async def test_a_mistake_of_ours_at_the_door_closes_it_with_a_reference(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    engine = world.entrance.office.store._reader.sync_engine

    def fail(*_: object) -> None:
        raise KeyError("something secret")

    event.listen(engine, "begin", fail)
    async with opened(world, bearer=world.entrance.bearer) as client:
        assert await ended(client) == 1011

    reason = client.socket.close_reason or ""
    assert "secret" not in reason
    reference = reason.rpartition(" ")[2].rstrip(")")
    assert reference
    assert any(reference in record.getMessage() for record in caplog.records)
