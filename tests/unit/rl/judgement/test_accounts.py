"""Accounts that hold given sides, and the baselines that are made of them."""

from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.market.bars import BarSeries
from aibt.rl.evaluation import Evaluation, buy_and_hold
from aibt.rl.judgement.account import Account, AccountWalk, Sides, chained
from aibt.rl.judgement.baselines import (
    SLOW,
    causal_sides,
    moving_average_sides,
    shifted_sides,
)
from aibt.rl.judgement.hindsight import Hindsight
from aibt.rl.judgement.unit import sides_of
from aibt.rl.split import Part
from aibt.trading.costs import Costs
from tests.unit.rl.builders import a_preparation, a_sine
from tests.unit.rl.judgement.markets import a_market

COSTS = Costs(fee_bps=5.0, slippage_bps=5.0)


def walked(series: BarSeries, part: Part, sides: Sides, costs: Costs = COSTS) -> Account:
    walk = AccountWalk(series, part, sides, balance=10_000.0, costs=costs)
    while not walk.done:
        walk.advance()
    return walk.result()


def known_beforehand(series: BarSeries, part: Part, costs: Costs = COSTS) -> Sides:
    found = Hindsight(series, part, costs=costs)
    while not found.done:
        found.advance()
    return found.sides()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_an_account_is_the_one_that_a_training_s_evaluation_shows(seed: int) -> None:
    preparation = a_preparation(a_sine(260, noise=0.01))
    values = np.random.default_rng(seed).random((260, 3, 4)).astype(np.float32)
    part = preparation.split.test
    evaluation = Evaluation(preparation)
    while not evaluation.done:
        evaluation.advance(lambda bars: values[bars])
    shown = evaluation.results["out_of_sample"]

    sides = sides_of(values[part.start : part.stop - 1].argmax(axis=2).astype(np.int8))
    account = walked(preparation.series, part, sides, preparation.parameters.costs)

    assert account.equities[-1] == pytest.approx(1 + shown.profit / 10_000.0, rel=1e-12)
    assert log(account.equities[-1]) == pytest.approx(shown.score, abs=1e-12)
    assert account.trades == len(shown.trades)
    assert account.turnover == np.abs(np.diff(np.r_[0, sides, 0])).sum()


def test_buy_and_hold_is_that_of_a_training_and_flat_stays_where_it_began() -> None:
    preparation = a_preparation(a_sine(200, noise=0.01))
    part = preparation.split.test

    held = walked(
        preparation.series,
        part,
        causal_sides("buy_and_hold", preparation.series, part),
        preparation.parameters.costs,
    )
    flat = walked(preparation.series, part, causal_sides("flat", preparation.series, part))

    assert 10_000 * (held.equities[-1] - 1) == pytest.approx(buy_and_hold(preparation, part))
    assert (flat.equities == 1.0).all()
    assert (flat.trades, flat.turnover) == (0, 0)


def test_a_bust_ends_an_account_and_leaves_next_to_nothing() -> None:
    costs = Costs(fee_bps=9_000.0, slippage_bps=9_000.0)
    sides = np.array([1, -1] * 20, np.int8)

    account = walked(a_sine(60), Part(start=5, stop=46), sides, costs)

    assert account.equities[-1] <= 1e-2
    assert (account.equities > 0).all()
    assert len(account.equities) == 41


def test_successive_accounts_go_on_with_what_the_one_before_left() -> None:
    series = a_sine(120, noise=0.01)
    sides = np.random.default_rng(0).integers(-1, 2, 100).astype(np.int8)
    sides[49] = 0  # so that closing between the two costs nothing

    one = walked(series, Part(start=10, stop=111), sides)
    two = chained(
        [
            walked(series, Part(start=10, stop=61), sides[:50]),
            walked(series, Part(start=60, stop=111), sides[50:]),
        ]
    )

    np.testing.assert_allclose(two.equities, one.equities, rtol=1e-12)
    assert (two.trades, two.turnover) == (one.trades, one.turnover)
    assert two.sides.tolist() == one.sides.tolist()


