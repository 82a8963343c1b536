"""An evaluation as a whole: what it looks at, when, and what it makes of it."""

import json
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np
import pytest

from aibt.errors import Invalid
from aibt.market.bars import COLUMNS, BarSeries
from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.judgement.plan import walk_forward_plan
from aibt.rl.judgement.report import EvaluationReport
from aibt.rl.judgement.unit import Unit, UnitKey, UnitResult, training_preparation
from aibt.rl.judgement.walk_forward import WalkForward
from aibt.rl.training import TrainingRun
from aibt.trading.costs import Costs
from envs.factory import trading_environments
from tests.unit.rl.builders import Collected, StandingClock, to_the_end
from tests.unit.rl.judgement.markets import a_market, an_evaluation, concluded, short_trainings

PARAMETERS = short_trainings("dqn", max_episodes=2)
SERIES = a_market("OU", 4, 500)


def changed_after(series: BarSeries, bar: int, seed: int = 0) -> BarSeries:
    """The same bars up to `bar`, others from there on."""
    factors = np.exp(0.03 * np.random.default_rng(seed).standard_normal(len(series) - bar))
    columns = {name: getattr(series, name).copy() for name in COLUMNS}
    for name in ("open", "high", "low", "close"):
        columns[name][bar:] *= factors
    return BarSeries(symbol=series.symbol, interval=series.interval, **columns)


@pytest.fixture(scope="module")
def finished() -> WalkForward:
    return concluded(an_evaluation(SERIES, PARAMETERS, draws=3, earlier_trials=4))


@pytest.fixture(scope="module")
def report(finished: WalkForward) -> EvaluationReport:
    return finished.report()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_bars_of_the_test_part_change_no_weight_and_no_choice(algorithm: str) -> None:
    parameters = short_trainings(algorithm)
    fold = walk_forward_plan(len(SERIES), window=parameters.window, folds=2).folds[0]
    other = changed_after(SERIES, fold.test.start)

    one, two = (
        to_the_end(
            TrainingRun(
                training_preparation(parameters, series, fold),
                trading_environments,
                sink=Collected(),
                clock=StandingClock(),
            )
        ).best_weights()
        for series in (SERIES, other)
    )

    assert one is not None
    assert two is not None
    assert one.statistics == two.statistics
    assert one.facts == two.facts
    for name, weights in one.weights.items():
        assert weights.tobytes() == two.weights[name].tobytes()


def test_a_training_is_given_no_bar_of_the_test_part() -> None:
    plan = walk_forward_plan(len(SERIES), window=PARAMETERS.window, folds=3, embargo=5)

    for fold in plan.folds:
        preparation = training_preparation(PARAMETERS, SERIES, fold)
        assert len(preparation.series) == len(preparation.table.rows) == fold.test.start
        assert preparation.split.train == fold.train
        assert preparation.split.test.stop == fold.test.start


def test_the_test_part_is_looked_at_once_and_only_when_the_training_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from aibt.rl.judgement import unit as judged

    looks: list[int] = []
    real = judged.prepare

    def noted(parameters: Any, series: BarSeries, **given: Any) -> Any:
        looks.append(len(series))
        return real(parameters, series, **given)

    monkeypatch.setattr(judged, "prepare", noted)
    plan = walk_forward_plan(len(SERIES), window=PARAMETERS.window, folds=2)
    running = Unit(
        UnitKey(algorithm="dqn", seed=0, fold=1),
        series=SERIES,
        fold=plan.folds[0],
        parameters=PARAMETERS,
        factory=trading_environments,
        clock=StandingClock(),
    )
    with pytest.raises(ValueError, match="not done"):
        running.result()
    while not running.done:
        running.advance()

    assert looks == [plan.folds[0].test.start, plan.folds[0].test.stop]


