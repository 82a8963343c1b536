"""What a training looks like while it runs: frames come in, text and drawings come out."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibt.cli import formats
from aibt.cli.output import signed
from aibt.cli.pace import Pace
from aibt.cli.stream import BACK, END, LOST, Frame
from aibt.live.states import RunState
from aibt.protocol.training_messages import EvaluationMessage
from aibt.protocol.trainings import (
    EpisodeMessage,
    LoadMessage,
    LogMessage,
    ParamsMessage,
    StateMessage,
    StatusMessage,
    TrainingMessage,
)

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

_CURVE: Final = 400  # equities that are remembered for the sparkline
_WIDTHS: Final = (13, 13, 13, 40)  # so that changing figures do not move their neighbours
_COLOURS: Final = {
    RunState.RUNNING: "green",
    RunState.PAUSED: "yellow",
    RunState.FINISHED: "cyan",
    RunState.FAILED: "red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is known of the bars: how many, and where out of sample begins."""

    bars: int = 0
    split: int = 0
    first: str = ""
    last: str = ""
    source: str = ""


@dataclass
class TrainingView:
    """Everything that was seen of one training, newest first where only the newest counts.

    Attributes:
        title: bot, symbol and period, as far as they are known.
        lost: why there is no connection, or None.
        result: the training as the last frame showed it, or None before it.
    """

    title: str = ""
    status: StatusMessage | None = None
    state: RunState | None = None
    lost: str | None = None
    result: TrainingMessage | None = None
    shown: Shown = field(default_factory=Shown)
    equities: deque[float] = field(default_factory=lambda: deque(maxlen=_CURVE))
    pace: Pace = field(default_factory=Pace)
    _now_s: float = 0.0
    _said_notes: bool = False

    def take(self, frame: Frame, now_s: float) -> "list[str | Text]":
        """Note what a frame says; return the lines a person should read once.

        Args:
            frame: the next one of the stream.
            now_s: when it came, for the remaining time.
        """
        self._now_s = now_s
        match frame.kind:
            case "status":
                return self._take_status(StatusMessage.of(frame.data))
            case "state":
                return self._take_state(StateMessage.of(frame.data), is_event=frame.seq is not None)
            case "load":
                return self._take_load(LoadMessage.of(frame.data))
            case "params":
                return [_params_line(ParamsMessage.of(frame.data))]
            case "log":
                log = LogMessage.of(frame.data)
                return [] if log.level == "debug" else [formats.plain(log.text)]
            case "error":
                return [f"Error: {formats.plain(str(frame.data['msg']))}"]
            case _:
                return self._take_ours(frame)

    def drawn(self) -> "RenderableType":
        """Draw a training that is under way."""
        return live_panel(self)

    def passing(self, frame: Frame) -> str | None:
        """Return how far the training is, after a status or an episode; None before it moves."""
        if frame.kind == "episode":
            return episode_line(EpisodeMessage.of(frame.data))
        if frame.kind != "status" or self.status is None or self.status.steps == 0:
            return None
        return None if self.state is None or self.state.has_ended else progress_line(self)

    def _take_status(self, status: StatusMessage) -> "list[str | Text]":
        self.status = status
        self.state = status.state
        if status.state is RunState.RUNNING:
            self.pace.note(status.episodes.percentage_done, self._now_s)
        else:
            self.pace.rest()
        if status.steps > 0:
            self.equities.append(status.balance)
        return []

    def _take_state(self, state: StateMessage, *, is_event: bool) -> "list[str | Text]":
        is_news = state.state is not self.state
        self.state = state.state
        if state.state is not RunState.RUNNING:
            self.pace.rest()
        if not is_news or not (is_event or state.reason):
            return []
        why = f": {formats.plain(state.reason)}" if state.reason else ""
        return [f"Training {state.id} is {state.state}{why}."]

    def _take_load(self, load: LoadMessage) -> "list[str | Text]":
        is_first = load.part == 1
        before = 0 if is_first else self.shown.bars
        dates = load.date_range
        self.shown = Shown(
            bars=before + len(dates),
            split=load.split,
            first=dates[0] if is_first and dates else self.shown.first,
            last=dates[-1] if dates else self.shown.last,
            source=load.source,
        )
        if load.part < load.parts or self._said_notes:
            return []
        self._said_notes = True
        return [_bars_line(self.shown), *(formats.plain(note) for note in load.notes)]

    def _take_ours(self, frame: Frame) -> "list[str | Text]":
        if frame.kind == LOST:
            self.lost = formats.plain(str(frame.data["reason"]))
            return [f"Connection lost ({self.lost}); trying again…"]
        if frame.kind == BACK:
            self.lost = None
            return ["Connected again."]
        if frame.kind == END:
            self.result = TrainingMessage.of(frame.data)
            self.state = self.result.state
        return []


