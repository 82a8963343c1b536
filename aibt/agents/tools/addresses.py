"""Which web addresses a model may have read: public names, and no trick with the spelling."""

import re
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from aibt.errors import Invalid

LONGEST: Final = 2_048
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LAST_LABEL: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_PRIVATE: Final = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan"}
    | {"arpa", "onion", "test", "invalid", "example"}
)
_READERS: Final = ("jina.ai",)  # a reader that reads through a reader dates nothing
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\\"<>^`{|}]")


def public_url(text: str, *, field: str = "url") -> str:
    """Return the http(s) address that `text` writes, in its plainest spelling.

    Raises:
        Invalid: it is none, or names a machine by number, a private or local name, a user,
            a port, or a reader of pages.
    """
    if len(text) > LONGEST:
        raise Invalid(field, f"longer than {LONGEST} characters")
    stripped = text.strip()
    if _ODD.search(stripped):
        raise Invalid(field, "it has characters that do not belong in an address")
    try:
        parts = urlsplit(stripped)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid(field, "it is not an address") from None
    if parts.scheme not in {"http", "https"}:
        raise Invalid(field, "it must begin with https:// or http://")
    if "@" in parts.netloc or port is not None or parts.netloc.endswith(":"):
        raise Invalid(field, "it must have no user name, no password and no port")
    return _spelled(parts, _public_host(host, field))


def _public_host(host: str, field: str) -> str:
    """Return `host` in ASCII, without a final dot.

    Raises:
        Invalid: it is not the name of a public machine.
    """
    try:
        plain = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise Invalid(field, "its host is not a name") from None
    labels = plain.split(".")
    if len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid(field, "its host is not a name")
    last = labels[-1]
    if len(labels) < 2 or not _LAST_LABEL.fullmatch(last) or last in _PRIVATE:
        raise Invalid(field, "its host is not a public name")
    if any(plain == reader or plain.endswith(f".{reader}") for reader in _READERS):
        raise Invalid(field, "give the page's own address")
    return plain


def _spelled(parts: SplitResult, host: str) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?[]')}" if parts.query else ""
    return f"{parts.scheme}://{host}{path}{query}"
