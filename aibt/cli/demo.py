"""`aibt demo`: everything once, on bars that come with the package, with no network."""

import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from aibt.cli import formats, output
from aibt.cli.client import Client, in_path
from aibt.cli.complaints import INTERRUPTED, Complaint, Refused
from aibt.cli.entry import Entry, Url, address, connected, environment, settings, tokens_for
from aibt.cli.following import follow
from aibt.cli.results import result_table, summary, verdict
from aibt.cli.server import ServerFiles, await_ready, free_port, launch, stop
from aibt.cli.stream import Frame, TrainingStream
from aibt.cli.tokens import Tokens
from aibt.cli.train import NEW_BOT
from aibt.cli.train_view import TrainingView
from aibt.clock import Clock, SystemClock
from aibt.live.states import RunState
from aibt.protocol.bots import BotDeletedMessage, BotMessage
from aibt.protocol.trainings import StatusMessage, TrainingMessage

EPISODES: Final = 20
SECONDS: Final = 60.0  # of training, after which it is stopped wherever it stands
_QUIET: Final = {"AIBT_RAY__DASHBOARD": "false", "AIBT_SERVE__HAPROXY": "0"}
_PAUSE_AFTER_S: Final = 3.0
_PAUSE_AT_PERCENT: Final = 20
_PAUSE_S: Final = 2.0
_BEGIN_S: Final = 60.0
_TICK_S: Final = 0.25


def demo(
    context: typer.Context,
    *,
    seconds: Annotated[float, typer.Option(min=1, help="Train at most so long.")] = SECONDS,
    url: Url = None,
) -> None:
    """Train a bot on EURUSD hourly bars, live: pause it, resume it, and see how it does.

    Starts a platform of its own in a temporary folder and removes it again, unless --url names
    one that runs. Needs no network and takes about a minute or two.
    """
    clock = SystemClock()
    try:
        if url is not None:
            _run(address(url), clock, seconds)
        else:
            with _leaving_when_told(), _own_platform(context.obj, clock) as (base, tokens):
                _run(base, clock, seconds, tokens)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _leaving_when_told() -> Iterator[None]:
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
def _own_platform(entry: Entry, clock: Clock) -> Iterator[tuple[str, Tokens]]:
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


def _run(base: str, clock: Clock, seconds: float, tokens: Tokens | None = None) -> None:
    name = f"Demo-{uuid.uuid4().hex[:6]}"
    body = {"name": name, **NEW_BOT, "discounter_rate": 60}
    with connected(base, tokens) as client:
        client.change("POST", "/api/bots", BotMessage, body)
        try:
            training = _train(client, name, clock, seconds)
            output.say(summary(training))
            output.show(result_table(training))
            output.show_lines(verdict(training))
        finally:
            _forget(client, name)
    if training.state is RunState.FAILED:
        raise typer.Exit(1)


def _train(client: Client, name: str, clock: Clock, seconds: float) -> TrainingMessage:
    start = {
        "bot_name": name,
        "symbol": "EURUSD",
        "period": "H1",
        "source": "sample",
        "train_data_percentage": 80,
        "balance": 10_000.0,
        "batch_size": 64,
        "min_episodes": EPISODES,
        "max_episodes": EPISODES,
        "environments": 8,
        "seed": 7,
    }
    script = _Script(client, clock, seconds)
    stream = TrainingStream(
        client.url, clock=clock, tokens=client.tokens, start=start, tick_s=_TICK_S
    )
    return follow(stream, TrainingView(title=f"{name} on EURUSD H1"), clock, on_frame=script.play)


class _Script:
    """What the demo does while it watches: pause once, resume once, stop when time is up."""

    def __init__(self, client: Client, clock: Clock, seconds: float) -> None:
        self._client = client
        self._clock = clock
        self._seconds = seconds
        self._began_s = clock.monotonic()
        self._running_since_s: float | None = None
        self._paused: tuple[float, int] | None = None  # when, and at which step
        self._has_resumed = False
        self._is_over = False

    def play(self, _: Frame, view: TrainingView) -> Iterator[str]:
        """Do what is due after a frame, and say so.

        Raises:
            Complaint: the training does not begin.
        """
        status, now_s = view.status, self._clock.monotonic()
        if self._is_over or (view.state is not None and view.state.has_ended):
            return
        if status is None or status.steps == 0:
            if now_s - self._began_s > _BEGIN_S:
                raise Complaint(f"The training has not begun within {_BEGIN_S:.0f} s.")
            return
        try:
            yield from self._act(status, now_s)
        except Refused as refused:
            if refused.code != "training_ended":
                raise

    def _act(self, status: StatusMessage, now_s: float) -> Iterator[str]:
        if self._running_since_s is None:
            self._running_since_s = now_s
        ran_s = now_s - self._running_since_s
        if self._paused is None:
            if ran_s >= _PAUSE_AFTER_S or status.episodes.percentage_done >= _PAUSE_AT_PERCENT:
                yield self._pause(status.id)
        elif not self._has_resumed:
            if now_s - self._paused[0] >= _PAUSE_S:
                yield self._resume(status.id)
        elif ran_s >= self._seconds:
            self._is_over = True
            yield f"{self._seconds:.0f} seconds are enough for a demo: stopping the training."
            self._control("stop", status.id)

    def _pause(self, training_id: int) -> str:
        began_s = self._clock.monotonic()
        steps = self._control("pause", training_id).steps
        now_s = self._clock.monotonic()
        self._paused = (now_s, steps)
        return f"Paused within {formats.duration(now_s - began_s)}, at step {steps:,}."

    def _resume(self, training_id: int) -> str:
        _, steps = self._paused or (0.0, 0)
        path = f"/api/trainings/{training_id}"
        moved = self._client.get(path, TrainingMessage).steps - steps
        began_s = self._clock.monotonic()
        self._control("resume", training_id)
        took = formats.duration(self._clock.monotonic() - began_s)
        self._has_resumed = True
        stood = "stood still" if moved == 0 else f"moved by {moved:,} steps"
        return f"It {stood} for {formats.duration(_PAUSE_S)}; resumed within {took}."

    def _control(self, verb: str, training_id: int) -> TrainingMessage:
        return self._client.change("POST", f"/api/trainings/{training_id}/{verb}", TrainingMessage)


def _forget(client: Client, name: str) -> None:
    """Delete the demo's bot; a training that still runs is stopped first."""
    try:
        client.change("POST", f"/api/bots/{in_path(name)}/stop", BotMessage)
        client.change("DELETE", f"/api/bots/{in_path(name)}", BotDeletedMessage)
    except Refused as refused:
        output.say(f"The bot {name} stays: {refused}")
