from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.market.intervals import parse_interval
from aibt.market.sources.synthetic import BASE_PRICE, OU_BACK, kind_and_seed, synthetic_bars
from aibt.market.validation import validate
from aibt.rl.optimum import KINDS, optimum, optimum_for
from aibt.rl.optimum.dynamic_program import solve
from aibt.rl.optimum.processes import OrnsteinUhlenbeck
from aibt.rl.score import held_sides, score, turnover
from aibt.trading.actions import target_side

COST = 0.001
LONG = 150_000
EARNING = tuple(kind for kind in KINDS if kind != "RANDOM")


@cache
def bars(symbol: str, count: int) -> BarSeries:
    kind, seed = kind_and_seed(symbol)
    interval = parse_interval("1h")
    series, _ = validate(
        synthetic_bars(kind, seed=seed, count=count, symbol=symbol, interval=interval)
    )
    return series


@cache
def rewards(kind: str) -> NDArray[np.float64]:
    """What the best policy gets bar by bar, on a market of its own."""
    series = bars(f"{kind}-11", LONG)
    sides = held_sides(optimum(kind, cost=COST, seed=11).choices(series)[:-1]).astype(np.float64)
    changes = np.abs(np.diff(sides, prepend=0.0))
    return sides * np.diff(np.log(series.close)) - COST * changes


def bars_at(levels: NDArray[np.float64]) -> BarSeries:
    """Bars that close where log prices are told to."""
    like = bars("OU-1", len(levels))
    close = BASE_PRICE * np.exp(levels)
    opened = np.r_[close[:1], close[:-1]]
    return BarSeries(
        symbol=like.symbol,
        interval=like.interval,
        opened_ns=like.opened_ns,
        ended_ns=like.ended_ns,
        open=opened,
        high=np.maximum(opened, close),
        low=np.minimum(opened, close),
        close=close,
        volume=like.volume,
    )


def test_the_mean_reverting_market_has_the_optimum_it_is_known_for() -> None:
    best = optimum("OU", cost=COST)

    assert best.expected == pytest.approx(1.6326e-3, rel=1e-4)
    assert best.turnover == pytest.approx(0.150, abs=0.001)


@pytest.mark.parametrize("sign", [-1, 1])
def test_who_is_flat_on_the_mean_reverting_market_trades_beyond_the_band(sign: int) -> None:
    inside, outside = (
        optimum("OU", cost=COST).choices(bars_at(np.full(2, sign * level)))[1, 1]
        for level in (0.0060, 0.0062)
    )

    assert (inside, outside) == (0, -sign)


@pytest.mark.parametrize("kind", EARNING)
def test_a_long_simulation_earns_what_is_expected_within_its_standard_error(kind: str) -> None:
    best = optimum(kind, cost=COST, seed=11)
    found = rewards(kind)

    blocks = found[: LONG // 1_000 * 1_000 - 1_000].reshape(-1, 1_000).mean(axis=1)
    error = blocks.std(ddof=1) / np.sqrt(len(blocks))
    assert abs(found.mean() - best.expected) < 3 * error
    assert error < 0.05 * best.expected


@pytest.mark.parametrize("kind", EARNING)
def test_a_long_simulation_trades_as_often_as_is_expected(kind: str) -> None:
    best = optimum(kind, cost=COST, seed=11)

    found = turnover(held_sides(best.choices(bars(f"{kind}-11", LONG))))

    assert found == pytest.approx(best.turnover, rel=0.03)


@pytest.mark.parametrize("kind", EARNING)
def test_the_simulation_is_the_realised_score(kind: str) -> None:
    best = optimum(kind, cost=COST, seed=11)

    assert best.realised(bars(f"{kind}-11", LONG)) == pytest.approx(rewards(kind).mean())


@pytest.mark.parametrize("factor", [0.5, 0.7, 1.3, 2.0])
def test_other_thresholds_earn_less_on_the_mean_reverting_market(factor: float) -> None:
    levels = np.log(bars("OU-11", LONG).close / BASE_PRICE)

    def earned(seen: NDArray[np.float64]) -> float:
        """What is to be expected bar by bar: the noise, which nobody foresees, is left out."""
        sides = held_sides(optimum("OU", cost=COST).choices(bars_at(seen)))
        return float(np.mean(sides * (OU_BACK - 1) * levels)) - COST * turnover(sides)

    assert earned(levels * factor) < earned(levels)


@pytest.mark.parametrize("kind", EARNING)
@pytest.mark.parametrize("other", [0.0, 0.004])
def test_who_reckons_with_another_cost_earns_less(kind: str, other: float) -> None:
    series = bars(f"{kind}-11", LONG)

    sides = held_sides(optimum(kind, cost=other, seed=11).choices(series)[:-1])

    assert score(sides, series.close, COST) < rewards(kind).mean()


@pytest.mark.parametrize("kind", EARNING)
def test_the_dearer_trading_is_the_less_is_earned_and_traded(kind: str) -> None:
    found = [optimum(kind, cost=cost) for cost in (0.0, 0.0005, 0.001, 0.002)]

    earned, traded = ([getattr(best, name) for best in found] for name in ("expected", "turnover"))
    assert earned == sorted(earned, reverse=True)
    assert traded == sorted(traded, reverse=True)


def test_the_grid_is_fine_enough() -> None:
    class Coarse(OrnsteinUhlenbeck):
        points = 401

    coarse, fine = solve(Coarse(), COST), solve(OrnsteinUhlenbeck(), COST)

    assert coarse.mean == pytest.approx(fine.mean, rel=3e-4)
    assert coarse.turnover == pytest.approx(fine.turnover, rel=0.01)


def test_nothing_is_earned_on_a_random_walk_and_nothing_is_traded() -> None:
    best = optimum("RANDOM", cost=COST)

    assert (best.expected, best.turnover) == (0.0, 0.0)
    assert not held_sides(best.choices(bars("RANDOM-1", 500))).any()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(st.integers(2, 398))
def test_a_choice_knows_nothing_of_the_bars_to_come(kind: str, until: int) -> None:
    series = bars(f"{kind}-5", 400)
    best = optimum_for(series.symbol, cost=COST)

    whole, part = best.choices(series), best.choices(series.slice(0, until))

    np.testing.assert_array_equal(whole[:until], part)


def test_the_phase_of_a_sine_is_known_wherever_its_bars_begin() -> None:
    series = bars("SINE-5", 400)
    best = optimum_for("SINE-5", cost=COST)

    np.testing.assert_array_equal(best.choices(series)[117:], best.choices(series.slice(117, 400)))


@pytest.mark.parametrize("kind", KINDS)
def test_decisions_lead_to_the_choices_and_hold_where_nothing_changes(kind: str) -> None:
    series = bars(f"{kind}-5", 400)
    best = optimum_for(series.symbol, cost=COST)

    choices, actions = best.choices(series), best.decisions(series)

    for place, side in enumerate((-1, 0, 1)):
        led = [target_side(side, action) for action in actions[:, place].tolist()]
        assert led == choices[:, place].tolist()
        assert not actions[choices[:, place] == side, place].any()


def test_what_has_no_known_optimum_is_refused() -> None:
    with pytest.raises(ValueError, match="GOOGL"):
        optimum("GOOGL", cost=COST)
    with pytest.raises(ValueError, match="GOOGL"):
        optimum_for("GOOGL", cost=COST)


@pytest.mark.parametrize("cost", [-0.001, float("nan"), float("inf")])
def test_a_cost_that_is_none_is_refused(cost: float) -> None:
    with pytest.raises(ValueError, match="cost"):
        optimum("OU", cost=cost)
