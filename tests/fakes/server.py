"""The application on a real uvicorn, in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import uvicorn
from fastapi import FastAPI

T = TypeVar("T")


class RunningServer:
    """A server that answers; `do` runs a function on its event loop."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()  # who connects before the server runs is kept waiting, not refused
        self.port: int = self._socket.getsockname()[1]
        self.loop: asyncio.AbstractEventLoop | None = None
        config = uvicorn.Config(
            self._app, interface="asgi3", log_level="error", timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    async def do(self, act: Callable[[], T]) -> T:
        """Run `act` on the server's loop, where the platform lives, and return its result."""

        async def acted() -> T:
            return act()

        if self.loop is None:
            raise RuntimeError("the server does not run")
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(acted(), self.loop))

    async def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the server's loop, and return its result."""
        if self.loop is None:
            raise RuntimeError("the server does not run")
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.loop))

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(20):
            raise RuntimeError("the server did not start")

    def tell_to_stop(self) -> None:
        self._server.should_exit = True

    def stop(self) -> None:
        self.tell_to_stop()
        self._thread.join(20)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    async def _app(self, scope, receive, send):  # type: ignore[no-untyped-def] - ASGI's own types
        if scope["type"] == "lifespan":
            self.loop = asyncio.get_running_loop()

            async def noting(message):  # type: ignore[no-untyped-def] - ASGI's own types
                await send(message)
                if message["type"] == "lifespan.startup.complete":
                    self._ready.set()

            await self.app(scope, receive, noting)
            return
        await self.app(scope, receive, send)


@contextmanager
def a_running_server(app: FastAPI) -> Iterator[RunningServer]:
    """Run `app` on a free port for the length of the block."""
    server = RunningServer(app)
    server.start()
    try:
        yield server
    finally:
        server.stop()