@pytest.mark.parametrize("name", ["buy_and_hold", "flat", "moving_average"])
@given(cut=st.integers(120, 290))
@settings(max_examples=10, deadline=None)
def test_a_causal_baseline_decides_the_same_whatever_comes_after(name: str, cut: int) -> None:
    series = a_market("RANDOM", 3, 300)
    whole = causal_sides(name, series, Part(start=50, stop=300))

    part = causal_sides(name, series.slice(0, cut), Part(start=50, stop=cut))

    assert part.tolist() == whole[: cut - 51].tolist()


def test_the_moving_average_cross_is_what_its_sentence_says() -> None:
    series = a_market("RANDOM", 5, 400)
    sides = moving_average_sides(series, Part(start=90, stop=400))

    for bar in range(90, 399):
        close = series.close[: bar + 1]
        fast, slow = close[-20:].mean(), close[-SLOW:].mean()
        wanted = 0 if len(close) < SLOW else int(np.sign(fast - slow))
        assert sides[bar - 90] == wanted
    with pytest.raises(ValueError, match="only the past"):
        causal_sides("hindsight", series, Part(start=90, stop=400))


@given(st.integers(0, 1_000), st.integers(2, 200))
def test_a_shift_keeps_holding_times_and_nearly_the_turnover(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    sides = generator.integers(-1, 2, count).astype(np.int8)

    shifted = shifted_sides(sides, generator)

    assert sorted(shifted.tolist()) == sorted(sides.tolist())
    changes, before = (np.abs(np.diff(np.r_[one, one[:1]])).sum() for one in (shifted, sides))
    assert changes == before


@settings(max_examples=40, deadline=None)
@given(
    closes=st.lists(st.floats(5.0, 15.0), min_size=7, max_size=7),
    gaps=st.lists(st.floats(0.9, 1.1), min_size=7, max_size=7),
    fee=st.floats(0, 300),
)
def test_nothing_that_could_have_been_done_beats_hindsight(
    closes: list[float], gaps: list[float], fee: float
) -> None:
    opens = np.r_[closes[0], closes[:-1]] * np.array(gaps)
    flat = a_sine(7)
    series = BarSeries(
        symbol="ANY",
        interval=flat.interval,
        opened_ns=flat.opened_ns,
        ended_ns=flat.ended_ns,
        open=opens,
        high=np.maximum(opens, closes),
        low=np.minimum(opens, closes),
        close=np.array(closes),
        volume=flat.volume,
    )
    part, costs = Part(start=0, stop=7), Costs(fee_bps=fee, slippage_bps=fee)

    best = walked(series, part, known_beforehand(series, part, costs), costs).equities[-1]

    for tried in product((-1, 0, 1), repeat=6):
        other = walked(series, part, np.array(tried, np.int8), costs)
        assert other.equities[-1] <= best * (1 + 1e-9)


def test_with_higher_costs_hindsight_trades_less_and_in_the_end_not_at_all() -> None:
    series, part = a_market("OU", 1, 600), Part(start=0, stop=600)

    turnovers = []
    for fee in (0.0, 10.0, 50.0, 5_000.0):
        costs = Costs(fee_bps=fee, slippage_bps=fee)
        turnovers.append(
            walked(series, part, known_beforehand(series, part, costs), costs).turnover
        )

    assert turnovers == sorted(turnovers, reverse=True)
    assert turnovers[0] > 2 * turnovers[2] > 0
    assert turnovers[-1] == 0


def test_hindsight_does_not_mind_how_large_its_account_grows() -> None:
    series, part = a_sine(12_000, period=4, swing=0.2), Part(start=0, stop=12_000)

    sides = known_beforehand(series, part, Costs(fee_bps=0.0, slippage_bps=0.0))

    assert np.isin(sides, (-1, 1)).mean() > 0.9
    assert sides[-1] != 0 or sides[-2] != 0
