"""A round's returns are those of each account alone, whatever ended in it."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.algorithms import rounds
from aibt.rl.algorithms.rounds import (
    Round,
    bars_met,
    batch_of,
    lessons_of,
    returns_of,
    round_of,
    taken,
)
from aibt.rl.environment import Floats
from aibt.rl.replay_buffer import Transitions
from aibt.rl.rollout import Rollout, RolloutSetup, RolloutWorker
from tests.unit.rl.builders import a_preparation, a_sine, accounts_that_bust

BARS = 20


class AnyPolicy:
    """Every action is as likely as any other."""

    def behaviour(self, bars: np.ndarray, epsilon: float) -> Floats:
        return np.full((len(bars), 3, 4), 0.25, np.float32)


def some_rollouts(
    seed: int, *, accounts: int = 4, steps: int = 30, workers: int = 1
) -> list[Rollout]:
    """Rollouts over few bars, so that accounts come to their end, and some lose too much."""
    preparation = a_preparation(
        a_sine(100, noise=0.01, seed=seed),
        algorithm="pqn",
        environments=accounts,
        rollout_workers=workers - 1 and workers,
        seed=seed,
    )
    found = []
    for setup in preparation.rollout_setups():
        assert isinstance(setup, RolloutSetup)
        worker = RolloutWorker(setup, accounts_that_bust)
        found.append(
            worker.collect(AnyPolicy(), epsilon=1.0, vector_steps=steps, passes_wanted=None)
        )
    return found


def account_by_account(rollouts: list[Rollout]) -> list[list[dict[str, Any]]]:
    """The steps of each account, as a list of dictionaries, in worker order."""
    found = []
    for rollout in rollouts:
        columns = {
            name: getattr(rollout.transitions, name).reshape(-1, rollout.environments)
            for name in ("bars", "sides", "actions", "rewards", "next_sides", "terminations")
        }
        columns["truncations"] = rollout.truncations.reshape(-1, rollout.environments)
        for account in range(rollout.environments):
            steps = len(columns["bars"])
            found.append(
                [{name: of[step, account] for name, of in columns.items()} for step in range(steps)]
            )
    return found


def future(bar: int, side: int) -> float:
    """What is expected from a bar and a side on: different everywhere."""
    return float(np.sin(7.0 * bar + 3.0 * side))


def returns_by_formula(
    steps: list[dict[str, Any]], *, unit: float, gamma: float, lambda_: float
) -> list[float]:
    """The λ-return of each step: the mix of all n-step returns, n bounded by the pass's end."""
    found = []
    for start in range(len(steps)):
        expected, discount, kept = 0.0, 1.0, 1.0
        for at in range(start, len(steps)):
            step = steps[at]
            expected += kept * discount * float(step["rewards"]) / unit
            discount *= gamma
            ahead = discount * future(int(step["bars"]) + 1, int(step["next_sides"]))
            if step["terminations"]:
                break
            if step["truncations"] or at == len(steps) - 1:
                expected += kept * ahead
                break
            expected += kept * (1 - lambda_) * ahead
            kept *= lambda_
        found.append(expected)
    return found


def a_round(rollouts: list[Rollout], *, unit: float = 1.0) -> Round:
    return round_of(rollouts, torch.from_numpy(bars_met(rollouts)), unit=unit)


def futures_of(found: Round) -> torch.Tensor:
    bars, sides = found.bars[found.at + 1].numpy(), found.to_sides.numpy() - 1
    return torch.from_numpy(np.vectorize(future)(bars, sides).astype(np.float32))


@settings(max_examples=25)
@given(
    seed=st.integers(0, 500),
    gamma=st.sampled_from([0.0, 0.5, 0.97, 1.0]),
    lambda_=st.sampled_from([0.0, 0.65, 0.95, 1.0]),
    workers=st.sampled_from([1, 2]),
)
def test_returns_are_those_of_each_account_alone(
    seed: int, gamma: float, lambda_: float, workers: int
) -> None:
    rollouts = some_rollouts(seed, workers=workers)
    found = a_round(rollouts, unit=0.02)

    returns = returns_of(found, futures_of(found), gamma=gamma, lambda_=lambda_)

    accounts = account_by_account(rollouts)
    assert tuple(returns.shape) == (30, len(accounts)) == tuple(found.at.shape)
    for place, steps in enumerate(accounts):
        expected = returns_by_formula(steps, unit=0.02, gamma=gamma, lambda_=lambda_)
        np.testing.assert_allclose(returns[:, place].numpy(), expected, rtol=1e-3, atol=1e-3)


def test_the_rounds_of_these_tests_hold_busts_truncations_and_passes_one_after_another() -> None:
    rounds = [a_round(some_rollouts(seed)) for seed in range(8)]

    assert any(found.ends.any() for found in rounds)
    assert any((found.breaks & ~found.ends).any() for found in rounds)
    assert any((found.breaks.sum(0) > 1).any() for found in rounds)


