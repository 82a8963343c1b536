"""What a session looks like while it runs: frames come in, text and drawings come out."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aibt.cli import formats
from aibt.cli.output import signed
from aibt.cli.pace import Pace
from aibt.cli.session_lines import event_lines, step_line
from aibt.cli.stream import BACK, END, LOST, Frame
from aibt.live.states import RunState
from aibt.protocol.run_messages import StateMessage
from aibt.protocol.sessions import (
    PositionMessage,
    SessionMessage,
    SessionStatusMessage,
    StepMessage,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

WIDTH: Final = 100  # of the panel, at most
COLOURS: Final = {
    RunState.RUNNING: "green",
    RunState.PAUSED: "yellow",
    RunState.FINISHED: "cyan",
    RunState.FAILED: "red",
}
_CURVE: Final = 400  # equities that are remembered for the sparkline
_PARTIAL: Final = 360  # characters of the text that still streams, its end
_HELD: Final = 4  # positions that are named; the others are counted


@dataclass
class SessionView:
    """Everything that was seen of one session, newest where only the newest counts.

    Attributes:
        title: the agent and what it trades, as far as they are known.
        lost: why there is no connection, or None.
        said: what the model said last, on one line, or what happened to it last.
        result: the session as the last frame showed it, or None before it.
    """

    title: str = ""
    status: SessionStatusMessage | None = None
    state: RunState | None = None
    lost: str | None = None
    said: str = ""
    result: SessionMessage | None = None
    pace: Pace = field(default_factory=Pace)
    equities: deque[float] = field(default_factory=lambda: deque(maxlen=_CURVE))
    _step: StepMessage | None = None
    _is_headed: bool = True

    def take(self, frame: Frame, now_s: float) -> "list[str | Text]":
        """Note what a frame says; return the lines a person should read once.

        A step's heading comes with the first line that follows it: where nothing happens, nothing
        is written.

        Args:
            frame: the next one of the stream.
            now_s: when it came, for the remaining time.
        """
        match frame.kind:
            case "status":
                self._take_status(SessionStatusMessage.of(frame.data), now_s)
                return []
            case "state":
                return self._take_state(frame)
            case "step":
                self._step, self._is_headed = StepMessage.of(frame.data), False
                return []
            case "thought" | "tool" | "result" | "fill" | "log" | "error":
                return self._take_happening(frame)
            case _:
                return self._take_ours(frame)

    @property
    def step(self) -> int:
        """The latest step that was heard of; 0 before the first."""
        shown = 0 if self.status is None else self.status.step
        return shown if self._step is None else max(shown, self._step.step)

    @property
    def percent(self) -> float | None:
        """How much of the session is done, 0 to 100; None where it has no end."""
        status = self.status
        if status is None or not status.steps:
            return None
        return min(100.0, 100 * self.step / status.steps)

    def drawn(self) -> "RenderableType":
        """Draw a session that is under way."""
        from rich.console import Group
        from rich.panel import Panel
        from rich.text import Text

        state = "connection lost" if self.lost else str(self.state or "waiting for the platform")
        colour = "red" if self.lost else COLOURS.get(self.state or RunState.QUEUED, "blue")
        title = Text.assemble((formats.plain(self.title), "bold"), "  ", (state, colour))
        body = (
            Text("…", style="dim")
            if self.status is None
            else Group(*_figures(self, self.status), *_streaming(self.status))
        )
        return Panel(body, title=title, title_align="left", border_style=colour, width=WIDTH)

    def passing(self, frame: Frame) -> str | None:
        """Return how far the session is, after a status; None before it moves."""
        if frame.kind != "status" or self.status is None or self.status.at is None:
            return None
        return None if self.state is None or self.state.has_ended else progress_line(self.status)

    def _take_status(self, status: SessionStatusMessage, now_s: float) -> None:
        self.status, self.state = status, status.state
        if status.partial:
            self.said = formats.plain(status.partial[-_PARTIAL:])
        if status.state is RunState.RUNNING and self.percent is not None:
            self.pace.note(self.percent, now_s)
        else:
            self.pace.rest()
        if status.at is not None:
            self.equities.append(status.equity)

    def _take_state(self, frame: Frame) -> "list[str | Text]":
        state = StateMessage.of(frame.data)
        is_news = state.state is not self.state
        self.state = state.state
        if state.state is not RunState.RUNNING:
            self.pace.rest()
        if not is_news or not (frame.seq is not None or state.reason):
            return []
        return [*event_lines("state", frame.data)]

    def _take_happening(self, frame: Frame) -> "list[str | Text]":
        lines = event_lines(frame.kind, frame.data)
        if lines and frame.kind not in {"tool", "result"}:
            self.said = lines[-1].plain.strip()
        if not lines or self._is_headed or self._step is None:
            return [*lines]
        self._is_headed = True
        return [step_line(self._step), *lines]

    def _take_ours(self, frame: Frame) -> "list[str | Text]":
        if frame.kind == LOST:
            self.lost = formats.plain(str(frame.data["reason"]))
            return [f"Connection lost ({self.lost}); trying again…"]
        if frame.kind == BACK:
            self.lost = None
            return ["Connected again."]
        if frame.kind == END:
            self.result = SessionMessage.of(frame.data)
            self.state = self.result.state
        return []


def progress_line(status: SessionStatusMessage) -> str:
    """Return how far a session is as one plain line, for whoever has no terminal."""
    words = [
        f"step {steps_of(status)}",
        f"{formats.moment(status.at)} UTC",
        f"equity {formats.amount(status.equity)} ({formats.amount(status.profit, signed=True)})",
        f"{len(status.positions)} positions",
        f"{formats.count(status.fills)} fills",
        f"{formats.count(status.denied)} denied",
        f"cost {formats.dollars(status.cost)}",
    ]
    if status.state is not RunState.RUNNING:
        words.insert(0, str(status.state))
    return "  ".join(words)


def steps_of(status: SessionStatusMessage) -> str:
    """Return a session's steps: `12/251`, or `12` where it has no end."""
    done = formats.count(status.step)
    return done if status.steps is None else f"{done}/{formats.count(status.steps)}"


