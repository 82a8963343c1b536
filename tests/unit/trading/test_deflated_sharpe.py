"""Expected values are the worked example of Bailey & López de Prado, 2014, and known limits."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.trading.metrics import (
    ReturnMoments,
    expected_maximum_sharpe,
    probabilistic_sharpe_ratio,
    return_moments,
)

# a yearly ratio of 2.5 over five years of 250 days; the trials' yearly ratios have variance ½
PAPER = ReturnMoments(sharpe=2.5 / sqrt(250), skewness=-3.0, kurtosis=10.0, bars=1_250)
VARIANCE = 0.5 / 250


def moments(sharpe: float, skewness: float = 0.0, kurtosis: float = 3.0) -> ReturnMoments:
    return ReturnMoments(sharpe=sharpe, skewness=skewness, kurtosis=kurtosis, bars=500)


def deflated(moments: ReturnMoments, variance: float, trials: int) -> float:
    return probabilistic_sharpe_ratio(moments, expected_maximum_sharpe(variance, trials))


def test_the_paper_s_example_is_met() -> None:
    assert expected_maximum_sharpe(VARIANCE, 100) == pytest.approx(0.1132, abs=5e-5)
    assert deflated(PAPER, VARIANCE, 100) == pytest.approx(0.9004, abs=5e-5)
    assert deflated(PAPER, VARIANCE, 46) == pytest.approx(0.9505, abs=5e-5)


def test_the_expected_maximum_is_that_of_normal_numbers() -> None:
    drawn = np.random.default_rng(0).standard_normal((20_000, 50)).max(axis=1).mean()

    assert expected_maximum_sharpe(1.0, 50) == pytest.approx(drawn, rel=0.02)


def test_of_one_trial_nothing_was_chosen() -> None:
    assert expected_maximum_sharpe(1.0, 1) == 0.0
    assert deflated(PAPER, 1.0, 1) == probabilistic_sharpe_ratio(PAPER)


@given(sharpe=st.floats(-0.3, 0.3), variance=st.floats(0, 0.01), trials=st.integers(1, 10_000))
def test_more_trials_never_make_it_surer(sharpe: float, variance: float, trials: int) -> None:
    few = deflated(moments(sharpe), variance, trials)
    many = deflated(moments(sharpe), variance, 2 * trials)

    assert 0.0 <= many <= few <= 1.0
    assert few <= probabilistic_sharpe_ratio(moments(sharpe))


@given(sharpe=st.floats(0.01, 0.3))
def test_losses_that_are_rare_and_large_make_it_less_sure(sharpe: float) -> None:
    usual = probabilistic_sharpe_ratio(moments(sharpe))

    assert probabilistic_sharpe_ratio(moments(sharpe, skewness=-2.0, kurtosis=9.0)) < usual
    assert probabilistic_sharpe_ratio(moments(sharpe), threshold=sharpe) == pytest.approx(0.5)


def test_it_is_as_often_above_95_per_cent_as_it_says_where_there_is_no_skill() -> None:
    returns = np.random.default_rng(1).standard_normal((2_000, 400))
    found = [return_moments(row) for row in returns]

    sure = np.mean([probabilistic_sharpe_ratio(one) > 0.95 for one in found if one is not None])

    assert sure == pytest.approx(0.05, abs=0.015)


def test_moments_are_those_of_the_distribution() -> None:
    drawn = np.random.default_rng(2).exponential(1.0, 400_000)
    found = return_moments(drawn)

    assert found is not None
    assert found.sharpe == pytest.approx(1.0, rel=0.01)
    assert found.skewness == pytest.approx(2.0, rel=0.05)
    assert found.kurtosis == pytest.approx(9.0, rel=0.1)


@pytest.mark.parametrize("returns", [[], [0.1, 0.2, 0.3], [0.0] * 50, [0.01] * 50])
def test_without_variation_there_are_no_moments(returns: list[float]) -> None:
    assert return_moments(np.array(returns)) is None


@pytest.mark.parametrize(("variance", "trials"), [(1.0, 0), (-1.0, 5), (float("nan"), 5)])
def test_what_is_no_number_of_trials_is_refused(variance: float, trials: int) -> None:
    with pytest.raises(ValueError, match="trials"):
        expected_maximum_sharpe(variance, trials)
