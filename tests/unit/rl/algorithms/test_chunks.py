"""Chunks backwards: compiled, in torch, and as the formulas say it."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.rl.algorithms import chunks

Numbers = NDArray[np.float64]
WAYS = ["compiled", "in torch"]


def some_chunks(
    seed: int, batch: int = 3, bars: int = 6, *, cost: float = 0.3
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Values, growth and costs that nothing in common is known of."""
    generator = np.random.default_rng(seed)
    costs = cost * generator.random((3, 3))
    np.fill_diagonal(costs, 0.0)
    return (
        torch.tensor(generator.standard_normal((batch, bars + 1, 3)), dtype=torch.float32),
        torch.tensor(generator.standard_normal((batch, bars, 3)), dtype=torch.float32),
        torch.tensor(costs, dtype=torch.float32),
    )


def lambda_returns_of(way: str) -> Callable[..., torch.Tensor]:
    return chunks.lambda_returns if way == "compiled" else chunks._lambda_returns_in_torch


def policy_slopes_of(way: str) -> Callable[..., tuple[torch.Tensor, float]]:
    return chunks.policy_slopes if way == "compiled" else chunks._policy_slopes_in_torch


def returns_by_formula(
    values: Numbers, growth: Numbers, costs: Numbers, gamma: float, lambda_: float
) -> Numbers:
    """The recursion as it is written, from a bar and a side on. Shape [K, 3]."""
    bars = len(growth)

    def worth(bar: int, side: int) -> float:
        if bar == bars:
            return float(values[bar, side])
        after = max(range(3), key=lambda to: values[bar + 1, to] - costs[side, to])
        cost = costs[side, after]
        later = lambda_ * worth(bar + 1, after) + (1 - lambda_) * values[bar + 1, after] - cost
        return float(growth[bar, side] + gamma * later)

    return np.array([[worth(bar, side) for side in range(3)] for bar in range(bars)])


