"""What comes after the trainings of an evaluation: baselines, figures, verdicts, the report."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from aibt.market.bars import BarSeries, moment
from aibt.market.calendar import bars_per_year, calendar_for
from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.judgement import statistics
from aibt.rl.judgement.account import Account, AccountWalk, Sides, chained
from aibt.rl.judgement.baselines import (
    BASELINES,
    BUY_AND_HOLD,
    HINDSIGHT,
    RANDOM_BASELINE,
    Baseline,
    causal_sides,
    shifted_sides,
)
from aibt.rl.judgement.hindsight import Hindsight
from aibt.rl.judgement.plan import Plan
from aibt.rl.judgement.report import (
    AlgorithmReport,
    BaselineReport,
    CurveMetrics,
    EvaluationReport,
    FoldOutcome,
    FoldReport,
    PlanReport,
    SeedReport,
    SpanReport,
)
from aibt.rl.judgement.unit import UnitResult
from aibt.rl.judgement.verdict import NEEDED, Evidence, overall, verdict
from aibt.rl.parameters import TrainingParameters
from aibt.rl.split import Part

T = TypeVar("T")
Slices = Generator[str, None, T]
"""Work in slices of at most some 20 ms: it yields what it is about, and returns what it found."""

_PLACES: Final = 1_000  # random generators kept apart for each algorithm
_CHANCE, _GROWTH, _EXCESS, _SHARPE = range(4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Conclusion:
    """Makes the report of an evaluation from the results of its trainings.

    Attributes:
        parameters: of the trainings by algorithm; balance, costs and window are the same in all.
        earlier_trials, draws: see `aibt.rl.judgement.walk_forward.WalkForward`.
    """

    series: BarSeries
    source: str
    plan: Plan
    parameters: Mapping[str, TrainingParameters]
    seeds: Sequence[int]
    earlier_trials: int
    draws: int

    def report(self, results: Sequence[UnitResult]) -> Slices[EvaluationReport]:
        """Work out the report from the results of all units, which are in their order."""
        beside = yield from self._baselines()
        units = {
            (name, seed): [
                result
                for result in results
                if (result.key.algorithm, result.key.seed) == (name, seed)
            ]
            for name in self.parameters
            for seed in self.seeds
        }
        trials = {key: chained([unit.account for unit in found]) for key, found in units.items()}
        variance = statistics.variance_of_trials(
            list(trials.values()), len(self._judged) - 1, earlier=self.earlier_trials
        )
        reports = []
        for place, name in enumerate(self.parameters):
            mine = [trials[name, seed] for seed in self.seeds]
            reports.append(
                (
                    yield from self._algorithm(
                        name, mine, units, beside[BUY_AND_HOLD], variance, _PLACES * place
                    )
                )
            )
        yield "the verdict"
        return self._whole(beside, reports, list(trials.values()))

    @property
    def _judged(self) -> Part:
        return self.plan.out_of_sample

    @property
    def _account(self) -> TrainingParameters:
        return next(iter(self.parameters.values()))

    @property
    def _bars_per_year(self) -> float:
        return bars_per_year(self.series.interval, calendar_for(self.series.symbol))

    @property
    def _trials(self) -> int:
        return len(self.parameters) * len(self.seeds) + self.earlier_trials

    def _walked(self, sides: Sides, doing: str) -> Slices[Account]:
        walk = AccountWalk(
            self.series,
            self._judged,
            sides,
            balance=self._account.balance,
            costs=self._account.costs,
        )
        while not walk.done:
            walk.advance()
            yield doing
        return walk.result()

    def _baselines(self) -> Slices[dict[str, Account]]:
        found = {}
        for baseline in BASELINES:
            doing = f"the baseline {baseline.name}"
            if baseline.name == HINDSIGHT:
                best = Hindsight(self.series, self._judged, costs=self._account.costs)
                while not best.done:
                    best.advance()
                    yield doing
                sides = best.sides()
            else:
                sides = causal_sides(baseline.name, self.series, self._judged)
            found[baseline.name] = yield from self._walked(sides, doing)
        return found

    def _algorithm(
        self,
        name: str,
        trials: Sequence[Account],
        units: Mapping[tuple[str, int], Sequence[UnitResult]],
        market: Account,
        variance: float,
        place: int,
    ) -> Slices[AlgorithmReport]:
        chance = yield from self._chance(name, trials, place)
        doing = f"the figures of {name}"
        level = 1 - (1 - NEEDED) / len(self.parameters)  # Bonferroni: each may err so much less
        account = statistics.pooled(trials)
        gained = statistics.log_returns(account)
        above = gained - statistics.log_returns(market)
        yield doing
        growth = statistics.interval_of_mean(gained, level=level, place=place + _GROWTH)
        yield doing
        excess = statistics.interval_of_mean(above, level=level, place=place + _EXCESS)
        yield doing
        sharpe = statistics.interval_of_sharpe(
            account, self._bars_per_year, level=level, place=place + _SHARPE
        )
        yield doing
        deflated = statistics.deflated_sharpe(account, variance, self._trials)
        seeds = [
            self._seed(seed, trial, units[name, seed], market)
            for seed, trial in zip(self.seeds, trials, strict=True)
        ]
        pooled = statistics.curve_metrics(account, self._bars_per_year)
        evidence = Evidence(
            algorithm=name,
            bars=len(gained),
            total_return=pooled.total_return,
            buy_and_hold=float(market.equities[-1]) - 1,
            growth=growth,
            excess=excess,
            deflated=deflated,
            seeds_ahead=sum(_is_ahead(seed) for seed in seeds),
            seeds=len(seeds),
            trades=sum(trial.trades for trial in trials),
        )
        return AlgorithmReport(
            name=name,
            sentence=ALGORITHMS[name],
            seeds=tuple(seeds),
            pooled=pooled,
            pooled_equities=self._curve(account),
            summaries=statistics.summaries([seed.metrics for seed in seeds]),
            growth=growth,
            excess=excess,
            sharpe=sharpe,
            total_return=statistics.interval_of_total(growth, len(gained)),
            deflated_sharpe=deflated,
            overfitting=statistics.overfitting(trials),
            random=self._median(RANDOM_BASELINE, chance),
            verdict=verdict(evidence),
        )

    def _chance(self, name: str, trials: Sequence[Account], place: int) -> Slices[list[Account]]:
        generator = statistics.generator_of(place + _CHANCE)
        found = []
        for draw in range(self.draws):
            sides = shifted_sides(trials[draw % len(trials)].sides, generator)
            found.append((yield from self._walked(sides, f"chance beside {name}")))
        return found

    def _seed(
        self, seed: int, trial: Account, units: Sequence[UnitResult], market: Account
    ) -> SeedReport:
        above = statistics.log_returns(trial) - statistics.log_returns(market)
        return SeedReport(
            seed=seed,
            metrics=statistics.curve_metrics(trial, self._bars_per_year),
            excess=float(above.mean()),
            equities=self._curve(trial),
            folds=tuple(self._outcome(unit, market) for unit in units),
        )

    def _outcome(self, unit: UnitResult, market: Account) -> FoldOutcome:
        test, first = self.plan.folds[unit.key.fold - 1].test, self._judged.start
        began = market.equities[test.start - first]
        return FoldOutcome(
            number=unit.key.fold,
            episodes=unit.episodes,
            best_episode=unit.best_episode,
            validation_score=unit.validation_score,
            total_return=float(unit.account.equities[-1]) - 1,
            buy_and_hold=float(market.equities[test.stop - 1 - first] / began) - 1,
        )

    def _median(self, baseline: Baseline, draws: Sequence[Account]) -> BaselineReport:
        by_return = sorted(draws, key=lambda account: float(account.equities[-1]))
        return self._baseline(
            baseline,
            by_return[len(by_return) // 2],
            [statistics.curve_metrics(account, self._bars_per_year) for account in draws],
        )

    def _baseline(
        self, baseline: Baseline, account: Account, draws: Sequence[CurveMetrics] = ()
    ) -> BaselineReport:
        return BaselineReport(
            name=baseline.name,
            sentence=baseline.sentence,
            metrics=statistics.curve_metrics(account, self._bars_per_year),
            equities=self._curve(account),
            draws=tuple(draws),
            is_bound=baseline.is_bound,
        )

    def _curve(self, account: Account) -> tuple[float, ...]:
        return tuple((account.equities * self._account.balance).tolist())

    def _whole(
        self,
        beside: Mapping[str, Account],
        reports: Sequence[AlgorithmReport],
        trials: Sequence[Account],
    ) -> EvaluationReport:
        series, account, judged = self.series, self._account, self._judged
        ends = series.ended_ns[judged.start : judged.stop].astype("datetime64[ns]")
        told = np.datetime_as_string(ends, unit="s")  # ten times as fast as one after the other
        return EvaluationReport(
            symbol=series.symbol,
            period=str(series.interval),
            source=self.source,
            bars=len(series),
            first_at=moment(series.ended_ns[0]).isoformat(),
            last_at=moment(series.ended_ns[-1]).isoformat(),
            fee_bps=account.costs.fee_bps,
            slippage_bps=account.costs.slippage_bps,
            window=account.window,
            balance=account.balance,
            bars_per_year=self._bars_per_year,
            plan=self._plan_report(),
            trials=self._trials,
            earlier_trials=self.earlier_trials,
            times=tuple(f"{text}+00:00" for text in told.tolist()),
            baselines=tuple(
                self._baseline(baseline, beside[baseline.name]) for baseline in BASELINES
            ),
            algorithms=tuple(reports),
            overfitting=statistics.overfitting(trials),
            verdict=overall(
                [report.verdict for report in reports], [report.growth.value for report in reports]
            ),
        )

    def _plan_report(self) -> PlanReport:
        return PlanReport(
            algorithms=tuple(self.parameters),
            seeds=tuple(self.seeds),
            folds=tuple(
                FoldReport(
                    number=number,
                    train=self._span(fold.train),
                    validation=self._span(fold.validation),
                    test=self._span(fold.test),
                )
                for number, fold in enumerate(self.plan.folds, 1)
            ),
            purge=self.plan.purge,
            embargo=self.plan.embargo,
            fits=len(self.parameters) * len(self.seeds) * len(self.plan.folds),
            parameters={name: given.to_json() for name, given in self.parameters.items()},
        )

    def _span(self, part: Part) -> SpanReport:
        ends = self.series.ended_ns
        return SpanReport(
            start=part.start,
            stop=part.stop,
            first_at=moment(ends[part.start]).isoformat(),
            last_at=moment(ends[part.stop - 1]).isoformat(),
        )


def _is_ahead(seed: SeedReport) -> bool:
    grew = seed.metrics.mean_log_return
    return grew is not None and seed.excess is not None and grew > 0 and seed.excess > 0
