"""A server that answers as an OpenAI-compatible provider does: a real socket, real streams.

`POST /v1/chat/completions` and `GET /v1/models`. What it answers is scripted: replies one after
another, or a function of the request; and on demand every way in which real ones fail. Its
`base_url` can be the `OPENAI_API_BASE` of a whole platform. All of it may be used from any thread.
"""

import asyncio
import itertools
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import Receive, Scope, Send

Body = dict[str, Any]
_SSE = "text/event-stream"


@dataclass
class Asked:
    """A request that came. Headers have lower-case names."""

    path: str
    headers: dict[str, str]
    body: Body
    at: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)
    was_cut: bool = False  # the client left before the answer ended

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", []))

    @property
    def tools(self) -> list[str]:
        return [tool["function"]["name"] for tool in self.body.get("tools", [])]


class Wire:
    """The way back to the client, for replies."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def start(self, status: int, kind: str, headers: Mapping[str, str] | None = None) -> None:
        named = {"content-type": kind, **(headers or {})}
        pairs = [(name.lower().encode(), value.encode()) for name, value in named.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def raw(self, data: bytes) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def event(self, data: object) -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        await self.raw(f"data: {text}\n\n".encode())

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def cut(self) -> None:
        """End the connection where it is: uvicorn has no word for that."""
        self._send.__self__.transport.abort()  # type: ignore[attr-defined] - its request's


Reply = Callable[[Asked, Wire], Awaitable[None]]
Script = Callable[[Body], Reply]


def tool_call(name: str, arguments: object, call_id: str | None = None) -> dict[str, Any]:
    """Return a call for `says`; `arguments` that are text go out as they are."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": call_id, "name": name, "arguments": text}


def usage(input_tokens: int = 100, output_tokens: int = 20, **more: Any) -> dict[str, Any]:
    return {
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        **more,
    }


_numbers = itertools.count(1)


def says(
    text: str = "",
    *calls: dict[str, Any],
    reasoning: str = "",
    reasoning_field: str = "reasoning",
    told: dict[str, Any] | None = None,
    finish: str | None = None,
    pieces: int = 3,
    pause_s: float = 0.0,
) -> Reply:
    """Return a reply that streams reasoning, text and calls, each in so many `pieces`.

    Args:
        calls: see `tool_call`; several are parallel ones.
        told: the usage, sent if the request asks for it.
        pause_s: seconds before each piece.
    """

    async def reply(asked: Asked, wire: Wire) -> None:
        if not asked.body.get("stream"):
            await _whole(asked, wire, text, calls, told or usage(), finish)
            return
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{reasoning_field: part} for part in _split(reasoning, pieces)]
        deltas += [{"content": part} for part in _split(text, pieces)]
        for index, call in enumerate(calls):
            deltas += _call_deltas(index, call, pieces)
        await wire.start(200, _SSE)
        for delta in deltas:
            await asyncio.sleep(pause_s)
            await wire.event(chunk(asked, delta))
        await wire.event(chunk(asked, {}, finish or ("tool_calls" if calls else "stop")))
        if (asked.body.get("stream_options") or {}).get("include_usage"):
            await wire.event({**chunk(asked, {}), "choices": [], "usage": told or usage()})
        await wire.event("[DONE]")
        await wire.end()

    return reply


