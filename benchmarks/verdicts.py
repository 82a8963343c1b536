"""How often the verdict is right: 200 markets without an edge, 200 with one, every algorithm."""

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.progress import track

from actors.evaluation_request import of_trainings, plan_of, seeds_of
from aibt.clock import SystemClock
from aibt.market import features
from aibt.market.intervals import parse_interval
from aibt.market.sources.synthetic import Synthetic
from aibt.market.validation import validate
from aibt.protocol.evaluations import EvaluationsStart
from aibt.rl.catalogue import ALGORITHMS
from aibt.rl.judgement.plan import walk_forward_plan
from aibt.rl.judgement.report import EvaluationReport
from aibt.rl.judgement.walk_forward import WalkForward
from aibt.rl.parameters import TrainingParameters
from aibt.trading.costs import Costs
from benchmarks.figures import Figure
from envs.factory import trading_environments

SHORT: Final = "verdicts on 2,500 bars, 2 seeds, 2 folds, short trainings, 1 + 1 basis points"
USUAL: Final = "verdicts on 2,500 bars, an evaluation with its defaults, 1 + 1 basis points"
SOON: Final = (
    "counterfactual",
    "counterfactual-policy",
)  # whose defaults take seconds, not minutes
RUNS: Final = 200
BARS: Final = 2_500
WINDOW: Final = 8
MARKETS: Final = {"RANDOM": "random walk", "OU": "Ornstein-Uhlenbeck"}
OF_ITS_OWN: Final[dict[str, dict[str, int]]] = {
    "pqn": {"environments": 16, "max_episodes": 2},
    "ppo": {"environments": 16},
}
FIRST_SEED: Final = 1_000  # other markets than those of the tests


def verdict_rows() -> Sequence[Figure]:
    """Judge every algorithm on every market, one after the other in this process."""
    asked = [
        *((SHORT, algorithm, short_evaluation(algorithm)) for algorithm in ALGORITHMS),
        *((USUAL, algorithm, usual_evaluation(algorithm)) for algorithm in SOON),
    ]
    return [
        figure
        for section, algorithm, evaluation in asked
        for kind in MARKETS
        for figure in shares(section, algorithm, evaluation, kind)
    ]


def shares(section: str, algorithm: str, evaluation: Mapping[str, Any], kind: str) -> list[Figure]:
    """Return how often the verdict accepts, and how long an evaluation takes."""
    accepted, seconds, ratios = 0, [], []
    said = f"  {algorithm}, {MARKETS[kind]}"
    for seed in track(range(FIRST_SEED, FIRST_SEED + RUNS), said):
        began = time.perf_counter()
        report = evaluated(evaluation, kind, seed)
        seconds.append(time.perf_counter() - began)
        accepted += report.verdict.better
        ratios.append(report.algorithms[0].deflated_sharpe.probability or 0.0)
    wanted = "at most 5" if kind == "RANDOM" else "at least 80"
    return [
        Figure(
            section=section,
            name=f"{algorithm}, {MARKETS[kind]}: accepted",
            value=100 * accepted / RUNS,
            unit="% of runs",
            note=f"{wanted} are asked for; median deflated Sharpe ratio "
            f"{statistics.median(ratios):.2f}; {RUNS} runs",
        ),
        Figure(
            section=section,
            name=f"{algorithm}, {MARKETS[kind]}: an evaluation",
            value=statistics.median(seconds),
            unit="s",
        ),
    ]


def evaluated(evaluation: Mapping[str, Any], kind: str, seed: int) -> EvaluationReport:
    """Return the report on one market."""
    raw = Synthetic().fetch(f"{kind}-{seed}-{BARS}", parse_interval("1d"), timeout_s=1)
    running = WalkForward(
        validate(raw)[0],
        source="synthetic",
        factory=trading_environments,
        clock=SystemClock(),
        **evaluation,
    )
    while not running.ended:
        running.advance()
    return running.report()


def usual_evaluation(algorithm: str) -> dict[str, Any]:
    """Return what an evaluation is that is asked for without a word but the algorithm."""
    start = EvaluationsStart(
        symbol="SYNTHETIC", period="D1", algorithms=[algorithm], fee_bps=1, slippage_bps=1
    )
    request = {**start.model_dump(), "window": features.WINDOW}
    return {
        "plan": plan_of(request, BARS),
        "parameters": of_trainings(request),
        "seeds": seeds_of(request),
    }


def short_evaluation(algorithm: str) -> dict[str, Any]:
    """Return an evaluation by trainings as short as those of the tests."""
    return {
        "plan": walk_forward_plan(BARS, window=WINDOW, folds=2, learned_first=40),
        "parameters": {algorithm: short_training(algorithm)},
        "seeds": [0, 1],
        "draws": 1,
    }


def short_training(algorithm: str) -> TrainingParameters:
    """Return parameters with which an edge of this size is found in a second."""
    given: dict[str, Any] = {
        "lr": 3e-3,
        "gamma": 0.9,
        "batch_size": 32,
        "min_episodes": 1,
        "max_episodes": 1,
        "balance": 10_000.0,
        "train_data_percentage": 80,
        "seed": 0,
        "costs": Costs(fee_bps=1.0, slippage_bps=1.0),
        "hidden_layers": 16,
        "window": WINDOW,
        "algorithm": algorithm,
    }
    return TrainingParameters(**{**given, **OF_ITS_OWN.get(algorithm, {})})
