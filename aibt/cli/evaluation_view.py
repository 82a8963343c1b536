"""What an evaluation looks like while it runs: frames come in, lines and a bar come out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibt.cli import formats
from aibt.cli.stream import BACK, END, LOST, Frame
from aibt.live.states import RunState
from aibt.protocol.evaluations import (
    EvaluationRunMessage,
    EvaluationStatusMessage,
    UnitMessage,
)
from aibt.protocol.run_messages import StateMessage

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_BAR: Final = 40


@dataclass
class EvaluationView:
    """Everything that was seen of one evaluation.

    Attributes:
        title: symbol and period.
        lost: why there is no connection, or None.
        result: the evaluation as the last frame showed it, or None before it.
    """

    title: str = ""
    status: EvaluationStatusMessage | None = None
    state: RunState | None = None
    lost: str | None = None
    result: EvaluationRunMessage | None = None

    def take(self, frame: Frame, now_s: float) -> "list[str | Text]":
        """Note what a frame says; return the lines a person should read once."""
        del now_s
        match frame.kind:
            case "status":
                self.status = EvaluationStatusMessage.of(frame.data)
                self.state = self.status.state
                return []
            case "state":
                return self._take_state(StateMessage.of(frame.data), is_event=frame.seq is not None)
            case "unit":
                return [_unit_line(UnitMessage.of(frame.data))]
            case "error":
                return [f"Error: {formats.plain(str(frame.data['msg']))}"]
            case _:
                return self._take_ours(frame)

    def drawn(self) -> "RenderableType":
        """Draw how far the evaluation is."""
        from rich.text import Text

        return Text(progress_line(self), no_wrap=True, overflow="ellipsis")

    def passing(self, frame: Frame) -> str | None:
        """Return how far the evaluation is, after a status."""
        is_over = self.state is not None and self.state.has_ended
        if frame.kind != "status" or self.status is None or is_over:
            return None
        return progress_line(self)

    def _take_state(self, state: StateMessage, *, is_event: bool) -> "list[str | Text]":
        is_news = state.state is not self.state
        self.state = state.state
        if not is_news or not (is_event or state.reason):
            return []
        why = f": {formats.plain(state.reason)}" if state.reason else ""
        return [f"Evaluation {state.id} is {state.state}{why}."]

    def _take_ours(self, frame: Frame) -> "list[str | Text]":
        if frame.kind == END:
            self.result = EvaluationRunMessage.of(frame.data)
            self.state = self.result.state
        elif frame.kind == LOST:
            self.lost = formats.plain(str(frame.data["reason"]))
            return [f"The connection broke: {self.lost}. Trying again…"]
        elif frame.kind == BACK and self.lost is not None:
            self.lost = None
            return ["Connected again; nothing was missed."]
        return []


def progress_line(view: EvaluationView) -> str:
    """Return how far an evaluation is on one line, with a bar."""
    status = view.status
    if status is None or status.units == 0:
        return f"{view.title}: {view.state or 'waiting'}"
    filled = round(_BAR * status.share)
    bar = "\N{FULL BLOCK}" * filled + "\N{LIGHT SHADE}" * (_BAR - filled)
    left = (
        ""
        if status.seconds_left is None
        else f", about {formats.duration(status.seconds_left)} left"
    )
    what = f" - {formats.plain(status.doing)}" if status.doing else ""
    return (
        f"{bar} {formats.percent(status.share)}, {status.units_done} of {status.units} trainings"
        f"{left}{what}"
    )


def _unit_line(unit: UnitMessage) -> str:
    return (
        f"{unit.algorithm}, seed {unit.seed}, fold {unit.fold}: "
        f"{formats.percent(unit.total_return)} out of sample, "
        f"{formats.count(unit.trades)} trades, {formats.count(unit.episodes)} episodes"
    )
