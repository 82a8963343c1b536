"""Jina's search and reader: fixed hosts, no redirects, caps on time and size, nothing undated."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from pydantic import SecretStr

from aibt.agents.tools.addresses import public_url
from aibt.agents.tools.desk import Result
from aibt.agents.tools.publishing import latest_publication
from aibt.agents.tools.quoting import NOTICE, one_line, quoted
from aibt.clock import Clock
from aibt.errors import Invalid, Unavailable
from aibt.live.events import Json

_MAX_BYTES: Final = 2 * 1024 * 1024
_MOST_RESULTS: Final = 10
_LONGEST_TITLE, _LONGEST_DESCRIPTION, _LONGEST_PAGE = 200, 600, 20_000
_DATES: Final = ("date", "publishedTime", "published_time", "publishedDate")
_CHANGES: Final = (
    "article:published_time",
    "article:modified_time",
    "og:updated_time",
    "datePublished",
    "dateModified",
    "last-modified",
)
_PRESENT: Final = timedelta(days=2)  # a clock this near to the real one needs no date in the query


class JinaWeb:
    """Asks Jina; one per key, closed at its end. What it keeps of a key is in its headers alone.

    What Jina says of a page's date is all there is: an old page that was changed since and does
    not say so is not recognised.
    """

    def __init__(
        self,
        *,
        search_url: str,
        reader_url: str,
        key: SecretStr | None,
        clock: Clock,
        timeout_s: float = 30.0,
    ) -> None:
        """Ask nothing yet.

        Args:
            search_url: of the search, Jina's own or a mirror's.
            reader_url: of the reader; it answers without a key too, though less often.
            key: None: there is no search.
            clock: the real time, which `3 days ago` counts from; not the session's.
            timeout_s: seconds for one request, from connecting to its last byte.

        Raises:
            Invalid: a URL is neither https nor this machine's own http.
        """
        self._search_url = _service(search_url, "search_url")
        self._reader_url = _service(reader_url, "reader_url")
        self._has_key = key is not None
        self._clock = clock
        self._timeout_s = timeout_s
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key.get_secret_value()}"
        self._client = httpx2.AsyncClient(
            headers=headers,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=_is_remote(search_url),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def search(self, query: str, before: datetime) -> Result:
        """Return `results`, each with `title`, `url`, `description`, `published`; see `Web`."""
        if not self._has_key:
            raise Unavailable("this session has no key for web search; go on without it")
        words = one_line(query, 300)
        if not words:
            raise Invalid("query", "it says nothing")
        if self._clock.now() - before > _PRESENT:
            words = f"{words} before:{before:%Y-%m-%d}"
        try:
            asked = {"q": words}
            found = await self._ask(self._search_url, asked, {"X-Respond-With": "no-content"})
        except _Refused:
            found = []
        if not isinstance(found, list):
            raise Unavailable("the search gave an answer of another kind")
        results = [shown for item in found if (shown := self._shown(item, before)) is not None]
        return {
            "notice": NOTICE,
            "results": list(results[:_MOST_RESULTS]),
            "left_out": len(found) - len(results),
            "why": "left out is what has no publish date, or none before the present moment",
        }

    async def read(self, url: str, before: datetime) -> Result:
        """Return the page at `url` as quoted text; see `Web`."""
        address = public_url(url)
        try:
            page = await self._ask(self._reader_url, {"url": address}, {"X-Retain-Images": "none"})
        except _Refused:
            raise _no_such_page() from None
        if not isinstance(page, Mapping) or page.get("warning"):
            raise _no_such_page()
        published = self._published(page, before)
        final = _address(page.get("url") or address)
        if published is None or final is None:
            raise _no_such_page()
        return {
            "notice": NOTICE,
            "title": one_line(_text(page.get("title")), _LONGEST_TITLE),
            "url": final,
            "published": published,
            "text": quoted(_text(page.get("content")), _LONGEST_PAGE),
        }

    def _shown(self, item: object, before: datetime) -> dict[str, Json] | None:
        """Return a result as the model sees it, or None where it may not."""
        if not isinstance(item, Mapping):
            return None
        address, published = _address(item.get("url")), self._published(item, before)
        if address is None or published is None:
            return None
        return {
            "title": one_line(_text(item.get("title")), _LONGEST_TITLE),
            "url": address,
            "description": one_line(_text(item.get("description")), _LONGEST_DESCRIPTION),
            "published": published,
        }

    def _published(self, item: Mapping[str, Any], before: datetime) -> str | None:
        """Return when it was published, or last changed, if that is surely before `before`."""
        more = item.get("metadata")
        said = [item[name] for name in _DATES if item.get(name)]
        if isinstance(more, Mapping):
            said += [more[name] for name in _CHANGES if more.get(name)]
        latest = latest_publication(said, self._clock.now())
        return latest.astimezone(UTC).isoformat() if latest and latest < before else None

    async def _ask(self, url: str, body: dict[str, str], headers: dict[str, str]) -> Json:
        """Return `data` of Jina's answer.

        Raises:
            Unavailable: there was no whole answer in time, it was too long, or not JSON.
            _Refused: Jina will not or cannot give this.
        """
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream("POST", url, json=body, headers=headers) as response,
            ):
                _check_status(response)
                content = await _read(response)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
            raise Unavailable("the web does not answer") from None
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            raise Unavailable("the web gave no readable answer") from None
        return answer.get("data") if isinstance(answer, dict) else None


class _Refused(Exception):
    """Jina cannot give what was asked for: what it says of that is not passed on."""


def _check_status(response: httpx2.Response) -> None:
    status = response.status_code
    if status == 200:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Unavailable("the web gave an answer that was not asked for")
        return
    if status in {401, 402, 403}:
        raise Unavailable("the search service does not accept this session's key")
    if status == 429:
        raise Unavailable("the search service is asked too often; go on without it for now")
    if 400 <= status < 500:
        raise _Refused
    raise Unavailable("the web does not answer")


async def _read(response: httpx2.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > _MAX_BYTES:
            raise Unavailable("the answer is too long to be read")
    return bytes(content)


def _no_such_page() -> Invalid:
    """Say the same of a page that is missing, undated, or of the future: the difference leaks."""
    says = "no page there is known to have been published before the session's present moment"
    return Invalid("url", says)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _address(value: object) -> str | None:
    try:
        return public_url(value) if isinstance(value, str) else None
    except Invalid:
        return None


def _service(url: str, field: str) -> str:
    """Return the URL of a service of the operator's choice.

    Raises:
        Invalid: a key must not travel to it.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and not _is_remote(url)):
        return url
    raise Invalid(field, "it must begin with https://")


def _is_remote(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
