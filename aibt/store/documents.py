"""Documents: JSON as every database takes it.

PostgreSQL keeps neither the character NUL nor half of a surrogate pair. A model or a page may
write either; U+FFFD stands for it then, on both databases.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from aibt.live.events import Json

V = TypeVar("V")

_REPLACEMENT: Final = "\ufffd"
_SUSPECT: Final = ("\\u0000", "\\ud")  # as `json.dumps` writes NUL and surrogates


def storable(data: Mapping[str, Json]) -> dict[str, Json]:
    """Return a document of its own that every database takes."""
    kept: dict[str, Json] = _storable(dict(data))
    return kept


def to_json(value: Any) -> str:
    """Return a document as text.

    Raises:
        ValueError: it holds NaN or an infinity.
    """
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if any(suspect in text for suspect in _SUSPECT):
        text = json.dumps(_storable(value), allow_nan=False, separators=(",", ":"))
    return text


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _storable_text(value)
    if isinstance(value, Mapping):
        return {_storable_text(key): _storable(kept) for key, kept in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(kept) for kept in value]
    return value


def _storable_text(text: str) -> str:
    if "\0" in text:
        text = text.replace("\0", _REPLACEMENT)
    if text.isascii():
        return text
    # a pair that was written as two halves is one character again
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
