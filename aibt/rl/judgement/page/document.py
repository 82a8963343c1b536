"""The whole page: the verdict first, then what it rests on."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from aibt.rl.judgement.page.algorithm import algorithm_section
from aibt.rl.judgement.page.drawing import Line, Span, curves, spans
from aibt.rl.judgement.page.figures import (
    INTERVALS,
    METRICS,
    NOTHING,
    STATISTICS,
    count,
    number,
    share,
    shown,
)
from aibt.rl.judgement.page.parts import (
    LOOKS,
    Report,
    as_text,
    as_value,
    called,
    counted,
    day,
    fold_starts,
    growth,
    table_of,
    verdict_line,
)
from aibt.rl.judgement.page.style import STYLE

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'"
"""The Content-Security-Policy that the page keeps to; it names it itself, too."""

_SPANS: Final = (("train", "trains"), ("validation", "chooses"), ("test", "judges"))
_SETS: Final = ("symbol", "period", "source", "train_data_percentage", "bot_name", "fresh")


def page(report: Report) -> str:
    """Return the page of a report."""
    subject = f"{as_text(report['symbol'])} {as_text(report['period'])}"
    parts = (
        _head(report, subject),
        _side_by_side(report),
        _accounts(report),
        *(algorithm_section(report, one, at) for at, one in enumerate(report["algorithms"])),
        _folds(report),
        _made(report),
        _meanings(),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(subject)}: walk-forward evaluation</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _head(report: Report, subject: str) -> str:
    plan = report["plan"]
    times: Sequence[str] = report["times"]
    whole = f"from {day(report['first_at'])} to {day(report['last_at'])}"
    judged = f"from {day(times[0])} to {day(times[-1])}" if times else NOTHING
    fee, slippage = (number(report[name], digits=1) for name in ("fee_bps", "slippage_bps"))
    facts = (
        ("Bars", f"{count(report['bars'])}, {whole}, from {as_text(report['source'])}"),
        ("Out of sample", f"{judged}, in {counted(len(plan['folds']), 'fold')}"),
        ("Trials", _trials(report)),
        ("Costs of each fill", f"fee {fee} bp and slippage {slippage} bp, in every figure"),
        ("Over-fitting, all trials", shown(report["overfitting"]["probability"], share)),
    )
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts)
    return (
        f"<header><p>Walk-forward evaluation</p><h1>{escape(subject)}</h1>"
        f'{verdict_line(report["verdict"])}</header><dl class="facts">{listed}</dl>'
    )


def _trials(report: Report) -> str:
    plan, earlier = report["plan"], report["earlier_trials"]
    algorithms, seeds = counted(len(plan["algorithms"]), "algorithm"), len(plan["seeds"])
    text = f"{count(report['trials'])}: {algorithms} × {counted(seeds, 'seed')}"
    if earlier:
        text += f", and {count(earlier)} made earlier on these bars"
    return f"{text}; {counted(plan['fits'], 'training')}"


def _side_by_side(report: Report) -> str:
    rows = [(one["name"], one["pooled"], "learned") for one in report["algorithms"]]
    for one in report["algorithms"]:
        name = f"{called(one['random'])}, as often as {as_text(one['name'])}"
        rows.append((name, one["random"]["metrics"], ""))
    for one in report["baselines"]:
        name = called(one)
        if one["is_bound"]:
            rows.append((f"{name} (upper bound)", one["metrics"], "bound"))
        else:
            rows.append((name, one["metrics"], ""))
    table = table_of(
        "Out of sample, all folds in a row, costs paid; an algorithm's account is split evenly "
        "over its seeds",
        ["", *(figure.label for figure in METRICS.values())],
        [
            (name, [shown(its[key], figure.show) for key, figure in METRICS.items()], look)
            for name, its, look in rows
        ],
    )
    sentences = "".join(
        f"<dt>{escape(called(one))}</dt><dd>{escape(as_text(one['sentence']))}</dd>"
        for one in (*report["algorithms"], *report["baselines"])
    )
    return (
        f"<section><h2>Side by side</h2>{table}"
        f'<details><summary>Who is who</summary><dl class="terms">{sentences}</dl></details>'
        "</section>"
    )


def _accounts(report: Report) -> str:
    lines = [
        Line(
            name=as_text(one["name"]),
            values=growth(one["pooled_equities"], report),
            look=f"c{at % LOOKS}",
        )
        for at, one in enumerate(report["algorithms"])
    ]
    lines += [
        Line(
            name=called(one),
            values=growth(one["equities"], report),
            look=f"base b{at % 4}",
        )
        for at, one in enumerate(report["baselines"])
        if not one["is_bound"]
    ]
    chart = curves(
        "Growth out of sample",
        "Growth of each algorithm's account and of the baselines since the first out-of-sample "
        "bar. The table above has the figures. Thin upright lines are the beginnings of folds.",
        report["times"],
        lines,
        fold_starts(report),
    )
    return f"<section><h2>Equity out of sample</h2>{chart}</section>" if chart else ""


def _folds(report: Report) -> str:
    plan = report["plan"]
    rows = [
        (
            f"Fold {fold['number']}",
            [
                Span(
                    name=f"{does}: {day(fold[part]['first_at'])} to {day(fold[part]['last_at'])}",
                    start=fold[part]["start"],
                    stop=fold[part]["stop"],
                    look=part,
                )
                for part, does in _SPANS
            ],
        )
        for fold in plan["folds"]
    ]
    picture = spans(
        "Folds on the time line",
        "For each fold, in time order: the bars that train, those that choose the weights, those "
        "that judge. The table has the dates.",
        rows,
        report["bars"],
    )
    legend = "".join(
        f'<li><svg class="key" viewBox="0 0 28 8" aria-hidden="true"><rect class="{part}" '
        f'width="28" height="8"/></svg>{part} ({does})</li>'
        for part, does in _SPANS
    )
    table = table_of(
        f"Folds: {count(plan['purge'])} bars are left out between two parts, and "
        f"{count(plan['embargo'])} more before each test part",
        ["", *(f"{part}" for part, _ in _SPANS)],
        [
            (
                f"Fold {fold['number']}",
                [
                    f"{day(fold[part]['first_at'])} to {day(fold[part]['last_at'])} "
                    f"({count(fold[part]['stop'] - fold[part]['start'])} bars)"
                    for part, _ in _SPANS
                ],
                "words",
            )
            for fold in plan["folds"]
        ],
    )
    return f'<section><h2>Folds</h2>{picture}<ul class="legend">{legend}</ul>{table}</section>'


def _made(report: Report) -> str:
    plan = report["plan"]
    given: Mapping[str, Report] = plan["parameters"]
    names = [*dict.fromkeys(name for its in given.values() for name in its)]
    rows = [
        (name, [as_value(its.get(name)) for its in given.values()], "words")
        for name in names
        if name not in _SETS and name != "seed"
    ]
    table = table_of("Parameters of every training", ["", *given], rows)
    seeds = ", ".join(str(seed) for seed in plan["seeds"])
    return (
        f"<section><h2>How it was made</h2><p>Trials: {escape(_trials(report))}. "
        f"Seeds: {escape(seeds)}. Every curve begins at {count(report['balance'])}; an observation "
        f"holds {count(report['window'])} returns; yearly figures take "
        f"{count(report['bars_per_year'])} bars for a year. No test part was looked at before its "
        "fold's weights were chosen.</p>"
        f"<details><summary>Parameters</summary>{table}</details></section>"
    )


def _meanings() -> str:
    terms = {figure.label: figure.meaning for figure in METRICS.values()}
    terms |= {"Above buy-and-hold": INTERVALS["excess"].meaning, **STATISTICS}
    listed = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" for name, meaning in terms.items()
    )
    return (
        f'<section><h2>What the figures mean</h2><dl class="terms">{listed}</dl>'
        "<p>A verdict says that what was seen is more than luck on these bars. It does not say "
        "that the market stays as it was.</p></section>"
    )
