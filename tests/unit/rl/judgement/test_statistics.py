"""From accounts to figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.judgement.account import Account
from aibt.rl.judgement.report import CurveMetrics
from aibt.rl.judgement.statistics import (
    curve_metrics,
    deflated_sharpe,
    interval_of_mean,
    interval_of_total,
    log_returns,
    overfitting,
    pooled,
    summaries,
    variance_of_trials,
)
from aibt.trading.metrics import (
    expected_maximum_sharpe,
    probabilistic_sharpe_ratio,
    return_moments,
)


def an_account(seed: int, bars: int = 400, drift: float = 0.0) -> Account:
    generator = np.random.default_rng(seed)
    growth = drift + 0.01 * generator.standard_normal(bars)
    return Account(
        equities=np.exp(np.r_[0.0, np.cumsum(growth)]),
        sides=generator.integers(-1, 2, bars).astype(np.int8),
        trades=40,
        turnover=80,
    )


FLAT = Account(equities=np.ones(401), sides=np.zeros(400, np.int8), trades=0, turnover=0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 99), min_size=1, max_size=6))
def test_pooling_is_between_the_best_and_the_worst_bar_by_bar(seeds: list[int]) -> None:
    accounts = [an_account(seed) for seed in seeds]

    together = log_returns(pooled(accounts))

    each = np.array([log_returns(account) for account in accounts])
    assert (together <= each.max(axis=0) + 1e-12).all()
    assert (together >= each.min(axis=0) - 1e-12).all()


def test_pooling_one_account_changes_no_figure() -> None:
    account = an_account(3)

    one, same = curve_metrics(account, 250.0), curve_metrics(pooled([account]), 250.0)

    assert same.total_return == pytest.approx(one.total_return)
    assert (same.trades, same.turnover, same.exposure) == (40, 0.2, one.exposure)


def test_an_account_that_never_trades_has_figures_where_they_are_defined() -> None:
    metrics = curve_metrics(FLAT, 250.0)

    assert (metrics.total_return, metrics.mean_log_return, metrics.max_drawdown) == (0.0, 0.0, 0.0)
    assert (metrics.sharpe, metrics.sortino, metrics.calmar) == (None, None, None)
    assert deflated_sharpe(FLAT, 0.0, 5).probability is None


def test_a_summary_is_over_the_seeds_in_which_the_figure_is_defined() -> None:
    metrics = [curve_metrics(an_account(seed), 250.0) for seed in range(4)]

    found = summaries([*metrics, curve_metrics(FLAT, 250.0)])

    sharpes = np.array([one.sharpe for one in metrics], np.float64)
    assert found["sharpe"].median == pytest.approx(np.median(sharpes))
    assert found["sharpe"].mean_inner == pytest.approx(np.sort(sharpes)[1:3].mean())
    assert found["sharpe"].deviation == pytest.approx(sharpes.std(ddof=1))
    assert found["trades"].low == 0
    assert summaries([curve_metrics(FLAT, 250.0)])["sharpe"].median is None
    assert set(found) == set(CurveMetrics.__dataclass_fields__)


def test_the_total_s_interval_is_the_mean_s() -> None:
    account = an_account(1, drift=0.002)
    growth = interval_of_mean(log_returns(account), level=0.9, place=0)

    total = interval_of_total(growth, 400)

    assert total.value == pytest.approx(account.equities[-1] - 1)
    assert total.low is not None
    assert total.value is not None
    assert total.high is not None
    assert total.low < total.value < total.high
    assert total.above_zero == growth.above_zero
    assert total.level == 0.9


def test_a_total_beyond_every_number_is_none() -> None:
    growth = interval_of_mean(np.full(400, 2.0), level=0.9, place=0)

    assert interval_of_total(growth, 400).value is None


def test_few_bars_have_a_mean_and_no_interval() -> None:
    found = interval_of_mean(np.full(10, 0.01), level=0.95, place=0)

    assert found.value == pytest.approx(0.01)
    assert (found.low, found.high, found.above_zero) == (None, None, None)


def test_the_deflated_ratio_is_over_the_variance_of_all_trials() -> None:
    accounts = [an_account(seed, drift=0.001) for seed in range(6)]
    ratios = [np.diff(account.equities) / account.equities[:-1] for account in accounts]
    variance = np.var([one.mean() / one.std(ddof=1) for one in ratios], ddof=1)
    moments = return_moments(ratios[0])

    found = deflated_sharpe(accounts[0], variance_of_trials(accounts, 400, earlier=0), 20)

    assert moments is not None
    luck = expected_maximum_sharpe(float(variance), 20)
    assert found.probability == pytest.approx(probabilistic_sharpe_ratio(moments, luck))
    assert found.probability_above_zero is not None
    assert found.probability is not None
    assert found.probability < found.probability_above_zero


def test_of_trials_that_are_only_told_the_variance_is_that_of_luck() -> None:
    assert variance_of_trials([an_account(0)], 400, earlier=0) == 1 / 399


def test_seeds_that_are_alike_do_not_pardon_the_trials_made_before() -> None:
    alike, unlike = (
        [an_account(seed, drift=seed * drift) for seed in range(2)] for drift in (0.0, 0.05)
    )
    alike[1] = alike[0]

    assert variance_of_trials(alike, 400, earlier=0) == 0
    assert variance_of_trials(alike, 400, earlier=1_000) == 1 / 399
    assert variance_of_trials(unlike, 400, earlier=1_000) == variance_of_trials(
        unlike, 400, earlier=0
    )


def test_over_fitting_needs_more_than_one_trial() -> None:
    assert overfitting([an_account(0)]).probability is None
    found = overfitting([an_account(seed) for seed in range(5)])
    assert found.trials == 5
    assert found.combinations == 924
    assert found.probability is not None
