"""A report as an evaluation would make it, with figures of the test's choice."""

from dataclasses import replace
from typing import Any

from aibt.rl.judgement.report import (
    AlgorithmReport,
    BaselineReport,
    Check,
    CurveMetrics,
    DeflatedSharpeReport,
    EvaluationReport,
    FoldOutcome,
    FoldReport,
    IntervalReport,
    OverfittingReport,
    PlanReport,
    SeedReport,
    SpanReport,
    Summary,
    Verdict,
)

POINTS = 40
TIMES = tuple(f"2024-{1 + day // 28:02}-{1 + day % 28:02}T00:00:00+00:00" for day in range(POINTS))


def metrics(total_return: float | None = 0.1) -> CurveMetrics:
    return CurveMetrics(
        total_return=total_return,
        annual_return=0.2,
        volatility=0.15,
        sharpe=1.25,
        sortino=1.5,
        calmar=2.0,
        max_drawdown=0.08,
        mean_log_return=0.0004,
        trades=17,
        turnover=0.25,
        exposure=0.6,
    )


def a_curve(end: float) -> tuple[float, ...]:
    return tuple(10_000 * (1 + end * at / (POINTS - 1)) for at in range(POINTS))


def an_interval(value: float | None, low: float | None, high: float | None) -> IntervalReport:
    return IntervalReport(value=value, low=low, high=high, level=0.95, above_zero=0.91)


def a_span(start: int, stop: int) -> SpanReport:
    return SpanReport(start=start, stop=stop, first_at=TIMES[0], last_at=TIMES[-1])


def a_verdict(**changes: Any) -> Verdict:
    verdict = Verdict(
        better=False,
        confidence=0.61,
        sentence="counterfactual is not better than buy-and-hold here",
        algorithm="counterfactual",
        checks=(
            Check(
                name="growth", passed=True, sentence="it grew with 95 %", value=0.97, needed=0.95
            ),
            Check(name="seeds", passed=False, sentence="two of five did", value=0.4, needed=0.5),
        ),
    )
    return replace(verdict, **changes)


def a_baseline(name: str, end: float, **changes: Any) -> BaselineReport:
    baseline = BaselineReport(
        name=name, sentence=f"what {name} does", metrics=metrics(end), equities=a_curve(end)
    )
    return replace(baseline, **changes)


def an_algorithm(name: str = "counterfactual", **changes: Any) -> AlgorithmReport:
    seeds = tuple(
        SeedReport(
            seed=seed,
            metrics=metrics(0.02 * seed),
            excess=0.0001,
            equities=a_curve(0.02 * seed),
            folds=tuple(
                FoldOutcome(
                    number=fold,
                    episodes=20,
                    best_episode=7,
                    validation_score=0.1,
                    total_return=0.01,
                    buy_and_hold=0.02,
                )
                for fold in (1, 2)
            ),
        )
        for seed in (1, 2, 3)
    )
    figures = ("total_return", "sharpe", "max_drawdown")
    algorithm = AlgorithmReport(
        name=name,
        sentence=f"{name} learns",
        seeds=seeds,
        pooled=metrics(0.0437),
        pooled_equities=a_curve(0.0437),
        summaries={
            figure: Summary(median=0.04, mean_inner=0.04, low=0.02, high=0.06, deviation=0.02)
            for figure in figures
        },
        growth=an_interval(0.0004, -0.0001, 0.0009),
        excess=an_interval(0.0001, -0.0004, 0.0006),
        sharpe=an_interval(1.25, -0.2, 2.4),
        total_return=an_interval(0.0437, -0.01, 0.09),
        deflated_sharpe=DeflatedSharpeReport(
            sharpe=0.07,
            threshold=0.05,
            probability=0.61,
            probability_above_zero=0.9,
            skewness=-0.3,
            kurtosis=4.2,
            bars=POINTS - 1,
            trials=3,
        ),
        overfitting=OverfittingReport(
            probability=0.42, trials=3, blocks=8, combinations=70, loss=0.3
        ),
        random=a_baseline("random", -0.03, draws=(metrics(-0.05), metrics(-0.01))),
        verdict=a_verdict(),
    )
    return replace(algorithm, **changes)


def a_report(**changes: Any) -> EvaluationReport:
    folds = tuple(
        FoldReport(
            number=number,
            train=a_span(0, 100 * number),
            validation=a_span(100 * number + 33, 100 * number + 60),
            test=a_span(100 * number + 93, 100 * number + 150),
        )
        for number in (1, 2)
    )
    report = EvaluationReport(
        symbol="GOOGL",
        period="1d",
        source="sample",
        bars=400,
        first_at=TIMES[0],
        last_at=TIMES[-1],
        fee_bps=1.0,
        slippage_bps=0.5,
        window=32,
        balance=10_000.0,
        bars_per_year=252.0,
        plan=PlanReport(
            algorithms=("counterfactual",),
            seeds=(1, 2, 3),
            folds=folds,
            purge=33,
            embargo=5,
            fits=6,
            parameters={"counterfactual": {"lr": 0.001, "seed": 0, "source": None}},
        ),
        trials=3,
        earlier_trials=0,
        times=TIMES,
        baselines=(
            a_baseline("buy_and_hold", 0.05),
            a_baseline("flat", 0.0),
            a_baseline("hindsight", 3.0, is_bound=True),
        ),
        algorithms=(an_algorithm(),),
        overfitting=OverfittingReport(
            probability=0.42, trials=3, blocks=8, combinations=70, loss=0.3
        ),
        verdict=a_verdict(),
    )
    return replace(report, **changes)
