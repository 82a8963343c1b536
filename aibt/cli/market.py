"""`aibt fetch` and `aibt symbols`: the markets that the platform knows."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from aibt.cli import formats, output
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.protocol.market import BarsMessage, SymbolsMessage

SourceName = Literal["csv", "sample", "yahoo", "synthetic"]
Symbol = Annotated[
    str, typer.Argument(metavar="SYMBOL", help="Such as EURUSD, ^GSPC, GOOGL or BTC-USD.")
]
Period = Annotated[
    str, typer.Option("--period", "-p", help="Bar interval: D1, H1, M15 … or 1d, 1h, 15m.")
]
Source = Annotated[
    SourceName | None,
    typer.Option("--source", help="Market source; else the first that has the symbol."),
]
_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
_SPARK = 72


def fetch(
    symbol: Symbol,
    *,
    period: Period = "1d",
    source: Source = None,
    begin: Annotated[
        datetime | None, typer.Option("--from", formats=_TIMES, help="First opening time, UTC.")
    ] = None,
    end: Annotated[
        datetime | None, typer.Option("--to", formats=_TIMES, help="Opening times before it, UTC.")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the bars to this file.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Fetch bars: which there are, how old they are, and what is odd about them.

    Example: aibt fetch EURUSD --period H1 --csv EURUSD.1h.csv
    """
    query = {
        "symbol": symbol,
        "period": period,
        "source": source,
        "from": begin.isoformat() if begin else None,
        "to": end.isoformat() if end else None,
    }
    with connected(address(url)) as client:
        bars = client.get("/api/bars", BarsMessage, **query)
    if csv_file is not None:
        _write(bars, csv_file)
    if as_json:
        output.show_json(bars.model_dump(mode="json"))
    else:
        _show(bars)


def symbols(
    query: Annotated[str, typer.Argument(metavar="[QUERY]", help="Part of a symbol or name.")] = "",
    url: Url = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Find symbols that the market sources know."""
    with connected(address(url)) as client:
        found = client.get("/api/symbols", SymbolsMessage, q=query)
    if as_json:
        output.show_json(found.model_dump(mode="json"))
    elif not found.symbols:
        output.say(f"No source knows a symbol like {query!r}.")
    else:
        rows = (
            (one.symbol, formats.plain(one.name), one.source, ", ".join(one.periods) or "any")
            for one in found.symbols
        )
        output.show(output.table(("Symbol", "Name", "Source", "Periods"), rows))


def _show(bars: BarsMessage) -> None:
    closes, times = bars.closes, bars.date_range
    title = f"{bars.symbol} {bars.period} from {bars.source}"
    pairs = [("Bars", formats.count(len(closes)))]
    if closes:
        pairs += [
            ("From", f"{formats.moment(times[0])} UTC"),
            ("To", f"{formats.moment(times[-1])} UTC"),
            ("Last close", formats.price(closes[-1])),
            ("Low, high", f"{formats.price(min(bars.lows))}, {formats.price(max(bars.highs))}"),
        ]
    age = "just now" if bars.age_s < 1 else f"{formats.duration(bars.age_s)} ago"
    pairs.append(("Fetched", age))
    output.show_lines(title)
    output.show(output.facts(pairs))
    if len(closes) > 1:
        output.show_lines(formats.sparkline(closes, _SPARK))
    for note in bars.notes:
        output.show_lines(f"Note: {formats.plain(note)}")


def _write(bars: BarsMessage, path: Path) -> None:
    """Write bars in the columns that the `csv` source reads."""
    columns = (bars.date_range, bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes)
    names = ("time", "open", "high", "low", "close", "volume")
    rows = (map(str, row) for row in zip(*columns, strict=True))
    output.write_csv(path, names, rows)
