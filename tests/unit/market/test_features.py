import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aibt.errors import BadBars
from aibt.market.features import FeatureStatistics, feature_table
from aibt.market.sources.synthetic import synthetic_bars
from aibt.market.validation import validate
from tests.unit.market.builders import a_series, a_walk

prices = st.lists(st.floats(0.01, 1e6), min_size=40, max_size=90)


@given(prices, st.integers(34, 39), st.sampled_from(["1h", "1d"]))
@settings(max_examples=60)
def test_row_t_is_the_last_row_of_the_table_over_the_bars_up_to_t(
    closes: list[float], cut: int, interval: str
) -> None:
    series = a_series(closes, interval=interval)
    whole = feature_table(series, window=8, fit_until=34)

    part = feature_table(series.slice(0, cut + 1), statistics=whole.statistics)

    assert part.rows[-1].tobytes() == whole.rows[cut].tobytes()
    assert part.names == whole.names


@given(prices, prices, st.integers(20, 30))
@settings(max_examples=60)
def test_bars_to_come_change_no_row_and_no_statistic(
    closes: list[float], others: list[float], cut: int
) -> None:
    one = feature_table(a_series(closes), window=8, fit_until=cut)

    other = feature_table(a_series([*closes[:cut], *others]), window=8, fit_until=cut)

    assert one.statistics == other.statistics
    assert one.rows[:cut].tobytes() == other.rows[:cut].tobytes()


@given(st.lists(st.floats(1e-6, 1e9), min_size=12, max_size=60), st.booleans())
@settings(max_examples=60)
def test_rows_are_finite_and_bounded_whatever_the_prices(closes: list[float], still: bool) -> None:
    series = a_series(closes[:1] * len(closes) if still else closes)

    rows = feature_table(series, window=4).rows

    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert np.abs(rows).max() <= 8


def test_the_window_holds_the_last_returns_oldest_first_in_training_volatilities() -> None:
    closes = a_walk(200)
    returns = np.diff(np.log(closes))

    table = feature_table(a_series(closes), window=5, fit_until=100)

    assert table.statistics.volatility == pytest.approx(returns[:99].std())
    np.testing.assert_allclose(
        table.rows[150, :5], returns[145:150] / returns[:99].std(), rtol=1e-5
    )
    assert table.names[:5] == ("return_4", "return_3", "return_2", "return_1", "return_0")
    assert table.warm_up == 5
    assert not table.rows[:5].any()


def test_the_level_of_a_mean_reverting_price_can_be_read_from_a_row() -> None:
    raw = synthetic_bars("OU", seed=1, count=6_000, symbol="OU-1", interval=a_series().interval)
    series, _ = validate(raw)
    level = np.log(series.close / 100)[2_000:]
    table = feature_table(series)

    def explained(wanted: str) -> float:
        columns = [at for at, name in enumerate(table.names) if name.startswith(wanted)]
        known = np.c_[table.rows[2_000:, columns].astype(np.float64), np.ones(len(level))]
        guess = known @ np.linalg.lstsq(known, level, rcond=None)[0]
        return float(1 - np.var(guess - level) / np.var(level))

    assert explained("return_") < 0.7
    assert explained("level_") > 0.95


def test_hours_are_told_for_intraday_bars_alone() -> None:
    hourly = feature_table(a_series(a_walk(60)), window=4)
    daily = feature_table(a_series(a_walk(60), interval="1d"), window=4)
    hours = [at for at, name in enumerate(hourly.names) if name.endswith(("of_day", "of_week"))]

    assert daily.names == hourly.names
    assert hourly.rows[4:, hours].any(axis=0).all()
    assert not daily.rows[:, hours].any()


def test_statistics_survive_json_to_the_bit() -> None:
    table = feature_table(a_series(a_walk(80)))

    again = FeatureStatistics.from_json(json.loads(json.dumps(table.statistics.to_json())))

    assert again == table.statistics


@pytest.mark.parametrize(
    "damage", [{"window": None}, {"scales": [1.0]}, {"centres": "abc"}, {"extra": 1}]
)
def test_damaged_statistics_are_refused(damage: dict[str, object]) -> None:
    good = feature_table(a_series(a_walk(80))).statistics.to_json()

    with pytest.raises(ValueError):  # noqa: PT011 - float's own words for some of them
        FeatureStatistics.from_json({**good, **damage})


def test_too_few_bars_to_learn_from_are_refused() -> None:
    with pytest.raises(BadBars, match="34 needed"):
        feature_table(a_series(a_walk(60)), fit_until=33)


@pytest.mark.parametrize("arguments", [{"window": 1}, {"fit_until": -1}, {"fit_until": 61}])
def test_arguments_out_of_range_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="but"):
        feature_table(a_series(a_walk(60)), **arguments)


def test_statistics_of_another_layout_are_refused() -> None:
    statistics = feature_table(a_series(a_walk(60))).statistics
    shorter = replace(statistics, centres=statistics.centres[1:], scales=statistics.scales[1:])

    with pytest.raises(ValueError, match="another kind"):
        feature_table(a_series(a_walk(60)), statistics=shorter)