def held(positions: list[PositionMessage], most: int = _HELD) -> str:
    """Return positions on one line, the largest first; of many the largest alone."""
    if not positions:
        return "nothing"
    by_size = sorted(positions, key=lambda position: -abs(position.value))
    said = ", ".join(
        f"{formats.plain(one.symbol)} {formats.quantity(one.quantity)} "
        f"({formats.amount(one.profit, signed=True)})"
        for one in by_size[:most]
    )
    return said if len(by_size) <= most else f"{len(by_size)} positions, as {said}"


def _figures(view: SessionView, status: SessionStatusMessage) -> "list[RenderableType]":
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    steps = Table.grid(padding=(0, 2))
    left = "" if view.pace.left_s is None else f"≤ {formats.duration(view.pace.left_s)} left"
    bar = Text("live") if view.percent is None else ProgressBar(completed=view.percent, width=34)
    steps.add_row("Steps ", bar, steps_of(status), f"{formats.moment(status.at)} UTC", left)
    account = Table.grid(padding=(0, 2))
    account.add_row(
        "Equity",
        Text(formats.amount(status.equity)),
        signed(status.profit),
        Text(formats.sparkline(list(view.equities), 30), style="cyan"),
    )
    facts = Table.grid(padding=(0, 2))
    facts.add_column(width=6)
    for name, value in (
        ("Held", held(status.positions)),
        ("Orders", _orders(status)),
        ("Model", _model(status)),
    ):
        facts.add_row(name, Text(value, no_wrap=True, overflow="ellipsis"))
    return [steps, account, facts]


def _orders(status: SessionStatusMessage) -> str:
    words = [
        f"{formats.count(status.fills)} fills",
        f"{formats.count(status.denied)} denied",
        f"{len(status.pending)} wait for the next open",
    ]
    if status.halted:
        words.append(f"halted: {formats.plain(', '.join(status.halted))}")
    return ", ".join(words)


def _model(status: SessionStatusMessage) -> str:
    return (
        f"cost {formats.dollars(status.cost)}, {formats.rate(status.tokens.input)} tokens in, "
        f"{formats.rate(status.tokens.output)} out, {formats.duration(status.model_seconds)}"
    )


def _streaming(status: SessionStatusMessage) -> "list[RenderableType]":
    from rich.text import Text

    if not status.partial:
        return []
    text = formats.plain(status.partial)
    cut = text if len(text) <= _PARTIAL else f"… {text[-_PARTIAL:]}"
    return [Text(), Text(cut, style="italic")]
