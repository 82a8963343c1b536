"""Numbers, times and texts as a person reads them in a terminal."""

import itertools
import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Final

ABSENT: Final = "–"
_BLOCKS: Final = "▁▂▃▄▅▆▇█"


def amount(value: float | None, *, signed: bool = False) -> str:
    """Return money: `1,234.50`, with its sign if `signed`; large amounts without cents."""
    if value is None:
        return ABSENT
    text = f"{abs(value):,.0f}" if abs(value) >= 1e6 else f"{abs(value):,.2f}"
    is_zero = not text.strip("0.,")
    sign = "" if is_zero else "−" if value < 0 else "+" if signed else ""
    return sign + text


def dollars(value: float | None) -> str:
    """Return what a model cost: `$1.23`, small amounts with what matters of them; None: unknown."""
    if value is None:
        return "unknown"
    if value == 0:
        return "$0"
    return f"${value:,.2f}" if value >= 1 else f"${value:.2g}" if value < 0.01 else f"${value:.3f}"


def quantity(value: float) -> str:
    """Return a signed quantity with the digits that matter."""
    return f"{value:,.6g}".replace("-", "−")


def count(value: int | None) -> str:
    """Return a whole number with thousands marked."""
    return ABSENT if value is None else f"{value:,}"


def rate(per_second: float) -> str:
    """Return a speed with about three digits: `812`, `12.3k`, `4.56M`."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if per_second >= size:
            digits = 2 if per_second < 10 * size else 1 if per_second < 100 * size else 0
            return f"{per_second / size:.{digits}f}{unit}"
    return f"{per_second:.0f}"


def figure(value: float | None) -> str:
    """Return a number of any size with three digits."""
    return ABSENT if value is None else f"{value:.3g}".replace("-", "−")


def ratio(value: float | None) -> str:
    """Return a Sharpe ratio, with two decimals."""
    return ABSENT if value is None else f"{value:.2f}".replace("-", "−")


def percent(fraction: float | None) -> str:
    """Return a fraction as per cent: `0.123` is `12.3 %`."""
    return ABSENT if fraction is None else f"{100 * fraction:.1f} %".replace("-", "−")


def price(value: float | None) -> str:
    """Return a price with the digits that matter: `1.05324`, `21,234.5`."""
    if value is None:
        return ABSENT
    return f"{value:,.2f}" if abs(value) >= 1_000 else f"{value:,.6g}"


def duration(seconds: float) -> str:
    """Return a length of time in its largest units: `850 ms`, `12.3 s`, `4 min 5 s`."""
    if seconds < 1:
        return f"{1_000 * seconds:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, size, smaller, part in (
        ("d", 86_400, "h", 3_600),
        ("h", 3_600, "min", 60),
        ("min", 60, "s", 1),
    ):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part} {smaller}"
    return f"{whole} s"


def moment(value: datetime | str | None) -> str:
    """Return a time (UTC) to the minute; an ISO text is cut, not read."""
    if value is None:
        return ABSENT
    text = value.isoformat() if isinstance(value, datetime) else value
    return text[:16].replace("T", " ")


def sparkline(values: Sequence[float], width: int) -> str:
    """Draw values as at most `width` blocks, each the mean of its share of them."""
    if not values or width < 1:
        return ""
    columns = min(width, len(values))
    edges = [len(values) * column // columns for column in range(columns + 1)]
    means = [sum(values[begin:end]) / (end - begin) for begin, end in itertools.pairwise(edges)]
    low, high = min(means), max(means)
    if high <= low:
        return _BLOCKS[3] * columns
    top = len(_BLOCKS) - 1
    return "".join(_BLOCKS[round((mean - low) / (high - low) * top)] for mean in means)


def listed(names: Sequence[str], most: int) -> str:
    """Return at most so many names on one line, and how many there are besides."""
    shown = ", ".join(plain(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def quoted(text: str) -> str:
    """Return text as one word for the shell."""
    return shlex.quote(plain(text))


def plain(text: str) -> str:
    """Return text from elsewhere on one line, without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text).strip()
