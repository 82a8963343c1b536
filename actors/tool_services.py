"""The tool services' actor: MCP over HTTP for outside clients, off until an administrator asks."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import ray
from ray.exceptions import RayError, RayTaskError

from actors.calls import ask
from actors.handles import Handles
from actors.names import NAMESPACE, TOOL_SERVICES, session_actor
from actors.process import settings
from aibt.accounts.tool_tokens import ToolTokens
from aibt.agents.tools.desk import Desk, OrderRequest, Result
from aibt.clock import Clock, SystemClock
from aibt.errors import ActorUnavailable, NotSignedIn
from aibt.live.events import Json
from aibt.settings import Settings
from aibt.store.database import Store, open_store

_DESK_S: Final = 10.0
_START_S: Final = 10.0


class RemoteDesk:
    """A session's desk, through its actor, which alone owns its account and its clock."""

    def __init__(self, session_id: int, handles: Handles) -> None:
        self._name = session_actor(session_id)
        self._handles = handles

    async def now(self) -> datetime:
        moment: datetime = await self._ask("now")
        return moment

    async def universe(self) -> Result:
        return await self._told("universe")

    async def quote(self, symbol: str) -> Result:
        return await self._told("quote", symbol=symbol)

    async def bars(self, symbol: str, count: int) -> Result:
        return await self._told("bars", symbol=symbol, count=count)

    async def account(self) -> Result:
        return await self._told("account")

    async def place(self, request: OrderRequest, key: str | None) -> Result:
        return await self._told("place", request=request, key=key)

    async def ask_bot(self, bot: str, symbol: str) -> Result:
        return await self._told("ask_bot", bot=bot, symbol=symbol)

    async def _told(self, method: str, **arguments: Any) -> Result:
        told: Result = await self._ask(method, **arguments)
        return told

    async def _ask(self, method: str, **arguments: Any) -> Any:
        try:
            handle = await self._handles.get(self._name)
            return await ask(handle.desk.remote(method, arguments), timeout_s=_DESK_S)
        except ActorUnavailable as error:
            if isinstance(error.__cause__, RayTaskError):
                raise  # the session itself says so, and why
            self._handles.forget(self._name)
            raise ActorUnavailable("the session is not running") from error


class DeskFinder:
    """Finds the desk of a bearer: of a session that its owner still has, and that has not ended."""

    def __init__(self, tokens: ToolTokens, store: Store, handles: Handles) -> None:
        self._tokens = tokens
        self._store = store
        self._handles = handles

    async def __call__(self, token: str) -> Desk:
        owner_id, session_id = self._tokens.read(token)
        async with self._store.reading(owner_id) as unit:
            session = await unit.sessions.get(session_id)
            user = (await unit.me.standing()).user
        if user.disabled_at is not None:
            raise NotSignedIn("this user is disabled")
        if session.state.has_ended:
            raise ActorUnavailable("the session has ended")
        return RemoteDesk(session_id, self._handles)


class ToolServicesActor:
    """Forward messages to `aibt.agents.tools.services.ToolServices`."""

    def __init__(self) -> None:
        self._opening = asyncio.Lock()
        self._services: Any = None
        self._wanted = False  # whether they were started and not stopped since
        self._turn = asyncio.Lock()  # one starts or stops them at a time

    async def start(self) -> dict[str, Json]:
        """Start what does not run; return the status."""
        services = await self._opened()
        async with self._turn:
            await services.start()
            self._wanted = True
        return self._shown()

    async def stop(self) -> dict[str, Json]:
        """Stop all services; return the status."""
        services = await self._opened()
        async with self._turn:
            self._wanted = False
            await services.stop()
        return self._shown()

    async def restart(self) -> dict[str, Json]:
        """Stop and start all services; return the status."""
        services = await self._opened()
        async with self._turn:
            await services.restart()
            self._wanted = True
        return self._shown()

    async def status(self) -> dict[str, Json]:
        """Return the status of all services."""
        await self._opened()
        return self._shown()

    def _shown(self) -> dict[str, Json]:
        return _shown(self._services.status(), wanted=self._wanted)

    async def _opened(self) -> Any:
        async with self._opening:
            if self._services is None:
                self._services = await _services()
            return self._services

    def __repr__(self) -> str:
        return "Tool services"


async def _services() -> Any:
    from aibt.agents.tools.jina import JinaWeb
    from aibt.agents.tools.services import ServicePorts, ToolServices

    read, clock = settings(), SystemClock()
    store = await open_store(read.store.database_url, clock=clock)
    web = JinaWeb(
        search_url=str(read.agents.search_url),
        reader_url=str(read.agents.reader_url),
        key=read.jina_api_key,
        clock=clock,
    )
    ports = ServicePorts(
        math=read.math_http_port,
        search=read.search_http_port,
        trade=read.trade_http_port,
        price=read.getprice_http_port,
    )
    finder = DeskFinder(ToolTokens(read, clock), store, Handles())
    return ToolServices(finder, web, ports, clock)


def _shown(statuses: Mapping[str, Any], *, wanted: bool) -> dict[str, Json]:
    """Return the services as `ToolServicesMessage` has them."""
    shown: list[Json] = []
    for name, status in statuses.items():
        not_running = "failed" if wanted else "stopped"
        shown.append(
            {
                "name": name,
                "state": "running" if status.running else not_running,
                "address": status.url,
                "reason": status.last_error if wanted else None,
                "restarts": status.restarts,
                "since": None if status.since is None else status.since.isoformat(),
            }
        )
    return {"services": shown}


def tool_token(
    settings: Settings, owner_id: int, session_id: int, clock: Clock
) -> tuple[str, datetime]:
    """Return a bearer for one session's tools, and when it is over."""
    return ToolTokens(settings, clock).mint(owner_id, session_id)


async def start_tool_services() -> Any:
    """Start the actor, or return the handle of the one that runs; its services stay off.

    Raises:
        ActorUnavailable: it does not start.
    """
    try:
        async with asyncio.timeout(_START_S):
            return await asyncio.to_thread(_start)
    except (TimeoutError, RayError, ValueError) as error:
        raise ActorUnavailable("the tool services do not start") from error


def _start() -> Any:
    return (
        ray.remote(ToolServicesActor)
        .options(
            name=TOOL_SERVICES,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=100,
        )
        .remote()
    )
