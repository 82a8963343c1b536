"""The compiled update and torch's are one algorithm."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.network import Architecture
from aibt.rl.q_learner import CompiledQLearner, QLearner, TorchQLearner
from aibt.rl.q_network import initial_weights
from aibt.rl.replay_buffer import Transitions

BARS = 300


def both(shape: Architecture, seed: int) -> tuple[CompiledQLearner, TorchQLearner]:
    rows = np.random.default_rng(seed).standard_normal((BARS, shape.features)).astype(np.float32)
    compiled = CompiledQLearner(shape, rows, 0.01)
    other = TorchQLearner(shape, rows, 0.01, torch.device("cpu"))
    for learner in (compiled, other):
        learner.load(initial_weights(shape, seed))
    return compiled, other


def some_transitions(generator: np.random.Generator, scale: float) -> Transitions:
    count = 500
    return Transitions(
        bars=generator.integers(0, BARS - 1, count).astype(np.int32),
        sides=generator.integers(-1, 2, count).astype(np.int8),
        actions=generator.integers(0, 4, count).astype(np.int8),
        rewards=(scale * generator.standard_normal(count)).astype(np.float32),
        next_sides=generator.integers(-1, 2, count).astype(np.int8),
        terminations=generator.random(count) < 0.2,
    )


@settings(max_examples=25, deadline=None)
@given(
    features=st.integers(1, 20),
    width=st.integers(1, 40),
    depth=st.integers(1, 3),
    batch=st.integers(1, 70),
    scale=st.sampled_from([0.001, 0.01, 1.0]),  # of the last most slopes are cut
    seed=st.integers(0, 1_000),
)
def test_both_learn_the_same_up_to_rounding(
    features: int, width: int, depth: int, batch: int, scale: float, seed: int
) -> None:
    shape = Architecture(features=features, width=width, depth=depth)
    learners = both(shape, seed)
    generator = np.random.default_rng(seed)
    stored = some_transitions(generator, scale)
    bars = np.arange(BARS, dtype=np.int32)

    for _ in range(5):
        places = generator.integers(0, len(stored), batch)
        # one that is less sure of its direction than rounding is moved by Adam all the same
        one, other = (
            float(learner.update(stored, places, discount=0.9, rate=1e-4)) for learner in learners
        )
        assert one == pytest.approx(other, rel=1e-3, abs=1e-6)

    mine, its = (learner.arrays() for learner in learners)
    for name, array in mine.items():
        assert array.dtype == its[name].dtype
        np.testing.assert_allclose(array, its[name], rtol=1e-3, atol=1e-4, err_msg=name)
    values = [learner.values(bars) for learner in learners]
    np.testing.assert_allclose(*values, rtol=1e-3, atol=5e-3)


def test_what_one_remembers_the_other_goes_on_from() -> None:
    shape = Architecture(features=5, width=16, depth=2)
    compiled, other = both(shape, 3)
    generator = np.random.default_rng(0)
    stored = some_transitions(generator, 0.01)
    for _ in range(20):
        compiled.update(stored, generator.integers(0, 500, 32), discount=0.9, rate=1e-3)

    other.load_arrays(compiled.arrays())
    other.updates = compiled.updates
    places = generator.integers(0, 500, 32)
    losses = [
        float(learner.update(stored, places, discount=0.9, rate=1e-3))
        for learner in (compiled, other)
    ]

    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    for name, weights in compiled.weights().items():
        np.testing.assert_allclose(weights, other.weights()[name], atol=1e-5)


@pytest.mark.parametrize("which", [0, 1])
def test_arrays_of_another_network_are_refused_and_nothing_changes(which: int) -> None:
    learner: QLearner = both(Architecture(features=5, width=16, depth=2), 0)[which]
    given = learner.arrays()
    given["adam.square"] = given["adam.square"][:-1]
    given["online"] += 1

    with pytest.raises(ValueError, match=r"adam\.square is not that of"):
        learner.load_arrays(given)

    assert not np.array_equal(learner.arrays()["online"], given["online"])


def test_the_weights_of_a_learner_that_was_just_made_are_untouched_by_its_warm_up() -> None:
    shape = Architecture(features=5, width=16, depth=2)

    made = CompiledQLearner(shape, np.zeros((9, 5), np.float32), 0.01)

    assert made.updates == 0
    for array in made.arrays().values():
        np.testing.assert_array_equal(array, 0.0)
