from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.rl import evaluation
from aibt.rl.evaluation import Evaluation, PartResult, buy_and_hold
from aibt.rl.preparation import Preparation
from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger
from tests.unit.rl.builders import a_preparation, a_sine

Values = Callable[[NDArray[np.int32]], NDArray[np.float32]]


def always(action: int) -> Values:
    def values(bars: NDArray[np.int32]) -> NDArray[np.float32]:
        found = np.zeros((len(bars), 3, 4), np.float32)
        found[:, :, action] = 1.0
        return found

    return values


def by_chance(seed: int) -> Values:
    table = np.random.default_rng(seed).random((10_000, 3, 4)).astype(np.float32)
    return lambda bars: table[bars]


def evaluated(preparation: Preparation, values: Values) -> dict[str, PartResult]:
    running = Evaluation(preparation)
    while not running.done:
        running.advance(values)
    return running.results


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_an_evaluation_is_what_a_ledger_says_of_the_same_decisions(seed: int) -> None:
    preparation = a_preparation(a_sine(260, noise=0.01))
    values, series = by_chance(seed), preparation.series
    part = preparation.split.test
    ledger = Ledger(10_000.0, preparation.parameters.costs)
    for bar in range(part.start, part.stop - 1):
        greedy = values(np.array([bar], np.int32))[0, ledger.side + 1].argmax()
        ledger.apply(int(greedy), series.open[bar + 1], bar + 1)
    ledger.move(0, series.close[part.stop - 1], part.stop - 1)

    result = evaluated(preparation, values)["out_of_sample"]

    assert result.profit == float(ledger.cash) - 10_000.0
    assert len(result.trades) == len(ledger.closed_trades)
    for told, trade in zip(result.trades, ledger.closed_trades, strict=True):
        assert told["profit"] == float(trade.profit)
        assert (told["open_at"], told["close_at"]) == (trade.opened_at, trade.closed_at)
    assert sum(float(str(trade["profit"])) for trade in result.trades) == pytest.approx(
        result.profit, abs=1e-6
    )


def test_a_policy_that_never_trades_earns_nothing_and_has_no_sharpe_ratio() -> None:
    result = evaluated(a_preparation(), always(0))["validation"]

    assert (result.profit, result.score, result.trades) == (0.0, 0.0, ())
    assert result.sharpe is None
    assert result.to_json()["max_drawdown"] == 0.0


def test_buying_and_holding_is_the_baseline_beside_it() -> None:
    preparation = a_preparation(a_sine(200, noise=0.01))

    results = evaluated(preparation, always(2))

    part = preparation.split.validation
    assert results["validation"].profit == pytest.approx(results["validation"].buy_and_hold)
    assert results["validation"].buy_and_hold == buy_and_hold(preparation, part)
    assert [trade["open_at"] for trade in results["validation"].trades] == [part.start + 1]
    assert [trade["close_at"] for trade in results["validation"].trades] == [part.stop - 1]


def test_slices_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    preparation = a_preparation(a_sine(300, noise=0.01))
    whole = evaluated(preparation, by_chance(3))

    monkeypatch.setattr(evaluation, "_MOST_BARS", 7)
    monkeypatch.setattr(evaluation, "_MOVES", 3)

    assert evaluated(preparation, by_chance(3)) == whole


def test_an_account_that_goes_bust_ends_there_and_scores_below_all_others() -> None:
    costs = Costs(fee_bps=9_000.0, slippage_bps=9_000.0)
    preparation = a_preparation(a_sine(200, noise=0.01), costs=costs)
    flipping = np.zeros((10_000, 3, 4), np.float32)
    flipping[::2, :, 2] = flipping[1::2, :, 3] = 1.0

    result = evaluated(preparation, lambda bars: flipping[bars])["validation"]

    assert result.score == -1e9
    assert result.profit <= -9_000.0
    assert len(result.trades) >= 1


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_values_that_are_not_finite_decide_nothing_and_score_below_all_others(odd: float) -> None:
    preparation = a_preparation(a_sine(200, noise=0.01))
    at = preparation.split.validation.start + 5

    def overflown(bars: NDArray[np.int32]) -> NDArray[np.float32]:
        values = always(0)(bars)
        values[bars == at] = odd
        return values

    results = evaluated(preparation, overflown)

    assert results["validation"].score < -1e6 < results["out_of_sample"].score
