"""HTTP to a language model's provider, and to nothing else: no redirects, a cap on each answer.

The key is put on a request here, at the last moment: the client above, whose errors and logs
hold its requests, never has it.
"""

import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import httpx2
from pydantic import SecretStr

from aibt.errors import ModelRefused

_SENT = {"host", "content-type", "content-length", "accept", "connection"}
_TAIL = 256
_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")


class AnswerTooLong(httpx2.ReadError):
    """A provider's answer is longer than any that we read."""


class BoundedStream(httpx2.AsyncByteStream):
    """An answer's body, refused where it gets too long; its last bytes are kept in `tail`."""

    def __init__(
        self, stream: httpx2.AsyncByteStream, max_bytes: int, max_event_bytes: int
    ) -> None:
        """Bound `stream`.

        Args:
            stream: the body as it comes.
            max_bytes: of all of it.
            max_event_bytes: without an empty line, which ends an event: what is read at once
                must not hold up the event loop.
        """
        self.tail = b""
        self._stream = stream
        self._left = max_bytes
        self._max_event_bytes = max_event_bytes
        self._event_bytes = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            last_end = max(chunk.rfind(end) for end in _ENDS)
            self._event_bytes = len(chunk) - last_end + (self._event_bytes if last_end < 0 else 0)
            if self._left < 0 or self._event_bytes > self._max_event_bytes:
                raise AnswerTooLong("the answer is too long")
            self.tail = (self.tail + chunk[-_TAIL:])[-_TAIL:]
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class BoundedClient(httpx2.AsyncClient):
    """An HTTP client that sends what a provider needs to know, and reads so much and no more.

    Only the headers of the message itself go out: the OpenAI client would else add an
    organization, a project or any header that this process's environment names.
    """

    def __init__(
        self,
        base_url: str,
        api_key: SecretStr | None,
        *,
        timeout: httpx2.Timeout,
        max_bytes: int,
        max_event_bytes: int | None = None,
    ) -> None:
        """Ask nothing yet.

        Args:
            base_url: where all requests go.
            api_key: sent as a bearer; None where there is none.
            timeout: of each step of a request.
            max_bytes: of one answer.
            max_event_bytes: of one event in it; None: as many.

        Raises:
            ModelRefused: the URL is none, or the key holds what no header may.
        """
        self._max_bytes = max_bytes
        self._max_event_bytes = max_event_bytes or max_bytes
        self._authorization = _authorization(api_key)
        super().__init__(
            base_url=checked_url(base_url),
            timeout=timeout,
            follow_redirects=False,
            trust_env=base_url.startswith("https://"),
            verify=_certificates(),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=16),
        )

    async def send(
        self,
        request: httpx2.Request,
        *,
        stream: bool = False,
        auth: Any = httpx2.USE_CLIENT_DEFAULT,
        follow_redirects: Any = False,
    ) -> httpx2.Response:
        """Send `request` with the key; see `httpx2.AsyncClient.send`."""
        del follow_redirects  # never, whoever asks
        headers = {name: value for name, value in request.headers.items() if name in _SENT}
        # not compressed: what is counted is then what is read
        headers |= {"accept-encoding": "identity", "user-agent": "aibt"}
        if self._authorization is not None:
            headers["authorization"] = self._authorization.get_secret_value()
        keyed = httpx2.Request(
            request.method,
            request.url,
            headers=headers,
            content=await request.aread(),
            extensions=request.extensions,
        )
        response = await super().send(keyed, stream=True, auth=auth, follow_redirects=False)
        response.request = request  # what errors hold is the one without the key
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError("an answer without a body to be awaited")
        response.stream = BoundedStream(response.stream, self._max_bytes, self._max_event_bytes)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx2.DecodingError("the answer is compressed though it was asked not to be")
        if not stream:
            await response.aread()
        return response


def checked_url(base_url: str) -> str:
    """Return `base_url`.

    Raises:
        ModelRefused: it is not the address of an HTTP server.
    """
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ModelRefused("its address must begin with https:// or http://")
    if url.userinfo:
        raise ModelRefused("its address may hold no user name and password")
    return base_url


def _authorization(api_key: SecretStr | None) -> SecretStr | None:
    key = api_key.get_secret_value().strip() if api_key else ""
    if not key:
        return None
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ModelRefused("the key holds characters that no key has")
    return SecretStr(f"Bearer {key}")


@cache
def _certificates() -> ssl.SSLContext:
    """Return the trusted certificates, read once: it takes long enough to be felt on a loop."""
    return httpx2.create_ssl_context()
