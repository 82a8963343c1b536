"""What every HTTP answer carries, and what no HTTP request may bring."""

from typing import Final

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aibt.api.errors import problem
from aibt.api.origins import is_allowed_host, is_allowed_origin
from aibt.protocol.errors import HTTP_CODES
from aibt.settings import ServeSettings

_PRIVATE: Final = "/api/"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
}


class Guard:
    """Refuses foreign pages and long bodies, and adds the security headers to each answer."""

    def __init__(self, app: ASGIApp, settings: ServeSettings, most_bytes: int) -> None:
        self._app = app
        self._settings = settings
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(send, is_private=scope["path"].startswith(_PRIVATE))
        headers = Headers(scope=scope)
        if not self._may_ask(scope["method"], headers):
            await _refuse(403, scope, receive, guarded)
            return
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length[:18]) > self._most:
            await _refuse(413, scope, receive, guarded)
            return
        await self._app(scope, _bounded(receive, self._most), guarded)

    def _may_ask(self, method: str, headers: Headers) -> bool:
        host, origin = headers.get("host"), headers.get("origin")
        return is_allowed_host(host, self._settings) and (
            method in _SAFE or is_allowed_origin(origin, host, self._settings)
        )


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    code, msg = HTTP_CODES[status]
    await problem(code, msg, None, status)(scope, receive, send)


def _bounded(receive: Receive, most: int) -> Receive:
    """Count what a body without a length brings."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413)  # whoever reads the body lets this one pass
        return message

    return bounded


def _with_headers(send: Send, *, is_private: bool) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if is_private:  # somebody's own, or a secret: no cache keeps it
                headers["Cache-Control"] = "no-store"
        await send(message)

    return guarded