def test_later_folds_do_not_change_what_earlier_ones_found(finished: WalkForward) -> None:
    first = finished.results[0]
    plan = walk_forward_plan(len(SERIES), window=PARAMETERS.window, folds=2, learned_first=40)
    other = changed_after(SERIES, plan.folds[0].test.stop)

    again = an_evaluation(other, PARAMETERS)
    while not again.results:
        again.advance()

    assert again.results[0].key == first.key
    assert again.results[0].account.equities.tolist() == first.account.equities.tolist()


def test_an_evaluation_that_was_lost_goes_on_to_the_same_report(
    finished: WalkForward, report: EvaluationReport
) -> None:
    stored = [json.loads(json.dumps(result.to_json())) for result in finished.results[:3]]
    results = [UnitResult.from_json(one) for one in stored]

    again = an_evaluation(SERIES, PARAMETERS, results=results, draws=3, earlier_trials=4)

    assert again.progress.units_done == 3
    assert concluded(again).report().to_json() == report.to_json()


def test_results_of_other_units_are_passed_over(finished: WalkForward) -> None:
    strange = replace(finished.results[0], key=UnitKey(algorithm="dqn", seed=99, fold=1))

    assert an_evaluation(SERIES, PARAMETERS, results=[strange]).results == ()


@pytest.mark.parametrize("damage", [{"seed": None}, {"equities": "abc"}, {"fold": "x"}])
def test_a_damaged_result_is_refused(finished: WalkForward, damage: dict[str, object]) -> None:
    good = finished.results[0].to_json()

    with pytest.raises(ValueError):  # noqa: PT011 - numpy's own words for some of them
        UnitResult.from_json({**good, **damage})
    with pytest.raises(ValueError, match="no result"):
        UnitResult.from_json({})


def test_progress_only_grows_and_ends_at_the_whole() -> None:
    running = an_evaluation(SERIES, PARAMETERS)
    with pytest.raises(ValueError, match="not ended"):
        running.report()
    seen = [running.progress]
    while not running.ended:
        running.advance()
        seen.append(running.progress)

    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert (seen[-1].units_done, seen[-1].units) == (4, 4)
    assert "dqn, seed 1, fold 2 of 2" in {progress.doing for progress in seen}
    running.advance()
    assert running.ended


def test_the_report_counts_every_trial_and_every_training(report: EvaluationReport) -> None:
    assert report.plan.fits == 4
    assert (report.trials, report.earlier_trials) == (6, 4)
    assert report.algorithms[0].deflated_sharpe.trials == 6
    assert report.overfitting.trials == 2


def test_every_curve_has_a_point_for_each_time_and_begins_at_the_balance(
    report: EvaluationReport,
) -> None:
    algorithm = report.algorithms[0]
    curves = [baseline.equities for baseline in report.baselines]
    curves += [algorithm.pooled_equities, algorithm.random.equities]
    curves += [seed.equities for seed in algorithm.seeds]

    assert {len(curve) for curve in curves} == {len(report.times)} == {300}
    assert {curve[0] for curve in curves} == {report.balance}


def test_folds_compound_to_the_whole(report: EvaluationReport) -> None:
    for seed in report.algorithms[0].seeds:
        found = [fold.total_return for fold in seed.folds]
        growth = np.prod([1 + value for value in found if value is not None])
        assert seed.metrics.total_return == pytest.approx(growth - 1)
        market = np.prod([1 + (fold.buy_and_hold or 0.0) for fold in seed.folds])
        assert market - 1 == pytest.approx(report.baselines[0].metrics.total_return)


def test_baselines_are_beside_it_and_hindsight_is_above_all(report: EvaluationReport) -> None:
    assert [baseline.name for baseline in report.baselines] == [
        "buy_and_hold",
        "flat",
        "moving_average",
        "hindsight",
    ]
    bound = report.baselines[-1]
    assert bound.is_bound
    others = [baseline.equities[-1] for baseline in report.baselines[:-1]]
    others += [report.algorithms[0].pooled_equities[-1], report.algorithms[0].random.equities[-1]]
    assert bound.equities[-1] > max(others)
    assert len(report.algorithms[0].random.draws) == 3


