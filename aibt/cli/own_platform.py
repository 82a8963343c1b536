"""A platform that a demo starts for itself, with an empty store, and leaves nothing of."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aibt.cli import formats, output
from aibt.cli.entry import Entry, environment, settings, tokens_for
from aibt.cli.server import ServerFiles, await_ready, free_port, launch, stop
from aibt.cli.tokens import Tokens
from aibt.clock import Clock

_QUIET: Final = {"AIBT_RAY__DASHBOARD": "false", "AIBT_SERVE__HAPROXY": "0"}


@contextmanager
def leaving_when_told() -> Iterator[None]:
    """Treat being terminated, or losing the terminal, like Ctrl-C: nothing is left behind."""
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def own_platform(entry: Entry, clock: Clock) -> Iterator[tuple[str, Tokens]]:
    """Run a platform with an empty store for the length of the block."""
    host, port = "127.0.0.1", free_port()
    base = f"http://{host}:{port}"
    configured = settings()  # a misspelt variable is told here, not at the end of a log
    with tempfile.TemporaryDirectory(prefix="aibt-demo-", ignore_cleanup_errors=True) as root:
        files, began = ServerFiles(Path(root)), clock.monotonic()
        url = f"sqlite+aiosqlite:///{root}/aibt.sqlite3"
        chosen = {
            **_QUIET,
            **environment(),
            "AIBT_MODE": "laptop",
            "AIBT_ACCOUNTS__IDENTITY": "local",
            "AIBT_STORE__ROOT": root,
            "AIBT_STORE__URL": url,
            "AIBT_STORE__OWNER_URL": url,
            "AIBT_SERVE__HOST": host,
            "PORT": str(port),
        }
        chosen.pop("AIBT_RAY__ADDRESS", None)  # a laptop's platform has a cluster of its own
        store = configured.store.model_copy(update={"root": Path(root), "url": url})
        accounts = configured.accounts.model_copy(update={"identity": "local"})
        own = configured.model_copy(update={"store": store, "accounts": accounts})
        output.say("Starting a platform of its own…")
        files.folder.mkdir(parents=True)
        started = launch(files, entry.serve, chosen, base)
        try:
            await_ready(started, files, clock)
            took = formats.duration(clock.monotonic() - began)
            output.say(f"Ready after {took}, at {base} for as long as this lasts.")
            yield base, tokens_for(base, own)
        finally:
            if files.running():
                output.say("Stopping the platform…")
                stop(files, started, clock)
