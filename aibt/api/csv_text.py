"""Tables as CSV, for spreadsheets; text that a spreadsheet would run as a formula is defused."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from fastapi import Response

Format = Literal["json", "csv"]
CSV: Final = "text/csv"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return rows as CSV (RFC 4180) with a header; null is empty, nested values are left out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return text.getvalue()


def csv_answer(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], name: str) -> Response:
    """Return rows as a file for download."""
    return Response(
        csv_text(rows, columns),
        media_type=f"{CSV}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def as_csv_too(model: type[Any]) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI's description of an answer that comes as JSON or as CSV."""
    example = {CSV: {"schema": {"type": "string"}, "example": "id,name\r\n1,Ada\r\n"}}
    return {200: {"model": model, "description": "as JSON, or as CSV", "content": example}}


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
