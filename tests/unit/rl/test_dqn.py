from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from aibt.errors import Invalid
from aibt.rl.algorithms import make_algorithm
from aibt.rl.algorithms.base import Problem
from aibt.rl.algorithms.dqn import DoubleDqn
from aibt.rl.network import Architecture
from aibt.rl.replay_buffer import Transitions
from aibt.rl.rollout import Rollout, RolloutWorker
from tests.unit.rl.builders import SimpleAccounts, a_preparation, some_parameters

BARS = 64


def a_problem(**changes: object) -> Problem:
    parameters = some_parameters(**changes)
    rows = np.random.default_rng(0).standard_normal((BARS, 5)).astype(np.float32)
    shape = Architecture(features=5, width=parameters.hidden_layers, depth=parameters.depth)
    return Problem(
        parameters=parameters,
        architecture=shape,
        rows=rows,
        train_start=0,
        train_opens=np.full(BARS, 100.0),
        reward_unit=0.01,
    )


def transitions(count: int, reward: Callable[..., np.ndarray], *, bust: bool) -> Transitions:
    generator = np.random.default_rng(1)
    bars = generator.integers(0, BARS - 1, count).astype(np.int32)
    actions = generator.integers(0, 4, count).astype(np.int8)
    return Transitions(
        bars=bars,
        sides=generator.integers(-1, 2, count).astype(np.int8),
        actions=actions,
        rewards=reward(bars, actions).astype(np.float32),
        next_sides=generator.integers(-1, 2, count).astype(np.int8),
        terminations=np.full(count, bust),
    )


def a_rollout(stored: Transitions) -> Rollout:
    worker = RolloutWorker(a_preparation().rollout_setups()[0], SimpleAccounts)
    policy = make_algorithm(a_preparation().problem)
    one = worker.collect(policy, epsilon=0.0, vector_steps=1, passes_wanted=None)
    truncations = np.zeros(len(stored), np.bool_)
    return replace(one, transitions=stored, truncations=truncations, passes=0)


def trained(algorithm: DoubleDqn, updates: int) -> DoubleDqn:
    for _ in range(updates):
        algorithm.update()
    return algorithm


def test_without_a_future_the_values_are_the_rewards_in_their_unit() -> None:
    algorithm = DoubleDqn(a_problem(batch_size=64, hidden_layers=16, lr=3e-3))
    stored = transitions(3_000, lambda _, actions: 0.01 * actions, bust=True)

    algorithm.learn_from([a_rollout(stored)])
    values = trained(algorithm, 1_000).values(np.arange(BARS, dtype=np.int32))

    np.testing.assert_allclose(values.mean(axis=(0, 1)), [0, 1, 2, 3], atol=0.1)


def test_a_truncated_transition_has_a_future_and_a_bust_has_none() -> None:
    means = []
    for bust in (True, False):
        algorithm = DoubleDqn(a_problem(batch_size=64, gamma=0.8, lr=3e-3))
        stored = transitions(3_000, lambda bars, _: np.full(len(bars), 0.01), bust=bust)
        algorithm.learn_from([a_rollout(stored)])
        means.append(
            float(trained(algorithm, 1_500).values(np.arange(BARS, dtype=np.int32)).mean())
        )

    assert means[0] == pytest.approx(1.0, abs=0.1)
    assert means[1] == pytest.approx(1.0 / (1 - 0.8), rel=0.1)


@pytest.mark.parametrize(("environments", "owed"), [(1, 25), (4, 25), (10, 10), (100, 1)])
def test_an_update_is_owed_for_as_many_transitions_as_there_are_environments_at_least_four(
    environments: int, owed: int
) -> None:
    algorithm = DoubleDqn(a_problem(environments=environments))

    algorithm.learn_from([a_rollout(transitions(100, lambda bars, _: bars * 0.0, bust=False))])

    assert algorithm.updates_owed == owed
    trained(algorithm, owed)
    assert algorithm.updates_owed == 0


def test_nothing_is_owed_before_there_is_a_full_batch() -> None:
    algorithm = DoubleDqn(a_problem(batch_size=50))
    some = a_rollout(transitions(20, lambda bars, _: bars * 0.0, bust=False))

    owed = []
    for _ in range(3):
        algorithm.learn_from([some])
        owed.append(algorithm.updates_owed)

    assert owed == [0, 0, 5]


def test_the_loss_is_none_before_the_first_update_and_finite_after() -> None:
    algorithm = DoubleDqn(a_problem())
    algorithm.learn_from([a_rollout(transitions(64, lambda bars, _: bars * 1e-4, bust=False))])

    assert algorithm.loss is None
    loss = trained(algorithm, 1).loss
    assert loss is not None
    assert loss >= 0


def test_a_state_of_another_network_is_refused() -> None:
    narrow, wide = (DoubleDqn(a_problem(hidden_layers=width)) for width in (8, 9))

    with pytest.raises(ValueError, match="online is not that of"):
        wide.load_state(narrow.state())


def test_an_algorithm_is_found_by_its_name() -> None:
    assert isinstance(make_algorithm(a_problem()), DoubleDqn)
    with pytest.raises(Invalid, match="none of counterfactual") as refused:
        some_parameters(algorithm="other")
    assert refused.value.field == "algorithm"


def test_two_hundred_updates_give_the_numbers_they_always_gave() -> None:
    """Golden: a change that moves these says so in CHANGELOG.

    The tolerance is for other processors, whose sums are rounded in another order.
    """
    algorithm = DoubleDqn(a_problem(batch_size=32, hidden_layers=16, seed=42))
    stored = transitions(
        500, lambda bars, actions: 0.01 * np.sin(bars) * (actions - 1.5), bust=False
    )
    algorithm.learn_from([a_rollout(stored)])

    trained(algorithm, 200)

    online = algorithm.state().tensors["online"]
    found = [float(np.abs(online).sum()), float((online**2).sum()), algorithm.loss]
    assert found == pytest.approx(GOLDEN, rel=1e-3)


GOLDEN = [75.77717590332031, 16.529014587402344, 0.2903640866279602]  # |w|, w², loss
