"""Whoever has not signed in learns nothing: not even what was wrong with his request."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event

from aibt.api import (
    accounts,
    admin,
    admin_agents,
    admin_learning,
    agents,
    bots,
    evaluations,
    leaderboard,
    market,
    populations,
    providers,
    sessions,
    tool_services,
    trading,
    trainings,
)
from aibt.api.signing_in import SignedInRoute
from tests.unit.api.doors import ADA, Door, an_open_door

OPEN = {
    ("GET", "/api/auth/ways"),
    ("POST", "/api/auth/sign-up"),
    ("POST", "/api/auth/sign-in"),
    ("POST", "/api/auth/link"),
    ("POST", "/api/auth/refresh"),
    ("GET", "/healthz"),
}
GOOD = {
    "training_id": "1",
    "population_id": "1",
    "evaluation_id": "1",
    "user_id": "1",
    "bot_id": "1",
    "name": "Ada",
    "provider": "jina",
    "email": "ada@example.com",
    "model_id": "1",
    "session_id": "1",
}
BAD = {
    "training_id": "x",
    "population_id": "x",
    "evaluation_id": "x",
    "user_id": "-1",
    "bot_id": "1e9",
    "name": "%2e%2e%20x",
    "provider": "%00",
    "email": "no-address",
    "model_id": "0",
    "session_id": "1.5",
}


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with an_open_door() as door:
        yield door


def routes(door: Door) -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, methods in door.app.openapi()["paths"].items()
        for method in methods
        if (method.upper(), path) not in OPEN
    ]


def filled(path: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


WRONG: list[dict[str, Any]] = [
    {"content": b"{", "headers": {"Content-Type": "application/json"}},
    {"json": {"no": "such field"}},
    {"content": b"\xff\xfe", "headers": {"Idempotency-Key": "again"}},
    {"params": {"limit": "many", "cursor": "?", "sort": "weights"}},
]


@pytest.mark.parametrize("wrong", WRONG, ids=["cut", "fields", "bytes", "query"])
async def test_who_is_not_signed_in_gets_401_whatever_else_is_wrong(
    door: Door, wrong: dict[str, Any]
) -> None:
    async with door.http() as http:
        for method, path in routes(door):
            for values in (GOOD, BAD):
                answer = await http.request(method, filled(path, values), **wrong)
                assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), (
                    method,
                    path,
                )
                assert answer.headers["www-authenticate"] == "Bearer"

    assert len(routes(door)) > 30
    assert door.platform.calls.total() == 0


async def test_who_is_disabled_gets_403_whatever_else_is_wrong(door: Door) -> None:
    bearer = await door.bearer()
    await door.office.administration(None).change_user(await door.user_id(), disabled=True)
    async with door.http(bearer) as http:
        for method, path in routes(door):
            answer = await http.request(method, filled(path, BAD), **WRONG[0])
            assert answer.status_code == 403, (method, path)
            assert answer.json()["code"] == "user_disabled"


async def test_who_is_no_administrator_gets_403_whatever_else_is_wrong(door: Door) -> None:
    bearer = await door.bearer(ADA)
    async with door.http(bearer) as http:
        for method, path in routes(door):
            if not path.startswith(("/api/admin", "/api/mcp")):
                continue
            for wrong in WRONG:
                answer = await http.request(method, filled(path, BAD), **wrong)
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


async def test_a_body_is_not_even_read_before_the_sign_in(door: Door) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"{}"

    async with door.http() as http:
        answer = await http.post("/api/bots", content=body())

    assert (answer.status_code, read) == (401, [])


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("GET", "/api/bots", 1),
        ("GET", "/api/auth/me", 1),
        ("GET", "/api/keys", 2),
        ("POST", "/api/ws-ticket", 2),
        ("POST", "/api/auth/sign-out", 2),
        ("GET", "/api/admin/users", 2),
    ],
)
async def test_who_it_is_costs_one_transaction(
    door: Door, method: str, path: str, most: int
) -> None:
    begun = []
    event.listen(door.office.store._reader.sync_engine, "begin", begun.append)
    async with door.local() as http:
        answer = await http.request(method, path)

    assert answer.is_success
    assert len(begun) == most


MODULES = [
    accounts, admin, admin_agents, admin_learning, agents, bots, evaluations, leaderboard, market,
    populations, providers, sessions, tool_services, trading, trainings,
]  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_the_routes_of_a_module_ask_first(module: Any) -> None:
    assert all(isinstance(route, SignedInRoute) for route in module.router.routes)
