"""What is known of every side is what the real accounts are paid."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.market.bars import BarSeries
from aibt.rl.algorithms.outcomes import move_costs, outcomes
from aibt.trading import account_rule
from aibt.trading.costs import Costs
from envs.trading_vector_env import TradingVectorEnv
from tests.unit.rl.builders import a_sine

SIDES = (-1, 0, 1)
FREE = Costs(fee_bps=0.0, slippage_bps=0.0)
ACTION_TO = {-1: 3, 0: 1, 1: 2}

prices = st.lists(st.floats(0.5, 2_000.0), min_size=4, max_size=12)
some_costs = st.builds(Costs, fee_bps=st.floats(0.0, 3_000.0), slippage_bps=st.floats(0.0, 1_000.0))


def bars_that_trade_at(opens: list[float]) -> BarSeries:
    """Bars that close where they open, so that a bar's growth is from one open to the next."""
    at = np.array(opens)
    like = a_sine(len(at))
    return BarSeries(
        symbol="X",
        interval=like.interval,
        opened_ns=like.opened_ns,
        ended_ns=like.ended_ns,
        open=at,
        high=at,
        low=at,
        close=at,
        volume=like.volume,
    )


def account_of(side: int, *, price: float = 1.0) -> tuple[float, float]:
    """Cash and quantity of an account worth 1 whose exposure is the side."""
    return 1.0 - side, side / price


def log_paid(held: int, wanted: int, costs: Costs) -> float:
    """What an account of exposure `held` loses by going to `wanted`, by the ledger's rule."""
    cash, quantity = account_of(held)
    fee, slippage = costs.fee_bps / 10_000, costs.slippage_bps / 10_000
    cash, quantity, *_ = account_rule.move(cash, quantity, 1.0, wanted, 1.0, fee, slippage)
    equity = account_rule.mark(cash, quantity, 1.0)
    return -log(equity) if equity > 0 else np.inf


@given(some_costs)
def test_a_change_of_side_costs_what_the_account_pays(costs: Costs) -> None:
    found = move_costs(costs)

    for held in SIDES:
        for wanted in SIDES:
            paid = min(log_paid(held, wanted, costs), 10.0)
            assert found[held + 1, wanted + 1] == pytest.approx(paid, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rate", [5_000.0, 9_999.0])
def test_costs_that_take_all_there_is_are_as_bad_as_the_environment_says(rate: float) -> None:
    costs = Costs(fee_bps=rate, slippage_bps=rate)

    found = move_costs(costs)

    assert np.isfinite(found).all()
    assert found[0, 1] == 10.0  # to buy back takes more than there is
    assert found[0, 2] == 10.0
    assert (found >= 0).all()


def test_what_is_free_costs_nothing() -> None:
    assert not move_costs(FREE).any()


@given(prices)
def test_a_side_held_from_one_open_to_the_next_earns_what_the_account_does(
    opens: list[float],
) -> None:
    found = outcomes(np.array(opens), FREE, unit=1.0).growth

    assert found.shape == (len(opens) - 2, 3)
    for at in range(len(opens) - 2):
        for side in SIDES:
            cash, quantity = account_of(side, price=opens[at + 1])
            equity = account_rule.mark(cash, quantity, opens[at + 2])
            earned = log(equity) if equity > 0 else -10.0
            # an account that is all but lost is told by what float32 rounding leaves of it
            assert found[at, side + 1] == pytest.approx(max(earned, -10.0), rel=1e-3, abs=1e-4)


@given(opens=prices, costs=some_costs, long=st.booleans())
def test_the_real_environment_pays_the_same_for_a_bar_long_or_short(
    opens: list[float], costs: Costs, long: bool
) -> None:
    """Bars that close where they open: a decision at t fills at t + 1, and earns at t + 2."""
    series = bars_that_trade_at([*opens, opens[-1]])
    environment = TradingVectorEnv(
        series, num_envs=1, costs=costs, start=0, observations="index",
        rows=np.zeros((len(series), 0), np.float32),
    )  # fmt: skip
    known = outcomes(np.array(opens), costs, unit=1.0)
    side = 1 if long else -1

    entered = float(environment.advance(np.array([ACTION_TO[side]], np.int8)).rewards[0])
    held = float(environment.advance(np.array([0], np.int8)).rewards[0])

    assert entered == pytest.approx(-known.costs[1, side + 1], rel=1e-4, abs=1e-5)
    assert held == pytest.approx(known.growth[0, side + 1], rel=1e-3, abs=1e-4)


@given(opens=st.lists(st.floats(50.0, 200.0), min_size=5, max_size=20))
def test_long_the_growth_of_a_whole_path_is_exact(opens: list[float]) -> None:
    found = outcomes(np.array(opens), FREE, unit=1.0).growth[:, 2]

    assert found.sum() == pytest.approx(log(opens[-1] / opens[1]), abs=1e-4)


def test_flat_nothing_is_earned() -> None:
    assert not outcomes(a_sine(50).open, FREE, unit=0.01).growth[:, 1].any()


@pytest.mark.parametrize("jump", [2.0, 2.5, 10.0, 1e6])
def test_short_of_a_price_that_doubles_all_is_lost_and_the_loss_has_a_floor(jump: float) -> None:
    found = outcomes(np.array([1.0, 1.0, jump, jump]), FREE, unit=0.5).growth

    assert found[0].tolist() == pytest.approx([-20.0, 0.0, log(jump) / 0.5])


def test_a_crash_has_the_same_floor() -> None:
    found = outcomes(np.array([1.0, 1.0, 1e-9, 1e-9]), FREE, unit=1.0).growth

    assert found[0, 2] == -10.0
    assert found[0, 0] == pytest.approx(log(2.0))


@given(st.floats(1e-4, 10.0))
def test_all_is_told_in_the_unit(unit: float) -> None:
    costs, opens = Costs(fee_bps=10.0, slippage_bps=5.0), a_sine(30).open

    whole, shared = (outcomes(opens, costs, unit=of) for of in (1.0, unit))

    np.testing.assert_allclose(shared.growth * unit, whole.growth, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(shared.costs * unit, whole.costs, rtol=1e-5, atol=1e-7)


@given(future=st.floats(0.1, 1_000.0), at=st.integers(2, 27))
def test_what_is_earned_at_a_bar_reads_two_opens_on_and_none_later(future: float, at: int) -> None:
    opens = a_sine(30, noise=0.01).open.copy()
    before = outcomes(opens, FREE, unit=1.0).growth
    opens[at + 1 :] = future

    after = outcomes(opens, FREE, unit=1.0).growth

    np.testing.assert_array_equal(before[: at - 1], after[: at - 1])
