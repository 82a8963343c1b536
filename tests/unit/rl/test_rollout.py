from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.q_network import initial_weights
from aibt.rl.rollout import Rollout, RolloutSetup, RolloutState, RolloutWorker
from tests.unit.rl.builders import SimpleAccounts, a_preparation

PREPARATION = a_preparation()
WEIGHTS = initial_weights(PREPARATION.architecture, 5)


def a_setup(environments: int = 3) -> RolloutSetup:
    return replace(PREPARATION.rollout_setups()[0], environments=environments)


def a_worker(environments: int = 3) -> RolloutWorker:
    worker = RolloutWorker(a_setup(environments), SimpleAccounts)
    worker.load_weights(WEIGHTS)
    return worker


def copied(rollout: Rollout) -> dict[str, np.ndarray]:
    parts = (rollout.transitions, rollout.shown)
    return {
        f"{type(part).__name__}.{field.name}": getattr(part, field.name).copy()
        for part in parts
        for field in fields(part)
    }


def assert_same_states(one: RolloutState, other: RolloutState) -> None:
    assert one.generator == other.generator
    for name, array in one.environment.items():
        np.testing.assert_array_equal(array, other.environment[name])


@settings(max_examples=20, deadline=None)
@given(epsilon=st.floats(0, 1), vector_steps=st.integers(1, 40), environments=st.integers(1, 12))
def test_a_lost_round_is_computed_again_to_the_same_bits(
    epsilon: float, vector_steps: int, environments: int
) -> None:
    worker, another = a_worker(environments), a_worker(environments)
    worker.collect(epsilon=0.5, vector_steps=7, passes_wanted=None)
    state = worker.state()

    first, after = worker.collect_from(WEIGHTS, state, epsilon=epsilon, vector_steps=vector_steps)
    kept = copied(first)
    again, after_again = another.collect_from(
        WEIGHTS, state, epsilon=epsilon, vector_steps=vector_steps
    )

    for name, array in copied(again).items():
        np.testing.assert_array_equal(array, kept[name])
    assert_same_states(after, after_again)


def test_many_environments_act_as_each_would_alone() -> None:
    many = a_worker(40)
    one = a_worker(1)

    crowd = many.collect(epsilon=0.0, vector_steps=30, passes_wanted=None).transitions
    alone = one.collect(epsilon=0.0, vector_steps=30, passes_wanted=None).transitions

    for name in ("bars", "sides", "actions", "next_sides"):
        columns = getattr(crowd, name).reshape(30, 40)
        np.testing.assert_array_equal(columns, np.repeat(getattr(alone, name)[:, None], 40, 1))


def test_explored_actions_are_drawn_equally() -> None:
    drawn = a_worker(50).collect(epsilon=1.0, vector_steps=80, passes_wanted=None)

    shares = np.bincount(drawn.transitions.actions, minlength=4) / 4_000

    np.testing.assert_allclose(shares, 0.25, atol=0.03)


def test_a_round_stops_when_the_passes_that_are_wanted_have_ended() -> None:
    length = len(PREPARATION.split.train) - 1

    rollout = a_worker(2).collect(epsilon=0.0, vector_steps=10_000, passes_wanted=2)

    assert rollout.passes == 2
    assert len(rollout.shown.bars) == length
    assert rollout.shown.truncations[-1]


def test_environments_are_shared_out_and_workers_draw_apart() -> None:
    setups = a_preparation(rollout_workers=3, environments=8).rollout_setups()

    assert [setup.environments for setup in setups] == [3, 3, 2]
    generators = [RolloutWorker(setup, SimpleAccounts).state().generator for setup in setups]
    assert generators[0] != generators[1] != generators[2]


def test_a_worker_is_given_no_bar_after_the_training_part() -> None:
    setup = a_setup()

    assert len(setup.bars) == len(setup.rows) == PREPARATION.split.train.stop


def test_a_worker_without_weights_says_so() -> None:
    with pytest.raises(ValueError, match="needs weights"):
        RolloutWorker(a_setup(), SimpleAccounts).collect(
            epsilon=0.0, vector_steps=1, passes_wanted=None
        )
