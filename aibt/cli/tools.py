"""`aibt tools …`: the tools as MCP services over HTTP, for clients outside."""

from typing import TYPE_CHECKING

import typer

from aibt.cli import formats, output
from aibt.cli.entry import AsJson, Url, address, connected
from aibt.cli.sessions import SessionId
from aibt.protocol.services import ToolServiceMessage, ToolServicesMessage
from aibt.protocol.sessions import ToolTokenMessage

if TYPE_CHECKING:
    from rich.table import Table

app = typer.Typer(
    no_args_is_help=True,
    help="Serve the tools over HTTP, for MCP clients on this machine (administrators).",
)


@app.command()
def start(url: Url = None, *, as_json: AsJson = False) -> None:
    """Start the four services; those that run stay."""
    _tell("start", url, as_json=as_json)


@app.command()
def stop(url: Url = None, *, as_json: AsJson = False) -> None:
    """Stop the four services."""
    _tell("stop", url, as_json=as_json)


@app.command()
def restart(url: Url = None, *, as_json: AsJson = False) -> None:
    """Stop the four services and start them again."""
    _tell("restart", url, as_json=as_json)


@app.command()
def status(url: Url = None, *, as_json: AsJson = False) -> None:
    """Show which services run, and where."""
    with connected(address(url)) as client:
        found = client.get("/api/mcp/status", ToolServicesMessage)
    _show(found, as_json=as_json)


@app.command()
def token(session_id: SessionId, url: Url = None, *, as_json: AsJson = False) -> None:
    """Make a bearer that lets an MCP client use the tools of one session, while it runs."""
    path = f"/api/sessions/{session_id}/tool-token"
    with connected(address(url)) as client:
        made = client.change("POST", path, ToolTokenMessage)
    if as_json:
        output.show_json(made.model_dump(mode="json"))
        return
    output.show_lines(made.token)
    where = ", ".join(f"{tool} at {at}" for tool, at in made.services.items())
    output.say(
        f"Valid until {formats.moment(made.expires_at)} UTC, for session {session_id} alone; "
        "send it as Authorization: Bearer.",
        where or "No service runs: aibt tools start",
    )


def _tell(verb: str, url: str | None, *, as_json: bool) -> None:
    with connected(address(url)) as client:
        found = client.change("POST", f"/api/mcp/{verb}", ToolServicesMessage)
    _show(found, as_json=as_json)


def _show(found: ToolServicesMessage, *, as_json: bool) -> None:
    if as_json:
        output.show_json(found.model_dump(mode="json"))
    else:
        output.show(_table(found.services))


def _table(services: list[ToolServiceMessage]) -> "Table":
    columns = ("Tool", "State", "Address", "Since", "Restarts>", "Why")
    rows = (
        (
            service.name,
            service.state,
            formats.plain(service.address),
            formats.moment(service.since),
            formats.count(service.restarts),
            formats.plain(service.reason or ""),
        )
        for service in services
    )
    return output.table(columns, rows)
