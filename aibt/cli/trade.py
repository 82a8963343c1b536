"""`aibt trade NAME` and `aibt sessions watch ID`: a session, live in the terminal."""

from datetime import datetime
from typing import Annotated, Final

import typer

from aibt.cli import formats, output
from aibt.cli.agents import Name, agent_called
from aibt.cli.client import Client
from aibt.cli.complaints import INTERRUPTED, Misused
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.following import follow
from aibt.cli.performance import figures_of, performance_of
from aibt.cli.session_view import SessionView
from aibt.cli.sessions import SessionId, show_session, summary
from aibt.cli.stream import RunStream
from aibt.clock import SystemClock
from aibt.live.states import RunState
from aibt.protocol.sessions import SessionMessage

_DATES: Final = ["%Y-%m-%d"]
_UNIVERSE: Final = 4  # symbols in a title

StopOnInterrupt = Annotated[
    bool, typer.Option("--stop-on-interrupt", help="Ctrl-C stops the session too.")
]


def trade(
    name: Name,
    *,
    start: Annotated[
        datetime | None,
        typer.Option(
            "--start", formats=_DATES, help="First date of the market, such as 2017-01-01."
        ),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--end", formats=_DATES, help="Last date, itself included."),
    ] = None,
    live: Annotated[
        bool,
        typer.Option("--live", help="Trade on paper from now on, as bars come, until stopped."),
    ] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Start it and return at once.")] = False,
    stop_on_interrupt: StopOnInterrupt = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Let an agent trade over a range of dates or live on paper, and watch it.

    Ctrl-C leaves the session running; `aibt sessions watch ID` comes back to it.

    Example: aibt trade Ada --start 2017-01-01 --end 2017-12-31
    """
    dates = _range(start, end, live=live)
    with connected(address(url)) as client:
        agent = agent_called(client, name)
        asked = {"model_id": agent.id, "live": live, **dates}
        if detach:
            session = client.change("POST", "/api/trading/start", SessionMessage, asked)
            _started(session, as_json=as_json)
            return
        stream = RunStream(
            client.url, "sessions", clock=SystemClock(), tokens=client.tokens, start=asked
        )
        view = SessionView(title=_title(agent.name, agent.universe, agent.period))
        _show_to_the_end(stream, view, client, as_json=as_json, stop_it=stop_on_interrupt)


def watch(
    session_id: SessionId,
    *,
    rate_hz: Annotated[
        float | None, typer.Option("--rate", min=0.1, max=30, help="Figures a second, at most.")
    ] = None,
    stop_on_interrupt: StopOnInterrupt = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Watch a session until it ends or you press Ctrl-C."""
    with connected(address(url)) as client:
        session = client.get(f"/api/sessions/{session_id}", SessionMessage)
        if session.state.has_ended:
            show_session(session, as_json=as_json)
            return
        stream = RunStream(
            client.url,
            "sessions",
            clock=SystemClock(),
            tokens=client.tokens,
            run_id=session_id,
            rate_hz=rate_hz,
        )
        title = _title(session.model_name, session.universe, session.period)
        view = SessionView(title=title, state=session.state)
        _show_to_the_end(stream, view, client, as_json=as_json, stop_it=stop_on_interrupt)


def _show_to_the_end(
    stream: RunStream, view: SessionView, client: Client, *, as_json: bool, stop_it: bool
) -> None:
    """Follow a session and show what came out of it; Ctrl-C leaves, or stops it.

    Raises:
        typer.Exit: the session failed, or the person left.
    """
    try:
        session = follow(stream, view, SystemClock())
    except KeyboardInterrupt:
        _leave(stream.run_id, client, stop_it=stop_it)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        output.show_json(session.model_dump(mode="json"))
    else:
        output.say(summary(session))
        _show_figures(client, session)
    if session.state is RunState.FAILED:
        raise typer.Exit(1)


def _show_figures(client: Client, session: SessionMessage) -> None:
    performance = performance_of(client, "sessions", session.id)
    if performance is not None and performance.times:
        output.show(output.facts(figures_of(performance)))
    output.say(
        f"Its fills: aibt sessions fills {session.id}   All of it: aibt sessions log {session.id}"
    )


def _leave(number: int | None, client: Client, *, stop_it: bool) -> None:
    """Say what becomes of a session whose watcher leaves."""
    if number is None:
        output.say("Left before the session began; `aibt sessions list` shows whether it did.")
    elif stop_it:
        session = client.change("POST", f"/api/sessions/{number}/stop", SessionMessage)
        output.say(summary(session))
    else:
        output.say(
            f"Session {number} goes on. Watch it: aibt sessions watch {number}   "
            f"Stop it: aibt sessions stop {number}"
        )


def _started(session: SessionMessage, *, as_json: bool) -> None:
    if as_json:
        output.show_json(session.model_dump(mode="json"))
    else:
        output.show_lines(
            f"Session {session.id} of {session.model_name} is {session.state}. "
            f"Watch it: aibt sessions watch {session.id}"
        )


def _range(start: datetime | None, end: datetime | None, *, live: bool) -> dict[str, str | None]:
    if live and (start or end):
        raise Misused("--live: a live session begins now and has no --start and no --end.")
    if not live and not (start and end):
        raise Misused(
            "Say over which dates, as in --start 2017-01-01 --end 2017-12-31, or say --live."
        )
    return {
        "start": start.date().isoformat() if start else None,
        "end": end.date().isoformat() if end else None,
    }


def _title(name: str, universe: list[str], period: str) -> str:
    return f"{name} on {formats.listed(universe, _UNIVERSE)} {period}"
