from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aibt.errors import BadBars, NotFound
from aibt.market.bars import BarSeries
from aibt.market.catalog import Resolved
from aibt.market.dataset import digest_of, load_dataset, save_dataset
from aibt.market.validation import Report
from tests.unit.market.builders import HOUR_NS, a_series, assert_same


def resolved(series: BarSeries) -> Resolved:
    return Resolved(
        series=series,
        source="sample",
        fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
        age_s=0.0,
        made_from=None,
        notes=(),
        report=Report(bars=len(series)),
    )


PRICE = st.floats(5e-324, 1.7e308, exclude_min=False)


@given(st.lists(st.tuples(st.integers(1, 10**5), PRICE, st.floats(0, 1e300)), max_size=20))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_frozen_bars_come_back_to_the_bit(
    tmp_path: Path, rows: list[tuple[int, float, float]]
) -> None:
    steps, closes, volumes = (np.array([row[at] for row in rows]) for at in range(3))
    opened = np.cumsum(steps.astype(np.int64)) * HOUR_NS + 7  # odd nanoseconds, gaps
    series = a_series(closes, opened_ns=opened, volume=np.negative(volumes) * -1)

    digest = save_dataset(resolved(series), tmp_path)

    assert_same(load_dataset(digest, tmp_path), series)


def test_the_same_bars_are_kept_once_and_others_under_another_name(tmp_path: Path) -> None:
    one, same = a_series(), a_series()
    other = replace(one, volume=one.volume * (1 + 1e-15))

    names = {save_dataset(resolved(series), tmp_path) for series in (one, same, other)}

    assert len(names) == 2
    assert {path.stem for path in tmp_path.iterdir()} == names


@pytest.mark.parametrize(
    "change", [{"symbol": "OU-2"}, {"interval": a_series(interval="1d").interval}]
)
def test_symbol_and_interval_are_part_of_the_digest(change: dict[str, object]) -> None:
    assert digest_of(replace(a_series(), **change)) != digest_of(a_series())  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("digest", ["", "0" * 64, "../" * 21 + "x", "G" * 64, "0" * 63 + "\n"])
def test_a_digest_of_nothing_is_not_found(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NotFound):
        load_dataset(digest, tmp_path)


def test_a_file_with_other_bars_than_its_name_says_is_refused(tmp_path: Path) -> None:
    digest = save_dataset(resolved(a_series()), tmp_path)
    other = save_dataset(resolved(a_series((5.0, 6.0, 7.0))), tmp_path)
    (tmp_path / f"{other}.parquet").replace(tmp_path / f"{digest}.parquet")

    with pytest.raises(BadBars, match="other bars"):
        load_dataset(digest, tmp_path)


def test_a_damaged_file_is_refused_and_saving_again_mends_it(tmp_path: Path) -> None:
    digest = save_dataset(resolved(a_series()), tmp_path)
    file = tmp_path / f"{digest}.parquet"
    file.write_bytes(file.read_bytes()[:-9])

    with pytest.raises(BadBars, match="damaged"):
        load_dataset(digest, tmp_path)

    save_dataset(resolved(a_series()), tmp_path)
    assert len(load_dataset(digest, tmp_path)) == 3