def chunk(asked: Asked, delta: object, finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": asked.body.get("model", ""),
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def streams(*events: object, end: bool = True, kind: str = _SSE) -> Reply:
    """Return a reply that sends these events: dicts as JSON, text as it is, bytes as no event."""

    async def reply(asked: Asked, wire: Wire) -> None:
        await wire.start(200, kind)
        for event in events:
            await (wire.raw(event) if isinstance(event, bytes) else wire.event(event))
        if end:
            await wire.end()
        else:
            wire.cut()

    return reply


def deltas(*of_choice: object, finish: str | None = "stop", done: bool = True) -> Reply:
    """Return a reply that streams these deltas, and a usage."""

    async def reply(asked: Asked, wire: Wire) -> None:
        events: list[object] = [chunk(asked, delta) for delta in of_choice]
        if finish:
            events.append(chunk(asked, {}, finish))
        events.append({**chunk(asked, {}), "choices": [], "usage": usage()})
        await streams(*events, *(["[DONE]"] if done else []))(asked, wire)

    return reply


def answers(status: int, body: object, kind: str = "application/json", **headers: str) -> Reply:
    """Return a reply that is no stream; `retry_after="2"` is the header `Retry-After`."""

    async def reply(asked: Asked, wire: Wire) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await wire.start(status, kind, named)
        await wire.raw(body if isinstance(body, bytes) else json.dumps(body).encode())
        await wire.end()

    return reply


def fails(status: int, message: str = "", *, param: str | None = None, **headers: str) -> Reply:
    """Return a reply that refuses or fails in OpenAI's way."""
    error = {"message": message, "type": "error", "param": param, "code": None}
    return answers(status, {"error": error}, **headers)


def hangs(after: str | None = None) -> Reply:
    """Return a reply that says nothing at all, or nothing more after some text."""

    async def reply(asked: Asked, wire: Wire) -> None:
        if after is not None:
            await wire.start(200, _SSE)
            await wire.event(chunk(asked, {"content": after}))
        await asyncio.sleep(3_600)

    return reply


def cuts(after: str | None = None) -> Reply:
    """Return a reply whose connection ends: before it answers, or after some text."""

    async def reply(asked: Asked, wire: Wire) -> None:
        if after is not None:
            await wire.start(200, _SSE)
            await wire.event(chunk(asked, {"content": after}))
        wire.cut()

    return reply


def drips(every_s: float = 0.05) -> Reply:
    """Return a reply that never ends: a comment now and then, as OpenRouter sends them."""

    async def reply(asked: Asked, wire: Wire) -> None:
        await wire.start(200, _SSE)
        while True:
            await wire.raw(b": OPENROUTER PROCESSING\n\n")
            await asyncio.sleep(every_s)

    return reply


def floods(delta: dict[str, Any]) -> Reply:
    """Return a reply that sends the same piece for ever."""

    async def reply(asked: Asked, wire: Wire) -> None:
        await wire.start(200, _SSE)
        while True:
            await wire.event(chunk(asked, delta))
            await asyncio.sleep(0)  # to whoever has left, sending never waits

    return reply


class FakeOpenAI:
    """The server; use it as a context manager.

    Replies given to `script` are used up first, one a request; then each request is answered by
    `default`, which has the request's body. Left alone it calls no tool and says that it is done.
    """

    def __init__(self) -> None:
        self.default: Script = _nothing_to_do
        self.models: object = {
            "object": "list",
            "data": [{"id": "fake/model", "object": "model", "created": 1, "owned_by": "fake"}],
        }
        self.models_reply: Reply | None = None  # instead of the list
        self._asked: list[Asked] = []
        self._replies: deque[Reply] = deque()
        self._lock = threading.Lock()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(256)
        self._port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            log_level="critical",
            timeout_graceful_shutdown=1,
            lifespan="off",
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="fake-openai")

    @property
    def base_url(self) -> str:
        """What `OPENAI_API_BASE` has to be."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def asked(self) -> list[Asked]:
        """The requests for answers so far."""
        with self._lock:
            return list(self._asked)

    def script(self, *replies: Reply) -> None:
        """Answer the next requests with these, one each."""
        with self._lock:
            self._replies.extend(replies)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        raw = await _body_of(receive)
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = Asked(path=scope["path"], headers=headers, body=_parsed(raw))
        await self._answered(asked, self._reply_to(asked), Wire(send), receive)

    def _reply_to(self, asked: Asked) -> Reply:
        with self._lock:
            if asked.path == "/v1/models":
                return self.models_reply or answers(200, self.models)
            if asked.path != "/v1/chat/completions":
                return fails(404, f"there is no {asked.path}")
            self._asked.append(asked)
            if self._replies:
                return self._replies.popleft()
        return self.default(asked.body)

    async def _answered(self, asked: Asked, reply: Reply, wire: Wire, receive: Receive) -> None:
        """Reply until it is done or the client has left."""
        replying = asyncio.ensure_future(reply(asked, wire))
        leaving = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({replying, leaving}, return_when=asyncio.FIRST_COMPLETED)
            asked.was_cut = not replying.done()
        finally:
            leaving.cancel()
            replying.cancel()
            await asyncio.wait({replying, leaving})
            asked.ended.set()
        if not replying.cancelled():
            replying.result()


async def _whole(
    asked: Asked,
    wire: Wire,
    text: str,
    calls: Sequence[dict[str, Any]],
    told: dict[str, Any],
    finish: str | None,
) -> None:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [_whole_call(call) for call in calls]
    reason = finish or ("tool_calls" if calls else "stop")
    choice = {"index": 0, "message": message, "finish_reason": reason}
    body = {"id": "1", "object": "chat.completion", "model": asked.body.get("model", "")}
    await answers(200, {**body, "choices": [choice], "usage": told})(asked, wire)


def _whole_call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": call["name"], "arguments": call["arguments"]}
    return {"id": _id_of(call), "type": "function", "function": function}


def _call_deltas(index: int, call: Mapping[str, Any], pieces: int) -> list[dict[str, Any]]:
    function = {"name": call["name"], "arguments": ""}
    first = {"index": index, "id": _id_of(call), "type": "function", "function": function}
    rest = [
        {"index": index, "function": {"arguments": part}}
        for part in _split(call["arguments"], pieces)
    ]
    return [{"tool_calls": [piece]} for piece in (first, *rest)]


def _id_of(call: Mapping[str, Any]) -> str:
    return call["id"] if call["id"] is not None else f"call_{next(_numbers)}"


def _split(text: str, pieces: int) -> list[str]:
    size = max(1, -(-len(text) // pieces))
    return [text[at : at + size] for at in range(0, len(text), size)]


async def _body_of(receive: Receive) -> bytes:
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if not message.get("more_body"):
            return content


def _parsed(content: bytes) -> Body:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _nothing_to_do(body: Body) -> Reply:
    return says("I am done.")
