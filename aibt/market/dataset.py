"""Frozen bars: a training goes on over the very same ones, whatever its source says later."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from aibt.errors import BadBars, NotFound
from aibt.market.bars import COLUMNS, BarSeries
from aibt.market.catalog import Resolved
from aibt.market.intervals import parse_interval
from aibt.market.table_files import UnreadableError, read_table, write_table

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def digest_of(series: BarSeries) -> str:
    """Return the SHA-256 of a series' symbol, interval and columns, as 64 hexadecimal digits.

    It is that of the content, not of a file, so it does not change with Parquet's versions.
    """
    found = hashlib.sha256(f"aibt bars 1\n{series.symbol}\n{series.interval}\n".encode())
    for name in COLUMNS:
        column = getattr(series, name)
        found.update(f"{name} {len(column)}\n".encode())
        found.update(column.astype(column.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()


def save_dataset(resolved: Resolved, folder: Path) -> str:
    """Keep the bars as `<digest>.parquet` in `folder`, once; return the digest.

    Raises:
        OSError: the file cannot be written.
    """
    series = resolved.series
    digest = digest_of(series)
    try:
        load_dataset(digest, folder)
    except (NotFound, BadBars):
        about = {
            "symbol": series.symbol,
            "interval": str(series.interval),
            "source": resolved.source,
            "fetched_at": resolved.fetched_at.isoformat(),
            "notes": list(resolved.notes),
        }
        columns = {name: getattr(series, name) for name in COLUMNS}
        write_table(folder / f"{digest}.parquet", columns, about)
    return digest


def load_dataset(digest: str, folder: Path) -> BarSeries:
    """Return the bars that `save_dataset` kept, to the bit.

    Raises:
        NotFound: there is none of this digest.
        BadBars: the file is damaged, or holds other bars than its name says.
    """
    path = folder / f"{digest}.parquet"
    if not _DIGEST.fullmatch(digest) or not path.is_file():
        raise NotFound("data set", digest[:64])
    try:
        columns, about = read_table(path, COLUMNS)
        named: dict[str, Any] = dict(columns)
        series = BarSeries(
            symbol=str(about["symbol"]), interval=parse_interval(str(about["interval"])), **named
        )
    except (UnreadableError, KeyError, ValueError) as error:
        raise BadBars(digest, f"the data set is damaged ({error})") from error
    if digest_of(series) != digest:
        raise BadBars(series.symbol, f"data set {digest} holds other bars than were saved")
    return series
