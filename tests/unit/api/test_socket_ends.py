"""What ends a WebSocket: a sign-in that is over, a disabled user, and too much of anything."""

import asyncio
from typing import Any

import pytest
import websockets
from sqlalchemy import event

from aibt.api.limits import Limits
from aibt.settings import LimitSettings, ServeSettings, Settings
from tests.patience import PATIENCE_S
from tests.unit.accounts.clocks import SetClock
from tests.unit.api.builders import BOT, QUICK, START, Client
from tests.unit.api.sockets import (
    ADA,
    OPEN,
    World,
    bearer_of,
    ended,
    opened,
    principal_of,
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


# What ends it


async def test_a_command_after_the_sign_out_is_refused_and_ends_the_socket(
    world: World,
) -> None:
    bearer = await bearer_of(world)
    principal = await principal_of(world, bearer)
    async with opened(world, bearer=bearer) as client:
        await client.ask("bots-get")
        accounts = world.entrance.office.accounts
        await world.server.ask(accounts.identity.sign_out(principal, bearer))
        await client.send("bots-create", **BOT)
        try:
            frame = await client.frame()
            assert frame["data"]["code"] == "not_signed_in"
        except websockets.ConnectionClosed:
            pass  # the timer was quicker
        assert await ended(client) == 4401

    assert world.platform.calls["create_bot"] == 0


@pytest.mark.parametrize(
    ("deed", "code"), [("sign out", 4401), ("disable", 4403), ("deny", 4401), ("expire", 4401)]
)
async def test_an_open_stream_ends_with_its_sign_in_without_any_command(
    world: World, clock: SetClock, deed: str, code: int
) -> None:
    bearer = await bearer_of(world, lifetime_s=60.0)
    principal = await principal_of(world, bearer)
    accounts = world.entrance.office.accounts
    administration = world.entrance.office.administration(None)  # as the command line, elsewhere
    async with opened(world, bearer=bearer) as client:
        await client.ask("bots-create", **BOT)
        await client.send("trainings-start", **START)
        await client.frames(3)
        [training_id] = world.platform.runs
        if deed == "sign out":
            await world.server.ask(accounts.identity.sign_out(principal, bearer))
        elif deed == "disable":
            await world.server.ask(administration.change_user(principal.user.id, disabled=True))
        elif deed == "deny":
            await world.server.ask(administration.deny(ADA))
        else:
            clock.pass_s(60)
        assert await ended(client) == code

    await world.eventually(lambda: world.platform.polls == 0)
    assert training_id in world.platform.runs


async def test_a_socket_of_another_sign_in_goes_on(world: World) -> None:
    bearers = [await bearer_of(world), await bearer_of(world)]
    principal = await principal_of(world, bearers[0])
    identity = world.entrance.office.accounts.identity
    async with (
        opened(world, bearer=bearers[0]) as gone,
        opened(world, bearer=bearers[1]) as stays,
    ):
        await world.server.ask(identity.sign_out(principal, bearers[0]))
        assert await ended(gone) == 4401
        assert await who(stays) == ADA


async def test_a_socket_of_a_ticket_outlives_the_bearer_but_not_the_sign_in(
    make_world: Any, clock: SetClock
) -> None:
    world = make_world(clock=clock)
    bearer = await bearer_of(world, lifetime_s=120.0)
    short = await bearer_of(world, lifetime_s=30.0)
    ticket = await ticket_of(world, bearer)
    async with (
        opened(world, ticket=ticket, origin=world.server.http) as page,
        opened(world, bearer=short) as program,
    ):
        assert (await who(page), await who(program)) == (ADA, ADA)
        clock.pass_s(60)
        assert await ended(program) == 4401
        assert await who(page) == ADA
        clock.pass_s(60)
        assert await ended(page) == 4401


async def test_disabling_over_rest_closes_at_once(make_world: Any) -> None:
    world = make_world(limits=QUICK)
    bearer = await bearer_of(world)
    user_id = (await principal_of(world, bearer)).user.id
    async with opened(world, bearer=bearer) as client, world.http as http:
        await who(client)
        began = asyncio.get_running_loop().time()
        await http.patch(f"/api/admin/users/{user_id}", json={"disabled": True})
        assert await ended(client) == 4403

    assert asyncio.get_running_loop().time() - began < 5
    assert (client.socket.close_reason or "") != ""


async def test_the_watch_outlives_a_store_that_fails(world: World) -> None:
    engine = world.entrance.office.store._reader.sync_engine
    failed = []

    def fail(*_: object) -> None:
        failed.append(1)
        raise KeyError("broken")

    bearer = await bearer_of(world)
    principal = await principal_of(world, bearer)
    async with opened(world, bearer=bearer) as client:
        await who(client)
        event.listen(engine, "begin", fail)
        await world.eventually(lambda: len(failed) >= 2)
        event.remove(engine, "begin", fail)
        assert await who(client) == ADA
        identity = world.entrance.office.accounts.identity
        await world.server.ask(identity.sign_out(principal, bearer))
        assert await ended(client) == 4401


# Too much


async def test_a_user_has_so_many_sockets_and_another_user_as_many(make_world: Any) -> None:
    world = make_world(settings=Settings(limits=LimitSettings(sockets=2)))
    bearer = await bearer_of(world)
    async with opened(world, bearer=bearer), opened(world, bearer=bearer) as second:
        await who(second)
        assert await refused(world, bearer=bearer) == 4429
        async with opened(world, bearer=world.entrance.bearer) as other:
            assert await who(other) == "local@localhost"
        await second.socket.close()
        await world.eventually(lambda: len(world.server.app.state.sockets) == 1)
        async with opened(world, bearer=bearer) as again:
            assert await who(again) == ADA


async def test_who_goes_during_the_sign_in_leaves_no_place_taken(make_world: Any) -> None:
    world = make_world(settings=Settings(serve=ServeSettings(max_sockets=2)))
    for _ in range(6):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.server.port)
        writer.write(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Authorization: Bearer " + world.entrance.bearer.encode() + b"\r\n\r\n"
        )
        await writer.drain()
        writer.close()
        del reader

    async def comes_in() -> bool:
        async with opened(world, bearer=world.entrance.bearer) as client:
            try:
                return await who(client) == "local@localhost"
            except websockets.ConnectionClosed:
                return False  # those before have not been noticed yet

    async with asyncio.timeout(PATIENCE_S):
        while not await comes_in():
            pass


