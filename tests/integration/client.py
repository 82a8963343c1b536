"""A stranger's WebSocket client: plain `websockets`, written from docs/protocol.md alone."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import websockets

Frame = dict[str, Any]
FIELDS = {"name", "view", "done", "data", "client_msg", "inner_task"}
ENDED = {"finished", "stopped", "failed"}
PATIENCE_S = 120.0


class Refused(Exception):
    """The answer was an error."""

    def __init__(self, code: str, field: str | None, msg: str) -> None:
        super().__init__(code, field, msg)
        self.code, self.field, self.msg = code, field, msg


class Client:
    """Sends requests and sorts the frames that come back by the id of their request."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._inboxes: dict[str, asyncio.Queue[Frame]] = {}
        self.frames: list[Frame] = []

    async def read(self) -> None:
        try:
            async for text in self._socket:
                frame = json.loads(text)
                assert FIELDS <= set(frame), frame
                self.frames.append(frame)
                inbox = self._inboxes.get(frame.get("id", ""))
                if inbox is not None:
                    inbox.put_nowait(frame)
        except websockets.ConnectionClosed:
            for inbox in self._inboxes.values():
                inbox.put_nowait({"done": True, "inner_task": "closed", "data": {}})

    async def send(self, query: str, *, command_id: str | None = None, **params: Any) -> str:
        identity = command_id or str(uuid.uuid4())
        self._inboxes[identity] = asyncio.Queue()
        request = {"query": query, "view": "test", "params": params, "id": identity}
        await self._socket.send(json.dumps(request))
        return identity

    async def frame(self, identity: str) -> Frame:
        async with asyncio.timeout(PATIENCE_S):
            return await self._inboxes[identity].get()

    async def ask(self, query: str, *, command_id: str | None = None, **params: Any) -> Any:
        """Return the data of a request that is answered by one frame."""
        frame = await self.frame(await self.send(query, command_id=command_id, **params))
        _raise_if_refused(frame)
        assert frame["done"], frame
        return frame["data"]

    async def stream(self, identity: str) -> AsyncIterator[Frame]:
        """Yield the frames of a stream, the last one with `done: true`."""
        while True:
            frame = await self.frame(identity)
            _raise_if_refused(frame)
            yield frame
            if frame["done"]:
                return

    async def until(self, identity: str, reached: Callable[[Frame], bool]) -> list[Frame]:
        """Return the frames of a stream up to the first for which `reached` is true."""
        seen: list[Frame] = []
        async for frame in self.stream(identity):
            seen.append(frame)
            if reached(frame):
                return seen
        raise AssertionError(f"the stream ended before: {[f['inner_task'] for f in seen]}")


def _raise_if_refused(frame: Frame) -> None:
    if frame["inner_task"] == "error" and frame["done"]:
        raise Refused(frame["data"]["code"], frame["data"]["field"], frame["data"]["msg"])


@asynccontextmanager
async def connected(url: str, bearer: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {bearer}"}
    async with websockets.connect(url, max_size=2**22, additional_headers=headers) as socket:
        client = Client(socket)
        reading = asyncio.create_task(client.read())
        try:
            yield client
        finally:
            reading.cancel()


def in_state(*states: str) -> Callable[[Frame], bool]:
    return lambda frame: frame["inner_task"] == "state" and frame["data"]["state"] in states


def steps_beyond(steps: int) -> Callable[[Frame], bool]:
    return lambda frame: frame["inner_task"] == "status" and frame["data"]["steps"] > steps


async def a_bot(client: Client, **changes: Any) -> str:
    name = f"bot {uuid.uuid4().hex[:12]}"
    params = {
        "lr": 0.001,
        "hidden_layers": 16,
        "gamma": 0.9,
        "discounter_rate": 8,
        "algorithm": "dqn",  # slow enough to be paused and killed on the way
        **changes,
    }
    await client.ask("bots-create", name=name, **params)
    return name


def a_training(bot_name: str, **changes: Any) -> dict[str, Any]:
    return {
        "bot_name": bot_name,
        "train_data_percentage": 80,
        "balance": 10_000.0,
        "batch_size": 32,
        "max_episodes": 3,
        "min_episodes": 3,
        "symbol": "EURUSD",
        "period": "H1",
        "seed": 7,
        **changes,
    }
