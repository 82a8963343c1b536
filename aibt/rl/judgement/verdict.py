"""Better than buy-and-hold or not, and how sure: words that claim no more than the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Final

from aibt.rl.judgement.report import (
    Check,
    DeflatedSharpeReport,
    IntervalReport,
    Verdict,
)

FEWEST_BARS: Final = 100
"""Out-of-sample bars below which nothing is said."""

NEEDED: Final = 0.95
"""What the deflated Sharpe ratio must be above; and the confidence of the intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that one algorithm's verdict is made of.

    Attributes:
        bars: out of sample.
        total_return, buy_and_hold: of the pooled account and of the market; fractions.
        growth: mean log return per bar of the pooled account.
        excess: the same above buy-and-hold's.
        deflated: over all trials made.
        seeds_ahead: seeds that grew, and by more than buy-and-hold.
        trades: over all seeds.
    """

    algorithm: str
    bars: int
    total_return: float | None
    buy_and_hold: float | None
    growth: IntervalReport
    excess: IntervalReport
    deflated: DeflatedSharpeReport
    seeds_ahead: int
    seeds: int
    trades: int


def verdict(evidence: Evidence) -> Verdict:
    """Return whether one algorithm is better than buy-and-hold, and how sure that is.

    All of these must hold: enough bars; the whole interval of the mean log return above 0, and
    that of the excess over buy-and-hold too; the deflated Sharpe ratio above `NEEDED`; and
    more than half of the seeds ahead.
    """
    checks = _checks(evidence)
    better = all(check.passed for check in checks)
    confidence = _confidence(evidence)
    return Verdict(
        better=better,
        confidence=confidence,
        sentence=_better(evidence, confidence)
        if better
        else _refusal(evidence, checks, confidence),
        algorithm=evidence.algorithm,
        checks=tuple(checks),
    )


def overall(verdicts: Sequence[Verdict], growths: Sequence[float | None]) -> Verdict:
    """Return the verdict of the whole evaluation: that of the algorithm that did best.

    Args:
        verdicts: of the algorithms, at least one.
        growths: their mean log returns per bar, in the same order.
    """

    def rank(at: int) -> tuple[bool, float]:
        growth = growths[at]
        return verdicts[at].better, float("-inf") if growth is None else growth

    best = verdicts[max(range(len(verdicts)), key=rank)]
    if best.better or len(verdicts) == 1:
        return replace(best, algorithm=best.algorithm if best.better else None)
    return replace(
        best,
        algorithm=None,
        sentence=f"None of {len(verdicts)} algorithms was shown to be better than "
        f"buy-and-hold. Of the one that grew most: {best.sentence[0].lower()}{best.sentence[1:]}",
    )


def _checks(evidence: Evidence) -> list[Check]:
    deflated = evidence.deflated.probability
    ahead = evidence.seeds_ahead / evidence.seeds
    return [
        Check(
            name="bars",
            passed=evidence.bars >= FEWEST_BARS,
            sentence=f"{evidence.bars} out-of-sample bars, at least {FEWEST_BARS} are asked for",
            value=evidence.bars,
            needed=FEWEST_BARS,
        ),
        _interval_check("growth", "growth per bar", evidence.growth),
        _interval_check("excess", "growth per bar above buy-and-hold", evidence.excess),
        Check(
            name="deflated_sharpe",
            passed=deflated is not None and deflated > NEEDED,
            sentence=f"deflated Sharpe ratio {_number(deflated)} over "
            f"{evidence.deflated.trials} trials, above {NEEDED} is asked for",
            value=deflated,
            needed=NEEDED,
        ),
        Check(
            name="seeds",
            passed=ahead > 0.5,
            sentence=f"{evidence.seeds_ahead} of {evidence.seeds} seeds grew by more than "
            "buy-and-hold, more than half are asked for",
            value=ahead,
            needed=0.5,
        ),
    ]


def _interval_check(name: str, what: str, interval: IntervalReport) -> Check:
    level = f"{100 * interval.level:.4g} %"
    if interval.low is None or interval.high is None:
        said = f"{what}: too few bars for an interval"
    else:
        said = f"{what} between {1e4 * interval.low:.2f} and {1e4 * interval.high:.2f} basis points"
    return Check(
        name=name,
        passed=interval.low is not None and interval.low > 0,
        sentence=f"{said} ({level} interval), all of it above 0 is asked for",
        value=interval.low,
        needed=0.0,
    )


def _confidence(evidence: Evidence) -> float | None:
    """Return the least of the probabilities behind the checks."""
    known = [
        evidence.deflated.probability,
        evidence.growth.above_zero,
        evidence.excess.above_zero,
    ]
    if evidence.bars < FEWEST_BARS:
        return None
    found = [value for value in known if value is not None]
    return min(found) if len(found) == len(known) else None


def _better(evidence: Evidence, confidence: float | None) -> str:
    return (
        f"Better than buy-and-hold: {_compared(evidence)}, in {evidence.seeds_ahead} of "
        f"{evidence.seeds} seeds; {_percent(confidence)} sure that this is more than luck in "
        f"{_counted(evidence.deflated.trials, 'trial')}."
    )


def _refusal(evidence: Evidence, checks: Sequence[Check], confidence: float | None) -> str:
    """Return why it is refused, by the first reason that a reader would give."""
    passed = {check.name: check.passed for check in checks}
    excess, growth = evidence.excess.value, evidence.growth.value
    if not passed["bars"]:
        return (
            f"Too few bars to say: {evidence.algorithm} was judged on {evidence.bars}, at least "
            f"{FEWEST_BARS} are needed."
        )
    if not evidence.trades:
        return f"No better than doing nothing: {evidence.algorithm} never traded out of sample."
    compared = _compared(evidence)
    if excess is None or excess <= 0:
        return f"No better than buy-and-hold: {compared}."
    if growth is None or growth <= 0:
        return f"Lost less than buy-and-hold, but lost: {compared}."
    refused = f"Not shown to be better than buy-and-hold: {compared}"
    if confidence is None:
        return f"{refused}, which is too little to tell from."
    if not (passed["growth"] and passed["excess"]):
        return f"{refused}, but only {_percent(confidence)} sure: it may well be luck."
    if not passed["deflated_sharpe"]:
        return (
            f"{refused}, but only {_percent(confidence)} sure: the best of "
            f"{_counted(evidence.deflated.trials, 'trial')} may look so by luck."
        )
    return (
        f"{refused}, but only {evidence.seeds_ahead} of {evidence.seeds} seeds were ahead: it "
        "depends on the seed."
    )


def _compared(evidence: Evidence) -> str:
    return (
        f"{evidence.algorithm} made {_change(evidence.total_return)} against "
        f"{_change(evidence.buy_and_hold)} over "
        f"{evidence.bars:,} out-of-sample bars after costs"
    )


def _change(fraction: float | None) -> str:
    return "unknown" if fraction is None else f"{100 * fraction:+,.1f} %"


def _percent(probability: float | None) -> str:
    """Return a probability in whole per cent, rounded down; nothing is ever 100 % sure."""
    if probability is None:
        return "0 %"
    whole = floor(100 * probability)
    return "more than 99 %" if whole >= 99 and probability > 0.99 else f"{whole} %"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
