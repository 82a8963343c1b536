from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.rl.q_network import initial_weights
from aibt.rl.rollout import NumpyPolicy, RolloutWorker, ShownSteps
from aibt.rl.shown import ShownAccount
from aibt.trading.costs import Costs
from envs.factory import trading_environments
from tests.unit.rl.builders import a_preparation, a_sine

PREPARATION = a_preparation(
    a_sine(320, noise=0.01), window=32, costs=Costs(fee_bps=5, slippage_bps=2)
)


def a_worker() -> RolloutWorker:
    return RolloutWorker(PREPARATION.rollout_setups()[0], trading_environments)


def a_policy(seed: int = 0) -> NumpyPolicy:
    weights = initial_weights(PREPARATION.architecture, seed)
    return NumpyPolicy(PREPARATION.table.rows, PREPARATION.architecture, weights)


def a_shown_account() -> ShownAccount:
    return ShownAccount(
        PREPARATION.series,
        start=PREPARATION.split.train.start,
        balance=10_000.0,
        costs=PREPARATION.parameters.costs,
    )


def profits(account: ShownAccount) -> float:
    return sum(float(str(trade["profit"])) for trade in account.trades())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 100), chunk=st.integers(1, 30))
def test_the_trades_shown_are_those_of_the_environment_to_the_cent(seed: int, chunk: int) -> None:
    worker, policy, account = a_worker(), a_policy(seed), a_shown_account()

    for _ in range(200 // chunk):
        rollout = worker.collect(policy, epsilon=0.1, vector_steps=chunk, passes_wanted=None)
        account.follow(rollout.shown)
        if account.trade_count <= 50:
            assert account.profit == pytest.approx(profits(account), abs=0.005)
            assert len(account.trades()) == account.trade_count

    assert account.last_pass is not None


def test_a_pass_that_ended_is_shown_until_the_next_begins() -> None:
    worker, account = a_worker(), a_shown_account()
    account.follow(
        worker.collect(a_policy(), epsilon=0.1, vector_steps=9_999, passes_wanted=1).shown
    )

    ended = account.last_pass
    assert ended is not None
    assert (ended.profit, ended.trades) == (account.profit, account.trade_count)
    assert account.day == PREPARATION.split.train.stop - 1

    account.follow(
        worker.collect(a_policy(), epsilon=0.1, vector_steps=1, passes_wanted=None).shown
    )
    assert account.day == PREPARATION.split.train.start + 1
    assert account.last_pass == ended


def test_only_the_last_fifty_closed_trades_and_the_open_one_are_kept() -> None:
    worker, account = a_worker(), a_shown_account()

    rollout = worker.collect(a_policy(), epsilon=1.0, vector_steps=9_999, passes_wanted=1)
    shown, few = rollout.shown, 60
    one_after_another = ShownSteps(
        **{
            **{field.name: getattr(shown, field.name)[:few] for field in fields(shown)},
            "actions": np.array([2, 3] * (few // 2), np.int8),
        }
    )
    account.follow(one_after_another)

    assert account.trade_count == 60
    assert len(account.trades()) == 51
    opened = np.array([trade["open_at"] for trade in account.trades()], np.int64)
    assert (np.diff(opened) > 0).all()
