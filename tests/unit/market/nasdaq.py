"""The Nasdaq-100 bars that only tests may read, from wherever they are kept."""

import os
from pathlib import Path

import pytest

from aibt.market.raw import RawBars
from tests.unit.market.builders import some_raw

_BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data"


def nasdaq_daily() -> dict[str, RawBars]:
    """Return the unadjusted daily bars of every symbol; skips the test where there are none."""
    path = Path(os.environ.get("AIBT_TEST_DATA", _BESIDE)) / "nasdaq100" / "daily.parquet"
    if not path.is_file():
        pytest.skip("nasdaq100/daily.parquet is not here (AIBT_TEST_DATA names its folder)")
    import pandas as pd

    table = pd.read_parquet(path)
    return {
        str(symbol): some_raw(
            part["close"].to_numpy(),
            symbol=str(symbol),
            interval="1d",
            opened_ns=pd.to_datetime(part["time"]).to_numpy("datetime64[ns]").astype("int64"),
            open=part["open"].to_numpy(),
            high=part["high"].to_numpy(),
            low=part["low"].to_numpy(),
            volume=part["volume"].to_numpy(),
        )
        for symbol, part in table.groupby("symbol")
    }
