"""Intervals hold the truth as often as they say, and the same seed gives the same ones."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.trading.metrics import BootstrapIntervals, block_length, bootstrap_intervals
from aibt.trading.metrics import bootstrap as bootstrap_module
from aibt.trading.metrics.bootstrap import FEWEST_RETURNS

Curve = NDArray[np.float64]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def a_process(count: int, *, seed: int, memory: float = 0.0, mean: float = 0.001) -> Curve:
    """Return normal returns with deviation 0.01, each remembering a part of the one before."""
    shocks = generator(seed).standard_normal(count + 100) * math.sqrt(1 - memory**2)
    for at in range(1, len(shocks)):
        shocks[at] += memory * shocks[at - 1]
    return mean + 0.01 * shocks[100:]


@pytest.mark.parametrize("memory", [0.0, 0.4])
def test_the_truth_lies_within_about_as_often_as_the_level_says(memory: float) -> None:
    count, runs = 400, 300
    sharpe = 0.1 * math.sqrt(252)
    median_total = math.expm1(count * (0.001 - 0.01**2 / 2))

    found = [
        bootstrap_intervals(
            a_process(count, seed=seed, memory=memory), 252, generator(seed), resamples=400
        )
        for seed in range(runs)
    ]

    held = [each.sharpe.low <= sharpe <= each.sharpe.high for each in found if each.sharpe]
    totals = [each.total_return for each in found if each.total_return]
    held_totals = [each.low <= median_total <= each.high for each in totals]
    assert len(held) == len(held_totals) == runs
    assert 0.90 <= np.mean(held) <= 0.98
    assert 0.90 <= np.mean(held_totals) <= 0.98


def test_single_draws_would_be_too_sure_of_returns_that_follow_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    returns = a_process(2_000, seed=1, memory=0.6)
    blocks = bootstrap_intervals(returns, 252, generator()).sharpe
    monkeypatch.setattr(bootstrap_module, "block_length", lambda _: 1.0)

    single = bootstrap_intervals(returns, 252, generator()).sharpe

    assert blocks is not None
    assert single is not None
    assert blocks.high - blocks.low > 1.5 * (single.high - single.low)


def test_an_interval_is_as_wide_as_theory_says_of_independent_returns() -> None:
    count = 1_000
    found = bootstrap_intervals(a_process(count, seed=3), 252, generator(), resamples=4_000).sharpe

    assert found is not None
    by_lo = 2 * 1.96 * math.sqrt((1 + 0.1**2 / 2) / count * 252)  # Lo, 2002
    assert found.high - found.low == pytest.approx(by_lo, rel=0.1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000), st.integers(FEWEST_RETURNS, 300))
def test_the_same_seed_gives_the_same_interval(seed: int, count: int) -> None:
    returns = a_process(count, seed=seed)

    once, again = (bootstrap_intervals(returns, 252, generator(seed)) for _ in range(2))

    assert once == again
    assert once.sharpe is not None
    assert once.sharpe.low < once.sharpe.high


def test_how_many_are_drawn_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    returns = a_process(200, seed=5)
    whole = bootstrap_intervals(returns, 252, generator())

    monkeypatch.setattr(bootstrap_module, "_DRAWN_AT_ONCE", 700)

    assert bootstrap_intervals(returns, 252, generator()) == whole


def test_sums_of_blocks_are_those_of_the_values_drawn() -> None:
    values = np.arange(1.0, 24.0).reshape(1, -1)
    starts = generator(9).integers(0, 23, (50, 5))
    # the first block is the one that is cut off
    drawn = [
        sum(
            values[0, (start + step) % 23]
            for block, start in enumerate(row)
            for step in range(5 if block else 3)
        )
        for row in starts
    ]

    sums = bootstrap_module._resampled_sums(values, 5, 50, generator(9))

    assert sums[0].tolist() == pytest.approx(drawn)


def test_the_sharpe_interval_grows_with_the_root_of_the_bars_per_year() -> None:
    returns = a_process(100, seed=2)
    once, by_year = (bootstrap_intervals(returns, bars, generator()) for bars in (1, 100))

    assert once.sharpe is not None
    assert by_year.sharpe is not None
    assert by_year.sharpe.low == pytest.approx(10 * once.sharpe.low)
    assert by_year.total_return == once.total_return


@pytest.mark.parametrize(
    "returns",
    [
        np.zeros(0),
        np.full(FEWEST_RETURNS - 1, 0.01),
        np.r_[np.full(30, 0.01), -1.0],
        np.r_[np.full(30, 0.01), 1e200],
    ],
)
def test_too_few_returns_or_all_lost_or_made_of_nothing_have_no_interval(returns: Curve) -> None:
    found = bootstrap_intervals(returns, 252, generator())

    assert found == BootstrapIntervals(sharpe=None, total_return=None)


def test_an_account_that_never_moved_has_a_return_of_nothing_and_no_sharpe_ratio() -> None:
    found = bootstrap_intervals(np.zeros(50), 252, generator())

    assert found.sharpe is None
    assert found.total_return is not None
    assert (found.total_return.low, found.total_return.high) == (0.0, 0.0)


def test_an_account_that_moved_once_has_no_sharpe_interval_of_a_few_draws() -> None:
    returns = np.zeros(50)
    returns[20] = 0.01

    found = bootstrap_intervals(returns, 252, generator())

    assert found.sharpe is None or math.isfinite(found.sharpe.high)


def reference_length(values: Curve) -> float:
    """Return the rule of Politis & White (2004, corrected 2009) as the papers write it."""
    count = len(values)
    near = max(5, math.ceil(math.sqrt(math.log10(count))))
    longest = math.ceil(math.sqrt(count)) + near
    mean = values.mean()

    def covariance(lag: int) -> float:
        steps = range(count - abs(lag))
        return sum((values[t] - mean) * (values[t + abs(lag)] - mean) for t in steps) / count

    def small(lag: int) -> bool:
        bound = 2 * math.sqrt(math.log10(count) / count)
        return abs(covariance(lag) / covariance(0)) < bound

    width = longest
    for last in range(longest - near + 1):
        if all(small(last + lag) for lag in range(1, near + 1)):
            width = min(2 * max(last, 1), longest)
            break

    def window(part: float) -> float:
        return 1 if part <= 0.5 else 2 * (1 - part)

    lags = range(-width, width + 1)
    slope = sum(window(abs(lag) / width) * abs(lag) * covariance(lag) for lag in lags)
    spectrum = sum(window(abs(lag) / width) * covariance(lag) for lag in lags)
    length = (2 * slope**2 / (4 / 3 * spectrum**2)) ** (1 / 3) * count ** (1 / 3)
    return min(max(length, 1.0), math.ceil(min(3 * math.sqrt(count), count / 3)))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000), st.integers(20, 120), st.floats(-0.8, 0.9))
def test_the_length_of_blocks_is_that_of_the_papers(seed: int, count: int, memory: float) -> None:
    returns = a_process(count, seed=seed, memory=memory)

    expected = max(reference_length(returns), reference_length((returns - returns.mean()) ** 2))

    assert block_length(returns) == pytest.approx(expected)


def test_longer_memory_asks_for_longer_blocks() -> None:
    lengths = [block_length(a_process(3_000, seed=4, memory=memory)) for memory in (0, 0.3, 0.8)]

    assert lengths == sorted(lengths)
    assert lengths[0] < 5 < lengths[-1]


@pytest.mark.parametrize("returns", [np.zeros(100), np.array([0.1, 0.2]), np.array([0.1])])
def test_where_nothing_can_be_learnt_blocks_are_single(returns: Curve) -> None:
    assert block_length(returns) == 1.0
