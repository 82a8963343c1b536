"""The environments are what Gymnasium and its users expect."""

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
    check_env(TradingEnv(bars, costs=COSTS), skip_render_check=True)


def test_stable_baselines_checker_has_nothing_to_say(bars: BarSeries) -> None:
    sb3_check_env(TradingEnv(bars, costs=COSTS), warn=True)


def test_they_are_registered_under_one_name(bars: BarSeries) -> None:
    single = gymnasium.make(envs.TRADING, bars=bars)
    batch = gymnasium.make_vec(envs.TRADING, num_envs=3, bars=bars)

    assert isinstance(single.unwrapped, TradingEnv)
    assert isinstance(batch, TradingVectorEnv)
    assert batch.num_envs == 3


def test_the_batch_does_what_gymnasiums_own_vector_of_single_environments_does(
    bars: BarSeries,
) -> None:
    theirs = SyncVectorEnv(
        [lambda: TradingEnv(bars, costs=COSTS) for _ in range(3)],
        autoreset_mode=AutoresetMode.SAME_STEP,
    )
    ours = TradingVectorEnv(bars, num_envs=3, costs=COSTS)
    generator = np.random.default_rng(2)
    np.testing.assert_array_equal(ours.reset(seed=1)[0], theirs.reset(seed=1)[0])
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space

    for _ in range(250):
        actions = generator.integers(0, 4, 3)
        mine, other = ours.step(actions), theirs.step(actions)
        np.testing.assert_array_equal(mine[0], other[0])
        np.testing.assert_array_equal(mine[1], other[1].astype(np.float32))
        np.testing.assert_array_equal(mine[2], other[2])
        np.testing.assert_array_equal(mine[3], other[3])
        assert ("final_obs" in mine[4]) == ("final_obs" in other[4])
        if "final_obs" in mine[4]:
            np.testing.assert_array_equal(mine[4]["_final_obs"], other[4]["_final_obs"])
            for one, another in zip(mine[4]["final_obs"], other[4]["final_obs"], strict=True):
                np.testing.assert_array_equal(one, another)


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


@pytest.mark.parametrize("actions", [[0, 4], [-1, 0], [0], [0, 1, 2]])
def test_actions_that_are_none_are_refused(bars: BarSeries, actions: list[int]) -> None:
    with pytest.raises(ValueError, match="0 to 3"):
        TradingVectorEnv(bars, num_envs=2).step(np.array(actions))


@pytest.mark.parametrize("wrong", [{"balance": 0.0}, {"num_envs": 0}, {"start": 3}, {"start": 119}])
def test_what_cannot_be_is_refused_when_it_is_made(
    bars: BarSeries, wrong: dict[str, float]
) -> None:
    with pytest.raises(ValueError, match="is"):
        TradingVectorEnv(bars, **wrong)  # type: ignore[arg-type]


def test_an_episode_that_has_ended_must_be_reset_first(bars: BarSeries) -> None:
    single = TradingEnv(bars, start=118)
    single.reset()
    single.step(np.int64(0))

    with pytest.raises(ValueError, match="reset"):
        single.step(np.int64(0))
