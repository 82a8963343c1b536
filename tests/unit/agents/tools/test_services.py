"""The services' life: ports, restarts, and what administrators see."""

import asyncio
import socket
from dataclasses import replace

import pytest

from aibt.agents.tools.services import ToolServices
from aibt.clock import SystemClock
from aibt.errors import Invalid, NotFound
from tests.patience import PATIENCE_S
from tests.unit.agents.tools.clients import ANY_FREE, MINE, Desks, NoWeb, a_client, running


def _task(name: str) -> "asyncio.Task[object]":
    return next(task for task in asyncio.all_tasks() if task.get_name() == name)


async def _until_restarted(services: ToolServices, name: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (services.status()[name].restarts and services.status()[name].running):
            await asyncio.sleep(0.02)


async def test_the_status_says_port_since_and_requests() -> None:
    async with running(Desks()) as services:
        async with a_client(services, "math", MINE) as client:
            await client.list_tools()
        up = services.status()
    down = services.status()

    assert all(one.running and one.since and one.port for one in up.values())
    assert up["math"].requests >= 1
    assert up["trade"].requests == 0
    assert not any(one.running or one.since for one in down.values())


async def test_a_taken_port_is_named_and_nothing_is_left_running() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        services = ToolServices(Desks(), NoWeb(), replace(ANY_FREE, trade=port), SystemClock())
        with pytest.raises(Invalid, match=f"port {port} .*trade") as refused:
            await services.start()

    assert refused.value.field == "trade_http_port"
    assert not any(one.running for one in services.status().values())


async def test_a_service_that_ends_by_itself_is_started_again_on_its_port() -> None:
    async with running(Desks()) as services:
        before = services.status()["math"]
        _task("serving/math").cancel()
        await _until_restarted(services, "math")
        after = services.status()["math"]
        async with a_client(services, "math", MINE) as client:
            answer = await client.call_tool("calculate", {"expression": "1 + 1"})

    assert (after.port, after.restarts) == (before.port, 1)
    assert after.last_error == "it was cancelled"
    assert answer.structured_content == {"result": 2}


async def test_a_restart_keeps_the_port_and_counts_no_fault() -> None:
    async with running(Desks()) as services:
        before = services.status()["price"]
        await services.restart("price")
        after = services.status()["price"]
        await services.restart()
        all_up = [one.running for one in services.status().values()]

    assert (after.port, after.running, after.restarts) == (before.port, True, 0)
    assert all_up == [True] * 4


async def test_start_and_stop_may_be_repeated() -> None:
    async with running(Desks()) as services:
        ports = {name: one.port for name, one in services.status().items()}
        await services.start()
        await services.stop()
        await services.stop()
        await services.start()
        again = {name: one.port for name, one in services.status().items()}

    assert again == ports


async def test_only_a_service_that_exists_can_be_restarted() -> None:
    async with running(Desks()) as services:
        with pytest.raises(NotFound):
            await services.restart("mail")


async def test_the_services_listen_on_this_machine_alone() -> None:
    async with running(Desks()) as services:
        port = services.status()["math"].port
        with socket.socket() as other:  # 127.0.0.2 is free only if 127.0.0.1 alone is taken
            other.bind(("127.0.0.2", port))

    assert port
