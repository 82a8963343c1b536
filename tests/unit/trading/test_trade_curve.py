"""The curve of a training's account, from its trades alone, is the one its ledger tells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aibt.live.events import Json
from aibt.market.bars import BarSeries, moment
from aibt.rl.evaluation import Evaluation
from aibt.rl.trade_record import TradeRecord
from aibt.trading.costs import Costs
from aibt.trading.ledger import Ledger
from aibt.trading.metrics import max_drawdown, round_trips, sharpe_ratio, win_rate
from aibt.trading.trade_curve import equity_of_trades, fills_of_trades
from tests.unit.rl.builders import a_preparation, a_sine
from tests.unit.trading.builders import DAY_NS, balances, bars_and_actions, costs, some_bars

Curve = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account over all bars: its trades as the wire has them, and the ledger's own curve."""

    trades: tuple[Mapping[str, Json], ...]
    equities: Curve
    ledger: Ledger


def an_account(
    bars: BarSeries, actions: list[int], balance: float, rates: Costs, *, ends: bool
) -> Account:
    """Take the actions, until nothing is left; close at the end where the account `ends`."""
    record, ledger = TradeRecord(bars, balance=balance, costs=rates), Ledger(balance, rates)
    equities = [ledger.equity(bars.close[0])]
    for bar, action in enumerate(actions):
        if equities[-1] > 0:
            record.decide(bar, action)
            ledger.apply(action, bars.open[bar + 1], bar + 1)
        elif ledger.side:
            record.close(bar)
            ledger.move(0, bars.close[bar], bar)
            equities[-1] = ledger.equity(bars.close[bar])
        equities.append(ledger.equity(bars.close[bar + 1]))
    last = len(bars) - 1
    if ends:
        record.close(last)
        ledger.move(0, bars.close[last], last)
        equities[-1] = ledger.equity(bars.close[last])
    told = record.trades(marked_at=last)
    return Account(trades=told, equities=np.array(equities, np.float64), ledger=ledger)


def close_to(balance: float, equities: Curve) -> dict[str, float]:
    """Return how far floats on the wire may be off: by some last digits of what was traded."""
    return {"rtol": 1e-9, "atol": 1e-9 * max(balance, float(np.abs(equities).max()))}


@given(bars_and_actions(), balances, costs, st.booleans())
def test_equity_at_each_close_is_the_ledgers(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs, ends: bool
) -> None:
    bars, actions = drawn
    account = an_account(bars, actions, balance, rates, ends=ends)

    found = equity_of_trades(
        account.trades, bars.close, balance=balance, fee=rates.fee_bps / 10_000
    )

    np.testing.assert_allclose(found, account.equities, **close_to(balance, account.equities))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_the_curve_of_an_evaluation_has_its_profit_sharpe_ratio_and_drawdown(seed: int) -> None:
    preparation = a_preparation(a_sine(260, noise=0.01))
    table = np.random.default_rng(seed).random((260, 3, 4)).astype(np.float32)
    running = Evaluation(preparation)
    while not running.done:
        running.advance(lambda bars: table[bars])

    for name, part in (
        ("validation", preparation.split.validation),
        ("out_of_sample", preparation.split.test),
    ):
        result = running.results[name]
        found = equity_of_trades(
            result.trades,
            preparation.series.close[: part.stop],
            balance=10_000.0,
            fee=preparation.parameters.costs.fee_bps / 10_000,
            start=part.start,
        )

        assert len(found) == len(part)
        assert found[0] == 10_000.0
        assert found[-1] - 10_000.0 == pytest.approx(result.profit, abs=1e-6)
        assert sharpe_ratio(found, preparation.bars_per_year) == pytest.approx(result.sharpe)
        assert max_drawdown(found) == pytest.approx(result.max_drawdown)


@given(bars_and_actions(), balances, costs, st.booleans())
def test_fills_of_trades_make_the_same_trades_again(
    drawn: tuple[BarSeries, list[int]], balance: float, rates: Costs, ends: bool
) -> None:
    bars, actions = drawn
    account = an_account(bars, actions, balance, rates, ends=ends)

    fills = fills_of_trades(
        account.trades, bars.opened_ns, symbol="TEST", fee=rates.fee_bps / 10_000
    )

    trips = round_trips(fills)
    closed = [trade for trade in account.trades if trade["close_at"] is not None]
    assert len(trips.closed) == len(closed)
    for trip, trade in zip(trips.closed, closed, strict=True):
        size = float(str(trade["open_amount"])) + float(str(trade["close_amount"]))
        assert trip.side == trade["side"]
        assert trip.opened_at == moment(bars.opened_ns[int(str(trade["open_at"]))])
        assert float(trip.profit) == pytest.approx(trade["profit"], rel=1e-9, abs=1e-12 * size)
    assert len(trips.open) == len(account.trades) - len(closed)
    if all(abs(float(trade.profit)) > 1e-6 * balance for trade in trips.closed):
        earned = [float(str(trade["profit"])) > 0 for trade in closed]
        assert win_rate(trips.closed) == (np.mean(earned) if earned else None)


def test_an_account_that_was_computed_by_hand() -> None:
    trade: dict[str, Json] = {
        "open_at": 1,
        "open_price": 10.0,
        "close_at": 3,
        "close_price": 14.0,
        "side": -1,
        "amount": 2.0,
        "profit": -8.48,  # (10 - 14) · 2 less 1% of 20 and of 28
    }
    closes = np.array([9.0, 11.0, 12.0, 13.0, 20.0])

    found = equity_of_trades([trade], closes, balance=100.0, fee=0.01)
    fills = fills_of_trades([trade], np.arange(5) * DAY_NS, symbol="A", fee=0.01)

    assert found.tolist() == pytest.approx([100.0, 97.8, 95.8, 91.52, 91.52])
    assert [(str(each.quantity), str(each.fee)) for each in fills] == [
        ("-2.0", "0.2000"),
        ("2.0", "0.2800"),
    ]


def test_without_trades_the_account_is_its_balance() -> None:
    closes = some_bars([1.0] * 5, [2.0] * 5).close

    assert equity_of_trades([], closes, balance=7.0, fee=0.1, start=2).tolist() == [7.0] * 3
    assert fills_of_trades([], np.zeros(0, np.int64), symbol="A", fee=0.1) == []


A_TRADE: dict[str, Json] = {
    "open_at": 1,
    "open_price": 10.0,
    "close_at": 2,
    "close_price": 14.0,
    "side": 1,
    "amount": 2.0,
    "profit": 8.0,
}


@pytest.mark.parametrize(
    "changes",
    [
        {"open_at": 3},
        {"close_at": 9},
        {"open_at": 0},
        {"amount": "2"},
        {"profit": None},
        {"side": True},
    ],
)
def test_a_trade_that_cannot_be_is_refused(changes: dict[str, Json]) -> None:
    with pytest.raises(ValueError, match="trade"):
        equity_of_trades([{**A_TRADE, **changes}], np.ones(5), balance=1.0, fee=0.0, start=1)


def test_trades_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 2 does not fit"):
        equity_of_trades([A_TRADE, A_TRADE], np.ones(5), balance=1.0, fee=0.0)


def test_a_fill_outside_the_bars_is_refused() -> None:
    with pytest.raises(ValueError, match="bar 2 is not one of 2 bars"):
        fills_of_trades([A_TRADE], np.zeros(2, np.int64), symbol="A", fee=0.0)
