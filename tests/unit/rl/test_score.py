import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from aibt.market.intervals import parse_interval
from aibt.market.sources.synthetic import Synthetic
from aibt.market.validation import validate
from aibt.rl.optimum import optimum
from aibt.rl.score import held_sides, score, turnover
from aibt.trading.costs import Costs
from envs.trading_vector_env import TradingVectorEnv

ALL_SIDES = st.integers(-1, 1)


def test_a_side_earns_the_change_over_its_bar_and_pays_for_its_changes() -> None:
    sides = np.array([1, -1, -1, 0], np.int8)
    closes = np.exp([0.0, 0.1, 0.0, -0.2, 5.0])

    found = score(sides, closes, cost=0.01)

    earned = 0.1 + 0.1 + 0.2 + 0.0
    changes = 1 + 2 + 0 + 1
    assert found == pytest.approx((earned - 0.01 * changes) / 4)
    assert turnover(sides) == changes / 4


@given(arrays(np.int8, 20, elements=ALL_SIDES), st.floats(0, 0.01))
def test_what_is_earned_on_one_side_is_lost_on_the_other(
    sides: NDArray[np.int8], cost: float
) -> None:
    closes = np.exp(np.random.default_rng(1).normal(size=21).cumsum() / 10)

    both = score(sides, closes, cost) + score(-sides, closes, cost)

    assert both == pytest.approx(-2 * cost * turnover(sides), abs=1e-12)


@given(arrays(np.int8, (30, 3), elements=ALL_SIDES))
def test_the_side_held_next_is_the_one_chosen_for_the_side_held(choices: NDArray[np.int8]) -> None:
    held = held_sides(choices)

    before = np.r_[0, held[:-1]]
    assert held.tolist() == choices[np.arange(30), before + 1].tolist()


@pytest.mark.parametrize("closes", [0, 3, 5])
def test_closes_that_do_not_fit_are_refused(closes: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        score(np.zeros(3, np.int8), np.ones(closes), 0.0)


def test_a_score_without_bars_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        score(np.zeros(0, np.int8), np.ones(1), 0.0)


def test_the_environment_fills_what_was_chosen_and_its_ledger_agrees_with_the_score() -> None:
    raw = Synthetic().fetch("OU-9-600", parse_interval("1h"), timeout_s=1)
    series, _ = validate(raw)
    best = optimum("OU", cost=0.001)
    actions = best.decisions(series)
    environment = TradingVectorEnv(
        series,
        costs=Costs(fee_bps=5, slippage_bps=5),
        start=0,
        rows=np.zeros((600, 0), np.float32),
        observations="index",
    )
    sides, growth = [], 0.0
    for _ in range(599):
        bar, side = int(environment.bars[0]), int(environment.sides[0])
        steps = environment.advance(actions[bar, side + 1 : side + 2])
        sides.append(int(steps.next_sides[0]))
        growth += float(steps.rewards[0])

    assert sides[:-1] == held_sides(best.choices(series))[:-2].tolist()  # the last is closed
    found = score(np.array(sides, np.int8), series.close, 0.001)
    assert found == pytest.approx(growth / 599, rel=0.1)
    assert found == pytest.approx(best.realised(series), rel=0.02)