@pytest.mark.parametrize("text", [OPEN, "{", '{"query": "bots-fly"}', b"\x00"])
async def test_a_flood_is_answered_with_rate_limited_and_then_ended(
    make_world: Any, clock: SetClock, text: str | bytes
) -> None:
    world = make_world(
        clock=clock,
        settings=Settings(limits=LimitSettings(commands_per_second=1)),
        limits=Limits(refusals=5),
    )
    codes: list[str] = []

    async def flood(client: Client) -> None:
        for _ in range(100):
            await client.socket.send(text)
            codes.append((await client.frame())["data"].get("code", "ok"))

    async with opened(world, bearer=world.entrance.bearer) as client:
        with pytest.raises(websockets.ConnectionClosed):
            await flood(client)

    assert client.socket.close_code == 4429
    assert codes[:4] == [codes[0]] * 4
    assert codes[0] != "rate_limited"
    assert codes[4:] == ["rate_limited"] * len(codes[4:])
    assert 5 <= len(codes[4:]) <= 6


async def test_who_slows_down_in_time_goes_on(make_world: Any, clock: SetClock) -> None:
    world = make_world(
        clock=clock,
        settings=Settings(limits=LimitSettings(commands_per_second=1)),
        limits=Limits(refusals=5),
    )
    async with opened(world, bearer=world.entrance.bearer) as client:
        for _ in range(4):
            asked = [await client.ask("bots-get") for _ in range(8)]
            assert [each["inner_task"] for each in asked].count("error") == 4
            clock.pass_s(4)
        assert await who(client) == "local@localhost"


async def test_a_limit_of_starts_holds_on_the_socket_too(make_world: Any, clock: SetClock) -> None:
    world = make_world(clock=clock, settings=Settings(limits=LimitSettings(starts_per_minute=1)))
    async with opened(world, bearer=world.entrance.bearer) as client:
        first = await client.ask("trainings-start", **START)
        second = await client.ask("trainings-start", **START)
        alive = await client.ask("bots-get")

    assert first["data"]["code"] == "not_found"
    assert second["data"]["code"] == "rate_limited"
    assert alive["data"] == {"bots": []}


@pytest.mark.parametrize("by", ["bearer", "ticket"])
async def test_a_frame_over_64_kib_ends_a_socket_however_it_was_opened(
    world: World, by: str
) -> None:
    shown: dict[str, Any] = {"bearer": world.entrance.bearer}
    if by == "ticket":
        shown = {"ticket": await ticket_of(world), "origin": world.server.http}
    async with opened(world, **shown) as client:
        await client.socket.send(OPEN + " " * 65_536)
        assert await ended(client) == 1009