def test_chance_trades_as_much_as_the_policy(report: EvaluationReport) -> None:
    algorithm = report.algorithms[0]
    found = [seed.metrics.turnover for seed in algorithm.seeds]

    for draw in algorithm.random.draws:
        assert min(abs(draw.turnover - turnover) for turnover in found) < 0.03


def test_the_report_is_plain_json_without_a_number_that_is_none(report: EvaluationReport) -> None:
    told = report.to_json()

    again: Any = json.loads(json.dumps(told, allow_nan=False))

    assert again == told
    assert again["algorithms"][0]["verdict"]["sentence"] == report.algorithms[0].verdict.sentence
    assert all(isfinite(value) for value in again["algorithms"][0]["pooled_equities"])


def test_curves_are_thinned_alike_when_fewer_points_are_asked_for(
    report: EvaluationReport,
) -> None:
    few: Any = report.to_json(most_points=20)

    assert len(few["times"]) == len(few["baselines"][0]["equities"]) == 20
    assert (few["times"][0], few["times"][-1]) == (report.times[0], report.times[-1])
    assert few["algorithms"][0]["seeds"][0]["equities"][-1] == pytest.approx(
        report.algorithms[0].seeds[0].equities[-1]
    )
    assert report.to_json(most_points=10_000) == report.to_json()
    with pytest.raises(ValueError, match="most_points"):
        report.to_json(most_points=1)


def test_the_same_seeds_give_the_same_report(report: EvaluationReport) -> None:
    again = concluded(an_evaluation(SERIES, PARAMETERS, draws=3, earlier_trials=4)).report()

    assert again.to_json() == report.to_json()


def test_several_algorithms_each_err_so_much_less_and_share_the_trials() -> None:
    if len(ALGORITHMS) < 2:
        pytest.skip("there is one algorithm")
    names = list(ALGORITHMS)[:2]
    running = WalkForward(
        SERIES,
        source="synthetic",
        plan=walk_forward_plan(len(SERIES), window=PARAMETERS.window, folds=1),
        parameters={name: short_trainings(name) for name in names},
        seeds=[3, 5],
        factory=trading_environments,
        clock=StandingClock(),
        draws=1,
    )

    found = concluded(running).report()

    assert [algorithm.name for algorithm in found.algorithms] == names
    assert {algorithm.excess.level for algorithm in found.algorithms} == {0.975}
    assert {algorithm.deflated_sharpe.trials for algorithm in found.algorithms} == {4}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seeds": []}, "seeds"),
        ({"seeds": [1, 1]}, "seeds"),
        ({"seeds": [-1]}, "seed"),
        ({"parameters": {}}, "algorithms"),
        ({"parameters": {"other": PARAMETERS}}, "algorithms"),
        ({"plan": walk_forward_plan(400, window=8, folds=2)}, "folds"),
        ({"plan": walk_forward_plan(500, window=2, folds=2)}, "folds"),
        ({"earlier_trials": -1}, "earlier_trials"),
        ({"draws": 0}, "draws"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_by_its_field(
    changes: dict[str, Any], field: str
) -> None:
    given: dict[str, Any] = {
        "source": "synthetic",
        "plan": walk_forward_plan(500, window=8, folds=2),
        "parameters": {"dqn": PARAMETERS},
        "seeds": [0],
        "factory": trading_environments,
        "clock": StandingClock(),
    }

    with pytest.raises(Invalid) as refused:
        WalkForward(SERIES, **{**given, **changes})

    assert refused.value.field == field


def test_algorithms_must_trade_the_same_account() -> None:
    if len(ALGORITHMS) < 2:
        pytest.skip("there is one algorithm")
    one, two = list(ALGORITHMS)[:2]
    dear = short_trainings(two, costs=Costs(fee_bps=9.0, slippage_bps=0.0))

    with pytest.raises(Invalid, match="must be the same"):
        WalkForward(
            SERIES,
            source="synthetic",
            plan=walk_forward_plan(500, window=8, folds=2),
            parameters={one: short_trainings(one), two: dear},
            seeds=[0],
            factory=trading_environments,
            clock=StandingClock(),
        )
