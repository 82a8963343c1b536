"""What a provider says, made fit to be shown: one line, no key, nothing that a terminal obeys."""

import re
from collections.abc import Mapping

from pydantic import SecretStr

MAX_LENGTH = 300

_READ = 4_096  # characters looked at
_SHARED = 8  # so many characters in common with the key are part of the key
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)", re.DOTALL)
_LIKE_A_KEY = re.compile(
    r"\b(?:sk|pk|rk|key|gsk|xai|jina|hf)[-_][A-Za-z0-9_*.\-]{6,}|\bBearer\s+\S+"
)


def one_line(text: str, api_key: SecretStr | None = None, max_length: int = MAX_LENGTH) -> str:
    """Return `text` without line ends, control characters and keys, cut to `max_length`."""
    bare = _ESCAPE.sub("", text[:_READ])
    spaced = "".join(character if character.isprintable() else " " for character in bare)
    line = " ".join(_without_key(spaced, api_key).split())
    return line if len(line) <= max_length else f"{line[: max_length - 1]}…"


def said(body: object) -> str:
    """Return the sentence in an error's body, in whatever shape a provider wraps it, or ``."""
    for _ in range(5):
        if isinstance(body, list) and body:
            body = body[0]
        if not isinstance(body, Mapping):
            break
        details = body.get("metadata")
        raw = details.get("raw") if isinstance(details, Mapping) else None
        if isinstance(raw, str) and raw:  # OpenRouter's: the provider's behind it
            body = f"{body.get('message') or ''} {raw}"
            break
        body = next(
            (body[key] for key in ("error", "message", "detail", "msg") if body.get(key)), ""
        )
    if not isinstance(body, str) or body.lstrip().startswith("<"):
        return ""  # a proxy's page is no sentence
    return body


def _without_key(text: str, api_key: SecretStr | None) -> str:
    """Return `text` with every piece of the key, and whatever looks like one, left out."""
    key = api_key.get_secret_value().strip() if api_key else ""
    if key and len(key) < _SHARED:
        text = text.replace(key, "[key]")
    hidden = [False] * len(text)
    for at in range(len(text) - _SHARED + 1):
        if text[at : at + _SHARED] in key:
            hidden[at : at + _SHARED] = [True] * _SHARED
    kept = "".join("\0" if hide else char for char, hide in zip(text, hidden, strict=True))
    return _LIKE_A_KEY.sub("[key]", re.sub("\0+", "[key]", kept))
