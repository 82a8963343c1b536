"""The four tool services of an installation: started, stopped, restarted and watched over."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import uvicorn

from aibt.agents.tools.calculator import math_server
from aibt.agents.tools.http_app import PATH, DeskFor, Watched, desk_of_request, http_app
from aibt.agents.tools.price import price_server
from aibt.agents.tools.search import Web, search_server
from aibt.agents.tools.server import ToolServer
from aibt.agents.tools.trade import trade_server
from aibt.clock import Clock
from aibt.errors import Invalid, NotFound, Unavailable

logger = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
_SETTINGS: Final = {
    "math": "math_http_port",
    "search": "search_http_port",
    "trade": "trade_http_port",
    "price": "getprice_http_port",
}
_START_S, _STOP_S = 10.0, 5.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePorts:
    """Where the services listen, on this machine's own address; 0: any free port."""

    math: int
    search: int
    trade: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """One service, as administrators see it.

    Attributes:
        since: when it was last started; None while it does not run.
        requests: since it was first started.
        restarts: how often it was started again because it had ended by itself.
        last_error: the last thing that went wrong, or None.
    """

    name: str
    port: int
    url: str
    running: bool
    since: datetime | None
    requests: int
    restarts: int
    last_error: str | None


class ToolServices:
    """Runs the four services in this process's event loop, until it is told to stop."""

    def __init__(self, desk_for: DeskFor, web: Web, ports: ServicePorts, clock: Clock) -> None:
        """Start nothing yet.

        Args:
            desk_for: finds the desk of a request's bearer.
            web: what the search tools ask, for every session alike.
            ports: see `ServicePorts`.
            clock: tells since when a service runs.
        """
        servers: dict[str, Callable[[], ToolServer]] = {
            "math": lambda: math_server(desk_of_request),
            "search": lambda: search_server(desk_of_request, web),
            "trade": lambda: trade_server(desk_of_request, with_keys=True),
            "price": lambda: price_server(desk_of_request, bots=None),
        }
        self._services = {
            name: _Service(name, getattr(ports, name), make, desk_for, clock)
            for name, make in servers.items()
        }

    async def start(self) -> None:
        """Start what does not run: all of it, or nothing.

        Raises:
            Invalid: a port is taken; its field is the port's setting.
            Unavailable: a service did not come up in time.
        """
        started = []
        try:
            for service in self._services.values():
                if not service.wanted:
                    started.append(service)
                    await service.start()
        except BaseException:
            await asyncio.gather(*(service.stop() for service in started))
            raise

    async def stop(self) -> None:
        """Stop all services; their ports are free afterwards."""
        await asyncio.gather(*(service.stop() for service in self._services.values()))

    async def restart(self, name: str | None = None) -> None:
        """Stop and start one service, or all.

        Raises:
            NotFound: there is no such service.
            Invalid: meanwhile another program has taken its port.
            Unavailable: a service did not come up in time.
        """
        if name is not None and name not in self._services:
            raise NotFound("tool service", name, "name")
        chosen = [self._services[name]] if name is not None else list(self._services.values())
        for service in chosen:
            await service.stop()
            await service.start()

    def status(self) -> Mapping[str, ServiceStatus]:
        """Return every service's status by its name."""
        return {name: service.status() for name, service in self._services.items()}


class _Server(uvicorn.Server):
    """A server that leaves the process's signals, and its end, to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def until_it_ends(self, listening: socket.socket) -> None:
        """Serve on a socket that listens already.

        Raises:
            RuntimeError: the application did not start.
        """
        try:
            await self.serve(sockets=[listening])
        except asyncio.CancelledError:
            await self.shutdown(sockets=[listening])
            raise
        except SystemExit as error:
            raise RuntimeError("the application did not start") from error


class _Service:
    """One service: a server, and a task that starts it again when it ends by itself."""

    def __init__(
        self,
        name: str,
        port: int,
        make: Callable[[], ToolServer],
        desk_for: DeskFor,
        clock: Clock,
    ) -> None:
        self.wanted = False
        self._name = name
        self._port = port
        self._make = make
        self._desk_for = desk_for
        self._clock = clock
        self._server: _Server | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._since: datetime | None = None
        self._requests = 0
        self._restarts = 0
        self._last_error: str | None = None

    def status(self) -> ServiceStatus:
        running = self._since is not None
        return ServiceStatus(
            name=self._name,
            port=self._port,
            url=f"http://{HOST}:{self._port}{PATH}",
            running=running,
            since=self._since,
            requests=self._requests,
            restarts=self._restarts,
            last_error=self._last_error,
        )

    async def start(self) -> None:
        listening = self._listen()
        self._port = listening.getsockname()[1]
        self.wanted = True
        up = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep(listening, up), name=f"tools/{self._name}")
        try:
            async with asyncio.timeout(_START_S):
                await up.wait()
        except TimeoutError:
            await self.stop()
            raise Unavailable(f"the {self._name} tools did not come up") from None

    async def stop(self) -> None:
        self.wanted = False
        if self._keeper is None:
            return
        if self._server is not None:
            self._server.should_exit = True
        _, late = await asyncio.wait({self._keeper}, timeout=_STOP_S)
        for task in late:
            task.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)
        self._keeper = self._server = None

    async def _keep(self, listening: socket.socket, up: asyncio.Event) -> None:
        """Serve until it is no longer wanted; whatever ends the server, a new one follows."""
        wait_s = _FIRST_WAIT_S
        while self.wanted:
            began = self._clock.monotonic()
            with contextlib.closing(listening):
                await self._serve(listening, up)
            if not self.wanted:
                return
            self._restarts += 1
            if self._clock.monotonic() - began > _LONGEST_WAIT_S:
                wait_s = _FIRST_WAIT_S
            logger.warning("the %s tools ended: %s", self._name, self._last_error)
            listening, wait_s = await self._listen_again(wait_s)

    async def _serve(self, listening: socket.socket, up: asyncio.Event) -> None:
        config = uvicorn.Config(
            Watched(http_app(self._make(), self._desk_for), self._count, self._note),
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            ws="none",
        )
        self._server = _Server(config)
        ending = self._server.until_it_ends(listening)
        serving = asyncio.create_task(ending, name=f"serving/{self._name}")
        try:
            while not self._server.started and not serving.done():  # noqa: ASYNC110 - not ours
                await asyncio.sleep(0.01)
            if self._server.started:
                self._since = self._clock.now()
                up.set()
            await asyncio.wait({serving})
        finally:
            self._since = None
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        if self.wanted:
            self._note(_how_it_ended(serving))

    async def _listen_again(self, wait_s: float) -> tuple[socket.socket, float]:
        while True:
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            try:
                return self._listen(), wait_s
            except Invalid as error:
                self._note(str(error))

    def _listen(self) -> socket.socket:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, self._port))
            listening.listen(128)
        except OSError:
            listening.close()
            says = f"port {self._port} on {HOST}, for the {self._name} tools, is taken"
            raise Invalid(_SETTINGS[self._name], says) from None
        listening.setblocking(False)
        return listening

    def _count(self) -> None:
        self._requests += 1

    def _note(self, error: str) -> None:
        self._last_error = error


def _how_it_ended(serving: asyncio.Task[None]) -> str:
    if serving.cancelled():
        return "it was cancelled"
    error = serving.exception()
    return f"it failed with {type(error).__name__}" if error else "it ended by itself"
