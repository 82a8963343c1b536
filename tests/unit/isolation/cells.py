"""One cell of the matrix: a request or a query of somebody, and what was sent back."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx
import websockets

from tests.fakes.office import a_bearer
from tests.patience import PATIENCE_S
from tests.unit.isolation.examples import QUERIES, ROUTES
from tests.unit.isolation.world import CANARIES, DISABLED, EMAILS, Things, World

ANONYMOUS = "anonymous"
Route = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody was sent: a status, or a close code, and all of the bytes."""

    status: int
    code: str | None
    text: str

    @property
    def leaks(self) -> list[str]:
        return [canary for canary in CANARIES if canary in self.text]


def routes_of(world: World) -> set[Route]:
    """Return every route that the application has, found by walking it."""
    paths = world.app.openapi()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def asked(world: World, route: Route, who: str, things: Things) -> Sent:
    """Send one REST request about `things` as somebody."""
    method, template = route
    example = ROUTES[route]
    path = (template + example.query).format(**example.path(world, things))
    headers = {}
    if who != ANONYMOUS:
        bearer = world.bearers[who]
        if path == "/api/auth/sign-out" and who != DISABLED:  # the other tests go on
            bearer = world.run(a_bearer(world.office, EMAILS[who]))
        headers["Authorization"] = f"Bearer {bearer}"
    body = example.body(world, things)
    answer = httpx.request(method, world.server.http + path, headers=headers, json=body, timeout=60)
    try:
        code = answer.json().get("code")
    except (ValueError, AttributeError):
        code = None
    return Sent(answer.status_code, code, f"{answer.headers} {answer.text}")


def queried(world: World, query: str, who: str, things: Things) -> Sent:
    """Send one query about `things` over a socket of somebody's."""
    return asyncio.run(_queried(world, query, who, things))


def listened(world: World, who: str, things: Things) -> Sent:
    """Open the socket of somebody's agent, and hear what comes up to its status."""
    return asyncio.run(_heard(world, f"/trading/{things.model}", who, None))


async def _queried(world: World, query: str, who: str, things: Things) -> Sent:
    request = {"query": query, "view": "v", "params": QUERIES[query][1](things)}
    return await _heard(world, "", who, json.dumps(request))


async def _heard(world: World, path: str, who: str, request: str | None) -> Sent:
    headers = {} if who == ANONYMOUS else {"Authorization": f"Bearer {world.bearers[who]}"}
    frames: list[dict[str, Any]] = []
    try:
        async with websockets.connect(
            world.server.ws + path, additional_headers=headers, max_size=2**22
        ) as socket:
            if request is not None:
                await socket.send(request)
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    frames.append(json.loads(await socket.recv()))
                    last = frames[-1]
                    if last["done"] or last["inner_task"] == "status":
                        break
    except websockets.ConnectionClosed as closed:
        return Sent(closed.rcvd.code if closed.rcvd else 1006, None, json.dumps(frames))
    data = frames[-1]["data"]
    code = data["code"] if frames[-1]["inner_task"] == "error" else None
    return Sent(200 if code is None else 400, code, json.dumps(frames))
