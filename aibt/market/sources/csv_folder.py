"""The `csv` source: a folder of files named after symbol and period."""

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aibt.errors import AibtError, Invalid, SourceUnavailable, UnknownSymbol
from aibt.market.actions import read_actions
from aibt.market.bars import moment
from aibt.market.intervals import Interval, parse_interval
from aibt.market.raw import NO_TIME, RawBars
from aibt.market.sources.base import SymbolInfo
from aibt.market.sources.csv_files import read_bars
from aibt.market.symbols import parse_symbol, same_instrument

# GOOGL.1d.csv, EURUSD - D1.csv, BTC-USD_1h.csv: the period is what follows the last mark
_NAMED: Final = re.compile(r"(.+?)(?: - |[._\- ])([A-Za-z0-9]+)\.csv", re.IGNORECASE)


class CsvFolder:
    """Bars from files such as `GOOGL.1d.csv` or `EURUSD - D1.csv`.

    A file of an index may leave out its `^`. Files are found by reading the folder, so no
    path is ever made from what a client wrote. Splits and dividends come from `actions.csv`
    and `splits.csv` beside the bars.
    """

    name = "csv"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._described: dict[tuple[Path, int, int], SymbolInfo] = {}

    def intervals(self, symbol: str) -> tuple[Interval, ...]:
        return tuple(sorted(self._files(symbol), key=lambda interval: interval.seconds))

    def fetch(self, symbol: str, interval: Interval, *, timeout_s: float) -> RawBars:  # noqa: ARG002 - a file answers at once
        path = self._files(symbol).get(interval)
        if path is None:
            raise UnknownSymbol(symbol, str(interval))
        return self._read(path, symbol, interval)

    def search(self, query: str, *, timeout_s: float) -> list[SymbolInfo]:  # noqa: ARG002 - a file answers at once
        wanted = query.strip().upper()
        found = [
            self._describe(path, symbol, interval)
            for path, symbol, interval in self._named_files()
            if wanted in symbol
        ]
        merged: dict[str, SymbolInfo] = {}
        for info in sorted(found, key=lambda info: info.intervals[0].seconds, reverse=True):
            known = merged.get(info.symbol)
            merged[info.symbol] = _with_finer(known, info) if known else info
        return sorted(merged.values(), key=lambda info: info.symbol)

    def _read(self, path: Path, symbol: str, interval: Interval) -> RawBars:
        try:
            modified = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
            raw = read_bars(path, symbol, interval)
        except OSError as error:
            raise SourceUnavailable(self.name, f"{path.name}: {error.strerror}") from error
        actions = read_actions(self._folder, symbol)
        return replace(raw, fetched_at=modified, actions=actions)

    def _files(self, symbol: str) -> dict[Interval, Path]:
        """Return the files of `symbol`, those with exactly its name before similar ones."""
        found: dict[Interval, Path] = {}
        files = self._named_files()
        for path, named, interval in files:
            if named == symbol:
                found.setdefault(interval, path)
        for path, named, interval in files:
            if same_instrument(named) == same_instrument(symbol):
                found.setdefault(interval, path)
        return found

    def _named_files(self) -> list[tuple[Path, str, Interval]]:
        found = []
        if not self._folder.is_dir():
            return []
        for path in sorted(self._folder.iterdir()):
            match = _NAMED.fullmatch(path.name)
            if match and path.is_file():
                try:
                    found.append((path, parse_symbol(match[1]), parse_interval(match[2])))
                except Invalid:
                    continue  # actions.csv, notes.csv: a file that is not named as bars are
        return found

    def _describe(self, path: Path, symbol: str, interval: Interval) -> SymbolInfo:
        status = path.stat()
        key = (path, status.st_mtime_ns, status.st_size)
        with self._lock:
            known = self._described.get(key)
        if known is None:
            known = describe(self.name, path, symbol, interval)
            with self._lock:
                self._described[key] = known
        return known


def describe(source: str, path: Path, symbol: str, interval: Interval) -> SymbolInfo:
    """Read a file to say what is in it; of one that cannot be read only the name is told."""
    try:
        opened = read_bars(path, symbol, interval).opened_ns
    except (AibtError, OSError):
        return SymbolInfo(symbol=symbol, source=source, intervals=(interval,))
    opened = opened[opened != NO_TIME]
    return SymbolInfo(
        symbol=symbol,
        source=source,
        intervals=(interval,),
        first=moment(opened.min()),
        last=moment(opened.max()),
        bars=len(opened),
    )


def _with_finer(known: SymbolInfo, finer: SymbolInfo) -> SymbolInfo:
    return replace(known, intervals=tuple(dict.fromkeys((*finer.intervals, *known.intervals))))
