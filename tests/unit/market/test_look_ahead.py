"""No row knows what comes after its bar; and a feature that did would be caught here."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from aibt.market import features
from aibt.market.bars import BarSeries
from aibt.market.features import FeatureTable, feature_table
from tests.unit.market.builders import a_series, a_walk
from tests.unit.market.look_ahead import Column, Maker, next_return, with_column

LEARNED = 60  # bars that statistics may see


def looks_ahead(
    closes: Sequence[float], table: Callable[..., FeatureTable] = feature_table
) -> bool:
    """Whether a row, or a statistic, is another one where the bars after it are others."""
    whole = table(a_series(closes), window=8, fit_until=LEARNED)
    for cut in range(LEARNED, len(closes) - 1, 7):
        known = table(a_series(closes[: cut + 1]), window=8, fit_until=LEARNED)
        if known.statistics != whole.statistics:
            return True
        if known.rows.tobytes() != whole.rows[: cut + 1].tobytes():
            return True
    return False


def centred_mean(series: BarSeries) -> Column:
    return np.convolve(np.log(series.close), np.full(5, 0.2), mode="same")


def scaled_by_all_bars(series: BarSeries) -> Column:
    level = np.log(series.close)
    return (level - level.mean()) / level.std()


def place_between_all_lows_and_highs(series: BarSeries) -> Column:
    return (series.close - series.low.min()) / (series.high.max() - series.low.min())


def faint(series: BarSeries) -> Column:
    return np.arange(len(series)) % 3 + 1e-3 * next_return(series)


@pytest.mark.parametrize("seed", range(5))
def test_the_features_do_not_look_ahead(seed: int) -> None:
    assert not looks_ahead(a_walk(140, seed=seed))


@pytest.mark.parametrize(
    "column",
    [next_return, centred_mean, scaled_by_all_bars, place_between_all_lows_and_highs, faint],
)
def test_a_planted_feature_that_looks_ahead_is_caught(
    monkeypatch: pytest.MonkeyPatch, column: Maker
) -> None:
    monkeypatch.setattr(features, "_columns", with_column(column))

    assert looks_ahead(a_walk(140))


def test_statistics_of_all_bars_are_caught() -> None:
    def of_everything(series: BarSeries, **given: Any) -> FeatureTable:
        return feature_table(series, **{**given, "fit_until": None})

    assert looks_ahead(a_walk(140), of_everything)
