"""Instruments as they were traded, from a folder of files to the account."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aibt.market.actions import CorporateAction, back_adjusted
from aibt.market.bars import BarSeries, moment
from aibt.market.cache import BarCache
from aibt.market.calendar import AROUND_THE_WEEK, NEW_YORK
from aibt.market.catalog import MarketData, Resolved
from aibt.market.instruments import Instrument, actions_as_json, actions_of, as_traded
from aibt.market.raw import RawBars
from aibt.market.sources.csv_folder import CsvFolder
from aibt.market.validation import validate
from aibt.trading.ledger import exact
from aibt.trading.portfolio import Execution, Marks, Portfolio, Split
from tests.unit.market.builders import (
    COLUMNS,
    HOUR_NS,
    ManualClock,
    a_walk,
    assert_same,
    at,
    session_days,
    some_raw,
)
from tests.unit.market.nasdaq import nasdaq_daily

ORLY = "ORLY,2025-06-10,15:1,"
PRICES = ("open", "high", "low", "close")


def resolved(folder: Path, raw: RawBars, *rows: str, period: str = "", **within: str) -> Resolved:
    """Write bars and actions as a user would, and resolve them from the folder."""
    table = pd.DataFrame({name: getattr(raw, name) for name in (*PRICES, "volume")})
    table.insert(0, "time", pd.to_datetime(raw.opened_ns))
    table.to_csv(folder / f"{raw.symbol}.{raw.interval}.csv", index=False)
    if rows:
        text = "\n".join(("symbol,date,split,dividend", *rows))
        (folder / "actions.csv").write_text(text, encoding="utf-8")
    market = MarketData(
        [CsvFolder(folder)],
        ["csv"],
        cache=BarCache(folder / "cache"),
        clock=ManualClock("2025-11-01"),
        timeout_s=15,
        cache_max_age_s=3_600,
    )
    times = {
        name: datetime.fromisoformat(text).replace(tzinfo=UTC) for name, text in within.items()
    }
    return market.resolve(raw.symbol, period or raw.interval, **times)


def assert_close(one: BarSeries, other: BarSeries) -> None:
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)


def halving(*, symbol: str = "ABC") -> RawBars:
    """Return ten sessions from 2019-01-02 on; the price halves on the sixth, 2019-01-09."""
    walk = a_walk(10) * np.r_[np.full(5, 2.0), np.ones(5)]
    return some_raw(walk, symbol=symbol, interval="1d", opened_ns=session_days(10), open=walk)


def test_a_known_split_happens_to_the_account_at_the_prices_of_its_day(tmp_path: Path) -> None:
    raw = nasdaq_daily()["ORLY"]

    found = resolved(tmp_path, raw, ORLY, "ORLY,2025-08-01,,0.5", "AAPL,2025-08-11,,0.26")
    instrument = as_traded(found)

    for name in (*PRICES, "volume"):
        np.testing.assert_allclose(getattr(instrument.series, name), getattr(raw, name), rtol=1e-12)
    assert instrument.actions == (
        CorporateAction(symbol="ORLY", on=date(2025, 6, 10), split=15),
        CorporateAction(symbol="ORLY", on=date(2025, 8, 1), dividend=0.5),
    )
    assert found.series.close[0] == pytest.approx(raw.close[0] / 15)
    assert_close(back_adjusted(instrument.series, instrument.actions), found.series)
    assert (instrument.symbol, instrument.calendar) == ("ORLY", NEW_YORK)


def test_a_position_through_a_real_split_is_worth_what_the_market_makes_of_it(
    tmp_path: Path,
) -> None:
    found = resolved(tmp_path, nasdaq_daily()["ORLY"], ORLY)
    instrument = as_traded(found)
    traded, adjusted = instrument.series, found.series
    portfolio = Portfolio(Decimal(100_000))
    equities = []
    for bar in range(len(traded)):
        now = moment(traded.opened_ns[bar])
        for action in instrument.actions:
            if action.split is not None and action.on == now.date():
                before = portfolio.equity()
                split = Split(symbol="ORLY", ratio=exact(action.split), at=now)
                portfolio.apply(split)
                assert abs(portfolio.equity() - before) < Decimal("1e-20")
        if bar == 0:
            price = exact(float(traded.open[0]))
            portfolio.apply(
                Execution(
                    order_id="x",
                    symbol="ORLY",
                    quantity=Decimal(50),
                    price=price,
                    execution_price=price,
                    fee=Decimal(0),
                    at=now,
                    on=now.date(),
                )
            )
        close = exact(float(traded.close[bar]))
        portfolio.apply(Marks(prices={"ORLY": close}, at=moment(traded.ended_ns[bar])))
        equities.append(float(portfolio.equity()))

    expected = 100_000 + 50 * 15 * (adjusted.close - adjusted.open[0])
    np.testing.assert_allclose(equities, expected, rtol=1e-12)
    assert portfolio.quantity("ORLY") == 750


def test_without_its_action_a_split_is_reported_and_the_prices_are_left_alone(
    tmp_path: Path,
) -> None:
    found = resolved(tmp_path, nasdaq_daily()["ORLY"])
    instrument = as_traded(found)

    assert [jump.explained for jump in found.report.jumps] == [False]
    assert instrument.actions == ()
    assert_same(instrument.series, found.series)


def test_a_split_that_the_prices_do_not_show_does_not_happen(tmp_path: Path) -> None:
    calm = replace(halving(), **dict.fromkeys(PRICES, a_walk(10)))

    found = resolved(tmp_path, calm, "ABC,2019-01-09,2,", "ABC,2019-01-10,,0.1")

    assert [action.split for action in found.actions] == [2, None]
    assert [action.dividend for action in as_traded(found).actions] == [0.1]
    assert_same(as_traded(found).series, found.series)


def test_two_splits_are_both_put_back(tmp_path: Path) -> None:
    walk = a_walk(12) * np.repeat([30.0, 10.0, 100.0], 4)
    raw = some_raw(walk, symbol="ABC", interval="1d", opened_ns=session_days(12), open=walk)

    found = resolved(tmp_path, raw, "ABC,2019-01-14,1:10,", "ABC,2019-01-08,3,")
    instrument = as_traded(found)

    np.testing.assert_allclose(instrument.series.close, raw.close, rtol=1e-12)
    np.testing.assert_allclose(instrument.series.volume, raw.volume, rtol=1e-12)
    assert [(one.on.day, one.split) for one in instrument.actions] == [(8, 3), (14, 0.1)]
    assert_close(back_adjusted(instrument.series, instrument.actions), found.series)


@pytest.mark.parametrize(
    ("start", "end", "closes"),
    [("2019-01-10", "", slice(6, 10)), ("", "2019-01-07", slice(0, 3)), ("", "", slice(0, 10))],
)
def test_a_part_of_the_bars_has_the_prices_of_its_own_days(
    tmp_path: Path, start: str, end: str, closes: slice
) -> None:
    raw = halving()
    within = {name: text for name, text in (("start", start), ("end", end)) if text}

    traded = as_traded(resolved(tmp_path, raw, "ABC,2019-01-09,2,", **within)).series

    np.testing.assert_allclose(traded.close, raw.close[closes], rtol=1e-12)


def test_days_made_of_hours_have_the_prices_of_their_own_days(tmp_path: Path) -> None:
    days = ("2019-01-07", "2019-01-08", "2019-01-09", "2019-01-10")
    opened = np.concatenate([at(f"{day}T14:30") + np.arange(7) * HOUR_NS for day in days])
    walk = a_walk(28, sigma=0.002) * np.r_[np.full(14, 2.0), np.ones(14)]
    raw = some_raw(walk, symbol="ABC", opened_ns=opened, open=walk)

    found = resolved(tmp_path, raw, "ABC,2019-01-09,2,", period="1d")
    instrument = as_traded(found)

    assert [jump.explained for jump in found.report.jumps] == [True]
    np.testing.assert_allclose(instrument.series.close, raw.close[6::7], rtol=1e-12)
    assert [action.on for action in instrument.actions] == [date(2019, 1, 9)]


def test_actions_are_the_same_after_they_were_kept_as_json() -> None:
    actions = (
        CorporateAction(symbol="ABC", on=date(2025, 6, 10), split=1 / 3),
        CorporateAction(symbol="ABC", on=date(2025, 6, 11), dividend=0.1),
    )

    kept = json.loads(json.dumps(actions_as_json(actions)))

    assert actions_of("ABC", kept) == actions
    assert actions_of("ABC", [{"on": "2025-06-10", "split": 15}])[0].split == 15.0
    assert actions_as_json(()) == []


@pytest.mark.parametrize(
    "kept",
    [
        {"on": "2025-06-10"},
        {"on": "2025-06-10", "split": "15"},
        {"on": "2025-06-10", "split": -1},
        {"on": "2025-06-10", "split": 2, "dividend": 1},
        {"on": "10 June", "split": 2},
    ],
)
def test_what_is_no_action_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"one positive|isoformat"):
        actions_of("ABC", [kept])


def test_an_instrument_knows_the_hours_of_its_market() -> None:
    series, _ = validate(halving(symbol="BTC-USD"))

    instrument = Instrument(series=series)

    assert (instrument.symbol, instrument.calendar) == ("BTC-USD", AROUND_THE_WEEK)
    assert instrument.actions == ()
