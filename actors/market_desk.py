"""What the platform asks of the market, answered as plain JSON: it crosses processes as it is."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from aibt.clock import Clock
from aibt.errors import AibtError
from aibt.live.events import Json
from aibt.market.bars import BarSeries, moment
from aibt.market.calendar import session_dates
from aibt.market.catalog import market_data
from aibt.market.dataset import load_dataset, save_dataset
from aibt.market.instruments import Instrument, actions_as_json, as_traded
from aibt.settings import MarketSettings

_AT_ONCE: Final = 8  # symbols of one universe


class MarketDesk:
    """Finds bars, freezes those of a training, and shows them. Blocking; safe in all threads."""

    def __init__(self, settings: MarketSettings, root: Path, clock: Clock) -> None:
        self._market = market_data(settings, root, clock)
        self._datasets = root / "datasets"
        self._clock = clock

    def prepare(self, symbol: str, period: str, source: str | None) -> dict[str, Json]:
        """Freeze the bars that a training will use; see `MarketData.resolve` for what it raises.

        Returns:
            `dataset` (digest), `bars` (how many), and `symbol`, `period`, `source`,
            `fetched_at`, `notes` as the wire says them.
        """
        found = self._market.resolve(symbol, period, source)
        digest = save_dataset(found, self._datasets)
        return {
            "dataset": digest,
            "bars": len(found.series),
            "symbol": found.series.symbol,
            "period": str(found.series.interval),
            "source": found.source,
            "fetched_at": found.fetched_at.isoformat(),
            "notes": list(found.notes),
        }

    def freeze(
        self, symbols: Sequence[str], period: str, source: str | None
    ) -> dict[str, dict[str, Any]]:
        """Freeze the bars of a session's universe, as they were traded; see `resolve` for errors.

        Returns:
            For each symbol `dataset` (digest), `actions`, `bars`, `first` and `last` (session
            dates), `source`, `fetched_at` and `notes`.
        """
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(lambda symbol: self._frozen(symbol, period, source), symbols)
            return dict(zip(symbols, found, strict=True))

    def _frozen(self, symbol: str, period: str, source: str | None) -> dict[str, Any]:
        resolved = self._market.resolve(symbol, period, source)
        traded = as_traded(resolved)
        dates = session_dates(traded.series.opened_ns, traded.calendar)
        return {
            "dataset": save_dataset(replace(resolved, series=traded.series), self._datasets),
            "actions": actions_as_json(traded.actions),
            "bars": len(traded.series),
            "first": moment(dates[0]).date().isoformat(),
            "last": moment(dates[-1]).date().isoformat(),
            "source": resolved.source,
            "fetched_at": resolved.fetched_at.isoformat(),
            "notes": list(resolved.notes),
        }

    def fresh(
        self, symbols: Sequence[str], period: str, source: str | None
    ) -> tuple[list[Instrument], list[str]]:
        """Return the newest bars of symbols, asked for now, and who could not be had and why."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = [*pool.map(lambda symbol: self._newest(symbol, period, source), symbols)]
        bars = [one for one in found if isinstance(one, Instrument)]
        return bars, [one for one in found if isinstance(one, str)]

    def _newest(self, symbol: str, period: str, source: str | None) -> Instrument | str:
        try:
            return as_traded(self._market.resolve(symbol, period, source, fresh=True))
        except AibtError as error:
            return f"{symbol}: {error}"

    def series(self, digest: str) -> dict[str, Json]:
        """Return `date_range` and `closes` of frozen bars.

        Raises:
            NotFound, BadBars: see `load_dataset`.
        """
        bars = load_dataset(digest, self._datasets)
        return {"date_range": [*iso_times(bars)], "closes": [*bars.close.tolist()]}

    def bars(
        self,
        symbol: str,
        period: str,
        source: str | None,
        start: datetime | None,
        end: datetime | None,
    ) -> dict[str, Json]:
        """Return bars as columns, with where they come from and how old they are."""
        found = self._market.resolve(symbol, period, source, start, end)
        bars = found.series
        return {
            "symbol": bars.symbol,
            "period": str(bars.interval),
            "source": found.source,
            "fetched_at": found.fetched_at.isoformat(),
            "age_s": found.age_s,
            "notes": list(found.notes),
            "date_range": [*iso_times(bars)],
            "opens": [*bars.open.tolist()],
            "highs": [*bars.high.tolist()],
            "lows": [*bars.low.tolist()],
            "closes": [*bars.close.tolist()],
            "volumes": [*bars.volume.tolist()],
        }

    def symbols(self, query: str) -> list[dict[str, Json]]:
        """Return the symbols that contain `query`."""
        return [
            {
                "symbol": found.symbol,
                "name": found.title or found.symbol,
                "source": found.source,
                "periods": [str(interval) for interval in found.intervals],
                "first": None if found.first is None else found.first.isoformat(),
                "last": None if found.last is None else found.last.isoformat(),
                "bars": found.bars,
                "age_s": self._age_s(found.last),
            }
            for found in self._market.search(query)
        ]

    def _age_s(self, moment: datetime | None) -> float | None:
        if moment is None:
            return None
        return max(0.0, (self._clock.now() - moment).total_seconds())


def iso_times(bars: BarSeries) -> list[str]:
    """Return the opening times in ISO 8601, UTC, to the second."""
    seconds = (bars.opened_ns // 1_000_000_000).astype("datetime64[s]")
    return [f"{text}Z" for text in np.datetime_as_string(seconds).tolist()]