def episode_line(episode: EpisodeMessage) -> str:
    """Return one line on episodes that have ended."""
    which = (
        f"Episode {episode.episode}"
        if episode.first_episode == episode.episode
        else f"Episodes {episode.first_episode} to {episode.episode}"
    )
    bust = ", bust" if episode.bust else ""
    return (
        f"{which}: profit {formats.amount(episode.profit, signed=True)} in "
        f"{formats.count(episode.trades)} trades{bust}"
    )


def progress_line(view: TrainingView) -> str:
    """Return how far a training is as one plain line, for whoever has no terminal."""
    status = view.status
    if status is None:
        return f"{view.title}  {view.state or 'waiting for the platform'}"
    episodes = status.episodes
    words = [
        f"episode {_of(episodes)} ({episodes.percentage_done:.0f} %)",
        f"{formats.rate(status.steps_per_second)} steps/s",
        f"epsilon {status.epsilon:.2f}",
        f"loss {formats.figure(status.loss)}",
        f"equity {formats.amount(status.balance)}",
        f"validation {_profit(status.validation)}",
        f"out of sample {_profit(status.out_of_sample)}",
    ]
    if view.state is not RunState.RUNNING and view.state is not None:
        words.insert(0, str(view.state))
    return "  ".join(words)


def live_panel(view: TrainingView) -> "RenderableType":
    """Draw a training that is under way."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    state = "connection lost" if view.lost else str(view.state or "waiting for the platform")
    colour = "red" if view.lost else _COLOURS.get(view.state or RunState.QUEUED, "blue")
    title = Text.assemble((formats.plain(view.title), "bold"), "  ", (state, colour))
    body = Text("…", style="dim") if view.status is None else _figures(view, view.status)
    return Panel(Group(body), title=title, title_align="left", border_style=colour, width=92)


def _figures(view: TrainingView, status: StatusMessage) -> "Group":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    bars = Table.grid(padding=(0, 2))
    bars.add_row("Episodes", _bar(status.episodes), _of(status.episodes), _left(view))
    bars.add_row("Bars", _bar(status.days), _of(status.days), "")
    figures = Table.grid(padding=(0, 2))
    for width in _WIDTHS:
        figures.add_column(width=width)
    prediction = getattr(status.prediction, status.prediction.max)
    figures.add_row(
        "Equity",
        Text(formats.amount(status.balance)),
        signed(status.profit),
        Text(formats.sparkline(list(view.equities), 30), style="cyan"),
    )
    figures.add_row(
        "Decision",
        Text(f"{status.prediction.max} {prediction:.0f} %"),
        f"{formats.count(status.trades)} trades",
        Text(
            f"{formats.rate(status.steps_per_second)} steps/s   ε {status.epsilon:.2f}   "
            f"loss {formats.figure(status.loss)}"
        ),
    )
    for name, evaluation in (
        ("Validation", status.validation),
        ("Out of sample", status.out_of_sample),
    ):
        if evaluation is None:
            figures.add_row(name, Text("not yet", style="dim"))
            continue
        figures.add_row(
            name,
            signed(evaluation.profit),
            f"Sharpe {formats.ratio(evaluation.sharpe)}",
            Text(f"buy and hold {formats.amount(evaluation.buy_and_hold, signed=True)}"),
        )
    return Group(bars, "", figures)


def _bar(progress: Any) -> "RenderableType":
    from rich.progress_bar import ProgressBar

    return ProgressBar(total=100, completed=progress.percentage_done, width=34)


def _of(progress: Any) -> str:
    return f"{formats.count(progress.current)}/{formats.count(progress.max)}"


def _left(view: TrainingView) -> str:
    left_s = view.pace.left_s
    return "" if left_s is None else f"≤ {formats.duration(left_s)} left"


def _profit(evaluation: EvaluationMessage | None) -> str:
    return formats.ABSENT if evaluation is None else formats.amount(evaluation.profit, signed=True)


def _bars_line(shown: Shown) -> str:
    return (
        f"{formats.count(shown.bars)} bars from {shown.source}, "
        f"{formats.moment(shown.first)} to {formats.moment(shown.last)} UTC; the last "
        f"{formats.count(shown.bars - shown.split)} are out of sample."
    )


def _params_line(params: ParamsMessage) -> str:
    changed = ", ".join(f"{name} is now {value:g}" for name, value in params.changed.items())
    return f"From step {formats.count(params.step)} on: {changed}."
