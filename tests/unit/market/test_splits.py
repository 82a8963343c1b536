"""Whether a jump looks like a split, from what is known when its first bar has ended."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.market.actions import CorporateAction
from aibt.market.calendar import NEW_YORK
from aibt.market.raw import RawBars
from aibt.market.splits import SplitJump, split_jumps, split_ratio
from aibt.market.validation import validate
from tests.unit.market.builders import at, session_days, some_raw
from tests.unit.market.nasdaq import nasdaq_daily


def ratio_on(raw: RawBars, day: str) -> float | None:
    index = int(np.flatnonzero(raw.opened_ns // (86_400 * 10**9) * (86_400 * 10**9) == at(day))[0])
    return split_ratio(raw.close[index - 1], raw.open[index], raw.close[index])


def test_of_three_real_falls_the_one_that_was_a_split_looks_like_one() -> None:
    bars = nasdaq_daily()

    assert ratio_on(bars["ORLY"], "2025-06-10") == 15
    assert ratio_on(bars["TTD"], "2025-08-08") is None
    assert ratio_on(bars["SNPS"], "2025-09-10") is None


def test_of_all_the_nights_of_the_nasdaq_one_alone_looks_like_a_split() -> None:
    found = [
        (symbol, ratio)
        for symbol, raw in nasdaq_daily().items()
        for night in range(1, len(raw))
        if (ratio := split_ratio(raw.close[night - 1], raw.open[night], raw.close[night]))
    ]

    assert found == [("ORLY", 15.0)]


def test_a_real_fall_is_traded_on_and_a_real_split_is_known_by_its_day() -> None:
    bars = nasdaq_daily()
    split = CorporateAction(symbol="ORLY", on=date(2025, 6, 10), split=15)

    jumps = {symbol: validate(raw)[1].jumps for symbol, raw in bars.items()}
    known = validate(bars["ORLY"], actions=[split])[1].jumps

    assert {symbol for symbol, found in jumps.items() if found} == {"ORLY"}
    (unknown,) = jumps["ORLY"]
    assert (unknown.ratio, unknown.explained, unknown.says) == (15, False, "15:1")
    assert unknown.date_ns == at("2025-06-10")
    assert known == (
        SplitJump(index=unknown.index, date_ns=unknown.date_ns, ratio=15, explained=True),
    )


@given(
    st.sampled_from((2, 3, 4, 5, 7, 10)),
    st.floats(0.1, 10_000),
    st.floats(-0.04, 0.04),
    st.floats(-0.02, 0.02),
)
def test_a_split_is_seen_through_the_markets_own_move(
    whole: int, before: float, overnight: float, session: float
) -> None:
    opened, back = before / whole * np.exp(overnight), before * whole * np.exp(overnight)

    assert split_ratio(before, opened, opened * np.exp(session)) == whole
    assert split_ratio(before, back, back * np.exp(session)) == 1 / whole


@given(st.floats(0.1, 10_000), st.floats(-0.34, 0.34), st.floats(-0.3, 0.3))
def test_an_everyday_move_is_no_split(before: float, overnight: float, session: float) -> None:
    opened = before * np.exp(overnight)

    assert split_ratio(before, opened, opened * np.exp(session)) is None


@pytest.mark.parametrize(
    ("opened", "closed"),
    [(61.0, 60.0), (40.0, 39.0), (50.0, 60.0), (50.0, 42.0), (150.0, 150.0), (170.0, 172.0)],
)
def test_a_great_move_that_is_near_no_whole_ratio_or_leaves_it_is_no_split(
    opened: float, closed: float
) -> None:
    assert split_ratio(100.0, opened, closed) is None


@pytest.mark.parametrize(
    ("on", "split", "explained"),
    [
        (date(2019, 1, 9), 2.0, True),  # the session of the jump
        (date(2019, 1, 10), 2.0, False),
        (date(2019, 1, 8), 2.0, False),
        (date(2019, 1, 9), 3.0, False),  # another ratio
    ],
)
def test_a_jump_is_explained_by_the_split_of_its_own_session(
    on: date, split: float, *, explained: bool
) -> None:
    closes = np.r_[np.full(5, 100.0), np.full(5, 50.0)]
    raw = some_raw(closes, symbol="ABC", interval="1d", opened_ns=session_days(10), open=closes)
    action = CorporateAction(symbol="ABC", on=on, split=split)

    series, report = validate(raw, actions=[action])

    assert [jump.explained for jump in report.jumps] == [explained]
    assert report.jumps[0].index == 5
    assert series.close[0] == (50 if explained else 100)


def test_indices_pairs_and_coins_do_not_split() -> None:
    closes = np.r_[np.full(5, 100.0), np.full(5, 50.0)]
    for symbol in ("^ABC", "EURUSD", "ABC-USD"):
        raw = some_raw(
            closes, symbol=symbol, interval="1d", opened_ns=session_days(10), open=closes
        )
        assert validate(raw)[1].jumps == ()
    assert split_jumps(raw.taking(np.array([0])), calendar=NEW_YORK, actions=()) == ()