@pytest.mark.parametrize("way", WAYS)
@given(
    seed=st.integers(0, 10_000),
    bars=st.integers(1, 7),
    gamma=st.floats(0.0, 1.0),
    lambda_=st.floats(0.0, 1.0),
)
@settings(max_examples=25)
def test_lambda_returns_are_what_the_formula_says(
    way: str, seed: int, bars: int, gamma: float, lambda_: float
) -> None:
    values, growth, costs = some_chunks(seed, bars=bars)

    found = lambda_returns_of(way)(values, growth, costs, gamma, lambda_)

    assert found.shape == growth.shape
    for chunk in range(len(values)):
        expected = returns_by_formula(
            values[chunk].double().numpy(), growth[chunk].double().numpy(),
            costs.double().numpy(), gamma, lambda_,
        )  # fmt: skip
        np.testing.assert_allclose(found[chunk].numpy(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_where_nothing_to_come_counts_a_return_is_the_growth(way: str) -> None:
    values, growth, costs = some_chunks(1)

    torch.testing.assert_close(lambda_returns_of(way)(values, growth, costs, 0.0, 0.65), growth)


@pytest.mark.parametrize("way", WAYS)
def test_with_lambda_0_one_bar_is_looked_ahead(way: str) -> None:
    values, growth, costs = some_chunks(2)

    best = (values[:, 1:].unsqueeze(2) - costs).amax(3)

    found = lambda_returns_of(way)(values, growth, costs, 0.9, 0.0)
    torch.testing.assert_close(found, growth + 0.9 * best)


@pytest.mark.parametrize("way", WAYS)
def test_with_lambda_1_the_values_choose_but_only_the_last_ones_count(way: str) -> None:
    values, growth, costs = some_chunks(3)
    more = values.clone()
    more[:, 1:-1] += 5.0  # all sides alike: the same is chosen

    one, other = (
        lambda_returns_of(way)(given, growth, costs, 0.9, 1.0) for given in (values, more)
    )

    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("way", WAYS)
def test_of_values_that_are_right_the_returns_are_the_values(way: str) -> None:
    """The fixed point of Bellman's equation, whatever λ is."""
    _, growth, costs = some_chunks(4, bars=5)
    values = torch.zeros(3, 6, 3)
    for bar in range(4, -1, -1):
        best = (values[:, bar + 1].unsqueeze(1) - costs).amax(2)
        values[:, bar] = growth[:, bar] + 0.97 * best

    for lambda_ in (0.0, 0.65, 1.0):
        found = lambda_returns_of(way)(values, growth, costs, 0.97, lambda_)
        torch.testing.assert_close(found, values[:, :-1])


def reward_by_enumeration(
    values: Numbers, growth: Numbers, costs: Numbers, temperature: float
) -> float:
    """The expected reward of a chunk, over every path of sides there is."""
    bars, expected = len(growth), 0.0
    logits = (values[:-1, None, :] - costs) / temperature
    chances = np.exp(logits - logits.max(axis=2, keepdims=True))
    chances /= chances.sum(axis=2, keepdims=True)
    for path in product(range(3), repeat=bars + 1):
        chance, reward = 1 / 3, 0.0
        for bar in range(bars):
            before, after = path[bar], path[bar + 1]
            chance *= chances[bar, before, after]
            reward += growth[bar, after] - costs[before, after]
        expected += chance * reward
    return expected


@pytest.mark.parametrize("way", WAYS)
@given(seed=st.integers(0, 10_000), temperature=st.floats(0.2, 3.0))
@settings(max_examples=25)
def test_the_reward_of_a_policy_is_that_over_all_paths(
    way: str, seed: int, temperature: float
) -> None:
    values, growth, costs = some_chunks(seed, batch=2, bars=4)

    _, reward = policy_slopes_of(way)(values, growth, costs, 1.0, temperature)

    paid = costs.double().numpy()
    expected = [
        reward_by_enumeration(one.double().numpy(), earned.double().numpy(), paid, temperature)
        for one, earned in zip(values, growth, strict=True)
    ]
    assert float(reward) == pytest.approx(np.mean(expected) / 4, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("way", WAYS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_the_slopes_are_those_of_the_reward_over_all_paths(way: str, seed: int) -> None:
    values, growth, costs = some_chunks(seed, batch=1, bars=4)
    at, step = values[0].double().numpy(), 1e-5
    earned, paid = growth[0].double().numpy(), costs.double().numpy()

    slopes, _ = policy_slopes_of(way)(values, growth, costs, 1.0, 0.7)

    for bar in range(4):
        for side in range(3):
            up, down = at.copy(), at.copy()
            up[bar, side] += step
            down[bar, side] -= step
            higher, lower = (reward_by_enumeration(of, earned, paid, 0.7) for of in (up, down))
            slope = (higher - lower) / (2 * step)
            assert float(slopes[0, bar, side]) == pytest.approx(slope, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_with_gamma_0_a_slope_sees_its_own_bar_alone(way: str) -> None:
    values, growth, costs = some_chunks(5)
    others = growth.clone()
    others[:, 3:] = 7.0

    one, other = (policy_slopes_of(way)(values, of, costs, 0.0, 0.5)[0] for of in (growth, others))

    torch.testing.assert_close(one[:, :3], other[:, :3])
    assert not torch.allclose(one[:, 3:], other[:, 3:])


@given(
    seed=st.integers(0, 10_000),
    batch=st.integers(1, 5),
    bars=st.integers(1, 40),
    gamma=st.floats(0.0, 1.0),
)
@settings(max_examples=25)
def test_compiled_and_in_torch_are_the_same(seed: int, batch: int, bars: int, gamma: float) -> None:
    values, growth, costs = some_chunks(seed, batch, bars)

    returns = [lambda_returns_of(way)(values, growth, costs, gamma, 0.65) for way in WAYS]
    slopes = [policy_slopes_of(way)(values, growth, costs, gamma, 0.3) for way in WAYS]

    torch.testing.assert_close(*returns, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(slopes[0][0], slopes[1][0], rtol=1e-3, atol=1e-4)
    assert slopes[0][1] == pytest.approx(float(slopes[1][1]), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_a_policy_of_huge_values_overflows_nothing(way: str) -> None:
    values, growth, costs = some_chunks(6)

    slopes, reward = policy_slopes_of(way)(values * 1e6, growth, costs, 1.0, 0.3)

    assert torch.isfinite(slopes).all()
    assert np.isfinite(float(reward))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_given_is_changed(way: str) -> None:
    given_ = some_chunks(7)
    before = [tensor.clone() for tensor in given_]

    lambda_returns_of(way)(*given_, 0.9, 0.5)
    policy_slopes_of(way)(*given_, 0.9, 0.5)

    assert all(map(torch.equal, given_, before))
