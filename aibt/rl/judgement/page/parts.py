"""What the sections of a report's page are put together from."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from aibt.rl.judgement.page.figures import NOTHING, count, share, shown

Report = Mapping[str, Any]
"""A report's JSON, or a part of it."""

LOOKS: Final = 8
"""How many colours the style tells algorithms apart by."""


def verdict_line(verdict: Report) -> str:
    """Return a verdict as one sentence, with how sure it is."""
    look = "better" if verdict["better"] else "not"
    confidence = shown(verdict["confidence"], share)
    return (
        f'<p class="verdict {look}"><strong>{escape(as_text(verdict["sentence"]))}</strong> '
        f"<small>Confidence that it is more than luck: {confidence}.</small></p>"
    )


def table_of(
    caption: str, heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str], str]]
) -> str:
    """Return a table with a caption; a row is its name, its cells, and a class of the style."""
    head = "".join(
        f'<th scope="col">{escape(text)}</th>' if text else "<td></td>" for text in heads
    )
    lines = "".join(
        f'<tr class="{look}"><th scope="row">{escape(name)}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, cells, look in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def growth(equities: Sequence[float | None], report: Report) -> list[float | None]:
    """Return a curve as fractions above its beginning."""
    balance = report["balance"]
    return [None if equity is None else equity / balance - 1 for equity in equities]


def fold_starts(report: Report) -> list[str]:
    """Return the points of the curves at which folds begin, as near as the curves have them."""
    times: Sequence[str] = report["times"]
    starts = [fold["test"]["first_at"] for fold in report["plan"]["folds"]]
    return [next((time for time in times if time >= start), "") for start in starts]


def as_value(value: object) -> str:
    """Return a parameter as text."""
    if value is None:
        return NOTHING
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {as_value(inner)}" for name, inner in value.items())
    return str(value)


def as_text(value: object) -> str:
    """Return a text of the report, or a dash where there is none."""
    return NOTHING if value is None else str(value)


def called(one: Report) -> str:
    """Return the name of an algorithm or a baseline in words."""
    return as_text(one["name"]).replace("_", " ")


def day(at: object) -> str:
    """Return the date of a time."""
    return as_text(at)[:10]


def counted(how_many: int, what: str) -> str:
    """Return `1 fold`, `4 folds`."""
    return f"{count(how_many)} {what}" + ("" if how_many == 1 else "s")
