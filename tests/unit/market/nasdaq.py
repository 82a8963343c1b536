"""The Nasdaq-100 bars that only tests may read, from wherever they are kept."""

import os
from pathlib import Path

import pytest

from aibt.market.raw import RawBars
from tests.unit.market.builders import some_raw

_BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"


def nasdaq_daily() -> dict[str, RawBars]:
    """Return the unadjusted daily bars of every symbol; skips the test where there are none."""
    return _bars("daily", "1d", "UTC")


def nasdaq_hourly() -> dict[str, RawBars]:
    """Return the unadjusted hourly bars of every symbol; skips the test where there are none."""
    return _bars("hourly", "1h", "America/New_York")


def _bars(file: str, interval: str, zone: str) -> dict[str, RawBars]:
    path = Path(os.environ.get("AIBT_TEST_DATA", _BESIDE)) / "nasdaq100" / f"{file}.parquet"
    if not path.is_file():
        pytest.skip(f"nasdaq100/{file}.parquet is not here (AIBT_TEST_DATA names its folder)")
    import pandas as pd

    table = pd.read_parquet(path)
    times = pd.to_datetime(table["time"]).dt.tz_localize(zone).dt.tz_convert("UTC")
    table["time"] = times.dt.tz_localize(None)
    return {
        str(symbol): some_raw(
            part["close"].to_numpy(),
            symbol=str(symbol),
            interval=interval,
            opened_ns=part["time"].to_numpy("datetime64[ns]").astype("int64"),
            open=part["open"].to_numpy(),
            high=part["high"].to_numpy(),
            low=part["low"].to_numpy(),
            volume=part["volume"].to_numpy(),
        )
        for symbol, part in table.groupby("symbol")
    }
