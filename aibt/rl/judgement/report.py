"""What an evaluation found: plain data, with every figure's unit, ready for JSON.

A curve is equity at every point of `EvaluationReport.times`, all of one length, and begins at
`EvaluationReport.balance`. A ratio is a fraction. What is undefined is None, never NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from math import isfinite
from typing import Any

import numpy as np

from aibt.live.events import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanReport:
    """Bars `start` up to but not including `stop`, with their times.

    Attributes:
        first_at, last_at: end of the first and of the last of these bars; ISO 8601, UTC.
    """

    start: int
    stop: int
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldReport:
    """One fold: what its weights were learned from, chosen by, and judged on.

    Decisions are made at every bar of `test` but its last, which is the first bar at which
    the next fold decides.
    """

    number: int  # from 1
    train: SpanReport
    validation: SpanReport
    test: SpanReport


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """Which trainings were made.

    Attributes:
        purge: bars left out between two parts, so that none sees a return of the other.
        embargo: further bars left out before each test part.
        fits: trainings: algorithms x seeds x folds.
        parameters: of each training, by algorithm and by the protocol's names; its `seed`
            is replaced by each of `seeds`.
    """

    algorithms: tuple[str, ...]
    seeds: tuple[int, ...]
    folds: tuple[FoldReport, ...]
    purge: int
    embargo: int
    fits: int
    parameters: Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveMetrics:
    """Figures of one equity curve over the out-of-sample bars, costs included.

    Attributes:
        total_return: simple, from the first point to the last; a fraction.
        annual_return: compound rate per year; a fraction.
        volatility: yearly standard deviation of the returns per bar; a fraction.
        sharpe, sortino: yearly, risk-free rate 0.
        calmar: annual return over maximum drawdown.
        max_drawdown: fraction of the peak, 0 to 1.
        mean_log_return: growth per bar: mean of log(equity after / before).
        trades: positions that were opened.
        turnover: mean |change of side| per bar, closing at the end of a fold included;
            0 to 2.
        exposure: share of the bars over which a position was held; 0 to 1.
    """

    total_return: float | None
    annual_return: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float | None
    mean_log_return: float | None
    trades: int
    turnover: float
    exposure: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineReport:
    """A policy that learned nothing, through the same ledger with the same costs.

    Attributes:
        sentence: what it does, for the user.
        metrics, equities: of the policy; where there are several draws, of the median one by
            total return.
        draws: metrics of each draw, where chance is in it; else empty.
        is_bound: it saw the future: an upper bound, which nobody can reach.
    """

    name: str
    sentence: str
    metrics: CurveMetrics
    equities: tuple[float, ...]
    draws: tuple[CurveMetrics, ...] = ()
    is_bound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldOutcome:
    """How one training did.

    Attributes:
        episodes: that were trained; `best_episode` is the one whose weights were kept.
        validation_score: log growth of equity over validation, which chose the weights.
        total_return: over the fold's test part; a fraction.
        buy_and_hold: over the same bars; a fraction.
    """

    number: int
    episodes: int
    best_episode: int
    validation_score: float | None
    total_return: float | None
    buy_and_hold: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """All folds of one algorithm and seed, chained: one trial.

    Attributes:
        excess: mean log return per bar above buy-and-hold's.
    """

    seed: int
    metrics: CurveMetrics
    excess: float | None
    equities: tuple[float, ...]
    folds: tuple[FoldOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One of the figures of `CurveMetrics` over the seeds, in its unit.

    Attributes:
        mean_inner: interquartile mean: of the middle half.
        deviation: the sample's standard deviation; None with one seed.
    """

    median: float | None
    mean_inner: float | None
    low: float | None
    high: float | None
    deviation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalReport:
    """A figure with its block-bootstrap interval.

    Attributes:
        value: of the bars as they were.
        low, high: None where there are too few bars to tell.
        level: of confidence, two-sided, in (0, 1).
        above_zero: share of the resamples above 0; None where there are none.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    above_zero: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeflatedSharpeReport:
    """Bailey & López de Prado (2014), of the pooled returns; ratios are per bar.

    Attributes:
        sharpe: of the pooled returns.
        threshold: the highest Sharpe ratio that luck is expected to show in so many trials.
        probability: that the true ratio is above `threshold`: the deflated Sharpe ratio.
        probability_above_zero: that it is above 0: the probabilistic Sharpe ratio.
        skewness, kurtosis: of the returns; 0 and 3 for a normal distribution.
        bars: how many returns.
        trials: how many trials it is deflated by.
    """

    sharpe: float | None
    threshold: float | None
    probability: float | None
    probability_above_zero: float | None
    skewness: float | None
    kurtosis: float | None
    bars: int
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverfittingReport:
    """Bailey, Borwein, López de Prado & Zhu (2017), by symmetric cross-validation.

    Attributes:
        probability: that the trial which is best in one half of the bars is not above the
            median in the other; around 0.5 where the trials are equally good. None with one
            trial or too few bars.
        trials, blocks, combinations: columns, blocks of bars, and ways to halve them.
        loss: share of the ways in which the chosen trial loses money in the other half.
    """

    probability: float | None
    trials: int
    blocks: int
    combinations: int
    loss: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition of a verdict.

    Attributes:
        name: `bars`, `growth`, `excess`, `deflated_sharpe` or `seeds`.
        sentence: what was asked and found, for the user.
        value, needed: the figure, and what it had to be above.
    """

    name: str
    passed: bool
    sentence: str
    value: float | None
    needed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Better than buy-and-hold or not, and how sure.

    Attributes:
        better: whether all checks passed.
        confidence: the least of the probabilities behind the checks, 0 to 1: that what was
            seen is more than luck. It says nothing of a market that changes. None where
            there are too few bars.
        sentence: for the user.
        algorithm: of the verdict; None where it is of all of them and none is better.
    """

    better: bool
    confidence: float | None
    sentence: str
    algorithm: str | None
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmReport:
    """One algorithm over all folds and seeds.

    Attributes:
        sentence: what it does, for the user.
        pooled: the account that is split evenly over the seeds, anew at every bar.
        summaries: over the seeds, by the name of a figure of `CurveMetrics`.
        growth: mean log return per bar of the pooled account.
        excess: the same, above buy-and-hold's.
        sharpe, total_return: of the pooled account, yearly and over all bars.
        overfitting: over this algorithm's seeds.
        random: chance with this algorithm's turnover.
    """

    name: str
    sentence: str
    seeds: tuple[SeedReport, ...]
    pooled: CurveMetrics
    pooled_equities: tuple[float, ...]
    summaries: Mapping[str, Summary]
    growth: IntervalReport
    excess: IntervalReport
    sharpe: IntervalReport
    total_return: IntervalReport
    deflated_sharpe: DeflatedSharpeReport
    overfitting: OverfittingReport
    random: BaselineReport
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """A walk-forward evaluation of one market.

    Attributes:
        period: length of a bar as it is written: `1h`.
        source: who the bars are from.
        bars: of the whole series; `first_at`, `last_at`: ends of the first and the last one.
        fee_bps, slippage_bps: of every fill, in basis points of the traded value.
        window: log returns that an observation holds.
        balance: that every curve begins at.
        bars_per_year: that yearly figures are made with.
        trials: algorithms x seeds, and what was tried before on these bars and told; each
            chained over all folds is one trial.
        earlier_trials: how many of them were told.
        times: ends of the bars at which a curve has a point; ISO 8601, UTC.
        baselines: without `random`, which is beside each algorithm.
        overfitting: over all trials made here.
        verdict: of the algorithm that did best.
    """

    symbol: str
    period: str
    source: str
    bars: int
    first_at: str
    last_at: str
    fee_bps: float
    slippage_bps: float
    window: int
    balance: float
    bars_per_year: float
    plan: PlanReport
    trials: int
    earlier_trials: int
    times: tuple[str, ...]
    baselines: tuple[BaselineReport, ...]
    algorithms: tuple[AlgorithmReport, ...]
    overfitting: OverfittingReport
    verdict: Verdict

    def to_json(self, *, most_points: int | None = None) -> dict[str, Json]:
        """Return everything by its name, as JSON's own types.

        Args:
            most_points: of `times` and of every curve, evenly spaced with the first and the
                last; None: all.

        Raises:
            ValueError: fewer than two points are asked for.
        """
        if most_points is not None and most_points < 2:
            raise ValueError(f"most_points is {most_points}, a curve has at least 2")
        count = len(self.times)
        if most_points is None or count <= most_points:
            return _object(self, None)
        kept = np.linspace(0, count - 1, most_points).round().astype(np.int64).tolist()
        return _object(self, kept)


_CURVES = frozenset({"times", "equities", "pooled_equities"})


def _object(given: Any, kept: list[int] | None) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if kept is not None and field.name in _CURVES:
            value = [value[at] for at in kept]
        found[field.name] = _plain(value, kept)
    return found


def _plain(value: Any, kept: list[int] | None) -> Json:
    if is_dataclass(value):
        return _object(value, kept)
    if isinstance(value, Mapping):
        return {name: _plain(inner, kept) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner, kept) for inner in value]
    if isinstance(value, float):
        return value if isfinite(value) else None
    found: Json = value
    return found
