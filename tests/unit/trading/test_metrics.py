"""Figures of an equity curve."""

import numpy as np
import pytest

from aibt.trading.metrics import bar_returns, max_drawdown, sharpe_ratio


def test_a_drawdown_is_the_largest_fall_from_a_peak() -> None:
    assert max_drawdown(np.array([100.0, 120.0, 90.0, 130.0, 117.0])) == pytest.approx(0.25)
    assert max_drawdown(np.array([1.0, 2.0, 3.0])) == 0.0
    assert max_drawdown(np.array([])) == 0.0


def test_a_loss_beyond_everything_is_a_drawdown_of_everything() -> None:
    assert max_drawdown(np.array([100.0, -20.0])) == 1.0


def test_the_sharpe_ratio_is_mean_over_deviation_by_the_year() -> None:
    equities = np.array([100.0, 101.0, 100.0, 103.0, 102.0])
    returns = np.diff(equities) / equities[:-1]

    expected = returns.mean() / returns.std(ddof=1) * np.sqrt(252)

    assert sharpe_ratio(equities, 252) == pytest.approx(expected)


@pytest.mark.parametrize("equities", [[100.0], [100.0, 101.0], [100.0, 100.0, 100.0]])
def test_the_sharpe_ratio_is_none_where_it_is_not_defined(equities: list[float]) -> None:
    assert sharpe_ratio(np.array(equities), 252) is None


def test_a_return_on_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive equity"):
        bar_returns(np.array([1.0, 0.0, 1.0]))


def test_a_drawdown_from_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive equity"):
        max_drawdown(np.array([0.0, 1.0]))
