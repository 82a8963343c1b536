"""How a WebSocket is closed: the codes, and which one an error has."""

from typing import Final

from aibt.errors import AibtError, NotSignedIn, QuotaExceeded, RateLimited, Unavailable

NORMAL, TOO_BIG, FAILED, FULL = 1000, 1009, 1011, 1013
NOT_SIGNED_IN, FORBIDDEN, TOO_SLOW, TOO_MANY = 4401, 4403, 4408, 4429
_MOST_REASON: Final = 123  # bytes, RFC 6455


def code_of(error: AibtError) -> int:
    """Return the close code of a refusal that ends the socket."""
    if isinstance(error, NotSignedIn):
        return NOT_SIGNED_IN
    if isinstance(error, RateLimited | QuotaExceeded):
        return TOO_MANY
    return FULL if isinstance(error, Unavailable) else FORBIDDEN


def reason_of(error: AibtError) -> str:
    """Return a sentence that fits into a closing frame."""
    return str(error).encode()[:_MOST_REASON].decode(errors="ignore")
