"""Where there is nothing to learn the verdict refuses, where there is something it accepts.

The bounds are those of `python -m benchmarks verdicts`, which makes 200 runs of each.
"""

import pytest

from aibt.market import features
from aibt.market.bars import BarSeries
from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.judgement.report import EvaluationReport
from aibt.trading.costs import Costs
from tests.unit.market.look_ahead import next_return, with_column
from tests.unit.rl.judgement.markets import a_market, an_evaluation, concluded, short_trainings

RUNS = 20
pytestmark = pytest.mark.timeout(600)  # a busy machine takes its time


def evaluated(
    series: BarSeries, algorithm: str, cost_bps: float = 1.0, **changes: int
) -> EvaluationReport:
    costs = Costs(fee_bps=cost_bps, slippage_bps=cost_bps)
    parameters = short_trainings(algorithm, costs=costs, **changes)
    return concluded(an_evaluation(series, parameters)).report()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_on_random_walks_the_verdict_refuses(algorithm: str) -> None:
    accepted = [
        seed
        for seed in range(RUNS)
        if evaluated(a_market("RANDOM", seed), algorithm).verdict.better
    ]

    assert len(accepted) <= 0.05 * RUNS


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_on_a_market_that_comes_back_to_its_mean_the_verdict_accepts(algorithm: str) -> None:
    refused = [
        seed
        for seed in range(RUNS)
        if not evaluated(a_market("OU", seed), algorithm).verdict.better
    ]

    assert len(refused) <= 0.2 * RUNS


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_with_higher_costs_it_trades_less_and_in_the_end_hardly_at_all(algorithm: str) -> None:
    series = a_market("OU", 1)
    # it has to learn by trying what trading costs, which takes longer than to find the edge
    longer = {"max_episodes": 8} if algorithm == "pqn" else {}
    turnovers = [
        evaluated(series, algorithm, cost_bps, **longer).algorithms[0].pooled.turnover
        for cost_bps in (0.0, 10.0, 500.0)
    ]

    assert turnovers[0] > turnovers[1] > turnovers[2]
    assert turnovers[2] < 0.005


def test_a_leak_would_look_like_skill_so_the_verdict_alone_is_no_protection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "_columns", with_column(next_return))

    report = evaluated(a_market("RANDOM", 0), next(iter(ALGORITHMS)))

    assert report.verdict.better
