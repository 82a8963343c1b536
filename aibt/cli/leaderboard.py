"""`aibt leaderboard`: agents, baselines and bots beside each other, with the same costs."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from aibt.cli import formats, output
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.protocol.performance import LeaderboardMessage, PerformanceFigures, ScoreMessage

if TYPE_CHECKING:
    from rich.table import Table


class Kind(StrEnum):
    """Who traded."""

    AGENT = "agent"
    BOT = "bot"
    BASELINE = "baseline"


HONESTY: Final = (
    "95 %: the confidence interval of the Sharpe ratio. Where two intervals overlap, the order of "
    "two lines proves little. Cost: of the model, beside the account."
)
_SYMBOLS: Final = 3  # in a row
_COLUMNS: Final = (
    "#>", "Name", "Model", "Symbols", "Dates", "Return>", "Sharpe>", "95 %>", "Draw-\ndown>",
    "Turn-\nover>", "Trades>", "Bench-\nmark>", "Cost>",
)  # fmt: skip
_SHARED: Final = frozenset({"Symbols", "Dates"})
_HEAD: Final = ("topic", "kind", "name", "label", "symbols", "start", "end", "is_public")


def leaderboard(
    *,
    kinds: Annotated[
        list[Kind] | None,
        typer.Option("--kind", help="Only agents, bots or baselines; may be repeated."),
    ] = None,
    symbol: Annotated[
        str | None, typer.Option("--symbol", help="Only who traded this symbol.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Only whose name begins with this.")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only your own.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="At most so many.")] = 50,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write all figures to this file.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Compare agents, baselines and bots: return, risk, and what they cost.

    Example: aibt leaderboard --symbol GOOGL --kind agent --kind baseline
    """
    with connected(address(url)) as client:
        found = client.get(
            "/api/leaderboard",
            LeaderboardMessage,
            kind=[kind.value for kind in kinds] if kinds else None,
            symbol=symbol,
            name=name,
            mine=True if mine else None,
            limit=limit,
        ).scores
    if csv_file is not None:
        output.write_csv(
            csv_file, (*_HEAD, *PerformanceFigures.model_fields), (_cells(one) for one in found)
        )
    if as_json:
        output.show_json({"scores": [score.model_dump(mode="json") for score in found]})
    elif not found:
        output.say("Nothing has a result yet. See some: aibt demo agents")
    else:
        output.show(scores_table(found))
        output.say(HONESTY)


def scores_table(scores: Sequence[ScoreMessage]) -> "Table":
    """Return lines of the leaderboard as a table; what all have in common stands above it."""
    rows = [_row(place, one) for place, one in enumerate(scores, start=1)]
    shared = [
        index
        for index, column in enumerate(_COLUMNS)
        if column in _SHARED and len({row[index] for row in rows}) == 1
    ]
    title = ", ".join(rows[0][index] for index in shared) if shared else None
    left = [index for index in range(len(_COLUMNS)) if index not in shared]
    return output.table(
        [_COLUMNS[index] for index in left],
        ([row[index] for index in left] for row in rows),
        title=title,
        tight=True,
    )


def _row(place: int, score: ScoreMessage) -> tuple[str, ...]:
    figures = score.figures
    return (
        str(place),
        formats.plain(score.name) + (" *" if score.is_public else ""),
        formats.plain(score.label),
        formats.listed(score.symbols, _SYMBOLS),
        f"{score.start:%Y-%m-%d} – {score.end:%Y-%m-%d}",
        formats.percent(figures.total_return),
        formats.ratio(figures.sharpe),
        _interval(figures.sharpe_low, figures.sharpe_high),
        formats.percent(figures.max_drawdown),
        formats.ratio(figures.turnover),
        formats.count(figures.trades),
        formats.percent(figures.benchmark_return),
        formats.dollars(figures.model_cost),
    )


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return formats.ABSENT
    return f"{formats.ratio(low)} … {formats.ratio(high)}"


def _cells(score: ScoreMessage) -> Iterable[str]:
    said = score.model_dump(mode="json")
    said["symbols"] = " ".join(score.symbols)
    figures = said.pop("figures")
    return (
        *(_text(said[name]) for name in _HEAD),
        *(_text(figures[name]) for name in PerformanceFigures.model_fields),
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
