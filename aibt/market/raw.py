"""Bars as a source hands them over: nothing is checked yet."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from aibt.market.actions import CorporateAction
from aibt.market.bars import Prices, Times
from aibt.market.intervals import Interval

NO_TIME = np.iinfo(np.int64).min  # stands where a source's time could not be read


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawBars:
    """Columns of one symbol and interval in the order in which the source has them.

    `ended_ns` is worked out from the calendar by `aibt.market.validation.validate`.
    """

    symbol: str
    interval: Interval
    opened_ns: Times  # [T] NO_TIME where it could not be read
    open: Prices  # [T] NaN where it could not be read
    high: Prices  # [T]
    low: Prices  # [T]
    close: Prices  # [T]
    volume: Prices  # [T]
    fetched_at: datetime | None = None  # none: at the moment of asking
    actions: tuple[CorporateAction, ...] = ()  # those the source knows of this symbol
    notes: tuple[str, ...] = ()  # sentences for a person

    def __len__(self) -> int:
        return len(self.opened_ns)

    def taking(self, rows: slice | Times) -> "RawBars":
        """Return the same with only these rows, in this order."""
        return replace(
            self,
            opened_ns=self.opened_ns[rows],
            open=self.open[rows],
            high=self.high[rows],
            low=self.low[rows],
            close=self.close[rows],
            volume=self.volume[rows],
        )
