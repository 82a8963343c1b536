"""Small pictures as inline SVG: curves over time, spans of bars, and intervals around zero.

No scripts, no fonts and no addresses: colours are classes that the page's style gives meaning to,
for light and for dark. Each picture has a title and a description that are read aloud.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10
from typing import Final

_WIDTH: Final = 720
_HEIGHT: Final = 300
_LEFT: Final = 66
_RIGHT: Final = 10
_TOP: Final = 12
_BOTTOM: Final = 30
_POINTS: Final = 400
_TICKS: Final = 5
_DATES: Final = 4
_ROW: Final = 26
_NAMES: Final = 150  # room for the names of intervals, and for their figures
_FIGURES: Final = 190


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve of a chart.

    Attributes:
        name: for the legend; empty: the curve is not in it.
        values: one at each of the chart's times; None breaks the curve.
        look: classes of the page's style.
    """

    name: str
    values: Sequence[float | None]
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Bars `start` up to but not including `stop`, on a time line."""

    name: str
    start: int
    stop: int
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure and what it may as well be; None where nobody can tell."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    shown: str


def curves(
    title: str, description: str, times: Sequence[str], lines: Sequence[Line], marks: Sequence[str]
) -> str:
    """Return a chart of growth since its beginning, with a legend; nothing if there are no values.

    Args:
        title: what it shows, in a few words.
        description: the same for who cannot see it.
        times: ISO 8601, one for each value of a line.
        lines: fractions: 0.1 is 10 % above the beginning.
        marks: those of `times` at which a thin line stands.
    """
    known = [value for line in lines for value in line.values if value is not None]
    if len(times) < 2 or not known:
        return ""
    ticks = nice_ticks(min(known), max(known))
    low, high = min(*known, *ticks), max(*known, *ticks)
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(at: float) -> float:
        return _LEFT + across * at / (len(times) - 1)

    def y(value: float) -> float:
        return _TOP + down * (high - value) / (high - low)

    parts = []
    for tick in ticks:
        parts.append(_stroke("axis" if tick == 0 else "grid", _LEFT, y(tick), _WIDTH, y(tick)))
        parts.append(_text(_LEFT - 6, y(tick) + 4, percent(tick, digits=_digits(ticks)), "end"))
    places = {time: at for at, time in enumerate(times)}
    inner = filter(None, (places.get(mark) for mark in marks))  # none on the very edge
    parts += [_stroke("mark", x(at), _TOP, x(at), _TOP + down) for at in inner]
    for number in range(_DATES):
        at = round((len(times) - 1) * number / (_DATES - 1))
        anchor = "start" if number == 0 else "end" if number == _DATES - 1 else "middle"
        parts.append(_text(x(at), _HEIGHT - 8, times[at][:10], anchor))
    step = max(1, ceil(len(times) / _POINTS))
    kept = sorted({*range(0, len(times), step), len(times) - 1})
    for line in lines:
        for run in _unbroken(line.values, kept):
            points = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in run)
            parts.append(f'<polyline class="{escape(line.look)}" points="{points}"/>')
    return _picture(title, description, _HEIGHT, parts) + _legend(lines)


def spans(
    title: str, description: str, rows: Sequence[tuple[str, Sequence[Span]]], bars: int
) -> str:
    """Return a time line over bars 0 up to `bars`, with a row for each name."""
    if not rows or bars < 1:
        return ""
    across = _WIDTH - _LEFT - _RIGHT
    parts = []
    for number, (name, its) in enumerate(rows):
        top = _TOP + number * _ROW
        parts.append(_text(_LEFT - 6, top + 14, name, "end"))
        for span in its:
            begin = _LEFT + across * span.start / bars
            width = max(across * (span.stop - span.start) / bars, 1.0)
            parts.append(
                f'<rect class="{escape(span.look)}" x="{begin:.1f}" y="{top}" '
                f'width="{width:.1f}" height="{_ROW - 6}"><title>{escape(span.name)}</title></rect>'
            )
    return _picture(title, description, 2 * _TOP + len(rows) * _ROW, parts)


def intervals(title: str, description: str, rows: Sequence[Interval]) -> str:
    """Return each figure as a point on its interval, each on a scale of its own around zero."""
    if not rows:
        return ""
    middle = (_NAMES + _WIDTH - _FIGURES) / 2
    half = middle - _NAMES
    parts = [_stroke("axis", middle, _TOP, middle, _TOP + len(rows) * _ROW)]
    for number, row in enumerate(rows):
        at = _TOP + number * _ROW + 12
        parts.append(_text(_NAMES - 12, at + 4, row.name, "end"))
        parts.append(_text(_WIDTH - _FIGURES + 12, at + 4, row.shown, "start"))
        known = [abs(value) for value in (row.value, row.low, row.high) if value is not None]
        scale = half / max(known) if known and max(known) > 0 else 0.0
        if row.low is not None and row.high is not None:
            begin, end = middle + scale * row.low, middle + scale * row.high
            parts.append(_stroke("reach", begin, at, end, at))
        if row.value is not None:
            place = middle + scale * row.value
            parts.append(f'<circle class="at" cx="{place:.1f}" cy="{at}" r="5"/>')
    return _picture(title, description, 2 * _TOP + len(rows) * _ROW, parts)


def nice_ticks(low: float, high: float) -> list[float]:
    """Return a few evenly spaced round numbers from below `low` to above `high`, zero among them.

    Raises:
        ValueError: one of the two is not finite.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    if not (isfinite(low) and isfinite(high)):
        raise ValueError(f"no scale reaches from {low} to {high}")
    rough = max(high - low, 1e-6) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next((power * of for of in (1, 2, 5) if power * of >= rough), power * 10)
    first, last = floor(low / step), ceil(high / step)
    return [number * step for number in range(first, max(last, first + 1) + 1)]


def percent(fraction: float, *, digits: int = 1) -> str:
    """Return a fraction as a person reads it, its sign included."""
    return f"{signed(100 * fraction, digits=digits)} %"


def signed(value: float, *, digits: int) -> str:
    """Return a number with its sign, which zero has none of."""
    text = f"{value:+,.{digits}f}"
    if not any(figure in text for figure in "123456789"):
        text = text[1:]
    return text.replace("-", MINUS)


MINUS: Final = "\N{MINUS SIGN}"


def _digits(ticks: Sequence[float]) -> int:
    """Return how many decimals tell these per cents apart."""
    return max(0, min(4, -floor(log10(100 * (ticks[1] - ticks[0])) + 1e-9)))


def _unbroken(values: Sequence[float | None], kept: Sequence[int]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for at in kept:
        value = values[at] if at < len(values) else None
        if value is not None:
            runs[-1].append((at, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _stroke(look: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{look}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _picture(title: str, description: str, height: int, parts: Sequence[str]) -> str:
    return (
        '<div class="wide" tabindex="0" role="group" '
        f'aria-label="{escape(title)}"><svg viewBox="0 0 {_WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        f"{''.join(parts)}</svg></div>"
    )


def _legend(lines: Sequence[Line]) -> str:
    items = "".join(
        '<li><svg class="key" viewBox="0 0 28 8" aria-hidden="true">'
        f'<line class="{escape(line.look)}" x1="0" y1="4" x2="28" y2="4"/></svg>'
        f"{escape(line.name)}</li>"
        for line in lines
        if line.name
    )
    return f'<ul class="legend">{items}</ul>'