def test_a_truncation_looks_at_the_last_real_bar_and_never_at_the_one_after_the_reset() -> None:
    rollouts = some_rollouts(3, steps=120)
    found = a_round(rollouts)
    last = int(found.bars.max())
    assert (found.breaks & ~found.ends).any()

    at_the_end = found.bars[found.next_cells // 3] == last

    assert at_the_end[found.breaks & ~found.ends].all()
    assert (found.bars[found.next_cells // 3] == found.bars[found.cells // 3] + 1).all()
    assert torch.equal(found.next_cells % 3, found.to_sides)


def test_each_bar_that_is_met_is_there_once_and_the_one_after_it() -> None:
    rollouts = some_rollouts(1, workers=2)
    found = a_round(rollouts)

    bars = np.concatenate([rollout.transitions.bars for rollout in rollouts])
    expected = np.unique(np.concatenate([bars, bars + 1]))

    np.testing.assert_array_equal(found.bars.numpy(), expected)


@settings(max_examples=25)
@given(seed=st.integers(0, 100), more=st.sets(st.integers(0, 99)), workers=st.sampled_from([1, 2]))
def test_bars_that_were_foreseen_but_not_met_change_no_step(
    seed: int, more: set[int], workers: int
) -> None:
    rollouts = some_rollouts(seed, workers=workers)
    found = a_round(rollouts)
    bars = torch.tensor(sorted(more | set(found.bars.tolist())))

    other = round_of(rollouts, bars, unit=1.0)

    assert torch.equal(other.bars, bars)
    assert torch.equal(bars[other.at], found.bars[found.at])
    assert torch.equal(bars[other.next_cells // 3], found.bars[found.next_cells // 3])
    assert torch.equal(other.choices % 12, found.choices % 12)


@pytest.mark.parametrize("which", ["first", "a middle one", "last"])
def test_a_bar_that_was_not_foreseen_is_refused(which: str) -> None:
    rollouts = some_rollouts(1)
    bars = bars_met(rollouts)
    missing = {"first": 0, "a middle one": len(bars) // 2, "last": len(bars) - 1}[which]

    with pytest.raises(ValueError, match="not foreseen"):
        round_of(rollouts, torch.from_numpy(np.delete(bars, missing)), unit=1.0)


def test_a_round_keeps_nothing_of_the_arrays_it_was_given() -> None:
    rollouts = some_rollouts(1)
    found = a_round(rollouts)
    before = {
        name: getattr(found, name).clone() for name in ("rewards", "sides", "actions", "ends")
    }

    for rollout in rollouts:
        given_: Transitions = rollout.transitions
        for name in ("bars", "sides", "actions", "rewards", "next_sides", "terminations"):
            getattr(given_, name)[:] = 1
        rollout.truncations[:] = True

    for name, tensor in before.items():
        assert torch.equal(getattr(found, name), tensor)


@pytest.mark.parametrize("many", [0, 10_000], ids=["many to a bar", "few to a bar"])
@settings(max_examples=25)
@given(seed=st.integers(0, 100), data=st.data())
def test_a_batch_names_the_choices_of_its_accounts_steps(
    many: int, seed: int, data: st.DataObject
) -> None:
    found = a_round(some_rollouts(seed, accounts=6))
    accounts = np.array(
        data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True)), np.int64
    )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "_MANY", many)
        batch = batch_of(lessons_of(found, {"rewards": found.rewards}), accounts)

    def of(table: torch.Tensor) -> torch.Tensor:
        return table[:, accounts].t().flatten()

    met = found.bars[of(found.at)]
    assert torch.equal(batch.bars, torch.unique(met) if many else found.bars)
    assert torch.equal(batch.bars[batch.cells // 3], met)
    assert torch.equal(batch.cells % 3, of(found.sides))
    assert torch.equal(batch.choices // 4, batch.cells)
    assert torch.equal(batch.choices % 4, of(found.actions))
    assert torch.equal(batch.judged["rewards"], of(found.rewards))


def test_a_table_is_read_at_places_counted_row_by_row() -> None:
    table = torch.arange(24).view(2, 3, 4)

    assert taken(table, torch.tensor([[0, 5], [23, 5]])).tolist() == [[0, 5], [23, 5]]


@pytest.mark.parametrize("unit", [0.01, 2.0])
def test_rewards_are_told_in_the_markets_unit(unit: float) -> None:
    rollouts = some_rollouts(1)

    found = a_round(rollouts, unit=unit)

    paid = rollouts[0].transitions.rewards.reshape(30, 4)
    np.testing.assert_allclose(found.rewards.numpy() * unit, paid, rtol=1e-5, atol=1e-7)
