from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aibt.errors import BadBars
from aibt.market.actions import CorporateAction
from aibt.market.intervals import parse_interval
from aibt.market.raw import NO_TIME, RawBars
from aibt.market.sources.sample import Samples
from aibt.market.validation import FindingKind, validate
from tests.unit.market.builders import HOUR_NS, a_walk, at, session_days, some_raw
from tests.unit.market.nasdaq import nasdaq_daily

CALM = a_walk(60, sigma=0.002)


def with_rows(raw: RawBars, *rows: int) -> RawBars:
    return raw.taking(np.array(rows))


def changed(values: np.ndarray, **at_index: float) -> np.ndarray:
    copy = values.copy()
    for index, value in at_index.items():
        copy[int(index[1:])] = value
    return copy


def test_clean_bars_come_out_whole_with_nothing_said() -> None:
    series, report = validate(some_raw(CALM))

    assert len(series) == len(CALM)
    assert report.findings == ()
    assert report.notes() == ()


@pytest.mark.parametrize(
    ("symbol", "text", "bars"),
    [
        ("^GSPC", "1d", 5_031),
        ("^IXIC", "1d", 5_031),
        ("GOOGL", "1d", 2_335),
        ("EURUSD", "1h", 6_225),
    ],
)
def test_real_bars_crashes_included_come_out_whole(symbol: str, text: str, bars: int) -> None:
    raw = Samples().fetch(symbol, parse_interval(text), timeout_s=1)

    series, report = validate(raw)

    assert len(series) == bars
    assert report.findings == ()


def test_real_falls_are_no_splits_and_a_real_split_is_found_and_nothing_else() -> None:
    reports = {symbol: validate(raw)[1] for symbol, raw in nasdaq_daily().items()}

    found = {symbol: report.findings for symbol, report in reports.items() if report.findings}

    assert set(found) == {"ORLY"}
    assert [finding.kind for finding in found["ORLY"]] == [FindingKind.SPLIT]
    assert "15:1" in found["ORLY"][0].text
    assert found["ORLY"][0].at is not None
    assert found["ORLY"][0].at.date() == date(2025, 6, 10)
    assert reports["ORLY"].left_out == 0


def test_a_known_split_is_taken_out_of_the_prices_before_it() -> None:
    raw = nasdaq_daily()["ORLY"]
    split = CorporateAction(symbol="ORLY", on=date(2025, 6, 10), split=15)

    series, report = validate(raw, actions=[split])

    assert [finding.kind for finding in report.findings] == [FindingKind.ADJUSTED]
    assert np.abs(np.diff(np.log(series.close))).max() < 0.2
    assert series.close[-1] == raw.close[-1]
    assert series.close[0] == pytest.approx(raw.close[0] / 15)
    assert series.volume[0] == pytest.approx(raw.volume[0] * 15)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"close": changed(CALM, _5=np.nan)}, FindingKind.MISSING),
        ({"close": changed(CALM, _5=0.0)}, FindingKind.NOT_POSITIVE),
        ({"close": changed(CALM, _5=-3.0)}, FindingKind.NOT_POSITIVE),
        ({"high": changed(CALM + 1, _5=90.0), "low": CALM - 1}, FindingKind.RANGE),
    ],
)
def test_a_bar_whose_prices_cannot_be_is_left_out_and_reported(
    columns: dict[str, np.ndarray], kind: FindingKind
) -> None:
    whole = {"open": CALM, "high": CALM + 1, "low": CALM - 1, **columns}

    series, report = validate(some_raw(CALM, **whole))

    assert [(f.kind, f.index, f.left_out) for f in report.findings] == [(kind, 5, True)]
    assert len(series) == len(CALM) - 1
    assert "bar 5 (2020-01-01 05:00 UTC) was left out" in report.findings[0].text


def test_a_time_that_cannot_be_read_leaves_its_bar_out() -> None:
    raw = some_raw(CALM)
    opened = raw.opened_ns.copy()
    opened[7] = NO_TIME

    series, report = validate(some_raw(CALM, opened_ns=opened))

    assert [(f.kind, f.at) for f in report.findings] == [(FindingKind.NO_TIME, None)]
    assert len(series) == len(CALM) - 1


def test_a_missing_volume_counts_as_none_traded_and_the_bar_stays() -> None:
    volume = changed(np.full(len(CALM), 5.0), _3=np.nan, _4=-1.0)

    series, report = validate(some_raw(CALM, volume=volume))

    assert [finding.kind for finding in report.findings] == [FindingKind.VOLUME] * 2
    assert report.left_out == 0
    assert series.volume[2:6].tolist() == [5, 0, 0, 5]


def test_a_close_above_its_high_by_rounding_alone_is_mended() -> None:
    close = CALM * (1 + 1e-12)

    series, report = validate(some_raw(close, open=CALM, high=CALM, low=CALM))

    assert report.findings == ()
    assert (series.high >= series.close).all()


def test_a_bar_that_comes_twice_counts_once() -> None:
    raw = some_raw(CALM)

    series, report = validate(with_rows(raw, *range(10), 9, 9, *range(10, 60)))

    assert [(f.kind, f.index) for f in report.findings] == [
        (FindingKind.DUPLICATE, 10),
        (FindingKind.DUPLICATE, 11),
    ]
    assert len(series) == 60


def test_of_two_bars_with_one_time_and_other_prices_neither_is_believed() -> None:
    raw = some_raw(CALM, opened_ns=changed(some_raw(CALM).opened_ns, _11=at("2020-01-01T10:00")))

    series, report = validate(raw)

    assert {(f.kind, f.index) for f in report.findings} == {
        (FindingKind.CONFLICT, 10),
        (FindingKind.CONFLICT, 11),
    }
    assert len(series) == 58


