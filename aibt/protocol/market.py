"""Symbols and bars on the wire."""

from pydantic import AwareDatetime, Field

from aibt.protocol.message import Params, Period, Source, Symbol, WireMessage


class SymbolMessage(WireMessage):
    """A symbol that a source knows."""

    symbol: str
    name: str = Field(description="what a person calls it; the symbol where nothing is known")
    source: str
    periods: list[str] = Field(description="bar intervals it has, such as 1d; empty: any")
    first: AwareDatetime | None = Field(default=None, description="when its first bar opened")
    last: AwareDatetime | None = Field(default=None, description="when its last bar opened")
    bars: int | None = Field(default=None, description="how many there are; null: not known")
    age_s: float | None = Field(
        default=None, ge=0, description="seconds since the last bar opened; null: not known"
    )


class SymbolsMessage(WireMessage):
    """The symbols that were found."""

    symbols: list[SymbolMessage]


class BarsMessage(WireMessage):
    """Bars as columns of equal length, oldest first, each dated by its opening time (UTC)."""

    symbol: str
    period: str = Field(description="bar interval, such as 1d")
    source: str = Field(description="where the bars came from")
    fetched_at: AwareDatetime = Field(description="when they were read from that source")
    age_s: float = Field(ge=0, description="seconds since then")
    notes: list[str] = Field(
        default=[], description="sentences on what is old, suspicious or made from finer bars"
    )
    date_range: list[str] = Field(description="ISO times")
    opens: list[float]
    highs: list[float]
    lows: list[float]
    closes: list[float]
    volumes: list[float]


class BarsQuery(Params):
    """Which bars."""

    symbol: Symbol
    period: Period
    source: Source | None = None


class SymbolQuery(Params):
    """Which symbol, or any."""

    symbol: Symbol | None = None
