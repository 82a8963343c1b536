"""HTTP to one Supabase project, and to nothing else: no redirects, and caps on time and size."""

import asyncio
import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from aibt.errors import Invalid, Unavailable

MAX_BYTES = 256 * 1024
_AT = "supabase_url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Supabase answered: its status and, if it was JSON, the object."""

    status: int
    body: dict[str, Any]
    retry_after: str | None


def auth_url(project_url: str) -> str:
    """Return where the project's Auth lives, which is also the issuer of its tokens.

    Raises:
        Invalid: it is neither https nor this machine's own http, or is more than an origin.
    """
    try:
        parts = urlsplit(project_url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Invalid(_AT, "it is not a URL") from error
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc or not host:
        raise Invalid(_AT, "it must be like https://PROJECT.supabase.co, with nothing after it")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise Invalid(_AT, "it must begin with https://")
    shown = f"[{host}]" if ":" in host else host
    standard = {"https": 443, "http": 80}[parts.scheme]
    suffix = "" if port in {None, standard} else f":{port}"
    return f"{parts.scheme}://{shown}{suffix}/auth/v1"


class SupabaseHttp:
    """Requests below one project's Auth URL; one per process, closed at its end."""

    def __init__(
        self, project_url: str, *, timeout_s: float = 10.0, headers: dict[str, str] | None = None
    ) -> None:
        """Ask nothing yet.

        Args:
            project_url: see `auth_url`.
            timeout_s: seconds for one request, from connecting to its last byte.
            headers: sent with each request.

        Raises:
            Invalid: the URL is not acceptable.
        """
        self.auth_url = auth_url(project_url)
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(
            headers=headers,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=self.auth_url.startswith("https://"),
        )

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status below 500 but a redirect.

        Raises:
            Unavailable: there was no whole answer in time, it was too long, or a 3xx or 5xx.
        """
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream(
                    method, f"{self.auth_url}{path}", json=body, headers=headers
                ) as response,
            ):
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise Unavailable("Supabase answered too much")
        except (httpx.HTTPError, TimeoutError) as error:
            raise Unavailable("Supabase did not answer") from error
        if response.status_code >= 500 or response.is_redirect:
            raise Unavailable(f"Supabase answered with status {response.status_code}")
        return Answer(
            status=response.status_code,
            body=_object(bytes(content)),
            retry_after=response.headers.get("Retry-After"),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _object(content: bytes) -> dict[str, Any]:
    """Return the JSON object, or none: a proxy's error page is no answer of Auth's."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
