"""Ledger (Decimal), one environment (float) and the batch (numba) are one account."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.market.bars import BarSeries
from aibt.market.features import WINDOW
from aibt.rl.environment import Trajectories
from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger
from envs.rewards import BUST_REWARD
from envs.trading_env import TradingEnv
from envs.trading_vector_env import TradingVectorEnv
from tests.unit.rl.builders import followed_step_by_step
from tests.unit.trading.builders import balances, bars_and_actions, costs, some_bars

NEAR_BUST = 1e-6
FIRST = WINDOW + 1  # bar of the first decision, where the statistics need the bars up to it


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

    held = 0.0
    for bar, action in enumerate(actions, 1):
        before = ledger.side
        done = ledger.apply(action, bars.open[bar], bar)
        if bar == last and ledger.equity(bars.close[bar]) > 0:
            done = ledger.move(0, bars.close[bar], bar) or done
        equity, cash = float(ledger.equity(bars.close[bar])), float(ledger.cash)
        assume(abs(equity) > NEAR_BUST * max(abs(cash), balance))
        _, reward, terminated, truncated, info = single.step(np.int64(action))
        steps = batch.advance(np.array([action, action], np.int8))

        assert info["side"] == ledger.side == steps.next_sides[0] == steps.next_sides[1]
        assert steps.sides[0] == before
        if bar < last:
            assert (done is not None) == (info["quantity"] != held)
        held = info["quantity"]
        assert info["equity"] == pytest.approx(equity, rel=1e-9)
        assert info["quantity"] == pytest.approx(float(ledger.quantity), rel=1e-9)
        # long with all there is, cash is the rounding that is left of the whole
        assert info["cash"] == pytest.approx(cash, rel=1e-9, abs=1e-9 * abs(equity))
        assert info["average_price"] == pytest.approx(float(ledger.average_price), rel=1e-9)
        assert info["fees"] == pytest.approx(float(sum(f.fee for f in ledger.fills)), rel=1e-9)
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
            assert (terminations[i], truncations[i]) == (terminated, truncated)
            if terminated or truncated:
                np.testing.assert_array_equal(infos["final_obs"][i], last)
                assert infos["final_info"]["equity"][i] == info["equity"]
                last, info = single.reset()
            assert infos["equity"][i] == info["equity"]
            np.testing.assert_array_equal(observed[i], last)


def seen_until(cut: int, bars: BarSeries, actions: list[int], rates: Costs) -> list[object]:
    """Return all that one, three with features and three with indices tell up to bar `cut`.

    Of the three, the first begins where the single one does and goes on to `cut`; the others
    begin later and wait at `cut`, in that their steps beyond it are not looked at.
    """
    starts = np.maximum(FIRST, [FIRST, cut - 2, cut - 1]).astype(np.int32)
    single = TradingEnv(bars, costs=rates)
    batches = [
        TradingVectorEnv(bars, num_envs=3, start=starts, costs=rates, observations=kind)
        for kind in ("features", "index")
    ]
    seen: list[object] = [single.reset()[0].tolist()]
    seen += [batch.reset()[0].tolist() for batch in batches]
    for step, action in enumerate(actions[: cut - FIRST], 1):
        observed, reward, terminated, _, info = single.step(np.int64(action))
        assert info["bar"] <= cut
        seen.append((observed.tolist(), reward, terminated, sorted(info.items())))
        known = starts + step <= cut
        for batch in batches:
            results = batch.step(np.full(3, action))
            seen.append([part[known].tolist() for part in (*results[:4], results[4]["equity"])])
        if terminated:
            break
    return seen


@given(st.data(), costs)
@settings(max_examples=60)
def test_what_comes_after_a_bar_changes_nothing_up_to_it(data: st.DataObject, rates: Costs) -> None:
    count = 60
    cut = data.draw(st.integers(FIRST, count - 3), label="cut")
    actions = data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    generator = np.random.default_rng(data.draw(st.integers(0, 99), label="past"))
    other = np.random.default_rng(data.draw(st.integers(100, 199), label="future"))
    spread = data.draw(st.sampled_from((0.01, 0.3)), label="spread")

    def columns(source: np.random.Generator) -> NDArray[np.float64]:
        prices = 100 * np.exp(np.cumsum(source.normal(0, spread, (2, count)), axis=1))
        return np.vstack([prices, source.uniform(0, 0.1, count), source.uniform(0, 1e6, count)])

    def series(table: NDArray[np.float64]) -> BarSeries:
        opens, closes, beyond, volumes = table
        return some_bars(opens.tolist(), closes.tolist(), beyond=beyond, volumes=volumes)

    past = columns(generator)
    changed = np.where(np.arange(count) > cut, columns(other), past)

    assert seen_until(cut, series(past), actions, rates) == seen_until(
        cut, series(changed), actions, rates
    )


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


@given(bars_and_actions(), costs)
@settings(max_examples=60)
def test_a_flat_account_neither_gains_nor_loses(
    drawn: tuple[BarSeries, list[int]], rates: Costs
) -> None:
    bars, actions = drawn
    batch = TradingVectorEnv(bars, num_envs=2, balance=123.0, costs=rates, rows=no_rows(bars))

    for action in actions:
        steps = batch.advance(np.array([action % 2, 0], np.int8))  # hold and close

        assert steps.equities.tolist() == [123.0, 123.0]
        assert steps.rewards.tolist() == [0.0, 0.0]


@given(bars_and_actions(), costs)
@settings(max_examples=60)
def test_costs_never_help_an_environment(drawn: tuple[BarSeries, list[int]], rates: Costs) -> None:
    bars, actions = drawn
    dear = TradingVectorEnv(bars, num_envs=1, costs=rates, rows=no_rows(bars))
    free = TradingVectorEnv(bars, num_envs=1, rows=no_rows(bars))

    for action in actions:
        with_costs = dear.advance(np.array([action], np.int8))
        without = free.advance(np.array([action], np.int8))

        if with_costs.terminations[0] or without.terminations[0]:
            return  # who paid costs held less, and may owe less
        assert with_costs.equities[0] <= without.equities[0] * (1 + 1e-9)


@given(bars_and_actions(), costs)
@settings(max_examples=60)
def test_a_new_position_is_worth_all_of_the_equity_at_the_price_it_filled_at(
    drawn: tuple[BarSeries, list[int]], rates: Costs
) -> None:
    bars, actions = drawn
    single = TradingEnv(bars, costs=rates, rows=no_rows(bars))
    single.reset()
    side = 0

    for bar, action in enumerate(actions[:-1], 1):  # at the last bar it is closed again
        _, _, terminated, _, info = single.step(np.int64(action))
        value = info["quantity"] * bars.open[bar]
        if info["side"] not in (0, side):
            assert value == pytest.approx(info["side"] * (info["cash"] + value), rel=1e-6)
        side = info["side"]
        if terminated:
            return


@given(bars_and_actions(), costs, st.data())
@settings(max_examples=100)
def test_following_a_table_is_advancing_step_by_step_to_the_bit(
    drawn: tuple[BarSeries, list[int]], rates: Costs, data: st.DataObject
) -> None:
    bars, _ = drawn
    count, steps = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 40))
    wanted = data.draw(st.none() | st.integers(1, 6), label="passes wanted")
    generator = np.random.default_rng(data.draw(st.integers(0, 99), label="seed"))
    thresholds = np.sort(generator.random((len(bars), 3, 3), dtype=np.float32), axis=-1)
    draws = generator.random((steps, count), dtype=np.float32)
    starts = generator.integers(0, len(bars) - 1, count).astype(np.int32)
    one, other = (
        TradingVectorEnv(bars, num_envs=count, costs=rates, rows=no_rows(bars), start=starts)
        for _ in range(2)
    )

    for _ in range(2):  # the second time from where the first one led
        found = one.follow(thresholds, draws, wanted)
        expected = followed_step_by_step(other, thresholds, draws, wanted)

        for field in fields(Trajectories):
            mine, its = getattr(found, field.name), getattr(expected, field.name)
            np.testing.assert_array_equal(mine, its, err_msg=field.name)
        for name, array in one.state().items():
            np.testing.assert_array_equal(array, other.state()[name], err_msg=name)
        np.testing.assert_array_equal(one.sides, other.sides)


def test_an_action_that_is_certain_is_taken_at_every_draw() -> None:
    bars = some_bars([100.0] * 9, [100.0] * 9)
    draws = np.array([[0.0, 0.5, np.nextafter(np.float32(1), np.float32(0))]] * 4, np.float32)
    for action in range(4):
        batch = TradingVectorEnv(bars, num_envs=3, rows=no_rows(bars))
        probabilities = np.eye(4, dtype=np.float32)[action]
        thresholds = np.tile(probabilities[:3].cumsum(), (9, 3, 1))

        assert (batch.follow(thresholds, draws).actions == action).all()


@pytest.mark.parametrize(
    ("thresholds", "draws"),
    [
        (np.zeros((8, 3, 3), np.float32), np.zeros((1, 2), np.float32)),
        (np.zeros((9, 3, 3)), np.zeros((1, 2), np.float32)),
        (np.zeros((9, 3, 3), np.float32), np.zeros((1, 3), np.float32)),
        (np.zeros((9, 3, 3), np.float32), np.zeros((1, 2))),
        (np.zeros((9, 3, 3), np.float32), np.zeros(2, np.float32)),
    ],
)
def test_a_table_or_draws_of_another_shape_are_refused(
    thresholds: NDArray[np.float32], draws: NDArray[np.float32]
) -> None:
    bars = some_bars([100.0] * 9, [100.0] * 9)

    with pytest.raises(ValueError, match="must be float32 of shape"):
        TradingVectorEnv(bars, num_envs=2, rows=no_rows(bars)).follow(thresholds, draws)
