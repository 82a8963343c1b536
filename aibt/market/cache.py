"""Bars that were fetched once: served again, with their age, also when their source fails."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aibt.market.actions import CorporateAction
from aibt.market.bars import moment
from aibt.market.intervals import Interval, parse_interval
from aibt.market.raw import RawBars
from aibt.market.sources.base import SymbolInfo
from aibt.market.table_files import UnreadableError, read_about, read_table, write_table

_COLUMNS: Final = ("opened_ns", "open", "high", "low", "close", "volume")


class BarCache:
    """One Parquet file for each source, symbol and interval, under a root of its own.

    Names of files are digests, so nothing that a client writes becomes part of a path. A
    file that is damaged counts as none.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, source: str, raw: RawBars) -> None:
        """Keep `raw` in place of what was kept before.

        Raises:
            OSError: the file cannot be written.
            ValueError: `raw` does not say when it was fetched.
        """
        if raw.fetched_at is None:
            raise ValueError(f"bars of {raw.symbol} do not say when they were fetched")
        about = {
            "source": source,
            "symbol": raw.symbol,
            "interval": str(raw.interval),
            "fetched_at": raw.fetched_at.isoformat(),
            "bars": len(raw),
            "first_ns": int(raw.opened_ns[0]) if len(raw) else None,
            "last_ns": int(raw.opened_ns[-1]) if len(raw) else None,
            "notes": list(raw.notes),
            "actions": [
                {"on": action.on.isoformat(), "split": action.split, "dividend": action.dividend}
                for action in raw.actions
            ],
        }
        columns = {name: getattr(raw, name) for name in _COLUMNS}
        write_table(self._path(source, raw.symbol, raw.interval), columns, about)

    def get(self, source: str, symbol: str, interval: Interval) -> RawBars | None:
        """Return what was kept last, with `fetched_at`, or None."""
        try:
            columns, about = read_table(self._path(source, symbol, interval), _COLUMNS)
            if (about["source"], about["symbol"]) != (source, symbol):
                return None
            named: dict[str, Any] = dict(columns)
            return RawBars(
                symbol=symbol,
                interval=interval,
                fetched_at=datetime.fromisoformat(about["fetched_at"]),
                notes=tuple(about["notes"]),
                actions=tuple(_action(symbol, kept) for kept in about["actions"]),
                **named,
            )
        except (UnreadableError, KeyError, TypeError, ValueError):
            return None

    def search(self, query: str) -> list[SymbolInfo]:
        """Return the kept series whose symbol contains `query`, by symbol."""
        wanted = query.strip().upper()
        found = []
        for path in self._root.glob("*.parquet"):
            try:
                about = read_about(path)
                if wanted in about["symbol"]:
                    found.append(_info(about))
            except (UnreadableError, KeyError, TypeError, ValueError):
                continue
        return sorted(found, key=lambda info: (info.symbol, info.intervals[0].seconds))

    def _path(self, source: str, symbol: str, interval: Interval) -> Path:
        name = hashlib.sha256(f"{source}\n{symbol}\n{interval}".encode()).hexdigest()
        return self._root / f"{name}.parquet"


def _action(symbol: str, kept: dict[str, Any]) -> CorporateAction:
    return CorporateAction(
        symbol=symbol,
        on=datetime.fromisoformat(kept["on"]).date(),
        split=kept["split"],
        dividend=kept["dividend"],
    )


def _info(about: dict[str, Any]) -> SymbolInfo:
    return SymbolInfo(
        symbol=about["symbol"],
        source=about["source"],
        intervals=(parse_interval(about["interval"]),),
        first=moment(about["first_ns"]),
        last=moment(about["last_ns"]),
        bars=about["bars"],
    )
