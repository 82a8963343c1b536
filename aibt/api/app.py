"""The application: REST, the WebSocket, and what they share while it lives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, WebSocket

from aibt.api import (
    accounts,
    admin,
    admin_agents,
    admin_learning,
    agents,
    algorithms,
    bots,
    evaluations,
    health,
    leaderboard,
    market,
    populations,
    providers,
    sessions,
    tool_services,
    trading,
    trainings,
)
from aibt.api.errors import add_handlers
from aibt.api.export import read_export
from aibt.api.feeds import FeedHub
from aibt.api.gateway import Backend, Gateway
from aibt.api.headers import Guard
from aibt.api.limits import Limits
from aibt.api.metrics import Meter, NoMeter
from aibt.api.pacing import Pacing
from aibt.api.socket import Sockets
from aibt.api.trading_socket import TradingConnection
from aibt.api.web import WebRoute
from aibt.clock import Clock
from aibt.protocol.client import PROTOCOL_VERSION
from aibt.settings import Settings

_ABOUT = {
    "name": "AIBT",
    "websocket": "/ws",
    "rest": "/api",
    "openapi": "/openapi.json",
    "docs": "/docs",
    "health": "/healthz",
    "pages": "not built: `make web` builds them, then start again",
}


def create_app(
    connect: Callable[[], AbstractAsyncContextManager[Backend]],
    settings: Settings,
    clock: Clock,
    meter: Meter | None = None,
    limits: Limits | None = None,
) -> FastAPI:
    """Return the application; it connects to the platform when it starts.

    Args:
        connect: entered at the start and left at the end of the application's life.
        settings: of this process.
        clock: the time, also for how old data is.
        meter: takes the gateway's measurements; None: nobody does.
        limits: how much one client may take; None: the usual.
    """
    limits = limits or Limits()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connect() as backend:
            gateway = Gateway(
                platform=backend.platform,
                office=backend.office,
                pacing=Pacing(settings.limits, clock),
                hub=FeedHub(backend.platform, clock, limits),
                settings=settings,
                clock=clock,
                meter=meter or NoMeter(),
                limits=limits,
            )
            sockets = Sockets(gateway)
            app.state.gateway, app.state.sockets = gateway, sockets
            watch = asyncio.create_task(sockets.watch())
            try:
                yield
            finally:
                watch.cancel()
                gateway.hub.close()

    app = FastAPI(
        title="AIBT",
        version=str(PROTOCOL_VERSION),
        description="Bots that learn to trade, agents that trade with language models, and their "
        "trainings and sessions. Live streams: `/ws`.",
        lifespan=lifespan,
    )
    app.add_middleware(Guard, settings=settings.serve, most_bytes=limits.request_bytes)
    add_handlers(app)
    for router in (
        accounts.router,
        admin.router,
        admin_agents.router,
        admin_learning.router,
        bots.router,
        trainings.router,
        populations.router,
        algorithms.router,
        agents.router,
        trading.router,
        sessions.router,
        evaluations.router,
        leaderboard.router,
        providers.router,
        tool_services.router,
        market.router,
        health.router,
    ):
        app.include_router(router)

    @app.websocket("/ws")
    async def ws(websocket: WebSocket) -> None:
        sockets: Sockets = websocket.app.state.sockets
        await sockets.serve(websocket)

    @app.websocket("/ws/trading/{model_id}")
    async def ws_trading(websocket: WebSocket) -> None:
        sockets: Sockets = websocket.app.state.sockets
        await sockets.serve(websocket, TradingConnection)

    if files := read_export(settings.serve.web_folder):
        app.router.routes.append(WebRoute(files))
    else:

        @app.get("/", include_in_schema=False)
        async def about() -> dict[str, str]:
            return _ABOUT

    return app
