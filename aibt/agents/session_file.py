"""A session in one file: its request, its bars and its journal, so that it can be a test's fixture.

JSON lines, compressed with gzip: first the session, then one line of bars a symbol, then one line
an entry. The same session is the same bytes.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from aibt.agents.plan import SessionPlan, session_plan
from aibt.live.events import Json
from aibt.live.journal import Entry
from aibt.market.bars import COLUMNS, BarSeries
from aibt.market.instruments import Instrument, actions_as_json, actions_of
from aibt.market.intervals import parse_interval

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFile:
    """What a file holds.

    Attributes:
        request: of the session, completed.
        entries: the whole journal.
    """

    request: Mapping[str, Json]
    instruments: tuple[Instrument, ...]
    entries: tuple[Entry, ...]

    def plan(self) -> SessionPlan:
        """Return what the session was to do."""
        return session_plan(1, str(self.request.get("name", "agent")), self.request)


def write_fixture(
    path: Path,
    request: Mapping[str, Json],
    entries: Sequence[Entry],
    instruments: Sequence[Instrument],
) -> None:
    """Write a session to a file."""
    lines: list[Mapping[str, Any]] = [
        {"kind": "session", "version": _VERSION, "request": dict(request)}
    ]
    lines += [_bars(one) for one in instruments]
    lines += [
        {"kind": "entry", "seq": one.seq, "key": one.key, "of": one.kind, "data": one.data,
         "at": one.at.isoformat()}
        for one in entries
    ]  # fmt: skip
    text = "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def read_fixture(path: Path) -> SessionFile:
    """Read a session from a file.

    Raises:
        ValueError: it is no such file, or of another version.
        OSError: it cannot be read.
    """
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    if not lines or lines[0].get("kind") != "session" or lines[0].get("version") != _VERSION:
        raise ValueError(f"{path.name} is no session of version {_VERSION}")
    return SessionFile(
        request=lines[0]["request"],
        instruments=tuple(_instrument(line) for line in lines if line["kind"] == "bars"),
        entries=tuple(_entry(line) for line in lines if line["kind"] == "entry"),
    )


def _bars(one: Instrument) -> dict[str, Any]:
    columns = {name: getattr(one.series, name).tolist() for name in COLUMNS}
    return {
        "kind": "bars",
        "symbol": one.symbol,
        "period": str(one.series.interval),
        "actions": actions_as_json(one.actions),
        **columns,
    }


def _instrument(line: Mapping[str, Any]) -> Instrument:
    columns: dict[str, Any] = {
        name: np.asarray(line[name], np.int64 if name.endswith("_ns") else np.float64)
        for name in COLUMNS
    }
    interval = parse_interval(line["period"])
    series = BarSeries(symbol=line["symbol"], interval=interval, **columns)
    return Instrument(series=series, actions=actions_of(line["symbol"], line["actions"]))


def _entry(line: Mapping[str, Any]) -> Entry:
    return Entry(
        seq=line["seq"],
        key=line["key"],
        kind=line["of"],
        data=line["data"],
        at=datetime.fromisoformat(line["at"]),
    )
