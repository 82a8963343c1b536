"""The `sample` source: four series of real bars that come with the package."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from aibt.errors import UnknownSymbol
from aibt.market.intervals import Interval, parse_interval
from aibt.market.raw import RawBars
from aibt.market.sources.base import SymbolInfo
from aibt.market.sources.csv_files import read_bars
from aibt.market.sources.csv_folder import describe
from aibt.market.symbols import same_instrument

_SAMPLES: Final = (
    ("^GSPC", "1d", "GSPC.1d.csv", "S&P 500"),
    ("^IXIC", "1d", "IXIC.1d.csv", "Nasdaq Composite"),
    ("GOOGL", "1d", "GOOGL.1d.csv", "Alphabet"),
    ("EURUSD", "1h", "EURUSD.1h.csv", "Euro in US dollars"),
)


class Samples:
    """Real bars of ^GSPC, ^IXIC and GOOGL (daily) and EURUSD (hourly), up to 2018."""

    name = "sample"

    def intervals(self, symbol: str) -> tuple[Interval, ...]:
        return tuple(
            parse_interval(period)
            for named, period, _, _ in _SAMPLES
            if same_instrument(named) == same_instrument(symbol)
        )

    def fetch(self, symbol: str, interval: Interval, *, timeout_s: float) -> RawBars:  # noqa: ARG002 - a file answers at once
        for named, period, file, _ in _SAMPLES:
            same = same_instrument(named) == same_instrument(symbol)
            if same and parse_interval(period) == interval:
                with _path(file) as path:
                    return read_bars(path, symbol, interval)
        raise UnknownSymbol(symbol, str(interval))

    def search(self, query: str, *, timeout_s: float) -> list[SymbolInfo]:  # noqa: ARG002 - a file answers at once
        wanted = query.strip().upper()
        return [info for info in _described() if wanted in f"{info.symbol} {info.title}".upper()]


@lru_cache(maxsize=1)
def _described() -> tuple[SymbolInfo, ...]:
    found = []
    for symbol, period, file, title in _SAMPLES:
        with _path(file) as path:
            info = describe(Samples.name, path, symbol, parse_interval(period))
        found.append(replace(info, title=title))
    return tuple(found)


@contextmanager
def _path(file: str) -> Iterator[Path]:
    with resources.as_file(resources.files("aibt.market.sources") / "samples" / file) as path:
        yield path
