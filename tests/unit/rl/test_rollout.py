from dataclasses import fields, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.environment import Floats, Indices
from aibt.rl.q_network import initial_weights
from aibt.rl.rollout import (
    InProcessWorkers,
    NumpyPolicy,
    Rollout,
    RolloutSetup,
    RolloutState,
    RolloutWorker,
    bars_within,
)
from tests.unit.rl.builders import SimpleAccounts, a_preparation, accounts_that_bust

PREPARATION = a_preparation()
WEIGHTS = initial_weights(PREPARATION.architecture, 5)


def a_setup(environments: int = 3) -> RolloutSetup:
    setup = PREPARATION.rollout_setups()[0]
    return replace(setup, environments=environments, all_environments=environments)


def a_worker(environments: int = 3) -> RolloutWorker:
    return RolloutWorker(a_setup(environments), SimpleAccounts)


POLICY = NumpyPolicy(a_setup().rows, PREPARATION.architecture, WEIGHTS)


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
    worker.collect(POLICY, epsilon=0.5, vector_steps=7, passes_wanted=None)
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

    crowd = many.collect(POLICY, epsilon=0.0, vector_steps=30, passes_wanted=None).transitions
    alone = one.collect(POLICY, epsilon=0.0, vector_steps=30, passes_wanted=None).transitions

    for name in ("bars", "sides", "actions", "next_sides"):
        columns = getattr(crowd, name).reshape(30, 40)
        np.testing.assert_array_equal(columns[:, 0], getattr(alone, name))
    met = np.stack([crowd.bars, crowd.sides])
    _, places = np.unique(met, axis=1, return_inverse=True)
    for place in range(places.max() + 1):  # at the same bar with the same side all do the same
        assert len(set(crowd.actions[places == place].tolist())) == 1


def test_environments_begin_spread_over_the_bars_and_the_first_at_their_start() -> None:
    train = PREPARATION.split.train
    setups = a_preparation(rollout_workers=3, environments=8).rollout_setups()

    begins = np.concatenate(
        [RolloutWorker(setup, SimpleAccounts).state().environment["bars"] for setup in setups]
    )

    assert begins[0] == train.start
    steps = np.diff(begins)
    assert steps.min() >= (len(train) - 1) // 8
    assert steps.max() <= (len(train) - 1) // 8 + 1
    assert begins[-1] < train.stop - 1


def test_explored_actions_are_drawn_equally() -> None:
    drawn = a_worker(50).collect(POLICY, epsilon=1.0, vector_steps=80, passes_wanted=None)

    shares = np.bincount(drawn.transitions.actions, minlength=4) / 4_000

    np.testing.assert_allclose(shares, 0.25, atol=0.03)


def test_a_round_stops_when_the_passes_that_are_wanted_have_ended() -> None:
    length = len(PREPARATION.split.train) - 1

    rollout = a_worker(2).collect(POLICY, epsilon=0.0, vector_steps=10_000, passes_wanted=2)

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


class Asked:
    """Likes one action, and keeps which bars it was asked about."""

    def __init__(self, action: int) -> None:
        self.action = action
        self.bars: list[Indices] = []

    def behaviour(self, bars: Indices, epsilon: float) -> Floats:
        self.bars.append(bars)
        probabilities = np.zeros((len(bars), 3, 4), np.float32)
        probabilities[..., self.action] = 1.0
        return probabilities


@settings(max_examples=40, deadline=None)
@given(
    before=st.integers(0, 200),
    steps=st.integers(1, 130),
    environments=st.integers(1, 5),
    busts=st.booleans(),
)
def test_a_policy_is_asked_once_about_every_bar_that_can_be_met_and_no_later_one(
    before: int, steps: int, environments: int, busts: bool
) -> None:
    factory = accounts_that_bust if busts else SimpleAccounts
    worker = RolloutWorker(a_setup(environments), factory)
    if before:
        worker.collect(POLICY, epsilon=1.0, vector_steps=before, passes_wanted=None)
    policy = Asked(action=2)

    rollout = worker.collect(policy, epsilon=0.0, vector_steps=steps, passes_wanted=None)

    [bars] = policy.bars
    assert bars.dtype == np.int32
    assert (np.diff(bars) > 0).all()
    assert set(rollout.transitions.bars.tolist()) <= set(bars.tolist())
    assert bars[-1] < PREPARATION.split.train.stop - 1
    assert (rollout.transitions.actions == 2).all()


@settings(max_examples=40, deadline=None)
@given(before=st.integers(0, 200), steps=st.integers(1, 130), environments=st.integers(1, 5))
def test_the_bars_ahead_are_all_that_can_be_met_and_the_one_after_each(
    before: int, steps: int, environments: int
) -> None:
    workers = InProcessWorkers([a_setup(environments)], accounts_that_bust)
    if before:
        workers.collect(Asked(1), epsilon=0.0, vector_steps=before, passes_wanted=None)
    ahead = workers.bars_ahead(steps)
    policy = Asked(action=2)

    workers.collect(policy, epsilon=0.0, vector_steps=steps, passes_wanted=None)

    [bars] = policy.bars
    np.testing.assert_array_equal(ahead, np.union1d(bars, bars + 1))


@settings(max_examples=100)
@given(
    at=st.lists(st.integers(20, 899), min_size=1, max_size=12),
    steps=st.integers(1, 40),
    stop=st.sampled_from([900, 9_000]),
)
def test_the_bars_within_some_steps_are_those_ahead_of_an_account_or_of_the_start(
    at: list[int], steps: int, stop: int
) -> None:
    found = bars_within(np.array(at, np.int32), start=20, steps=steps, stop=stop)

    expected = {bar + step for bar in [*at, 20] for step in range(steps)}
    assert found.dtype == np.int32
    assert found.tolist() == sorted(bar for bar in expected if bar < stop)


def test_what_a_policy_is_asked_depends_on_the_state_alone() -> None:
    worker, other = a_worker(4), a_worker(4)
    worker.collect(POLICY, epsilon=1.0, vector_steps=50, passes_wanted=None)
    other.load_state(worker.state())
    policies = Asked(0), Asked(3)

    for each, policy in zip((worker, other), policies, strict=True):
        each.collect(policy, epsilon=0.0, vector_steps=9, passes_wanted=None)

    np.testing.assert_array_equal(policies[0].bars[0], policies[1].bars[0])


def test_a_rollout_can_be_seen_as_steps_by_environments() -> None:
    length = len(PREPARATION.split.train) - 1

    rollout = a_worker(3).collect(POLICY, epsilon=0.5, vector_steps=length + 5, passes_wanted=None)

    shape = (-1, rollout.environments)
    bars, ends = (array.reshape(shape) for array in (rollout.transitions.bars, rollout.truncations))
    assert bars.shape == (length + 5, 3)
    np.testing.assert_array_equal(np.diff(bars, axis=0)[~ends[:-1]], 1)
    assert ends.sum() == rollout.passes == 3
