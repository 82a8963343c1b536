"""Known properties of symmetric cross-validation and of the interquartile mean."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from aibt.trading.metrics import interquartile_mean, mean_interval, probability_of_overfitting
from aibt.trading.metrics.curve import Curve


def noise(bars: int, trials: int, seed: int = 0) -> Curve:
    drawn: Curve = 0.01 * np.random.default_rng(seed).standard_normal((bars, trials))
    return drawn


def slowly(returns: Curve, blocks: int) -> float:
    """The paper's steps, one way at a time."""
    length = len(returns) // blocks
    parts = returns[len(returns) - length * blocks :].reshape(blocks, length, -1)
    below = []
    for taken in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[block] for block in taken])
        outside = np.concatenate([parts[block] for block in range(blocks) if block not in taken])
        best = (inside.mean(0) / inside.std(0)).argmax()
        scores = outside.mean(0) / outside.std(0)
        rank = 1 + (scores < scores[best]).sum()
        below.append(rank / (returns.shape[1] + 1) <= 0.5)
    return float(np.mean(below))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1_000), trials=st.integers(2, 9), bars=st.integers(40, 90))
def test_it_is_what_the_paper_s_steps_give_one_by_one(seed: int, trials: int, bars: int) -> None:
    returns = noise(bars, trials, seed)

    found = probability_of_overfitting(returns, 6)

    assert found is not None
    assert found.combinations == 20
    assert found.probability == pytest.approx(slowly(returns, 6))


def test_a_trial_that_is_better_throughout_is_no_accident() -> None:
    returns = noise(1_200, 10)
    returns[:, 3] += 0.01

    found = probability_of_overfitting(returns)

    assert found is not None
    assert (found.probability, found.loss, found.combinations) == (0.0, 0.0, 924)


def test_where_all_trials_are_noise_the_best_is_so_by_chance() -> None:
    found = [probability_of_overfitting(noise(600, 20, seed)) for seed in range(40)]

    mean = np.mean([one.probability for one in found if one is not None])

    assert mean == pytest.approx(0.5, abs=0.1)


def test_trials_fitted_to_each_half_alone_are_over_fitted() -> None:
    # as many trials as ways to be right in one block and wrong in the others
    returns = noise(1_200, 12)
    for trial in range(12):
        returns[:, trial] -= 0.002
        returns[100 * trial : 100 * (trial + 1), trial] += 0.01

    found = probability_of_overfitting(returns)

    assert found is not None
    assert found.probability > 0.9
    assert found.loss > 0.9


def test_order_and_scale_of_the_trials_do_not_matter() -> None:
    returns = noise(500, 6, 3)

    assert probability_of_overfitting(returns) == probability_of_overfitting(4 * returns[:, ::-1])


@pytest.mark.parametrize("shape", [(600, 1), (40, 5), (0, 5)])
def test_one_trial_or_too_few_bars_say_nothing(shape: tuple[int, int]) -> None:
    assert probability_of_overfitting(noise(*shape)) is None


@pytest.mark.parametrize("blocks", [0, 1, 7])
def test_blocks_that_cannot_be_halved_are_refused(blocks: int) -> None:
    with pytest.raises(ValueError, match="halved"):
        probability_of_overfitting(noise(100, 2), blocks)


def test_the_interquartile_mean_is_of_the_middle_half() -> None:
    assert interquartile_mean(np.array([8.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 700.0])) == 4.5
    assert interquartile_mean(np.array([1.0, 2.0, 900.0])) == pytest.approx(
        (0.25 * 1 + 2 + 0.25 * 900) / 1.5
    )
    assert interquartile_mean(np.zeros(0)) is None


@given(arrays.arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e6, 1e6)))
def test_the_interquartile_mean_is_between_the_extremes_and_blind_to_order(values: Curve) -> None:
    found = interquartile_mean(values)

    assert found is not None
    assert values.min() - 1e-6 <= found <= values.max() + 1e-6
    assert found == pytest.approx(interquartile_mean(values[::-1]), abs=1e-6)


def test_the_interval_of_a_mean_misses_the_truth_about_as_often_as_it_says() -> None:
    misses = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        found = mean_interval(generator.standard_normal(300), generator, resamples=500)
        assert found is not None
        misses += not found.low <= 0.0 <= found.high

    assert misses / 200 == pytest.approx(0.05, abs=0.04)


def test_the_interval_of_a_mean_counts_what_depends_on_its_neighbours() -> None:
    generator = np.random.default_rng(0)
    alone = generator.standard_normal(1_000)
    lasting = np.repeat(alone[:100], 10)

    free, bound = mean_interval(alone, generator), mean_interval(lasting, generator)

    assert free is not None
    assert bound is not None
    assert bound.high - bound.low > 2 * (free.high - free.low)


@pytest.mark.parametrize("values", [np.zeros(19), np.full(50, np.nan), np.r_[np.zeros(50), np.inf]])
def test_without_values_enough_there_is_no_interval(values: Curve) -> None:
    assert mean_interval(values, np.random.default_rng(0)) is None
