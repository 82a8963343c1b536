"""Which web pages may talk to this server.

A browser sends the page's origin with a WebSocket's handshake and with whatever changes
something; programs send none. A page that makes its own name point to this machine (DNS
rebinding) is recognised by that name: on loopback only addresses, `localhost` and the names
of allowed origins are answered.
"""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from aibt.settings import ServeSettings


def is_allowed_origin(origin: str | None, host: str | None, settings: ServeSettings) -> bool:
    """Whether a page of `origin` may use the server that it calls `host`.

    The server's own pages may, those on loopback (a development server), those of the
    setting, and programs, which have no origin.
    """
    if origin is None:
        return True
    if origin in settings.allowed_origins:
        return True
    parts = _split(origin)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    own = host is not None and parts.netloc.lower() == host.lower()
    return own or (is_loopback(parts.hostname) and is_loopback(settings.host))


def is_allowed_host(host: str | None, settings: ServeSettings) -> bool:
    """Whether the name by which this server was called can be its own."""
    if host is None or not is_loopback(settings.host):
        return True
    parts = _split(f"//{host}")
    name = (parts.hostname if parts else None) or ""
    known = {urlsplit(origin).hostname for origin in settings.allowed_origins}
    return _is_address(name) or name == "localhost" or name in known


def is_loopback(name: str) -> bool:
    """Whether `name` is this very machine: `localhost` or a loopback address."""
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
