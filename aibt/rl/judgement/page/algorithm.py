"""One algorithm's section of a report's page."""

from collections.abc import Sequence
from html import escape

from aibt.rl.judgement.page.drawing import Interval, Line, curves, intervals, percent
from aibt.rl.judgement.page.figures import (
    INTERVALS,
    METRICS,
    NOTHING,
    number,
    share,
    shown,
)
from aibt.rl.judgement.page.parts import (
    LOOKS,
    Report,
    as_text,
    called,
    counted,
    fold_starts,
    growth,
    table_of,
    verdict_line,
)


def algorithm_section(report: Report, one: Report, at: int) -> str:
    """Return the section of the report's algorithm number `at`: verdict, certainty, seeds, luck."""
    name = as_text(one["name"])
    seeds: Sequence[Report] = one["seeds"]
    lines = [
        Line(
            name="" if other else "each seed",
            values=growth(seed["equities"], report),
            look=f"thin c{at % LOOKS}",
        )
        for other, seed in enumerate(seeds)
    ]
    lines += [
        Line(name=called(base), values=growth(base["equities"], report), look="base b0")
        for base in report["baselines"][:1]
    ]
    lines.append(
        Line(
            name="all seeds",
            values=growth(one["pooled_equities"], report),
            look=f"c{at % LOOKS}",
        )
    )
    chart = curves(
        f"Seeds of {name}",
        f"Growth of the account of each seed of {name}, of all together, and of the first "
        "baseline. The table of seeds has the figures.",
        report["times"],
        lines,
        fold_starts(report),
    )
    return (
        f"<section><h2>{escape(name)}</h2><p>{escape(as_text(one['sentence']))}</p>"
        f"{verdict_line(one['verdict'])}{_checks(one)}{_intervals(one)}"
        f"<h3>Seeds</h3>{chart}{_summaries(one)}{_of_folds(one)}{_statistics(one)}</section>"
    )


def _checks(one: Report) -> str:
    items = ""
    for check in one["verdict"]["checks"]:
        look, says = ("passed", "passed") if check["passed"] else ("missed", "not passed")
        items += f'<li class="{look}"><b>{says}</b> {escape(as_text(check["sentence"]))}</li>'
    return f'<ul class="checks">{items}</ul>' if items else ""


def _intervals(one: Report) -> str:
    rows, drawn = [], []
    level = next(iter(one[key]["level"] for key in INTERVALS))
    for key, figure in INTERVALS.items():
        its = one[key]
        low, value, high = (shown(its[part], figure.show) for part in ("low", "value", "high"))
        rows.append((figure.label, [value, low, high, shown(its["above_zero"], share)], ""))
        drawn.append(
            Interval(
                name=figure.label,
                value=its["value"],
                low=its["low"],
                high=its["high"],
                shown=value if NOTHING in (low, high) else f"{low} to {high}",
            )
        )
    caption = f"How sure: intervals of {share(level)} by block bootstrap"
    picture = intervals(
        f"Intervals of {as_text(one['name'])}",
        "Each figure as a point on its interval, on a scale of its own; the upright line is zero. "
        "The table has the figures.",
        drawn,
    )
    table = table_of(caption, ["", "Value", "Low", "High", "Above zero"], rows)
    return f"<h3>How sure</h3>{picture}{table}"


def _summaries(one: Report) -> str:
    seeds = one["seeds"]
    parts = ("median", "mean_inner", "low", "high")
    rows = []
    for key, its in one["summaries"].items():
        if key in METRICS:
            show = METRICS[key].show
            cells = [shown(its[part], show) for part in parts]
            cells.append(shown(its["deviation"], show).lstrip("+"))
            rows.append((METRICS[key].label, cells, ""))
    spread = table_of(
        f"Spread over {counted(len(seeds), 'seed')}",
        ["", "Median", "Middle half", "Lowest", "Highest", "Deviation"],
        rows,
    )
    chosen = ("total_return", "sharpe", "max_drawdown", "mean_log_return", "trades", "turnover")
    each = table_of(
        "Each seed",
        ["Seed", *(METRICS[key].label for key in chosen), "Above buy-and-hold"],
        [
            (
                str(seed["seed"]),
                [
                    *(shown(seed["metrics"][key], METRICS[key].show) for key in chosen),
                    shown(seed["excess"], INTERVALS["excess"].show),
                ],
                "",
            )
            for seed in seeds
        ],
    )
    return spread + each


def _of_folds(one: Report) -> str:
    """Return the returns of every seed in every fold, beside buy-and-hold's."""
    by_fold: dict[int, list[Report]] = {}
    for seed in one["seeds"]:
        for fold in seed["folds"]:
            by_fold.setdefault(fold["number"], []).append(fold)
    if not by_fold:
        return ""
    rows = [
        (
            f"Fold {fold}",
            [
                shown(its[0]["buy_and_hold"], percent),
                *(shown(outcome["total_return"], percent) for outcome in its),
            ],
            "",
        )
        for fold, its in sorted(by_fold.items())
    ]
    heads = ["", "Buy and hold", *(f"Seed {seed['seed']}" for seed in one["seeds"])]
    return table_of("Return in each fold's test part", heads, rows)


def _statistics(one: Report) -> str:
    deflated, over, luck = one["deflated_sharpe"], one["overfitting"], one["random"]
    draws = sorted(
        draw["total_return"] for draw in luck["draws"] if draw["total_return"] is not None
    )
    chance = f"{percent(draws[0])} to {percent(draws[-1])}" if draws else NOTHING
    shape = [shown(deflated[name], number) for name in ("skewness", "kurtosis")]
    trials = counted(deflated["trials"], "trial")
    found = {
        "Sharpe per bar": shown(deflated["sharpe"], _fine),
        f"Luck's best of {trials}, per bar": shown(deflated["threshold"], _fine),
        "Deflated Sharpe": shown(deflated["probability"], share),
        "Sharpe above zero": shown(deflated["probability_above_zero"], share),
        "Skewness, kurtosis": ", ".join(shape),
        "Over-fitting, over the seeds": shown(over["probability"], share),
        "Loses where it was not chosen": shown(over["loss"], share),
        f"Return of {counted(len(luck['draws']), 'draw')} of chance": chance,
    }
    rows = [(name, [value], "") for name, value in found.items()]
    return "<h3>Luck</h3>" + table_of("What luck alone would show", ["", "Value"], rows)


def _fine(value: float) -> str:
    return number(value, digits=4)
