"""Instruments as they were traded: prices of their time, and what happened to their shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from aibt.market.actions import CorporateAction
from aibt.market.bars import BarSeries
from aibt.market.calendar import MarketCalendar, calendar_for, session_dates
from aibt.market.catalog import Resolved
from aibt.market.dataset import load_dataset


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instrument:
    """One symbol's bars in the shares of their own day, with splits and dividends apart.

    Attributes:
        actions: oldest first; splits that the prices show, and dividends.
    """

    series: BarSeries
    actions: tuple[CorporateAction, ...] = ()

    @property
    def symbol(self) -> str:
        return self.series.symbol

    @property
    def calendar(self) -> MarketCalendar:
        """The market's hours."""
        return calendar_for(self.series.symbol)


def as_traded(resolved: Resolved) -> Instrument:
    """Return the bars with the splits back in their prices, where they had been taken out.

    A source whose prices are adjusted already shows no split, so none happens to the account.
    """
    series = resolved.series
    dates = session_dates(series.opened_ns, calendar_for(series.symbol))
    factors = np.ones(len(series))
    splits = []
    for jump in resolved.report.jumps:
        if jump.explained:
            factors[dates < jump.date_ns] *= jump.ratio
            on = datetime.fromtimestamp(jump.date_ns / 1e9, UTC).date()
            splits.append(CorporateAction(symbol=series.symbol, on=on, split=jump.ratio))
    dividends = [action for action in resolved.actions if action.dividend is not None]
    traded = replace(
        series,
        open=series.open * factors,
        high=series.high * factors,
        low=series.low * factors,
        close=series.close * factors,
        volume=series.volume / factors,
    )
    actions = sorted((*splits, *dividends), key=lambda action: action.on)
    return Instrument(series=traded, actions=tuple(actions))


def load_instruments(
    datasets: Mapping[str, str], actions: Mapping[str, Sequence[Mapping[str, Any]]], folder: Path
) -> list[Instrument]:
    """Return frozen instruments. Blocking.

    Args:
        datasets: digest of each symbol's bars (`aibt.market.dataset`).
        actions: of each symbol, as `actions_as_json` returned them; absent: none.
        folder: of the data sets.

    Raises:
        NotFound, BadBars: see `load_dataset`.
    """
    return [
        Instrument(
            series=load_dataset(digest, folder), actions=actions_of(symbol, actions.get(symbol, []))
        )
        for symbol, digest in datasets.items()
    ]


def actions_as_json(actions: Sequence[CorporateAction]) -> list[dict[str, Any]]:
    """Return splits and dividends as a session's request keeps them."""
    return [
        {"on": action.on.isoformat(), "split": action.split, "dividend": action.dividend}
        for action in actions
    ]


def actions_of(symbol: str, given: Sequence[Mapping[str, Any]]) -> tuple[CorporateAction, ...]:
    """Read what `actions_as_json` returned."""
    return tuple(
        CorporateAction(
            symbol=symbol,
            on=date.fromisoformat(str(one["on"])),
            split=_number(one.get("split")),
            dividend=_number(one.get("dividend")),
        )
        for one in given
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
