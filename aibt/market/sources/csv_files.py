"""Reads one CSV file of bars: our own columns, and those that MetaTrader and others export."""

import csv
import re
from pathlib import Path
from typing import Any, Final

import numpy as np

from aibt.errors import BadBars
from aibt.market.bars import Prices
from aibt.market.intervals import Interval
from aibt.market.raw import NO_TIME, RawBars

_SEPARATORS: Final = ("\t", ";", ",")
_NAMES: Final = {
    "time": "time",
    "date": "date",
    "datetime": "time",
    "timestamp": "time",
    "gmt time": "time",
    "utc": "time",
    "open time": "time",
    "open": "open",
    "high": "high",
    "low": "low",
    "close": "close",
    "price": "close",
    "tickvol": "ticks",
    "tick volume": "ticks",
    "vol": "volume",
    "volume": "volume",
}  # fmt: skip: a table reads better in rows
_HEADERLESS: Final = {  # by number of columns: what MetaTrader 4 writes, with and without time
    7: ("date", "time", "open", "high", "low", "close", "volume"),
    6: ("time", "open", "high", "low", "close", "volume"),
    5: ("time", "open", "high", "low", "close"),
}
_DATED: Final = re.compile(r"\s*\d{1,4}[-./]\d{1,2}[-./]\d{2,4}|\s*\d{8}")
_PRICES: Final = ("open", "high", "low", "close")


def read_bars(path: Path, symbol: str, interval: Interval) -> RawBars:
    """Return the bars of one file, oldest first where the file has the newest first.

    Separated by comma, semicolon or tab; with or without a header; prices with a decimal
    point, or with a decimal comma where commas do not separate. Times are UTC unless they
    say otherwise, and written `2017-01-02`, `2017.01.02`, `02.01.2017` or `20170102`, alone
    or with a time of day to the minute or finer; date and time may be two columns.

    Raises:
        BadBars: this is no file of bars.
        OSError: the file cannot be read.
    """
    import pandas as pd

    separator, names, header = _layout(path, symbol)
    try:
        table = pd.read_csv(
            path,
            sep=separator,
            header=None,
            names=list(names),
            usecols=range(len(names)),
            skiprows=1 if header else 0,
            dtype=str,
            skip_blank_lines=True,
            encoding="utf-8-sig",
            encoding_errors="replace",
            on_bad_lines="error",
            keep_default_na=False,
            quoting=csv.QUOTE_MINIMAL,
        )
    except ValueError as error:  # pandas' own errors are ValueErrors
        raise BadBars(symbol, f"{path.name} cannot be read: {error}") from error
    opened = _times(table)
    if not len(opened) or (opened == NO_TIME).all():
        raise BadBars(symbol, f"{path.name} has no bar with a time that can be read")
    prices: dict[str, Any] = {name: _numbers(table[name], separator) for name in _PRICES}
    raw = RawBars(
        symbol=symbol,
        interval=interval,
        opened_ns=opened,
        volume=_volume(table, separator),
        **prices,
    )
    newest_first = len(raw) > 1 and (np.diff(opened) < 0).all()
    return raw.taking(slice(None, None, -1)) if newest_first else raw


def _layout(path: Path, symbol: str) -> tuple[str, tuple[str, ...], bool]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        line = next((line.strip("\r\n") for line in file if line.strip()), "")
    separator = next((mark for mark in _SEPARATORS if mark in line), ",")
    cells = [cell.strip().strip('"') for cell in line.split(separator)]
    if _DATED.match(cells[0]):
        names = _HEADERLESS.get(len(cells))
        if names is None:
            raise BadBars(symbol, f"{path.name} has {len(cells)} columns and no header")
        return separator, names, False
    names = tuple(_column_name(cell, at) for at, cell in enumerate(cells))
    if "date" in names and "time" not in names:
        names = tuple("time" if name == "date" else name for name in names)
    missing = [name for name in ("time", *_PRICES) if names.count(name) != 1]
    if missing:
        raise BadBars(symbol, f"{path.name} has no column {missing[0]}, or two")
    return separator, names, True


def _column_name(cell: str, at: int) -> str:
    return _NAMES.get(cell.strip(" <>").lower(), f"column {at}")


def _times(table: Any) -> Any:
    import pandas as pd

    text = table["time"].str.strip()
    if "date" in table.columns:
        text = table["date"].str.strip() + " " + text
    for written, iso in (
        (r"^(\d{2})[./](\d{2})[./](\d{4})", r"\3-\2-\1"),
        (r"^(\d{4})[./](\d{2})[./](\d{2})", r"\1-\2-\3"),
        (r"^(\d{4})(\d{2})(\d{2})\b", r"\1-\2-\3"),
    ):
        text = text.str.replace(written, iso, regex=True)
    read = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
    return read.dt.tz_localize(None).to_numpy(dtype="datetime64[ns]").astype(np.int64)


def _numbers(column: Any, separator: str) -> Prices:
    import pandas as pd

    text = column.fillna("").str.strip()
    if separator != ",":
        text = text.str.replace(",", ".", regex=False)
    return np.array(pd.to_numeric(text, errors="coerce"), dtype=np.float64)


def _volume(table: Any, separator: str) -> Prices:
    """Return the traded volume, or the count of ticks where none is recorded."""
    for name in ("volume", "ticks"):
        if name in table.columns:
            found = _numbers(table[name], separator)
            if name == "ticks" or "ticks" not in table.columns or np.nansum(found) > 0:
                return found
    return np.zeros(len(table))
