from math import log

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envs import account_kernel
from envs.rewards import BUST_REWARD, log_growth


@given(st.floats(2 / 3, 3 / 2, exclude_min=True, exclude_max=True))
@example(1.0)
@example(np.nextafter(1.0, 0.0))
@example(np.nextafter(1.0, 2.0))
def test_the_logarithm_of_a_ratio_near_one_is_right_to_the_last_digits(ratio: float) -> None:
    small_log = account_kernel.small_log.py_func

    assert small_log(ratio) == pytest.approx(log(ratio), rel=1e-15, abs=0.0)


@given(st.lists(st.tuples(st.floats(1e-3, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=40))
def test_the_rewards_of_many_are_those_of_each(equities: list[tuple[float, float]]) -> None:
    before, after = (np.array(column) for column in zip(*equities, strict=True))
    rewards = np.zeros(len(before), np.float32)

    account_kernel.realize(before, after, rewards)

    expected = [log_growth(*pair) for pair in equities]
    np.testing.assert_allclose(rewards, expected, rtol=1e-7)
    assert (rewards[after <= 0] == BUST_REWARD).all()
