"""A server that answers as Jina's search and reader do, as far as AIBT asks them: a real socket.

Both take GET (`/QUERY`, `/https://…`) and POST (`{"q": …}`, `{"url": …}`) and answer JSON where
it is accepted. The search wants a key, the reader does not. It never looks at a query's operators
nor at dates: what must not be seen, its caller has to leave out. On demand it fails in every
way the real one does.
"""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "jina_key-of-the-tests-0123456789"
_MISSING_KEY = "Authentication is required to use this endpoint. Please provide a valid API key."


@dataclass
class Page:
    """One page of the web, as Jina sees it; dates are written as the web writes them."""

    url: str
    title: str = ""
    description: str = ""
    content: str = ""
    date: str | None = None  # what a search result says of it
    published: str | None = None  # what the page says of itself
    metadata: dict[str, Any] = field(default_factory=dict)
    seen_at: str | None = None  # where a redirect led the reader
    warning: str | None = None

    def found(self, *, with_content: bool) -> dict[str, Any]:
        """As one result of a search."""
        said: dict[str, Any] = {
            "title": self.title,
            "url": self.url,
            "description": self.description,
            "usage": {"tokens": 1_000},
        }
        if self.date is not None:
            said["date"] = self.date
        if with_content:
            said |= {"content": self.content} | self._published()
        return said

    def read(self) -> dict[str, Any]:
        """As the reader gives it."""
        said = {
            "title": self.title,
            "description": self.description,
            "url": self.seen_at or self.url,
            "content": self.content,
            "metadata": self.metadata,
            "usage": {"tokens": 1_000},
        }
        warning = {"warning": self.warning} if self.warning else {}
        return said | self._published() | warning

    def _published(self) -> dict[str, Any]:
        return {} if self.published is None else {"publishedTime": self.published}


Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class FakeJina:
    """The server; use it as a context manager. `failures` are used up before it answers."""

    def __init__(self, *pages: Page) -> None:
        self.pages = list(pages)
        self.keys = {KEY}
        self.failures: deque[Reply] = deque()
        self.asked: list[Asked] = []
        self.released = threading.Event()

    @property
    def search_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/search/"

    @property
    def reader_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/reader/"

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fake._answer(self, {})

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fake._answer(self, json.loads(text or b"{}"))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that gave up closed the connection

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.asked.append(Asked(handler.command, handler.path, headers, body))
        if self.failures:
            self.failures.popleft()(handler)
            return
        parts = urlsplit(handler.path)
        service, _, rest = parts.path.removeprefix("/").partition("/")
        if service == "search":
            query = body.get("q") or parse_qs(parts.query).get("q", [unquote(rest)])[0]
            self._search(handler, headers, str(query))
        else:
            _, _, written = handler.path.partition("/reader/")
            self._read(handler, str(body.get("url") or written))

    def _search(self, handler: BaseHTTPRequestHandler, headers: dict[str, str], query: str) -> None:
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.keys:
            error(handler, 401, 40_103, "AuthenticationRequiredError", _MISSING_KEY)
            return
        words = {word.lower() for word in query.split()}
        with_content = headers.get("x-respond-with") != "no-content"
        found = [
            page.found(with_content=with_content)
            for page in self.pages
            if words & {word.lower() for word in f"{page.title} {page.content}".split()}
        ]
        _success(handler, found)

    def _read(self, handler: BaseHTTPRequestHandler, url: str) -> None:
        for page in self.pages:
            if page.url == url:
                _success(handler, page.read())
                return
        error(handler, 422, 42_206, "AssertionFailureError", f"Failed to goto {url}")


def answer(
    handler: BaseHTTPRequestHandler,
    status: int,
    text: str,
    headers: dict[str, str] | None = None,
) -> None:
    body = text.encode()
    handler.send_response(status)
    given = {"Content-Type": "application/json", **(headers or {})}
    for name, value in given.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _success(handler: BaseHTTPRequestHandler, data: object) -> None:
    said = {"code": 200, "status": 20_000, "data": data, "meta": {"usage": {"tokens": 1_000}}}
    answer(handler, 200, json.dumps(said))


def error(handler: BaseHTTPRequestHandler, code: int, status: int, name: str, message: str) -> None:
    """Answer as Jina refuses."""
    said = {
        "data": None,
        "code": code,
        "name": name,
        "status": status,
        "message": message,
        "readableMessage": f"{name}: {message}",
    }
    answer(handler, code, json.dumps(said))


def too_many(handler: BaseHTTPRequestHandler) -> None:
    """A failure: asked too often."""
    error(handler, 429, 42_903, "RateLimitTriggeredError", "Per IP rate limit exceeded")


def no_credit(handler: BaseHTTPRequestHandler) -> None:
    """A failure: the key's account is empty."""
    error(handler, 402, 40_203, "InsufficientBalanceError", "Account balance not enough")


def broken(handler: BaseHTTPRequestHandler) -> None:
    """A failure: Jina has trouble of its own, and tells all of it."""
    answer(handler, 502, "Traceback (most recent call last): /srv/reader/app.js sk-inner-secret")


def garbage(handler: BaseHTTPRequestHandler) -> None:
    """A failure: an answer cut off in the middle."""
    answer(handler, 200, '{"code": 200, "data": [{"tit')


def strange(handler: BaseHTTPRequestHandler) -> None:
    """A failure: JSON of another shape."""
    answer(handler, 200, '{"code": 200, "data": "what"}')


def nested(handler: BaseHTTPRequestHandler) -> None:
    """A failure: JSON that no parser likes."""
    answer(handler, 200, "[" * 100_000)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A failure: an answer that is longer than anyone should read."""
    answer(handler, 200, json.dumps({"data": {"content": "x" * 8_000_000}}))


def packed(handler: BaseHTTPRequestHandler) -> None:
    """A failure: an answer that says it is compressed, though nobody asked for that."""
    answer(handler, 200, "{}", {"Content-Encoding": "gzip"})


def closed(handler: BaseHTTPRequestHandler) -> None:
    """A failure: the connection ends without an answer."""
    handler.close_connection = True


def redirected(to: str) -> Reply:
    """A failure: the answer is said to be elsewhere."""
    return lambda handler: answer(handler, 302, "{}", {"Location": to})


def silent(fake: FakeJina) -> Reply:
    """A failure: nothing comes, until the server ends."""

    def wait(handler: BaseHTTPRequestHandler) -> None:
        fake.released.wait(30)

    return wait
