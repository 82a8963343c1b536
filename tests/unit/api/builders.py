"""What the API's tests share: a server with its platform, and a client that knows frames."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from aibt.api.limits import Limits
from aibt.protocol.trainings import TrainingsStart
from tests.fakes.entrance import Entrance
from tests.fakes.platform import FakePlatform
from tests.fakes.server import RunningServer
from tests.patience import PATIENCE_S

Frame = dict[str, Any]
START: Frame = {
    "bot_name": "Ada",
    "train_data_percentage": 80,
    "balance": 1_000,
    "batch_size": 32,
    "max_episodes": 10,
    "min_episodes": 1,
    "symbol": "EURUSD",
    "period": "H1",
}
BOT: Frame = {
    "name": "Ada",
    "lr": 0.1,
    "hidden_layers": 43,
    "gamma": 0.9,
    "discounter_rate": 80,
}
AGENT: Frame = {
    "name": "Nora",
    "base_model": "openai/gpt-5-mini",
    "universe": ["GOOGL", "^GSPC"],
}
RANGE: Frame = {"start": "2024-01-02", "end": "2024-12-31"}
QUICK = Limits(retry_s=(0.005, 0.02), poll_pause_s=0.001, close_s=1)


class Client:
    """Sends requests and reads frames, each within ten seconds."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, query: str, *, request_id: str | None = None, **params: Any) -> str:
        request_id = request_id or str(uuid.uuid4())
        frame = {"query": query, "view": "test", "params": params, "id": request_id}
        await self.socket.send(json.dumps(frame))
        return request_id

    async def frame(self) -> Frame:
        async with asyncio.timeout(PATIENCE_S):
            frame: Frame = json.loads(await self.socket.recv())
        return frame

    async def frames(self, count: int) -> list[Frame]:
        return [await self.frame() for _ in range(count)]

    async def answer(self, request_id: str) -> Frame:
        """Return the last frame of an answer, passing over all others."""
        while True:
            frame = await self.frame()
            if frame.get("id") == request_id and frame["done"]:
                return frame

    async def ask(self, query: str, *, request_id: str | None = None, **params: Any) -> Frame:
        return await self.answer(await self.send(query, request_id=request_id, **params))

    async def until(self, is_it: Callable[[Frame], bool]) -> list[Frame]:
        """Return the frames up to and including the first that `is_it`."""
        frames = []
        while True:
            frames.append(await self.frame())
            if is_it(frames[-1]):
                return frames


class World:
    """One server with its platform, and the way in."""

    def __init__(self, server: RunningServer, platform: FakePlatform, entrance: Entrance) -> None:
        self.server = server
        self.platform = platform
        self.entrance = entrance

    @property
    def http(self) -> httpx.AsyncClient:
        """A client of REST, signed in as the laptop's user."""
        return httpx.AsyncClient(
            base_url=self.server.http, headers=self.entrance.headers, timeout=PATIENCE_S
        )

    def client(self, **options: Any) -> AbstractAsyncContextManager[Client]:
        @asynccontextmanager
        async def connect() -> AsyncIterator[Client]:
            given = {**self.entrance.headers, **options.pop("additional_headers", {})}
            async with websockets.connect(
                self.server.ws, additional_headers=given, **options
            ) as socket:
                yield Client(socket)

        return connect()

    async def a_training(self) -> int:
        """Create a bot and start a training of it; return the training's id."""
        async with self.client() as client:
            await client.ask("bots-create", **BOT)
            await client.send("trainings-start", **START)
            frame = (await client.frames(3))[-1]
        training_id: int = frame["data"]["id"]
        return training_id

    async def a_training_without_stream(self) -> int:
        """Start a training whose stream nobody has read."""
        async with self.client() as client:
            await client.ask("bots-create", **BOT)
        params = TrainingsStart.read(START)
        owner = self.platform.owner
        loop = self.server.loop
        if loop is None:
            raise RuntimeError("the server does not run")
        starting = self.platform.start_training(owner, params, None)
        started = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(starting, loop))
        return (await started).id

    async def a_session(self) -> int:
        """Create an agent and start a session of it that nobody has followed; return its id."""
        async with self.http as http:
            agent = (await http.post("/api/models", json=AGENT)).json()
            body = {"model_id": agent["id"], **RANGE}
            session = (await http.post("/api/trading/start", json=body)).json()
        session_id: int = session["id"]
        return session_id

    async def eventually(self, is_it: Callable[[], bool]) -> None:
        """Wait until something is so on the server's loop."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.server.do(is_it):
                await asyncio.sleep(0.01)
