from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from aibt.market.actions import CorporateAction
from aibt.market.cache import BarCache
from aibt.market.raw import RawBars
from tests.unit.market.builders import some_raw

FETCHED = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def fetched(symbol: str = "ABC", **changes: object) -> RawBars:
    raw = some_raw([1.0, np.nan, 3.0], symbol=symbol)
    return replace(raw, fetched_at=FETCHED, **changes)  # type: ignore[arg-type]  # fields by name


def test_what_was_kept_comes_back_whole(tmp_path: Path) -> None:
    cache = BarCache(tmp_path)
    action = CorporateAction(symbol="ABC", on=date(2020, 1, 2), split=2.0)
    raw = fetched(actions=(action,), notes=("a note",))

    cache.put("yahoo", raw)
    again = cache.get("yahoo", "ABC", raw.interval)

    assert again is not None
    for name in ("opened_ns", "open", "high", "low", "close", "volume"):
        assert getattr(again, name).tobytes() == getattr(raw, name).tobytes()
    assert (again.fetched_at, again.actions, again.notes) == (FETCHED, (action,), ("a note",))


def test_sources_symbols_and_intervals_do_not_mix(tmp_path: Path) -> None:
    cache = BarCache(tmp_path)
    cache.put("yahoo", fetched())

    assert cache.get("other", "ABC", fetched().interval) is None
    assert cache.get("yahoo", "ABD", fetched().interval) is None
    assert cache.get("yahoo", "ABC", some_raw(interval="1d").interval) is None


def test_the_newer_replaces_the_older_and_nothing_else_stays_behind(tmp_path: Path) -> None:
    cache = BarCache(tmp_path)
    cache.put("yahoo", fetched())

    cache.put("yahoo", fetched(notes=("newer",)))

    kept = cache.get("yahoo", "ABC", fetched().interval)
    assert kept is not None
    assert kept.notes == ("newer",)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_damaged_file_counts_as_none(tmp_path: Path, keep: int) -> None:
    cache = BarCache(tmp_path)
    cache.put("yahoo", fetched())
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()

    file.write_bytes(whole[:keep])

    assert cache.get("yahoo", "ABC", fetched().interval) is None
    assert cache.search("") == []


def test_a_file_of_something_else_counts_as_none(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    cache = BarCache(tmp_path)
    cache.put("yahoo", fetched())
    (file,) = tmp_path.iterdir()
    parquet.write_table(pa.table({"x": [1]}), file)

    assert cache.get("yahoo", "ABC", fetched().interval) is None


def test_no_symbol_becomes_part_of_a_path(tmp_path: Path) -> None:
    cache = BarCache(tmp_path / "root")

    cache.put("../yahoo", fetched("../../x\0"))

    assert [path.parent for path in tmp_path.rglob("*.parquet")] == [tmp_path / "root"]
    assert cache.get("../yahoo", "../../x\0", fetched().interval) is not None


def test_bars_without_a_moment_of_fetching_are_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="when they were fetched"):
        BarCache(tmp_path).put("yahoo", some_raw())


def test_search_tells_what_is_kept(tmp_path: Path) -> None:
    cache = BarCache(tmp_path)
    cache.put("yahoo", fetched())
    cache.put("yahoo", fetched("XYZ"))

    (found,) = cache.search("bc")

    assert (found.symbol, found.source, found.bars) == ("ABC", "yahoo", 3)
    assert found.first == datetime(2020, 1, 1, tzinfo=UTC)
