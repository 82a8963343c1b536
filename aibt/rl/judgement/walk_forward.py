"""An evaluation of one market: every algorithm, seed and fold, then the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aibt.clock import Clock
from aibt.errors import Invalid
from aibt.market.bars import BarSeries
from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.environment import EnvironmentFactory
from aibt.rl.judgement.conclusion import Conclusion, Slices
from aibt.rl.judgement.plan import Plan
from aibt.rl.judgement.report import EvaluationReport
from aibt.rl.judgement.unit import Unit, UnitKey, UnitResult
from aibt.rl.parameters import TrainingParameters

DRAWS: Final = 11
"""Draws of the random baseline; an odd number, so that one is the median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an evaluation is.

    Attributes:
        units, units_done: trainings, with their tests.
        share: of the whole, 0 to 1, for show.
        doing: what is being done, as a sentence.
    """

    units: int
    units_done: int
    share: float
    doing: str


class WalkForward:
    """Trains, judges and compares, a unit of at most some 20 ms per call of `advance`.

    The order is: fold after fold of each seed of each algorithm; then the baselines; then the
    figures. A result depends on its unit, the bars and the parameters alone, so that an
    evaluation that was lost goes on from the `results` that were stored, to the same report.

    Args:
        series: all bars.
        source: who they are from.
        plan: of as many bars.
        parameters: of the trainings by algorithm; of their seeds none is used, and they collect
            in this process. Balance, costs and window are the same in all.
        seeds: each trains every algorithm on every fold.
        factory: makes the environments of the trainings.
        clock: for the trainings' speed, never for what is computed.
        results: of units that are done already; those of other units are passed over.
        earlier_trials: tried before on these bars and to be counted: sweeps, populations.
        draws: of the random baseline.

    Raises:
        Invalid: there is no algorithm or no seed, one is there twice, the parameters are not
            those of one account, or the plan is of other bars.
    """

    def __init__(
        self,
        series: BarSeries,
        *,
        source: str,
        plan: Plan,
        parameters: Mapping[str, TrainingParameters],
        seeds: Sequence[int],
        factory: EnvironmentFactory,
        clock: Clock,
        results: Sequence[UnitResult] = (),
        earlier_trials: int = 0,
        draws: int = DRAWS,
    ) -> None:
        _check(series, plan, parameters, seeds, earlier_trials, draws)
        self._series, self._plan = series, plan
        self._parameters = {
            name: replace(given, rollout_workers=0) for name, given in parameters.items()
        }
        self._factory, self._clock = factory, clock
        self._units = [
            UnitKey(algorithm=name, seed=seed, fold=fold)
            for name in parameters
            for seed in seeds
            for fold in range(1, len(plan.folds) + 1)
        ]
        known = {result.key: result for result in results}
        self._results = {key: known[key] for key in self._units if key in known}
        self._unit: Unit | None = None
        self._conclusion = Conclusion(
            series=series,
            source=source,
            plan=plan,
            parameters=self._parameters,
            seeds=tuple(seeds),
            earlier_trials=earlier_trials,
            draws=draws,
        )
        self._concluding: Slices[EvaluationReport] | None = None
        self._doing = "training"
        self._report: EvaluationReport | None = None

    @property
    def results(self) -> tuple[UnitResult, ...]:
        """Units that are done, in their order; to be stored, and given back to go on."""
        return tuple(self._results[key] for key in self._units if key in self._results)

    @property
    def ended(self) -> bool:
        """Whether `report` may be asked."""
        return self._report is not None

    @property
    def progress(self) -> Progress:
        """How far it is."""
        done = len(self._results) + (self._unit.share_done if self._unit else 0.0)
        share = 1.0 if self.ended else 0.98 * done / len(self._units)
        return Progress(
            units=len(self._units),
            units_done=len(self._results),
            share=share,
            doing="done" if self.ended else self._doing,
        )

    def advance(self) -> None:
        """Do one slice; nothing, once it has ended."""
        if self.ended:
            return
        if self._unit is not None:
            self._unit.advance()
            if self._unit.done:
                self._results[self._unit.key] = self._unit.result()
                self._unit = None
        elif len(self._results) < len(self._units):
            self._begin(next(key for key in self._units if key not in self._results))
        else:
            self._conclude()

    def report(self) -> EvaluationReport:
        """Return what was found.

        Raises:
            ValueError: it has not ended.
        """
        if self._report is None:
            raise ValueError("the evaluation has not ended")
        return self._report

    def _begin(self, key: UnitKey) -> None:
        folds = self._plan.folds
        self._doing = f"{key.algorithm}, seed {key.seed}, fold {key.fold} of {len(folds)}"
        self._unit = Unit(
            key,
            series=self._series,
            fold=folds[key.fold - 1],
            parameters=replace(self._parameters[key.algorithm], seed=key.seed),
            factory=self._factory,
            clock=self._clock,
        )

    def _conclude(self) -> None:
        if self._concluding is None:
            self._concluding = self._conclusion.report(self.results)
        try:
            self._doing = next(self._concluding)
        except StopIteration as end:
            self._report = end.value


def _check(
    series: BarSeries,
    plan: Plan,
    parameters: Mapping[str, TrainingParameters],
    seeds: Sequence[int],
    earlier_trials: int,
    draws: int,
) -> None:
    if not parameters:
        raise Invalid("algorithms", "there is none to evaluate")
    for name, given in parameters.items():
        if name not in ALGORITHMS or given.algorithm != name:
            raise Invalid("algorithms", f"{name!r} is none of {', '.join(ALGORITHMS)}")
    accounts = {(given.balance, given.costs, given.window) for given in parameters.values()}
    if len(accounts) > 1:
        raise Invalid("algorithms", "balance, costs and window must be the same for all")
    if not seeds or len(set(seeds)) < len(seeds):
        raise Invalid("seeds", f"{list(seeds)} are none, or one is there twice")
    for seed in seeds:
        replace(next(iter(parameters.values())), seed=seed)  # refuses what is no seed
    if plan.bars != len(series) or plan.purge <= next(iter(accounts))[2]:
        raise Invalid("folds", f"the plan is of {plan.bars} bars, and there are {len(series)}")
    if earlier_trials < 0:
        raise Invalid("earlier_trials", f"{earlier_trials} is negative")
    if draws < 1:
        raise Invalid("draws", f"{draws} is not at least 1")
