"""`aibt trainings trades|episodes|log`: what a training has left behind, read over REST."""

from collections.abc import Callable, Iterator
from typing import Annotated, Final, Literal

import typer

from aibt.cli import formats, output
from aibt.cli.client import Client, read
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.stream import Resource
from aibt.cli.trainings import TrainingId
from aibt.protocol.errors import ErrorMessage
from aibt.protocol.trainings import (
    EpisodeMessage,
    EventMessage,
    EventsMessage,
    LoadMessage,
    LogMessage,
    ParamsMessage,
    StateMessage,
    TradeMessage,
)

_PAGE: Final = 1_000


def trades(
    training_id: TrainingId,
    *,
    part: Annotated[
        Literal["validation", "out_of_sample"],
        typer.Option("--part", help="On which bars."),
    ] = "out_of_sample",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show the trades of the latest best evaluation."""
    with connected(address(url)) as client:
        found = [
            read(TradeMessage, event.data, client.url)
            for event in events(client, "trainings", training_id, "trade")
        ]
        latest = max((trade.episode for trade in found if trade.part == part), default=0)
        chosen = [trade for trade in found if trade.part == part and trade.episode == latest]
        dates = (
            client.get(f"/api/trainings/{training_id}/load", LoadMessage).date_range
            if chosen
            else []
        )
    if as_json:
        output.show_json({"trades": [trade.model_dump(mode="json") for trade in chosen]})
    elif not chosen:
        output.say(f"There are no {part.replace('_', '-')} trades yet.")
    else:
        columns = ("Side", "Opened", "At>", "Closed", "At>", "Quantity>", "Profit>")
        output.show(output.table(columns, (_trade_row(trade, dates) for trade in chosen)))
        total = sum(trade.profit for trade in chosen)
        output.say(
            f"{formats.count(len(chosen))} trades after episode {latest}: "
            f"{formats.amount(total, signed=True)}."
        )


def episodes(
    training_id: TrainingId,
    *,
    last: Annotated[int, typer.Option("--last", min=1, help="Only so many, the latest.")] = 20,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show how the episodes went."""
    with connected(address(url)) as client:
        found = [
            read(EpisodeMessage, event.data, client.url)
            for event in events(client, "trainings", training_id, "episode")
        ][-last:]
    if as_json:
        output.show_json({"episodes": [episode.model_dump(mode="json") for episode in found]})
    elif not found:
        output.say("No episode has ended yet.")
    else:
        columns = ("Episode>", "Profit>", "Trades>", "ε>", "Loss>", "Validation>", "Out of sample>")
        output.show(output.table(columns, (_episode_row(episode) for episode in found)))


def log(training_id: TrainingId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show what was said about a training: its states, changes, log lines and errors."""
    with connected(address(url)) as client:
        found = list(events(client, "trainings", training_id, *_SAYS))
        if as_json:
            output.show_json({"events": [event.model_dump(mode="json") for event in found]})
        else:
            output.show_lines(
                *(
                    f"{formats.moment(event.at)}  {formats.plain(_SAYS[event.kind](event))}"
                    for event in found
                )
            )


def events(client: Client, resource: Resource, run_id: int, *kinds: str) -> Iterator[EventMessage]:
    """Yield the events of a run that are of these kinds, oldest first."""
    cursor = 0
    while True:
        page = client.get(
            f"/api/{resource}/{run_id}/events", EventsMessage, after=cursor, limit=_PAGE
        )
        yield from (event for event in page.events if event.kind in kinds)
        if not page.events or page.ended:
            return
        cursor = page.cursor


def _state_says(event: EventMessage) -> str:
    state = StateMessage.of(event.data)
    return f"{state.state}: {state.reason}" if state.reason else str(state.state)


def _params_says(event: EventMessage) -> str:
    params = ParamsMessage.of(event.data)
    changed = ", ".join(f"{name} {value:g}" for name, value in params.changed.items())
    return f"from step {formats.count(params.step)} on: {changed}"


def _log_says(event: EventMessage) -> str:
    line = LogMessage.of(event.data)
    return line.text if line.level == "info" else f"{line.level}: {line.text}"


def _error_says(event: EventMessage) -> str:
    return f"error: {ErrorMessage.of(event.data).msg}"


_SAYS: Final[dict[str, Callable[[EventMessage], str]]] = {
    "state": _state_says,
    "params": _params_says,
    "log": _log_says,
    "error": _error_says,
}


def _trade_row(trade: TradeMessage, dates: list[str]) -> tuple[str, ...]:
    def at(index: int | None) -> str:
        known = index is not None and index < len(dates)
        return formats.moment(dates[index]) if known and index is not None else formats.ABSENT

    return (
        "bull" if trade.side > 0 else "bear",
        at(trade.open_at),
        formats.price(trade.open_price),
        at(trade.close_at),
        formats.price(trade.close_price),
        f"{trade.amount:,.6g}",
        formats.amount(trade.profit, signed=True),
    )


def _episode_row(episode: EpisodeMessage) -> tuple[str, ...]:
    first, last = episode.first_episode, episode.episode
    validation, out = episode.validation, episode.out_of_sample
    return (
        f"{last}" if first == last else f"{first}–{last}",
        formats.amount(episode.profit, signed=True) + (" bust" if episode.bust else ""),
        formats.count(episode.trades),
        f"{episode.epsilon:.2f}",
        formats.figure(episode.loss),
        formats.amount(validation.profit if validation else None, signed=True),
        formats.amount(out.profit if out else None, signed=True),
    )
