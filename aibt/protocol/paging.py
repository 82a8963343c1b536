"""Cursors of pages: opaque to clients, and refused where nobody gave them out."""

import base64
import binascii
import json

from aibt.errors import NotFound
from aibt.protocol.message import MAX_ID


def cursor_text(value: str | int, row_id: int) -> str:
    """Return the cursor after a row: what the page is ordered by, and the row's id."""
    said = json.dumps([value, row_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def read_cursor(text: str, kind: type[str] | type[int]) -> tuple[str | int, int]:
    """Return what `cursor_text` was given; `text` is of a bounded length.

    Raises:
        NotFound: nobody gave this cursor out.
    """
    try:
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        value, row_id = said
        if isinstance(value, str) and "\0" in value.encode().decode():  # no lone surrogate either
            value = None
    except (ValueError, TypeError, binascii.Error, RecursionError):
        value, row_id = None, None
    if type(value) is not kind or type(row_id) is not int or not 0 <= row_id <= MAX_ID:
        raise NotFound("page", text[:64], "cursor")
    return value, row_id
