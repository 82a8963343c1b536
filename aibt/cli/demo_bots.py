"""The bots' demo: a training on bars that come with the package, paused and resumed on the way."""

import uuid
from collections.abc import Iterator
from typing import Final

import typer

from aibt.cli import formats, output
from aibt.cli.client import Client, in_path
from aibt.cli.complaints import Complaint, Refused
from aibt.cli.entry import connected
from aibt.cli.following import follow
from aibt.cli.results import result_table, summary, verdict
from aibt.cli.stream import Frame, RunStream
from aibt.cli.tokens import Tokens
from aibt.cli.train import NEW_BOT
from aibt.cli.train_view import TrainingView
from aibt.clock import Clock
from aibt.live.states import RunState
from aibt.protocol.bots import BotDeletedMessage, BotMessage
from aibt.protocol.trainings import StatusMessage, TrainingMessage

EPISODES: Final = 20
WATCHED: Final = "dqn"  # the default is done before one has looked
SECONDS: Final = 60.0  # of training, after which it is stopped wherever it stands
_PAUSE_AFTER_S: Final = 3.0
_PAUSE_AT_PERCENT: Final = 20
_PAUSE_S: Final = 2.0
_BEGIN_S: Final = 60.0
_TICK_S: Final = 0.25


def run_bots_demo(base: str, clock: Clock, seconds: float, tokens: Tokens | None = None) -> None:
    """Train a bot on the platform at `base`, and delete it again.

    Raises:
        typer.Exit: the training failed.
    """
    name = f"Demo-{uuid.uuid4().hex[:6]}"
    body = {"name": name, **NEW_BOT, "discounter_rate": 60, "algorithm": WATCHED}
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
    view = TrainingView(title=f"{name} on EURUSD H1")
    script = _Script(client, view, clock, seconds)
    stream = RunStream(
        client.url, "trainings", clock=clock, tokens=client.tokens, start=start, tick_s=_TICK_S
    )
    return follow(stream, view, clock, on_frame=script.play)


class _Script:
    """What the demo does while it watches: pause once, resume once, stop when time is up."""

    def __init__(self, client: Client, view: TrainingView, clock: Clock, seconds: float) -> None:
        self._client = client
        self._view = view
        self._clock = clock
        self._seconds = seconds
        self._began_s = clock.monotonic()
        self._running_since_s: float | None = None
        self._paused: tuple[float, int] | None = None  # when, and at which step
        self._has_resumed = False
        self._is_over = False

    def play(self, _: Frame) -> Iterator[str]:
        """Do what is due after a frame, and say so.

        Raises:
            Complaint: the training does not begin.
        """
        view, now_s = self._view, self._clock.monotonic()
        status = view.status
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
