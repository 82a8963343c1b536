"""Where a page of traders begins and goes on, by the order it is in."""

from datetime import datetime
from typing import Any

from aibt.errors import NotFound
from aibt.protocol.paging import cursor_text, read_cursor


def place_of(cursor: str | None, order: str) -> tuple[Any, int] | None:
    """Return the value and the id that a page begins after, or None: at the beginning.

    Raises:
        NotFound: nobody gave out such a cursor.
    """
    if cursor is None:
        return None
    value, row_id = read_cursor(cursor, str)
    return (value if order == "name" else _moment(str(value)), row_id)


def cursor_after(row: Any, order: str) -> str:
    """Return the cursor of the page that goes on after a row."""
    last = getattr(row, order)
    return cursor_text(last if order == "name" else last.isoformat(), row.id)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NotFound("page", text[:64], "cursor")
    return moment
