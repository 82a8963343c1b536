"""Pages: in the order of a column and then of ids, so that an index finds the next one."""

from typing import Any

from sqlalchemy import Column, ColumnElement, literal, tuple_


def beyond(
    column: Column[Any], id_column: Column[int], after: tuple[Any, int], *, descending: bool
) -> ColumnElement[bool]:
    """Return the condition of the rows after the one with this value and id."""
    value, row_id = after
    if column is id_column:
        return column < row_id if descending else column > row_id
    row = tuple_(column, id_column)
    last = tuple_(literal(value, column.type), literal(row_id, id_column.type))
    return row < last if descending else row > last


def in_order(
    column: Column[Any], id_column: Column[int], *, descending: bool
) -> list[ColumnElement[Any]]:
    """Return what to order by."""
    columns = [column] if column is id_column else [column, id_column]
    return [one.desc() if descending else one.asc() for one in columns]
