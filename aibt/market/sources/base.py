"""What every market source can do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aibt.market.intervals import Interval
from aibt.market.raw import RawBars


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolInfo:
    """A symbol that a source has, and how much of it where that is known without asking."""

    symbol: str
    source: str
    intervals: tuple[Interval, ...]  # those the source has itself; coarser ones can be made
    first: datetime | None = None  # when the first and the last bar opened
    last: datetime | None = None
    bars: int | None = None
    title: str | None = None


class Source(Protocol):
    """Hands over bars. Blocking; safe to call from several threads."""

    @property
    def name(self) -> str:
        """What requests and settings call this source."""
        ...

    def intervals(self, symbol: str) -> tuple[Interval, ...]:
        """Return the intervals in which the source may have `symbol`, finest first."""
        ...

    def fetch(self, symbol: str, interval: Interval, *, timeout_s: float) -> RawBars:
        """Return all bars of `symbol` that have ended and that the source has.

        Args:
            symbol: as `aibt.market.symbols.parse_symbol` returns it.
            interval: one of `intervals(symbol)`.
            timeout_s: seconds in which to answer or to give up.

        Raises:
            UnknownSymbol: the source does not have this symbol in this interval.
            SourceUnavailable: the source did not answer, or not with bars.
        """
        ...

    def search(self, query: str, *, timeout_s: float) -> list[SymbolInfo]:
        """Return symbols that contain `query`; all, where it is empty and they are few.

        Raises:
            SourceUnavailable: the source did not answer.
        """
        ...
