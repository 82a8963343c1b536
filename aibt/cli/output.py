"""Where a command writes: results to standard output, everything else to standard error."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibt.cli import formats
from aibt.cli.complaints import Complaint

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_PIPED_WIDTH: Final = 160  # whoever reads a pipe wants whole rows


def results() -> "Console":
    """Return the console of what was asked for."""
    return _console(stderr=False)


def remarks() -> "Console":
    """Return the console of progress, remarks and errors."""
    return _console(stderr=True)


def say(*lines: str) -> None:
    """Write remarks, one a line, exactly as they are."""
    console = remarks()
    for line in lines:
        console.print(line, soft_wrap=True)


def show(what: "RenderableType") -> None:
    """Write a result."""
    results().print(what)


def show_lines(*lines: str) -> None:
    """Write a result of plain lines, which nothing wraps."""
    console = results()
    for line in lines:
        console.print(line, soft_wrap=True)


def show_texts(lines: "Iterable[Text]") -> None:
    """Write a result of styled lines, each as soon as it is there; nothing wraps them."""
    console = results()
    for line in lines:
        console.print(line, soft_wrap=True)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a file of columns, and say so; no cell of it is a formula to a spreadsheet.

    Raises:
        Complaint: it cannot be written.
    """
    try:
        with path.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([*map(_harmless, row)] for row in rows)
    except OSError as error:
        raise Complaint(f"--csv: {path} cannot be written: {error.strerror}.") from None
    say(f"Written to {path}.")


def _harmless(cell: str) -> str:
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def show_json(data: Any) -> None:
    """Write a result for a program: one JSON document."""
    results().print(json.dumps(data, ensure_ascii=False, indent=2), soft_wrap=True)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str | None = None,
    tight: bool = False,
) -> "Table":
    """Return a table. A column whose name ends with `>` is set to the right.

    Args:
        columns: their names.
        rows: a cell for each column.
        title: stands above it.
        tight: for many columns: with less room between them, and figures are never cut.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        pad_edge=False,
        padding=(0, 1, 0, 0) if tight else (0, 1),
    )
    cells = [tuple(row) for row in rows]
    for index, column in enumerate(columns):
        to_right = column.endswith(">")
        widest = max((len(row[index]) for row in cells), default=0)
        drawn.add_column(
            column.rstrip(">"),
            justify="right" if to_right else "left",
            min_width=widest if tight and to_right else None,
        )
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    return drawn


def facts(pairs: Iterable[tuple[str, str]]) -> "Table":
    """Return a grid of names and values."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for name, value in pairs:
        grid.add_row(Text(name, style="dim"), Text(value))
    return grid


def signed(value: float) -> "Text":
    """Return money with its sign, green above and red below zero."""
    from rich.text import Text

    colour = "green" if value > 0 else "red" if value < 0 else ""
    return Text(formats.amount(value, signed=True), style=colour)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, _PIPED_WIDTH)
    return console