def test_one_bar_from_the_far_future_does_not_cost_the_bars_after_it() -> None:
    rows = [*range(10), 59, *range(10, 59)]

    series, report = validate(with_rows(some_raw(CALM), *rows))

    assert [(f.kind, f.index) for f in report.findings] == [(FindingKind.ORDER, 10)]
    assert len(series) == 59


def test_a_spike_that_reverts_is_left_out() -> None:
    close = changed(CALM, _20=CALM[20] * 1.5)
    opens = np.r_[CALM[:1], CALM[:-1]]

    series, report = validate(some_raw(close, open=opens))

    assert [(f.kind, f.index) for f in report.findings] == [(FindingKind.BAD_TICK, 20)]
    assert series.close.max() < 110


def test_a_spike_in_otherwise_motionless_prices_is_left_out() -> None:
    close = changed(np.full(40, 100.0), _20=10_000.0)

    _, report = validate(some_raw(close, open=np.full(40, 100.0)))

    assert [finding.index for finding in report.of(FindingKind.BAD_TICK)] == [20]


def test_a_spike_of_the_open_alone_is_left_out() -> None:
    opens = changed(CALM, _20=CALM[20] / 2)

    _, report = validate(some_raw(CALM, open=opens))

    assert [finding.index for finding in report.of(FindingKind.BAD_TICK)] == [20]


def test_a_low_that_nothing_around_it_confirms_is_left_out() -> None:
    low = changed(CALM * 0.999, _20=0.01)

    _, report = validate(some_raw(CALM, open=CALM, low=low))

    assert [finding.index for finding in report.of(FindingKind.BAD_TICK)] == [20]


@pytest.mark.parametrize("fall", [0.9, 0.7, 0.5])
def test_a_crash_that_stays_down_is_no_bad_tick(fall: float) -> None:
    close = np.r_[CALM[:30], CALM[30:] * fall]

    series, report = validate(some_raw(close))

    assert len(series) == 60
    assert report.findings == ()


def test_a_market_that_always_swings_has_no_bad_ticks() -> None:
    close = np.where(np.arange(200) % 2 == 0, 100.0, 160.0)

    series, report = validate(some_raw(close))

    assert len(series) == 200
    assert report.findings == ()


@pytest.mark.parametrize(("ratio", "says"), [(2, "2:1"), (15, "15:1"), (0.1, "1:10")])
def test_an_overnight_jump_near_a_whole_ratio_is_reported_and_kept(ratio: float, says: str) -> None:
    close = np.r_[CALM[:30], CALM[30:] / ratio]
    opens = np.r_[close[:30], close[30:]]
    raw = some_raw(close, symbol="ABC", interval="1d", open=opens, opened_ns=session_days(60))

    series, report = validate(raw)

    assert [(f.kind, f.index, f.left_out) for f in report.findings] == [
        (FindingKind.SPLIT, 30, False)
    ]
    assert says in report.notes()[0]
    assert series.close.tolist() == close.tolist()


def test_a_split_that_prices_do_not_show_changes_nothing() -> None:
    raw = some_raw(CALM, symbol="ABC", interval="1d", opened_ns=session_days(60))
    splits = [
        CorporateAction(symbol="ABC", on=date(2019, 2, 4), split=ratio) for ratio in (2.0, 1.05)
    ]

    series, report = validate(raw, actions=splits)

    assert report.findings == ()
    assert series.close.tolist() == CALM.tolist()


def test_a_split_that_two_files_tell_of_is_taken_out_once() -> None:
    close = np.r_[CALM[:30], CALM[30:] / 2]
    raw = some_raw(close, symbol="ABC", interval="1d", open=close, opened_ns=session_days(60))
    on = np.datetime64(int(session_days(60)[30]), "ns").astype("datetime64[D]").item()
    split = CorporateAction(symbol="ABC", on=on, split=2)

    series, _ = validate(raw, actions=[split, split])

    assert series.close[0] == pytest.approx(CALM[0] / 2)


def test_pairs_and_indices_do_not_split() -> None:
    close = np.r_[CALM[:30], CALM[30:] / 2]
    for symbol in ("EURUSD", "^GSPC", "BTC-USD"):
        raw = some_raw(close, symbol=symbol, interval="1d", open=close, opened_ns=session_days(60))
        assert validate(raw)[1].findings == ()


@pytest.mark.parametrize(
    "raw",
    [
        some_raw(()),
        some_raw(np.full(30, np.nan)),
        some_raw(changed(CALM, **{f"_{i}": -1.0 for i in range(10, 20)})),
        some_raw(CALM, volume=np.ones(3)),
    ],
)
def test_what_cannot_be_mended_by_leaving_bars_out_is_refused(raw: RawBars) -> None:
    with pytest.raises(BadBars) as refused:
        validate(raw)

    assert refused.value.field == "symbol"


PRICE = st.one_of(st.floats(), st.floats(0.5, 200.0))


@given(
    st.lists(
        st.tuples(st.integers(0, 40), PRICE, PRICE, PRICE, PRICE, PRICE), min_size=0, max_size=25
    )
)
def test_whatever_a_source_says_the_outcome_is_a_sound_series_or_a_refusal(
    rows: list[tuple[float, ...]],
) -> None:
    columns = np.array(rows, np.float64).reshape(-1, 6).T
    raw = some_raw(
        columns[4],
        opened_ns=columns[0].astype(np.int64) * HOUR_NS,
        open=columns[1],
        high=columns[2],
        low=columns[3],
        volume=columns[5],
    )
    try:
        series, report = validate(raw)
    except BadBars:
        return
    assert len(series) + report.left_out == len(raw) == report.bars
