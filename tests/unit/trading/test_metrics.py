"""Figures of an equity curve."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.trading.metrics import (
    Drawdown,
    annual_rate,
    annual_return,
    bar_returns,
    calmar_ratio,
    deepest_drawdown,
    max_drawdown,
    mean_exposure,
    monthly_returns,
    sharpe_ratio,
    sortino_ratio,
    total_return,
    turnover,
    volatility,
)
from tests.unit.trading.builders import curves, some_times

Curve = NDArray[np.float64]
SCALE_FREE: list[Callable[[Curve], object]] = [
    total_return,
    lambda curve: annual_return(curve, 252),
    lambda curve: volatility(curve, 252),
    lambda curve: sharpe_ratio(curve, 252),
    lambda curve: sortino_ratio(curve, 252),
    max_drawdown,
    lambda curve: turnover(100 * float(curve.mean()), curve, 252),
]


def test_a_drawdown_is_the_largest_fall_from_a_peak() -> None:
    assert max_drawdown(np.array([100.0, 120.0, 90.0, 130.0, 117.0])) == pytest.approx(0.25)
    assert max_drawdown(np.array([1.0, 2.0, 3.0])) == 0.0
    assert max_drawdown(np.array([])) == 0.0


def test_a_loss_beyond_everything_is_a_drawdown_of_everything() -> None:
    assert max_drawdown(np.array([100.0, -20.0])) == 1.0


def test_a_drawdown_lasts_from_the_last_sight_of_the_peak_to_the_first_return_to_it() -> None:
    equities = np.array([100.0, 120.0, 120.0, 90.0, 90.0, 110.0, 120.0, 125.0, 117.0])

    assert deepest_drawdown(equities) == Drawdown(depth=0.25, peak=2, trough=3, recovery=6)


def test_a_drawdown_that_did_not_recover_has_no_recovery() -> None:
    fall = deepest_drawdown(np.array([100.0, 90.0, 99.0]))

    assert fall == Drawdown(depth=pytest.approx(0.1), peak=0, trough=1, recovery=None)


@pytest.mark.parametrize("equities", [[], [5.0], [5.0, 5.0], [1.0, 2.0, 2.0, 3.0]])
def test_a_curve_that_never_falls_has_no_drawdown(equities: list[float]) -> None:
    assert deepest_drawdown(np.array(equities)) is None


@given(curves())
def test_the_dates_of_a_drawdown_tell_its_depth(equities: Curve) -> None:
    fall = deepest_drawdown(equities)

    if fall is None:
        assert max_drawdown(equities) == 0
        return
    assert fall.depth == max_drawdown(equities)
    assert fall.depth == pytest.approx(1 - equities[fall.trough] / equities[fall.peak])
    assert equities[fall.peak] == equities[: fall.trough + 1].max()
    after = equities[fall.trough : fall.recovery]
    assert (after < equities[fall.peak]).all()


def test_the_sharpe_ratio_is_mean_over_deviation_by_the_year() -> None:
    equities = np.array([100.0, 101.0, 100.0, 103.0, 102.0])
    returns = np.diff(equities) / equities[:-1]

    expected = returns.mean() / returns.std(ddof=1) * np.sqrt(252)

    assert sharpe_ratio(equities, 252) == pytest.approx(expected)


def test_figures_of_a_curve_that_was_computed_by_hand() -> None:
    equities = np.array([100.0, 110.0, 99.0, 118.8])  # returns 0.1, -0.1, 0.2

    assert total_return(equities) == pytest.approx(0.188)
    assert annual_return(equities, 6) == pytest.approx(1.188**2 - 1)
    assert volatility(equities, 4) == pytest.approx(2 * np.sqrt(0.07 / 3))
    assert sortino_ratio(equities, 4) == pytest.approx(2 * (0.2 / 3) / np.sqrt(0.01 / 3))
    assert calmar_ratio(annual_return(equities, 6), max_drawdown(equities)) == pytest.approx(
        (1.188**2 - 1) / 0.1
    )
    assert turnover(214.0, equities, 6) == pytest.approx(214.0 / 106.95 * 2)


@pytest.mark.parametrize("equities", [[100.0], [100.0, 101.0], [100.0, 100.0, 100.0]])
def test_the_sharpe_ratio_is_none_where_it_is_not_defined(equities: list[float]) -> None:
    assert sharpe_ratio(np.array(equities), 252) is None


@pytest.mark.parametrize("equities", [[100.0], [100.0, 99.0], [100.0, 100.0, 101.0]])
def test_the_sortino_ratio_is_none_where_nothing_fell_or_one_bar_is_all(
    equities: list[float],
) -> None:
    assert sortino_ratio(np.array(equities), 252) is None


def test_what_a_curve_is_too_short_for_is_none() -> None:
    nothing, one, two = np.array([]), np.array([5.0]), np.array([5.0, 6.0])

    assert total_return(nothing) is annual_return(nothing, 252) is None
    assert (total_return(one), annual_return(one, 252)) == (0.0, None)
    assert volatility(two, 252) is None
    assert turnover(10.0, one, 252) is turnover(10.0, nothing, 252) is None
    assert mean_exposure(nothing) is mean_exposure(np.array([np.nan, np.inf])) is None


def test_a_calmar_ratio_needs_a_drawdown_and_a_rate_per_year() -> None:
    assert calmar_ratio(0.1, 0.0) is calmar_ratio(None, 0.5) is None


def test_who_lost_everything_or_more_lost_everything_per_year() -> None:
    assert annual_rate(-1.0, 10, 252) == annual_rate(-1.5, 10, 252) == -1.0


def test_a_rate_beyond_every_number_is_none() -> None:
    assert annual_rate(9.0, 1, 8_760) is None


def test_a_return_on_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive equity"):
        bar_returns(np.array([1.0, 0.0, 1.0]))
    with pytest.raises(ValueError, match="positive equity"):
        total_return(np.array([0.0, 1.0]))


def test_a_drawdown_from_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive equity"):
        max_drawdown(np.array([0.0, 1.0]))


@given(curves(), st.integers(-8, 8))
def test_a_figure_does_not_depend_on_how_much_money_there_is(equities: Curve, power: int) -> None:
    more = equities * 2.0**power  # exact, so that nothing is rounded otherwise

    assert [figure(more) for figure in SCALE_FREE] == [figure(equities) for figure in SCALE_FREE]


@given(curves(), st.floats(1.5, 5_000))
def test_ratios_grow_with_the_root_of_the_bars_per_year(equities: Curve, bars: float) -> None:
    for figure in (volatility, sharpe_ratio, sortino_ratio):
        once, by_year = figure(equities, 1.0), figure(equities, bars)
        if once is None:
            assert by_year is None
        else:
            assert by_year == pytest.approx(once * np.sqrt(bars))


@given(curves(fewest=5))
def test_a_curve_backwards_has_the_opposite_growth(equities: Curve) -> None:
    there, back = annual_return(equities, 50), annual_return(equities[::-1], 50)

    assert there is not None
    assert back is not None
    assert (1 + there) * (1 + back) == pytest.approx(1)


def test_exposure_is_the_mean_of_what_is_known() -> None:
    assert mean_exposure(np.array([0.0, 0.5, np.inf, 1.0])) == 0.5


def test_months_begin_where_the_month_before_ended() -> None:
    days = ["2024-01-30", "2024-01-31T23:59:59.999999999", "2024-02-01", "2024-02-29", "2024-04-01"]
    times = np.array(days, "datetime64[ns]").astype(np.int64)
    months = monthly_returns(times, np.array([100.0, 110.0, 99.0, 121.0, 60.5]))

    assert [(month.year, month.month) for month in months] == [(2024, 1), (2024, 2), (2024, 4)]
    assert [month.value for month in months] == pytest.approx([0.1, 0.1, -0.5])


@given(curves(), st.integers(3_600_000_000_000, 40 * 86_400_000_000_000))
def test_months_compound_to_the_whole_return(equities: Curve, step_ns: int) -> None:
    times = some_times(len(equities), step_ns=step_ns, first="1969-11-17")
    months = monthly_returns(times, equities)

    total = np.prod([1 + month.value for month in months]) - 1

    assert total == pytest.approx(total_return(equities), abs=1e-12)
    assert len({(month.year, month.month) for month in months}) == len(months)


def test_a_month_that_begins_with_nothing_is_left_out() -> None:
    times = some_times(3, step_ns=31 * 86_400_000_000_000)

    months = monthly_returns(times, np.array([100.0, 0.0, 0.0]))

    assert [(month.month, month.value) for month in months] == [(1, 0.0), (2, -1.0)]
    assert monthly_returns(some_times(0), np.array([])) == []


def test_months_need_a_time_for_each_equity() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) times"):
        monthly_returns(some_times(2), np.array([1.0]))
