"""`aibt up`, `aibt down` and `aibt status`."""

import re
import time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from aibt.cli import formats, output
from aibt.cli.bots import all_bots
from aibt.cli.client import nothing_answers
from aibt.cli.complaints import Complaint
from aibt.cli.entry import (
    AsJson,
    Entry,
    Url,
    address,
    connected,
    environment,
    local_address,
    settings,
)
from aibt.cli.server import (
    START_S,
    STOP_S,
    Running,
    ServerFiles,
    await_ready,
    become,
    is_free,
    launch,
    stop,
)
from aibt.cli.sessions import sessions_table
from aibt.cli.trainings import trainings_table
from aibt.clock import SystemClock
from aibt.live.states import RunState
from aibt.protocol.sessions import SessionMessage, SessionsPageMessage
from aibt.protocol.trainings import TrainingMessage, TrainingsPageMessage

if TYPE_CHECKING:
    from aibt.settings import Settings

_DASHBOARD: Final = re.compile(r"Ray dashboard: (\S+)")
_LINK: Final = re.compile(r"^Open (http\S+/sign-in#\S+)")
_LOG_S: Final = 3.0  # the log names these a moment after commands work
_HAPROXY: Final = (
    "HAProxy's statistics and metrics (ports 8404 and 9101, or free ones) listen on every "
    "interface of this machine; AIBT_SERVE__HAPROXY=0 does without it."
)
_ACTIVE: Final = [state.value for state in RunState if not state.has_ended]


def up(
    context: typer.Context,
    *,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay in this terminal; Ctrl-C stops all of it.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="HTTP port; else the setting's.")
    ] = None,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=1, help="Seconds to wait until it is ready.")
    ] = START_S,
) -> None:
    """Start the platform on this machine, and say where everything is.

    Example: aibt up --port 9000
    """
    entry: Entry = context.obj
    chosen = settings()
    host, port = chosen.serve.host, port or chosen.serve.port
    url, files, clock = local_address(host, port), ServerFiles(chosen.store.root), SystemClock()
    child_environment = {**environment(), "PORT": str(port)}
    with files.alone():
        if running := files.running():
            _already(running, url, chosen)
            return
        if not is_free(host, port):
            raise Complaint(_taken(url, port))
        if foreground:
            become(files, entry.serve, child_environment, url)
        started = launch(files, entry.serve, child_environment, url)
    began = clock.monotonic()
    try:
        with output.remarks().status("Starting the platform…"):
            await_ready(started, files, clock, within_s=timeout_s)
    except KeyboardInterrupt:
        stop(files, started, clock)
        raise
    output.say(f"The platform is ready after {formats.duration(clock.monotonic() - began)}.")
    prints_link = chosen.mode == "laptop" and chosen.serve.has_pages
    link = _logged(files, _LINK) if prints_link else None
    output.show(output.facts(where(url, chosen, files, dashboard_of(files, chosen), link)))


def down(
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=0, help="Seconds after which it is killed.")
    ] = STOP_S,
) -> None:
    """Stop the platform that `aibt up` started on this machine.

    Trainings store where they stand, and go on at the next start.
    """
    chosen = settings()
    files = ServerFiles(chosen.store.root)
    running = files.running()
    if running is None:
        url = local_address(chosen.serve.host, chosen.serve.port)
        with connected(url) as client:
            if client.health() is not None:
                raise Complaint(
                    f"`aibt up` started nothing with this store ({chosen.store.root}), but "
                    f"something answers at {url}: stop it where it was started."
                )
        output.say("Nothing runs.")
        return
    with output.remarks().status("Stopping the platform; trainings store where they stand…"):
        went = stop(files, running, SystemClock(), within_s=timeout_s)
    if went:
        output.say(f"The platform at {running.url} has stopped.")
    else:
        output.say(
            f"The platform at {running.url} did not stop within {timeout_s:g} s and was killed; "
            "trainings go on from their last checkpoint at the next start."
        )


