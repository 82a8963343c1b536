"""The HTTP session that yfinance is given: it keeps to a deadline, and can be pointed elsewhere.

yfinance takes any curl_cffi session. This one sends every request to another base URL when
told to (yfinance's own addresses are fixed in its code), gives up at a deadline whatever
timeouts yfinance chooses for its up to six requests, and remembers what the chart answered.
"""

from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from curl_cffi import requests

from aibt.clock import Clock

_CHART: Final = "/v8/finance/chart/"
_SEARCH: Final = "/v1/finance/search"
_ASIDE_S: Final = 3.0  # for cookie and crumb: the chart answers without them, too


class YahooSession(requests.Session[requests.Response]):
    """A session as Chrome's, with a deadline set before each use."""

    def __init__(self, clock: Clock, base_url: str | None) -> None:
        super().__init__(impersonate="chrome")
        self._clock = clock
        self._base = urlsplit(base_url.rstrip("/")) if base_url else None
        self._deadline = 0.0
        self.chart_status: int | None = None

    def begin(self, deadline: float) -> None:
        """Start a fetch that has to end at `deadline` (of the clock's monotonic seconds)."""
        self._deadline = deadline
        self.chart_status = None

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        wanted = _CHART in url or _SEARCH in url
        left = self._deadline - self._clock.monotonic()
        if left <= 0:
            raise requests.exceptions.Timeout("no time is left")
        options["timeout"] = left if wanted else min(left, _ASIDE_S)
        answer = super().request(method, self._elsewhere(url), *args, **options)
        if _CHART in url:
            self.chart_status = answer.status_code
        return answer

    def _elsewhere(self, url: str) -> str:
        if self._base is None:
            return url
        parts = urlsplit(url)
        path = self._base.path + parts.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))
