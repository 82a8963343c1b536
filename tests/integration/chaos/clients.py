"""Clients that do not give up: a command is repeated under its id until it is acknowledged."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx
import websockets

from tests.integration.chaos.history import READS, STARTS, Answer, History, Json, Operation, Person
from tests.integration.client import Client, connected

REST, SOCKET = "REST", "WebSocket"
TRY_S: Final = 40.0
_CONNECT_S: Final = 10.0
_PASSING: Final = frozenset({"unavailable", "rate_limited", "quota_exceeded", "source_unavailable"})
_CONTROLS: Final = frozenset({"pause", "resume", "stop"})


@dataclass(slots=True)
class Line:
    """What one user's visit sends over: REST, and a WebSocket that is opened when it is needed."""

    person: Person
    http: httpx.AsyncClient
    ws: str
    _socket: Client | None = None
    _closing: Any = None

    async def socket(self) -> Client:
        """Return the visit's socket, a new one where the last was lost."""
        if self._socket is None:
            self._closing = connected(self.ws, self.person.bearer)
            self._socket = await asyncio.wait_for(self._closing.__aenter__(), _CONNECT_S)
        return self._socket

    async def hang_up(self) -> list[Json]:
        """Close the socket and return all frames that came over it."""
        frames = [] if self._socket is None else self._socket.frames
        if self._socket is not None:
            with suppress(OSError, TimeoutError, websockets.WebSocketException):
                await asyncio.wait_for(self._closing.__aexit__(None, None, None), _CONNECT_S)
        self._socket = None
        return frames


@dataclass(slots=True)
class Caller:
    """Sends operations and keeps the history of what came of them."""

    history: History
    http: httpx.AsyncClient
    ws: str
    patience_s: float
    tries: dict[str, int] = field(default_factory=lambda: {REST: 0, SOCKET: 0})
    sent_twice: int = 0
    lost: int = 0  # tries that nothing came of

    @asynccontextmanager
    async def line(self, person: Person) -> AsyncIterator[Line]:
        """Open a user's visit."""
        line = Line(person, self.http, self.ws)
        try:
            yield line
        finally:
            await self._look_through(line)

    async def call(
        self, line: Line, query: str, params: Json, dice: random.Random, *, ways: tuple[str, ...]
    ) -> Operation:
        """Send a command until it is acknowledged, or patience ends.

        Args:
            line: of the user who asks.
            query: as the WebSocket calls it.
            params: its parameters.
            dice: decides how it is repeated.
            ways: over which to send it; both: at once, the first time.
        """
        identity = str(_uuid(dice))
        operation = self.history.begin(line.person, query, params, identity, time.monotonic())
        self.sent_twice += len(ways) > 1
        deadline = operation.began + self.patience_s
        while not operation.answers and time.monotonic() < deadline:
            if operation.tries:
                await asyncio.sleep(dice.uniform(0.05, 0.5))
                ways = (dice.choice((REST, SOCKET)),)
            if query in READS:
                operation.began = time.monotonic()
            operation.tries += 1
            await asyncio.gather(*(self._try(line, operation, way) for way in ways))
        return operation

    async def _try(self, line: Line, operation: Operation, way: str) -> None:
        self.tries[way] += 1
        try:
            async with asyncio.timeout(TRY_S):
                if way == REST:
                    said = await self._over_rest(line, operation)
                else:
                    said = await self._over_socket(line, operation)
        except (OSError, TimeoutError, httpx.HTTPError, websockets.WebSocketException):
            said = None
        if said is None:
            self.lost += 1
            if way == SOCKET:
                await self._look_through(line)
            return
        code, data = said
        at = time.monotonic()
        self.history.saw(line.person, json.dumps(data), json.dumps(operation.params))
        if code in {"internal", "not_signed_in", "id_reused", "forbidden"}:
            self.history.faults.append(f"{code} over {way}: {operation}: {data}")
        if code in _PASSING or code == "internal":
            self.lost += 1
            return
        operation.acknowledge(Answer(way=way, at=at, data=data, code=code))

    async def _look_through(self, line: Line) -> None:
        for frame in await line.hang_up():
            if frame.get("inner_task") != "error":  # an error repeats what was asked
                self.history.saw(line.person, json.dumps(frame))

    async def _over_rest(self, line: Line, operation: Operation) -> tuple[str | None, Json] | None:
        method, path, body = rest_of(operation.query, operation.params)
        headers = {"Authorization": f"Bearer {line.person.bearer}"}
        if operation.query not in READS:
            headers["Idempotency-Key"] = operation.id
        answer = await self.http.request(method, path, json=body, headers=headers)
        try:
            data = answer.json()
        except ValueError:
            return None  # not ours: the proxy found nobody behind it
        if not isinstance(data, dict):
            return None
        if answer.is_success:
            return None, data
        return (str(data["code"]), data) if "code" in data else None

    async def _over_socket(
        self, line: Line, operation: Operation
    ) -> tuple[str | None, Json] | None:
        client = await line.socket()
        await client.send(operation.query, command_id=operation.id, **operation.params)
        while True:
            frame = await client.frame(operation.id)
            if frame["inner_task"] == "closed":
                return None
            data: Json = frame["data"]
            if frame["inner_task"] == "error" and frame["done"]:
                return str(data["code"]), data
            if operation.query not in STARTS or frame["done"] or frame["inner_task"] == "state":
                return None, data


def rest_of(query: str, params: Mapping[str, Any]) -> tuple[str, str, Json | None]:
    """Return method, path and body of a query's twin."""
    of, verb = query.split("-")
    key = "name" if of == "bots" else "id"
    path = f"/api/{of}"
    if verb in {"create", "start"}:
        return "POST", path, dict(params)
    if key not in params:
        return "GET", f"{path}?limit=1000", None
    one = f"{path}/{quote(str(params[key]))}"
    if verb in _CONTROLS:
        return "POST", f"{one}/{verb}", None
    if verb == "update":
        return "PATCH", one, {name: value for name, value in params.items() if name != key}
    return ("DELETE" if verb == "delete" else "GET"), one, None


def _uuid(dice: random.Random) -> Any:
    import uuid

    return uuid.UUID(int=dice.getrandbits(128), version=4)
