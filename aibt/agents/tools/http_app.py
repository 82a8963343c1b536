"""The tools over HTTP: MCP's own transport behind a bearer, which stands for one session's desk."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable
from typing import Final, Protocol

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aibt.agents.tools.desk import Desk
from aibt.agents.tools.server import Context, ToolServer
from aibt.errors import AibtError, NotSignedIn, Unavailable

PATH: Final = "/mcp"
MAX_BODY_BYTES: Final = 64 * 1024
_MOST_SESSIONS: Final = 200
_IDLE_S: Final = 15 * 60
_DESK: Final = "aibt.desk"
_BEARER: Final = re.compile(r"(?i:bearer) +([A-Za-z0-9\-._~+/]{16,4096}=*) *")
_FINDING_S: Final = 10.0
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


class DeskFor(Protocol):
    """Finds the desk of a bearer; asked at every request, so that an ended one is refused."""

    async def __call__(self, token: str) -> Desk:
        """Return the desk of the session that `token` is bound to.

        Raises:
            NotSignedIn: it is no token, or over.
            NotFound: its session is not there any more.
            Unavailable: nobody answers; the same may be asked again.
        """
        ...


def desk_of_request(context: Context) -> Desk:
    """Return the desk that the request's bearer stands for."""
    if context.request is None:
        raise NotSignedIn("the request came without a bearer")
    desk: Desk = context.request.scope[_DESK]
    return desk


def http_app(server: ToolServer, desk_for: DeskFor) -> ASGIApp:
    """Return the ASGI application of one service, at `PATH`; run its lifespan.

    A request without a good bearer is refused before its body is read. An MCP session belongs
    to the bearer that opened it: to any other there is no such session.
    """
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        max_request_body_size=MAX_BODY_BYTES,
        session_idle_timeout=_IDLE_S,
        max_sessions=_MOST_SESSIONS,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[f"{host}:*" for host in _LOOPBACK],
            allowed_origins=[f"http://{host}:*" for host in _LOOPBACK],
        ),
    )
    return _Bearers(app, desk_for)


class _Bearers:
    """Lets a request through with its desk and its owner, or answers 401."""

    def __init__(self, app: ASGIApp, desk_for: DeskFor) -> None:
        self._app = app
        self._desk_for = desk_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            token = _token(Headers(scope=scope))
            async with asyncio.timeout(_FINDING_S):
                desk = await self._desk_for(token)
        except AibtError as error:
            await _refuse(send, error)
        except TimeoutError:
            await _refuse(send, Unavailable("the session does not answer"))
        else:
            await self._app({**scope, _DESK: desk, "user": _owner(token)}, receive, send)


def _token(headers: Headers) -> str:
    given = headers.getlist("authorization")
    match = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    if match is None:
        raise NotSignedIn("send Authorization: Bearer and the session's token")
    return match[1]


def _owner(token: str) -> AuthenticatedUser:
    """Return who the SDK holds an MCP session to: the bearer, of which it keeps a digest alone."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return AuthenticatedUser(AccessToken(token="", client_id=digest, scopes=[]))


async def _refuse(send: Send, error: AibtError) -> None:
    body = json.dumps({"code": error.code, "msg": str(error), "field": error.field}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if error.http_status == 401:
        headers.append((b"www-authenticate", b'Bearer error="invalid_token"'))
    start = {"type": "http.response.start", "status": error.http_status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})


class Watched:
    """An ASGI application that tells of each request, and of each that it could not answer."""

    def __init__(
        self, app: ASGIApp, seen: Callable[[], None], failed: Callable[[str], None]
    ) -> None:
        self._app = app
        self._seen = seen
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._seen()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500:
                self._failed(f"a request was answered with {message['status']}")
            await send(message)

        await self._app(scope, receive, watched)
