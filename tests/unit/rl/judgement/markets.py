"""Markets and a short evaluation for the tests of judgement."""

from collections.abc import Sequence
from typing import Any

from aibt.market.bars import BarSeries
from aibt.market.intervals import parse_interval
from aibt.market.sources.synthetic import Synthetic
from aibt.market.validation import validate
from aibt.rl.judgement.plan import Plan, walk_forward_plan
from aibt.rl.judgement.unit import UnitResult
from aibt.rl.judgement.walk_forward import WalkForward
from aibt.rl.parameters import TrainingParameters
from aibt.trading.costs import Costs
from envs.factory import trading_environments
from tests.unit.rl.builders import StandingClock, some_parameters

BARS = 2_500
WINDOW = 8
_OF_ITS_OWN: dict[str, dict[str, int]] = {
    "pqn": {"environments": 16, "max_episodes": 2},
    "ppo": {"environments": 16},
}


def a_market(kind: str, seed: int, bars: int = BARS) -> BarSeries:
    """Daily bars of the `synthetic` source."""
    raw = Synthetic().fetch(f"{kind}-{seed}-{bars}", parse_interval("1d"), timeout_s=1)
    return validate(raw)[0]


def short_trainings(algorithm: str, **changes: Any) -> TrainingParameters:
    """Parameters with which an edge of the Ornstein-Uhlenbeck market's size is found quickly."""
    given: dict[str, Any] = {
        "algorithm": algorithm,
        "lr": 3e-3,
        "batch_size": 32,
        "hidden_layers": 16,
        "window": WINDOW,
        "min_episodes": 1,
        "max_episodes": 1,
        "costs": Costs(fee_bps=1.0, slippage_bps=1.0),
    }
    return some_parameters(**{**given, **_OF_ITS_OWN.get(algorithm, {}), **changes})


def an_evaluation(
    series: BarSeries,
    parameters: TrainingParameters,
    *,
    plan: Plan | None = None,
    seeds: Sequence[int] = (0, 1),
    results: Sequence[UnitResult] = (),
    draws: int = 1,
    earlier_trials: int = 0,
) -> WalkForward:
    """A walk-forward evaluation of one algorithm that nobody has advanced yet."""
    return WalkForward(
        series,
        source="synthetic",
        plan=plan
        or walk_forward_plan(len(series), window=parameters.window, folds=2, learned_first=40),
        parameters={parameters.algorithm: parameters},
        seeds=seeds,
        factory=trading_environments,
        clock=StandingClock(),
        results=results,
        draws=draws,
        earlier_trials=earlier_trials,
    )


def concluded(evaluation: WalkForward) -> WalkForward:
    """Advance until the report is there."""
    while not evaluation.ended:
        evaluation.advance()
    return evaluation
