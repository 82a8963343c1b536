"""`aibt sessions …`: how agents traded, how they are trading, and controlling it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Final

import typer

from aibt.cli import formats, output, runs
from aibt.cli.agents import agent_called
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.session_view import steps_of
from aibt.live.states import RunState
from aibt.protocol.sessions import PendingOrderMessage, SessionMessage, SessionsPageMessage

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(no_args_is_help=True, help="Show, watch and control sessions of agents.")

SessionId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The session's number.")]
_ENDED: Final = {
    RunState.FINISHED: "has finished",
    RunState.STOPPED: "was stopped",
    RunState.FAILED: "has failed",
}


@app.command("list")
def list_sessions(
    *,
    states: runs.States = None,
    agent: Annotated[str | None, typer.Option("--agent", help="Only this agent's.")] = None,
    limit: runs.Limit = 20,
    before: runs.Before = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """List your sessions, newest first.

    Example: aibt sessions list --agent Ada --state running
    """
    with connected(address(url)) as client:
        model_id = None if agent is None else agent_called(client, agent).id
        query = runs.query(states, limit, before, model_id=model_id)
        found = client.get("/api/sessions", SessionsPageMessage, **query).sessions
    runs.show_list(
        found,
        "sessions",
        sessions_table,
        limit=limit,
        first="aibt trade NAME --start 2017-01-01 --end 2017-12-31",
        as_json=as_json,
    )


@app.command()
def show(session_id: SessionId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Show one session: how far it is, its account, positions and waiting orders."""
    with connected(address(url)) as client:
        session = client.get(f"/api/sessions/{session_id}", SessionMessage)
    show_session(session, as_json=as_json)


@app.command()
def pause(session_id: SessionId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Pause a session; no tool runs after the answer."""
    _control("pause", session_id, url, as_json=as_json)


@app.command()
def resume(session_id: SessionId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Let a paused session go on."""
    _control("resume", session_id, url, as_json=as_json)


@app.command()
def stop(session_id: SessionId, url: Url = None, *, as_json: AsJson = False) -> None:
    """End a session for good; its journal and its account stay."""
    _control("stop", session_id, url, as_json=as_json)


def show_session(session: SessionMessage, *, as_json: bool) -> None:
    """Write everything about a session but its history."""
    if as_json:
        output.show_json(session.model_dump(mode="json"))
        return
    output.show(output.facts(_facts(session)))
    if session.positions:
        output.show(_positions_table(session))
    for order in session.pending:
        output.show_lines(f"Waits for the next open: {_order(order)}")
    for note in session.notes:
        output.show_lines(f"Note: {formats.plain(note)}")


def sessions_table(sessions: Iterable[SessionMessage]) -> "Table":
    """Return sessions as a table."""
    columns = (
        "ID>", "Agent", "Model", "State", "Dates", "Steps>", "Equity>", "Profit>", "Fills>",
        "Cost>", "Created",
    )  # fmt: skip
    return output.table(columns, (_row(session) for session in sessions))


def summary(session: SessionMessage) -> str:
    """Return how a session ended, as one sentence."""
    why = f": {formats.plain(session.reason)}" if session.reason else ""
    word = _ENDED.get(session.state, f"is {session.state}")
    return (
        f"Session {session.id} of {formats.plain(session.model_name)} {word} after "
        f"{formats.count(session.step)} steps with {formats.amount(session.profit, signed=True)}, "
        f"{formats.count(session.fills)} fills, model cost {formats.dollars(session.cost)}{why}."
    )


def _control(verb: str, session_id: int, url: str | None, *, as_json: bool) -> None:
    path = f"/api/sessions/{session_id}/{verb}"
    runs.control(path, SessionMessage, _stands, url, as_json=as_json)


def _stands(session: SessionMessage) -> str:
    return f"Session {session.id} is {session.state}, at step {steps_of(session)}."


def _facts(session: SessionMessage) -> list[tuple[str, str]]:
    reason = f": {formats.plain(session.reason)}" if session.reason else ""
    equity = f"{formats.amount(session.equity)} ({formats.amount(session.profit, signed=True)})"
    used = f"{formats.count(session.tokens.input)} in, {formats.count(session.tokens.output)} out"
    waited = f"waited for {formats.duration(session.model_seconds)}"
    denied = f"{formats.count(session.denied)} orders denied"
    return [
        ("Session", f"{session.id} of {session.model_name} ({session.base_model})"),
        ("State", f"{session.state}{reason}"),
        ("Dates", _dates(session)),
        ("Universe", f"{', '.join(session.universe)}, {session.period}"),
        ("Steps", f"{steps_of(session)}, at {formats.moment(session.at)} UTC"),
        ("Starting cash", formats.amount(session.balance)),
        ("Equity", f"{equity}, of it cash {formats.amount(session.cash)}"),
        ("Fills", f"{formats.count(session.fills)}, {denied}"),
        ("Halted", ", ".join(session.halted) or formats.ABSENT),
        ("Model", f"cost {formats.dollars(session.cost)}, tokens {used}, {waited}"),
        ("Times (UTC)", runs.times(session)),
    ]


def _positions_table(session: SessionMessage) -> "Table":
    columns = ("Position", "Quantity>", "Entered at>", "Last close>", "Value>", "Profit>")
    rows = (
        (
            formats.plain(one.symbol),
            formats.quantity(one.quantity),
            formats.price(one.average_price),
            formats.price(one.price),
            formats.amount(one.value),
            formats.amount(one.profit, signed=True),
        )
        for one in session.positions
    )
    return output.table(columns, rows)


def _order(order: PendingOrderMessage) -> str:
    size = ""
    if order.share is not None:
        size = f" {formats.percent(order.share)} of equity"
    elif order.quantity is not None:
        size = f" {formats.quantity(order.quantity)}"
    placed = formats.moment(order.placed_at)
    return f"{order.action}{size} {formats.plain(order.symbol)}, placed {placed} UTC"


def _dates(session: SessionMessage) -> str:
    return "live" if session.live else f"{session.start} – {session.end}"


def _row(session: SessionMessage) -> tuple[str, ...]:
    return (
        str(session.id),
        session.model_name,
        session.base_model,
        session.state,
        _dates(session),
        steps_of(session),
        formats.amount(session.equity),
        formats.amount(session.profit, signed=True),
        formats.count(session.fills),
        formats.dollars(session.cost),
        formats.moment(session.created_at),
    )
