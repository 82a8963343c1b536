"""Splits and dividends: read from `actions.csv` and `splits.csv`, and taken out of prices."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import numpy as np

from aibt.clock import nanoseconds
from aibt.errors import AibtError, SourceUnavailable
from aibt.market.bars import BarSeries, Prices, Times
from aibt.market.calendar import calendar_for, session_dates
from aibt.market.symbols import parse_symbol, same_instrument

FILES: Final = ("actions.csv", "splits.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateAction:
    """A split or a cash dividend, in force from the opening of `on`.

    Raises:
        ValueError: it is neither or both, or its number is not positive and finite.
    """

    symbol: str
    on: date
    split: float | None = None  # shares held after, for one held before: 15 for 15:1
    dividend: float | None = None  # cash per share

    def __post_init__(self) -> None:
        given = [number for number in (self.split, self.dividend) if number is not None]
        if len(given) != 1 or not (np.isfinite(given[0]) and given[0] > 0):
            raise ValueError(f"{self.symbol} on {self.on}: one positive split or dividend")

    @property
    def on_ns(self) -> int:
        """`on` at 00:00 UTC, in nanoseconds since 1970."""
        return nanoseconds(datetime(self.on.year, self.on.month, self.on.day, tzinfo=UTC))


def read_actions(folder: Path, symbol: str) -> tuple[CorporateAction, ...]:
    """Return what `actions.csv` and `splits.csv` in `folder` say of `symbol`, oldest first.

    Columns, in any order: `symbol`, `date` (`2025-06-10`), and either `split` (or `ratio`)
    and `dividend` (or `cash`), one of them filled, or `kind` (`split`, `dividend`) and
    `value`. A ratio is written `15`, `15:1` or `15/1`; `1:10` joins ten shares into one.

    Raises:
        SourceUnavailable: a file cannot be read; it names the file and the line.
    """
    found = {
        (action.on, action.split, action.dividend): action
        for name in FILES
        if (folder / name).is_file()
        for action in _read(folder / name, symbol)
    }
    return tuple(sorted(found.values(), key=lambda action: action.on))


def _read(path: Path, symbol: str) -> Iterable[CorporateAction]:
    line = 1
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                line += 1
                fields = {
                    (name or "").strip().lower(): (value or "").strip()
                    for name, value in row.items()
                    if isinstance(value, str)
                }
                if same_instrument(parse_symbol(fields["symbol"])) == same_instrument(symbol):
                    yield _action(symbol, fields)
    except (OSError, ValueError, KeyError, csv.Error, AibtError) as error:
        says = f"no column {error}" if isinstance(error, KeyError) else str(error)
        raise SourceUnavailable("csv", f"{path.name}, line {line}: {says}") from error


def _action(symbol: str, fields: dict[str, str]) -> CorporateAction:
    split = fields.get("split") or fields.get("ratio")
    dividend = fields.get("dividend") or fields.get("cash")
    kind = fields.get("kind") or fields.get("type")
    if kind:
        split = fields["value"] if kind.lower() == "split" else None
        dividend = fields["value"] if kind.lower() == "dividend" else None
    return CorporateAction(
        symbol=symbol,
        on=date.fromisoformat(fields["date"]),
        split=_ratio(split) if split else None,
        dividend=float(dividend) if dividend else None,
    )


def _ratio(text: str) -> float:
    after, separator, before = text.replace("/", ":").partition(":")
    if separator and float(before) <= 0:
        raise ValueError(f"{text!r} is no split ratio")
    return float(after) / float(before) if separator else float(after)


def split_factors(dates: Times, actions: Sequence[CorporateAction]) -> Prices:
    """Return what each bar's prices are divided by so that no split shows in them.

    Args:
        dates: date of each bar's session at 00:00 UTC, in nanoseconds. Shape [T].
        actions: those of one symbol; dividends are passed over.

    Returns:
        1 after the last split, and before each split the product of all that follow. [T].
    """
    factors = np.ones(len(dates))
    for action in actions:
        if action.split is not None:
            factors[dates < action.on_ns] *= action.split
    return factors


def back_adjusted(series: BarSeries, actions: Sequence[CorporateAction]) -> BarSeries:
    """Return `series` with the prices before each split in today's shares, volumes likewise.

    Raises:
        BadBars: never for positive finite ratios of ordinary size.
    """
    if all(action.split is None for action in actions):
        return series
    dates = session_dates(series.opened_ns, calendar_for(series.symbol))
    factors = split_factors(dates, actions)
    return replace(
        series,
        open=series.open / factors,
        high=series.high / factors,
        low=series.low / factors,
        close=series.close / factors,
        volume=series.volume * factors,
    )
