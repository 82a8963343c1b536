"""Where a command writes: results to standard output, everything else to standard error."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

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


def show_json(data: Any) -> None:
    """Write a result for a program: one JSON document."""
    results().print(json.dumps(data, ensure_ascii=False, indent=2), soft_wrap=True)


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None
) -> "Table":
    """Return a table. A column whose name ends with `>` is set to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        to_right = column.endswith(">")
        drawn.add_column(column.rstrip(">"), justify="right" if to_right else "left")
    for row in rows:
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


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, _PIPED_WIDTH)
    return console
