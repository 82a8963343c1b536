"""A server that answers as Yahoo Finance does, as far as yfinance asks it for bars.

Chart (`/v8/finance/chart/SYMBOL`), search, cookie, crumb and consent; and on demand every
way in which the real one fails.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

DAY_S = 86_400
_VALID_RANGES = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"]


@dataclass
class Listing:
    """What the server has of one symbol in one interval. Times are seconds since 1970, UTC."""

    times: Sequence[int]
    closes: Sequence[float | None]
    zone: str = "America/New_York"
    kind: str = "EQUITY"
    splits: dict[int, tuple[int, int]] = field(default_factory=dict)
    dividends: dict[int, float] = field(default_factory=dict)

    def chart(self, symbol: str, interval: str) -> dict[str, Any]:
        closes = list(self.closes)
        opens = [closes[max(0, at - 1)] or close for at, close in enumerate(closes)]
        pairs = list(zip(opens, closes, strict=True))
        highs = [None if c is None or o is None else max(o, c) for o, c in pairs]
        lows = [None if c is None or o is None else min(o, c) for o, c in pairs]
        meta: dict[str, Any] = {
            "currency": "USD",
            "symbol": symbol,
            "exchangeName": "NMS",
            "instrumentType": self.kind,
            "firstTradeDate": self.times[0],
            "regularMarketTime": self.times[-1],
            "gmtoffset": 0,
            "timezone": "UTC",
            "exchangeTimezoneName": self.zone,
            "regularMarketPrice": closes[-1],
            "priceHint": 2,
            "dataGranularity": interval,
            "range": "",
            "validRanges": _VALID_RANGES,
        }
        if interval[-1] in "mh":
            days = sorted({time // DAY_S for time in self.times})
            meta["tradingPeriods"] = [
                [
                    {
                        "timezone": "UTC",
                        "start": day * DAY_S,
                        "end": (day + 1) * DAY_S - 1,
                        "gmtoffset": 0,
                    }
                ]
                for day in days
            ]
        result = {
            "meta": meta,
            "timestamp": list(self.times),
            "events": {
                "splits": {
                    str(at): {"date": at, "numerator": n, "denominator": d}
                    for at, (n, d) in self.splits.items()
                },
                "dividends": {
                    str(at): {"date": at, "amount": cash} for at, cash in self.dividends.items()
                },
            },
            "indicators": {
                "quote": [
                    {
                        "open": opens,
                        "high": highs,
                        "low": lows,
                        "close": closes,
                        "volume": [None if close is None else 1_000 for close in closes],
                    }
                ],
                "adjclose": [{"adjclose": [close and close * 0.9 for close in closes]}],
            },
        }
        return {"chart": {"result": [result], "error": None}}


Reply = Callable[[BaseHTTPRequestHandler], None]


class FakeYahoo:
    """The server; use it as a context manager. `failures` are used up before it answers."""

    def __init__(self) -> None:
        self.listings: dict[tuple[str, str], Listing] = {}
        self.quotes: list[dict[str, str]] = []
        self.failures: deque[Reply] = deque()  # for the chart, one a request
        self.always: Reply | None = None  # for the chart, each request
        self.aside: Reply | None = None  # for cookie, crumb and consent
        self.charts_asked: list[str] = []  # symbol and interval
        self.paths: list[str] = []
        self._released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def list(self, symbol: str, interval: str, listing: Listing) -> None:
        self.listings[symbol, interval] = listing

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fake._answer(self)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fake._answer(self)

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
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """A failure: say nothing until the server ends."""
        self._released.wait(30)
        handler.close_connection = True

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        path = unquote(parts.path)
        self.paths.append(path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if path.startswith("/v8/finance/chart/"):
            self._chart(handler, path.rpartition("/")[2], asked)
        elif path == "/v1/finance/search":
            found = [quote for quote in self.quotes if asked["q"].upper() in quote["symbol"]]
            self._or_failure(handler, {"quotes": found, "news": []})
        elif self.aside is not None:
            self.aside(handler)
        elif path == "/v1/test/getcrumb":
            answer(handler, 200, "a-crumb", "text/plain")
        elif path == "/consent":
            answer(handler, 200, "<html><body>no form here</body></html>", "text/html")
        else:  # fc.yahoo.com: an error page whose cookie is what counts
            answer(handler, 404, "not found", "text/plain")

    def _chart(self, handler: BaseHTTPRequestHandler, symbol: str, asked: dict[str, str]) -> None:
        interval = asked.get("interval", "1d")
        self.charts_asked.append(f"{symbol} {interval}")
        listing = self.listings.get((symbol, interval))
        if listing is None and self.always is None and not self.failures:
            not_found(handler)
        else:
            self._or_failure(handler, listing.chart(symbol, interval) if listing else {})

    def _or_failure(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        if self.failures:
            self.failures.popleft()(handler)
        elif self.always is not None:
            self.always(handler)
        else:
            answer(handler, 200, json.dumps(body))


def answer(
    handler: BaseHTTPRequestHandler, status: int, text: str, kind: str = "application/json"
) -> None:
    body = text.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _error(handler: BaseHTTPRequestHandler, status: int, code: str, description: str) -> None:
    error = {"code": code, "description": description}
    answer(handler, status, json.dumps({"chart": {"result": None, "error": error}}))


def not_found(handler: BaseHTTPRequestHandler) -> None:
    """A failure: Yahoo does not know the symbol."""
    _error(handler, 404, "Not Found", "No data found, symbol may be delisted")


def too_many(handler: BaseHTTPRequestHandler) -> None:
    """A failure: asked too often."""
    answer(handler, 429, "Too Many Requests", "text/plain")


def broken(handler: BaseHTTPRequestHandler) -> None:
    """A failure: Yahoo has trouble of its own."""
    _error(handler, 502, "Bad Gateway", "upstream")


def garbage(handler: BaseHTTPRequestHandler) -> None:
    """A failure: an answer cut off in the middle."""
    answer(handler, 200, '{"chart": {"result": [{"meta": {"curr')


def strange(handler: BaseHTTPRequestHandler) -> None:
    """A failure: JSON of another shape."""
    answer(
        handler,
        200,
        '{"chart": {"result": [{"indicators": {"quote": [{"open": 1}]}}], "error": null}}',
    )


def closed(handler: BaseHTTPRequestHandler) -> None:
    """A failure: the connection ends without an answer."""
    handler.close_connection = True