def status(url: Url = None, *, as_json: AsJson = False) -> None:
    """Say whether the platform works, and what your bots and agents are doing.

    The exit code is 0 when commands work, 1 when they do not, 3 when nothing answers.
    """
    base = address(url)
    with connected(base) as client:
        health = client.health()
        if health is None:
            raise nothing_answers(base)
        ready, parts = health
        bots = all_bots(client) if ready else []
        trainings: list[TrainingMessage] = []
        sessions: list[SessionMessage] = []
        if ready:
            trainings = client.get("/api/trainings", TrainingsPageMessage, state=_ACTIVE).trainings
            sessions = client.get("/api/sessions", SessionsPageMessage, state=_ACTIVE).sessions
    if as_json:
        rows = [training.model_dump(mode="json", exclude={"bot"}) for training in trainings]
        bot_rows = [bot.model_dump(mode="json") for bot in bots]
        said: dict[str, Any] = {"url": base, "ready": ready, "parts": parts}
        session_rows = [session.model_dump(mode="json") for session in sessions]
        output.show_json({**said, "bots": bot_rows, "trainings": rows, "sessions": session_rows})
    else:
        wrong = ", ".join(f"{part}: {state}" for part, state in parts.items() if state != "ok")
        output.show_lines(
            f"The platform at {base} " + ("works." if ready else f"does not work yet ({wrong})."),
            f"{len(bots)} bots; {len(trainings)} trainings and {len(sessions)} sessions of agents "
            "have not ended.",
        )
        if trainings:
            output.show(trainings_table(trainings))
        if sessions:
            output.show(sessions_table(sessions))
    if not ready:
        raise typer.Exit(1)


def where(
    url: str,
    chosen: "Settings",
    files: ServerFiles,
    dashboard: str | None,
    link: str | None = None,
) -> list[tuple[str, str]]:
    """Return where everything of a platform that runs here is, as names and places."""
    found = [
        ("Address", url),
        ("WebSocket", f"ws{url.removeprefix('http')}/ws"),
        ("API docs", f"{url}/docs"),
    ]
    if link:
        found.append(("Open", f"{link}  (signs in, once, within an hour; else `aibt users link`)"))
    elif not chosen.serve.has_pages:
        found.append(("Pages", "not built: `make web` builds them"))
    if dashboard:
        found.append(("Ray dashboard", f"{dashboard}  (its token lies in ~/.ray/auth_token)"))
    found += [("Store", str(chosen.store.root.resolve())), ("Log", str(files.log))]
    if chosen.serve.haproxy:
        found.append(("Note", _HAPROXY))
    return found


def dashboard_of(files: ServerFiles, chosen: "Settings") -> str | None:
    """Return the Ray dashboard's address: as the log says, or else as the settings ask."""
    if not chosen.ray.dashboard:
        return None
    within_s = 0.0 if chosen.ray.address is not None else _LOG_S
    if found := _logged(files, _DASHBOARD, within_s=within_s):
        return found
    return None if chosen.ray.address else f"http://127.0.0.1:{chosen.ray.dashboard_port}"


def _logged(files: ServerFiles, what: re.Pattern[str], *, within_s: float = _LOG_S) -> str | None:
    """Wait for a line of the log, and return what the pattern's group found in it."""
    clock = SystemClock()
    until = clock.monotonic() + within_s
    while True:
        for line in files.tail():
            if match := what.search(line):
                return match[1]
        if clock.monotonic() >= until:
            return None
        time.sleep(0.1)


def _already(running: Running, url: str, chosen: "Settings") -> None:
    if running.url != url:
        raise Complaint(
            f"The platform of this store already runs at {running.url}; `aibt down` stops it."
        )
    files = ServerFiles(chosen.store.root)
    output.say(f"The platform already runs (process {running.pid}).")
    dashboard = dashboard_of(files, chosen) if running.log else None
    output.show(output.facts(where(url, chosen, files, dashboard)))


def _taken(url: str, port: int) -> str:
    with connected(url) as client:
        if client.health(within_s=3) is not None:
            return (
                f"An AIBT platform already answers at {url}, started elsewhere or with another "
                "store; choose another port with --port."
            )
    return f"Port {port} is taken. Stop what uses it, or choose another one with --port."
