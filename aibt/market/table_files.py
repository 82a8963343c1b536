"""Bars in Parquet files: written whole or not at all, read back bit for bit."""

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_KEY: Final = b"aibt"  # of our part of a file's own metadata

Columns = Mapping[str, NDArray[np.generic]]


class UnreadableError(Exception):
    """A file is missing or damaged, or is not one of ours."""


def write_table(path: Path, columns: Columns, about: Mapping[str, Any]) -> None:
    """Write columns of one length, and JSON about them; a reader sees all of it or nothing.

    Raises:
        OSError: the file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({name: pa.array(column) for name, column in columns.items()})
    table = table.replace_schema_metadata({_KEY: json.dumps(about).encode()})
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with beside.open("wb") as file:
            parquet.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_table(
    path: Path, names: Sequence[str]
) -> tuple[dict[str, NDArray[np.generic]], dict[str, Any]]:
    """Return the named columns (times as int64, all others as float64) and what is said of them.

    Raises:
        UnreadableError: there is no such file, or it is damaged.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path, partitioning=None)
        about = json.loads(table.schema.metadata[_KEY])
        columns = {
            name: table[name]
            .to_numpy()
            .astype(np.int64 if name.endswith("_ns") else np.float64, casting="safe")
            for name in names
        }
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise UnreadableError(f"{path.name}: {error}") from error
    return columns, about


def read_about(path: Path) -> dict[str, Any]:
    """Return only what is said of a file's columns.

    Raises:
        UnreadableError: there is no such file, or it is damaged.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        about: dict[str, Any] = json.loads(parquet.read_schema(path).metadata[_KEY])
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise UnreadableError(f"{path.name}: {error}") from error
    return about
