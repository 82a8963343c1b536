"""The environments are what Gymnasium and its users expect."""

import copy
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3.common.env_checker import check_env as sb3_check_env

import envs
from aibt.market.bars import BarSeries
from aibt.trading.costs import Costs
from envs.trading_env import TradingEnv
from envs.trading_vector_env import TradingVectorEnv
from tests.unit.trading.builders import some_bars

COSTS = Costs(fee_bps=2, slippage_bps=3)


@pytest.fixture(scope="module")
def bars() -> BarSeries:
    walk = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, 120)))
    return some_bars(walk.tolist(), np.roll(walk, -1).tolist())


def test_gymnasiums_checker_has_nothing_to_say(bars: BarSeries) -> None:
    check_env(gymnasium.make(envs.TRADING, bars=bars, costs=COSTS).unwrapped)


def test_stable_baselines_checker_has_nothing_to_say(bars: BarSeries) -> None:
    sb3_check_env(TradingEnv(bars, costs=COSTS), warn=True)


def test_they_are_registered_under_one_name(bars: BarSeries) -> None:
    single = gymnasium.make(envs.TRADING, bars=bars)
    batch = gymnasium.make_vec(envs.TRADING, num_envs=3, bars=bars)
    singles = gymnasium.make_vec(
        envs.TRADING, num_envs=3, vectorization_mode="sync", bars=bars, start=50
    )

    assert isinstance(single.unwrapped, TradingEnv)
    assert isinstance(batch, TradingVectorEnv)
    assert isinstance(singles, SyncVectorEnv)
    assert batch.num_envs == singles.num_envs == 3
    for made in (batch, singles):
        observed, _ = made.reset(seed=0)
        assert made.observation_space.contains(observed)
        made.close()


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Compare what is in both; `theirs` has more keys, of its `TradingEnv`s."""
    for name, value in ours.items():
        if isinstance(value, dict):
            assert_same(value, theirs[name])
        elif value.dtype == object:
            for one, another in zip(value, theirs[name], strict=True):
                np.testing.assert_array_equal(one, another, strict=True)
        else:
            np.testing.assert_array_equal(value, theirs[name], strict=True)


def test_the_batch_does_what_gymnasiums_own_vector_of_single_environments_does() -> None:
    walk = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, 120)))
    walk[100] *= 2.5  # a bust for who is short
    bars = some_bars(walk.tolist(), np.roll(walk, -1).tolist())
    starts = np.array([33, 33, 75, 97, 117], np.int32)
    theirs = SyncVectorEnv(
        [lambda start=start: TradingEnv(bars, costs=COSTS, start=start) for start in starts],
        autoreset_mode=AutoresetMode.SAME_STEP,
    )
    ours = TradingVectorEnv(bars, num_envs=5, costs=COSTS, start=starts)
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    generator = np.random.default_rng(2)
    mine, other = ours.reset(seed=1), theirs.reset(seed=1)
    np.testing.assert_array_equal(mine[0], other[0], strict=True)
    assert_same(mine[1], other[1])
    finals = busts = 0

    for step in range(250):
        actions = generator.integers(0, 4, 5)
        results, expected = ours.step(actions), theirs.step(actions)
        np.testing.assert_array_equal(results[0], expected[0], strict=True)
        np.testing.assert_array_equal(results[1], expected[1].astype(np.float32))
        np.testing.assert_array_equal(results[2], expected[2], strict=True)
        np.testing.assert_array_equal(results[3], expected[3], strict=True)
        assert ("final_obs" in results[4]) == ("final_obs" in expected[4])
        assert_same(results[4], expected[4])
        finals, busts = finals + ("final_obs" in results[4]), busts + results[2].any()
        if step % 60 == 30:
            mask = np.array([True, False, False, True, False])
            mine = ours.reset(options={"reset_mask": mask})
            other = theirs.reset(options={"reset_mask": mask})
            np.testing.assert_array_equal(mine[0], other[0], strict=True)
            assert_same(mine[1], other[1])
    assert finals > 10
    assert busts > 0


def test_an_index_is_all_that_is_needed_to_look_the_features_up(bars: BarSeries) -> None:
    rows = TradingVectorEnv(bars, num_envs=4).rows
    index = TradingVectorEnv(bars, num_envs=4, observations="index")
    full = TradingVectorEnv(bars, num_envs=4)
    actions = np.array([0, 1, 2, 3])

    where, what = index.step(actions)[0], full.step(actions)[0]

    assert index.observation_space.contains(where)
    assert full.observation_space.contains(what)
    np.testing.assert_array_equal(rows[where[:, 0]], what[:, :-1])
    np.testing.assert_array_equal(where[:, 1], what[:, -1])


def test_only_those_that_the_mask_names_are_reset(bars: BarSeries) -> None:
    batch = TradingVectorEnv(bars, num_envs=2, start=40)
    batch.step(np.array([2, 2]))

    batch.reset(options={"reset_mask": np.array([True, False])})

    assert batch.bars.tolist() == [40, 41]
    assert batch.sides.tolist() == [0, 1]


def test_a_later_step_leaves_what_an_earlier_one_returned_alone(bars: BarSeries) -> None:
    batch = TradingVectorEnv(bars, num_envs=2)
    first = batch.step(np.array([2, 3]))
    kept = copy.deepcopy(first)

    batch.step(np.array([3, 2]))

    for one, another in zip(first[:4], kept[:4], strict=True):
        np.testing.assert_array_equal(one, another)
    np.testing.assert_array_equal(first[4]["equity"], kept[4]["equity"])


def test_without_copies_every_step_writes_to_the_same_arrays(bars: BarSeries) -> None:
    batch = TradingVectorEnv(bars, num_envs=2, copy=False)
    copies = TradingVectorEnv(bars, num_envs=2)
    first = batch.step(np.array([2, 3]))[:4]
    copies.step(np.array([2, 3]))

    second, expected = batch.step(np.array([3, 2]))[:4], copies.step(np.array([3, 2]))[:4]

    for one, another, right in zip(first, second, expected, strict=True):
        assert one is another
        np.testing.assert_array_equal(another, right)


def test_a_state_that_is_loaded_brings_its_sides_along(bars: BarSeries) -> None:
    one, other = (TradingVectorEnv(bars, num_envs=3) for _ in range(2))
    one.advance(np.array([2, 3, 0], np.int8))

    other.load_state(one.state())

    assert other.sides.tolist() == [1, -1, 0]
    assert other.bars.tolist() == one.bars.tolist()


def test_features_of_ones_own_widen_the_space_they_lie_in(bars: BarSeries) -> None:
    rows = np.linspace(-50, 20, len(bars) * 2, dtype=np.float32).reshape(-1, 2)
    single = TradingEnv(bars, rows=rows)

    assert single.observation_space.contains(single.reset()[0])


def test_an_environment_says_in_a_line_where_it_stands(bars: BarSeries) -> None:
    single = TradingEnv(bars, balance=50.0, render_mode="ansi")
    single.reset()

    assert single.render() == "bar 33  side +0  equity 50.00"
    assert TradingEnv(bars).render() is None
