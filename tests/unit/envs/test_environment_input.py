"""What makes no sense is refused with a `ValueError`, and changes nothing."""

from typing import Any

import numpy as np
import pytest

from aibt.errors import BadBars
from aibt.market.bars import BarSeries
from envs.trading_env import TradingEnv
from envs.trading_vector_env import TradingVectorEnv
from tests.unit.trading.builders import some_bars

LENGTH = 120


@pytest.fixture(scope="module")
def bars() -> BarSeries:
    walk = 100 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, LENGTH)))
    return some_bars(walk.tolist(), np.roll(walk, -1).tolist())


WRONG_ACTIONS = [
    np.array([0, 4]),
    np.array([-1, 0]),
    np.array([0]),
    np.array([0, 1, 2]),
    np.array([[0, 1]]),
    np.array(2),
    np.array([0, 256]),  # 0, were it cut to eight bits
    np.array([0, 2**32]),
    np.array([0, 255], np.uint8),  # -1, were it cut so
    np.array([1.0, 2.0]),
    np.array([True, False]),
    np.array(["0", "1"]),
]


@pytest.mark.parametrize("actions", WRONG_ACTIONS)
@pytest.mark.parametrize("method", ["step", "advance"])
def test_actions_that_are_none_are_refused_and_nothing_moves(
    bars: BarSeries, actions: Any, method: str
) -> None:
    batch = TradingVectorEnv(bars, num_envs=2)
    batch.step(np.array([2, 3]))
    before = batch.state()

    with pytest.raises(ValueError, match="actions must be 2 whole numbers from 0 to 3"):
        getattr(batch, method)(actions)

    for name, array in batch.state().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64])
def test_whole_numbers_of_any_kind_are_actions(bars: BarSeries, kind: type[np.generic]) -> None:
    batch = TradingVectorEnv(bars, num_envs=3)
    actions = np.array([2, 9, 3, 9, 1, 9], kind)[::2]  # of which not all lie side by side
    actions.setflags(write=False)

    batch.step(actions)

    assert batch.sides.tolist() == [1, -1, 0]


@pytest.mark.parametrize("action", [-1, 4, 1.5, None, "2", np.array([1]), np.array([1, 2])])
def test_a_single_environment_refuses_what_is_no_action(bars: BarSeries, action: Any) -> None:
    single = TradingEnv(bars)
    _, before = single.reset()

    with pytest.raises(ValueError, match="is not one of 0, 1, 2, 3"):
        single.step(action)

    assert single.step(np.int64(0))[4]["bar"] == before["bar"] + 1


@pytest.mark.parametrize("action", [2, np.int8(2), np.array(2)])
def test_a_single_environment_takes_whole_numbers_of_any_kind(bars: BarSeries, action: Any) -> None:
    single = TradingEnv(bars)
    single.reset()

    assert single.step(action)[4]["side"] == 1


@pytest.mark.parametrize("kind", [TradingEnv, TradingVectorEnv])
@pytest.mark.parametrize(
    "wrong",
    [
        {"balance": 0.0},
        {"balance": -1.0},
        {"balance": float("nan")},
        {"balance": float("inf")},
        {"start": 32},  # the features' statistics are those of the bars up to 33
        {"start": LENGTH - 1},
        {"start": 40.5},
        {"start": 2**40},
        {"rows": np.zeros((LENGTH - 1, 2), np.float32)},
        {"rows": np.zeros(LENGTH, np.float32)},
        {"rows": np.full((LENGTH, 2), np.nan, np.float32)},
        {"fit_until": LENGTH + 1},
    ],
)
def test_what_cannot_be_is_refused_when_it_is_made(
    bars: BarSeries, kind: Any, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"is|must|rows"):
        kind(bars, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_envs": 0},
        {"observations": "prices"},
        {"num_envs": 2, "start": np.array([40, 41, 42])},
        {"num_envs": 2, "start": np.array([40, LENGTH])},
        {"num_envs": 2, "start": np.array([40.0, 41.0])},
    ],
)
def test_what_no_batch_can_be_is_refused_when_it_is_made(
    bars: BarSeries, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"is|must"):
        TradingVectorEnv(bars, **wrong)


@pytest.mark.parametrize("kind", [TradingEnv, TradingVectorEnv])
def test_who_says_what_the_statistics_see_may_begin_right_after_the_warm_up(
    bars: BarSeries, kind: Any
) -> None:
    made = kind(bars, start=32, fit_until=LENGTH)

    made.reset()

    with pytest.raises(ValueError, match="start is 31"):
        kind(bars, start=31, fit_until=LENGTH)


@pytest.mark.parametrize("kind", [TradingEnv, TradingVectorEnv])
def test_too_few_bars_are_refused(kind: Any) -> None:
    with pytest.raises(BadBars):
        kind(some_bars([1.0] * 33, [1.0] * 33))


@pytest.mark.parametrize(
    "options",
    [
        {"start": 31},
        {"start": "40"},
        {"start": np.array([40, 41, 42])},
        {"reset_mask": np.array([True])},
        {"reset_mask": np.array([1, 0])},
    ],
)
def test_a_reset_to_nowhere_is_refused(bars: BarSeries, options: dict[str, Any]) -> None:
    batch = TradingVectorEnv(bars, num_envs=2, start=40)

    with pytest.raises(ValueError, match=r"start|reset_mask"):
        batch.reset(options=options)

    assert batch.bars.tolist() == [40, 40]


@pytest.mark.parametrize("start", [31, LENGTH - 1, 40.5, "40"])
def test_a_single_environment_is_not_reset_to_nowhere(bars: BarSeries, start: Any) -> None:
    with pytest.raises(ValueError, match="start is"):
        TradingEnv(bars).reset(options={"start": start})


def test_only_those_that_begin_anew_get_another_start(bars: BarSeries) -> None:
    batch = TradingVectorEnv(bars, num_envs=2, start=40)

    batch.reset(options={"reset_mask": np.array([True, False]), "start": 50})

    assert batch.bars.tolist() == [50, 40]
    assert batch.state()["starts"].tolist() == [50, 40]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bars", np.array([LENGTH - 1, 40], np.int32)),
        ("bars", np.array([40, -1], np.int32)),
        ("starts", np.array([40, LENGTH], np.int32)),
        ("starts", np.array([31, 40], np.int32)),
        ("cash", np.array([1.0])),
        ("cash", np.array([1.0, 2.0], np.float32)),
        ("equities", None),
    ],
)
def test_a_state_of_other_environments_is_refused_and_nothing_moves(
    bars: BarSeries, name: str, value: Any
) -> None:
    batch = TradingVectorEnv(bars, num_envs=2, start=40)
    before = batch.state()
    state = {key: array for key, array in before.items() if key != name}
    if value is not None:
        state[name] = value

    with pytest.raises(ValueError, match=name):
        batch.load_state(state)

    for key, array in batch.state().items():
        np.testing.assert_array_equal(array, before[key])


def test_an_episode_that_has_ended_must_be_reset_first(bars: BarSeries) -> None:
    single = TradingEnv(bars, start=LENGTH - 2)
    single.reset()
    single.step(np.int64(0))

    with pytest.raises(ValueError, match="reset"):
        single.step(np.int64(0))
