"""`aibt sessions fills|log`: what a session has left behind, read over REST."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from aibt.cli import formats, output
from aibt.cli.client import Client
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.following import understood
from aibt.cli.history import events
from aibt.cli.session_lines import event_lines
from aibt.cli.sessions import SessionId
from aibt.protocol.run_messages import EventMessage
from aibt.protocol.sessions import AccountFillMessage, FillsMessage

if TYPE_CHECKING:
    from rich.text import Text

_PAGE: Final = 1_000
_COLUMNS: Final = ("at", "symbol", "quantity", "price", "fee", "order_id")
_SAYS: Final = ("state", "step", "thought", "tool", "result", "fill", "log", "error")


def fills(
    session_id: SessionId,
    *,
    symbol: Annotated[str | None, typer.Option("--symbol", help="Only this one's.")] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write them to this file.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show what was bought and sold, oldest first; prices and fees are exact."""
    with connected(address(url)) as client:
        found = list(_fills(client, session_id, symbol))
    if csv_file is not None:
        output.write_csv(csv_file, _COLUMNS, (_cells(fill) for fill in found))
    if as_json:
        output.show_json({"fills": [fill.model_dump(mode="json") for fill in found]})
    elif not found:
        output.say("Nothing was bought or sold yet.")
    else:
        columns = ("At (UTC)", "Symbol", "Quantity>", "Price>", "Fee>")
        output.show(output.table(columns, (_fill_row(fill) for fill in found)))


def log(
    session_id: SessionId,
    *,
    step: Annotated[
        int | None, typer.Option("--step", min=1, help="Only what happened at this step.")
    ] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show everything that happened: what the model said and called, fills, and log lines."""
    with connected(address(url)) as client:
        found = (
            event
            for event in events(client, "sessions", session_id, *_SAYS)
            if step is None or event.data.get("step") == step
        )
        if as_json:
            output.show_json({"events": [event.model_dump(mode="json") for event in found]})
        else:
            with understood():
                output.show_texts(_lines(found))


def _lines(found: Iterable[EventMessage]) -> "Iterator[Text]":
    """Yield the lines of events; a step's heading only where something follows it."""
    heading: list[Text] = []
    for event in found:
        lines = event_lines(event.kind, event.data)
        if event.kind == "step":
            heading = lines
        elif lines:
            yield from heading
            heading = []
            yield from lines


def _fills(client: Client, session_id: int, symbol: str | None) -> Iterator[AccountFillMessage]:
    after: int | None = 0
    while after is not None:
        page = client.get(
            f"/api/sessions/{session_id}/fills",
            FillsMessage,
            symbol=symbol,
            after=after,
            limit=_PAGE,
        )
        yield from page.fills
        after = page.next


def _fill_row(fill: AccountFillMessage) -> tuple[str, ...]:
    return (
        formats.moment(fill.at),
        formats.plain(fill.symbol),
        formats.quantity(float(fill.quantity)),
        formats.price(float(fill.price)),
        formats.amount(float(fill.fee)),
    )


def _cells(fill: AccountFillMessage) -> tuple[str, ...]:
    return (
        fill.at.isoformat(),
        fill.symbol,
        fill.quantity,
        fill.price,
        fill.fee,
        fill.order_id,
    )
