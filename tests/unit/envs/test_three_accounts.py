"""Ledger (Decimal), one environment (float) and the batch (numba) are one account."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.market.features import WINDOW
from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger
from envs.rewards import BUST_REWARD
from envs.trading_env import TradingEnv
from envs.trading_vector_env import TradingVectorEnv
from tests.unit.trading.builders import balances, bars_and_actions, costs, some_bars

NEAR_BUST = 1e-6


def no_rows(bars: BarSeries) -> NDArray[np.float32]:
    return np.zeros((len(bars), 1), np.float32)


@given(bars_and_actions(), balances, costs)
@settings(max_examples=200)
def test_sides_and_fill_bars_are_the_same_and_money_is_within_a_billionth(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs
) -> None:
    bars, actions = drawn
    rows = no_rows(bars)
    single = TradingEnv(bars, balance=balance, costs=rates, rows=rows)
    batch = TradingVectorEnv(bars, num_envs=2, balance=balance, costs=rates, rows=rows)
    ledger = Ledger(balance, rates)
    single.reset()
    last = len(bars) - 1

    for bar, action in enumerate(actions, 1):
        before = ledger.side
        done = ledger.apply(action, bars.open[bar], bar)
        if bar == last and ledger.equity(bars.close[bar]) > 0:
            ledger.move(0, bars.close[bar], bar)
        equity = float(ledger.equity(bars.close[bar]))
        assume(abs(equity) > NEAR_BUST * balance)
        _, reward, terminated, truncated, info = single.step(np.int64(action))
        steps = batch.advance(np.array([action, action], np.int8))

        assert info["side"] == ledger.side == steps.next_sides[0]
        assert steps.sides[0] == before
        assert (done is not None) == (done is not None and done.bar == bar)
        scale = max(abs(equity), abs(float(ledger.cash)), balance)
        assert info["equity"] == pytest.approx(equity, rel=1e-9, abs=1e-9 * scale)
        assert steps.equities[0] == info["equity"] == steps.equities[1]
        assert steps.rewards[0] == np.float32(reward)
        assert (terminated, truncated) == (steps.terminations[0], steps.truncations[0])
        assert terminated == (equity <= 0)
        if terminated:
            assert reward == BUST_REWARD
            return
    assert truncated


@given(bars_and_actions(), costs, st.data())
@settings(max_examples=60)
def test_many_environments_are_as_many_single_ones_from_starts_of_their_own(
    drawn: tuple[BarSeries, list[int]], rates: Costs, data: st.DataObject
) -> None:
    bars, _ = drawn
    count = 3
    starts = data.draw(
        st.lists(st.integers(0, len(bars) - 2), min_size=count, max_size=count), label="starts"
    )
    rows = np.arange(2 * len(bars), dtype=np.float32).reshape(-1, 2) / 100
    batch = TradingVectorEnv(
        bars, num_envs=count, costs=rates, rows=rows, start=np.array(starts, np.int32)
    )
    singles = [TradingEnv(bars, costs=rates, rows=rows, start=start) for start in starts]
    observed, _ = batch.reset()
    np.testing.assert_array_equal(observed, [single.reset()[0] for single in singles])

    for _ in range(2 * len(bars)):
        actions = np.array(data.draw(st.lists(st.integers(0, 3), min_size=3, max_size=3)))
        observed, rewards, terminations, truncations, infos = batch.step(actions)
        for i, single in enumerate(singles):
            last, reward, terminated, truncated, info = single.step(actions[i])
            assert rewards[i] == np.float32(reward)
            assert infos["equity"][i] == info["equity"]
            assert (terminations[i], truncations[i]) == (terminated, truncated)
            if terminated or truncated:
                np.testing.assert_array_equal(infos["final_obs"][i], last)
                last, _ = single.reset()
            np.testing.assert_array_equal(observed[i], last)


@given(st.data(), costs)
@settings(max_examples=60)
def test_what_comes_after_a_bar_changes_nothing_up_to_it(data: st.DataObject, rates: Costs) -> None:
    count = 80
    walk = np.exp(np.cumsum(np.random.default_rng(data.draw(st.integers(0, 99))).normal(
        0, 0.02, 2 * count
    ))).reshape(2, count) * 100  # fmt: skip
    cut = data.draw(st.integers(35, count - 3), label="cut")
    other = walk.copy()
    other[:, cut + 1 :] = data.draw(st.floats(0.1, 1e4), label="future")
    policy = np.random.default_rng(data.draw(st.integers(0, 99), label="policy"))

    weights = policy.normal(size=(4, 100)).astype(np.float32)

    def told(opens: NDArray[np.float64], closes: NDArray[np.float64]) -> list[object]:
        bars = some_bars(opens.tolist(), closes.tolist())
        single = TradingEnv(bars, costs=rates, fit_until=34)
        batch = TradingVectorEnv(bars, num_envs=1, costs=rates, fit_until=34)
        observed, _ = single.reset()
        seen: list[object] = [observed.tolist(), batch.reset()[0].tolist()]
        for _ in range(cut - WINDOW):  # outcomes up to and including bar `cut`
            action = int((weights[:, : len(observed)] @ observed).argmax())
            observed, reward, _, _, info = single.step(np.int64(action))
            together = batch.step(np.array([action]))
            assert info["bar"] <= cut
            seen.append((action, observed.tolist(), reward, sorted(info.items())))
            seen.append((together[0].tolist(), together[1].tolist()))
        return seen

    assert told(*walk) == told(*other)


def test_a_bust_ends_the_episode_even_at_the_last_bar() -> None:
    bars = some_bars([100.0, 100.0, 100.0], [100.0, 100.0, 500.0])
    single = TradingEnv(bars, rows=no_rows(bars))
    batch = TradingVectorEnv(bars, num_envs=1, rows=no_rows(bars))
    single.reset()
    single.step(np.int64(3))
    batch.advance(np.array([3], np.int8))

    _, reward, terminated, truncated, info = single.step(np.int64(0))
    steps = batch.advance(np.array([0], np.int8))

    assert info["equity"] < 0
    assert (terminated, truncated, reward) == (True, False, BUST_REWARD)
    assert (bool(steps.terminations[0]), bool(steps.truncations[0])) == (True, False)
    assert batch.bars[0] == 0
    assert batch.sides[0] == 0


def test_a_position_at_the_end_of_the_bars_is_closed_at_the_last_close_with_its_costs() -> None:
    bars = some_bars([100.0, 100.0, 100.0], [100.0, 100.0, 110.0])
    rates = Costs(fee_bps=100, slippage_bps=0)
    single = TradingEnv(bars, balance=1_010.0, costs=rates, rows=no_rows(bars))
    single.reset()
    single.step(np.int64(2))

    *_, truncated, info = single.step(np.int64(0))

    assert truncated
    assert info["side"] == 0
    assert info["equity"] == pytest.approx(10 * 110 * 0.99)


@given(bars_and_actions(), costs, st.integers(0, 24))
@settings(max_examples=60)
def test_state_round_trips_in_the_middle_of_a_run_to_the_same_bits(
    drawn: tuple[BarSeries, list[int]], rates: Costs, cut: int
) -> None:
    bars, actions = drawn
    one, other = (
        TradingVectorEnv(bars, num_envs=2, costs=rates, rows=no_rows(bars)) for _ in range(2)
    )
    for action in actions[:cut]:
        one.advance(np.array([action, 3 - action], np.int8))
    other.load_state(one.state())

    for action in actions:
        ours = one.advance(np.array([action, 0], np.int8))
        theirs = other.advance(np.array([action, 0], np.int8))
        np.testing.assert_array_equal(ours.equities, theirs.equities)
        np.testing.assert_array_equal(ours.rewards, theirs.rewards)
    for name, array in one.state().items():
        np.testing.assert_array_equal(array, other.state()[name])
