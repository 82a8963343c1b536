"""Following a training in the terminal, to its end or until the person leaves."""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Final

from pydantic import ValidationError

from aibt.cli.complaints import Complaint
from aibt.cli.output import remarks
from aibt.cli.stream import Frame, TrainingStream
from aibt.cli.train_view import TrainingView, episode_line, live_panel, progress_line
from aibt.clock import Clock
from aibt.protocol.trainings import EpisodeMessage, TrainingMessage

LINE_EVERY_S: Final = 5.0  # without a terminal, how often a line says how far it is
_REFRESH_HZ: Final = 8

OnFrame = Callable[[Frame, TrainingView], Iterable[str]]


def follow(
    stream: TrainingStream, view: TrainingView, clock: Clock, *, on_frame: OnFrame | None = None
) -> TrainingMessage:
    """Show a training until its stream ends; return it as it is then.

    Args:
        stream: what happens to it.
        view: is kept up to date, also where this ends early.
        clock: tells how often to write where there is no terminal.
        on_frame: called after each frame; yields further lines, each shown at once.

    Raises:
        Complaint: the platform refused, broke off, or is not understood.
        KeyboardInterrupt: the person leaves.
    """
    try:
        if remarks().is_terminal:
            _follow_live(stream, view, clock, on_frame)
        else:
            _follow_lines(stream, view, clock, on_frame)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(str(part) for part in fault["loc"])
        raise Complaint(f"The platform is not this version of AIBT ({at}).") from None
    if view.result is None:
        raise Complaint("The stream ended without a result.")
    return view.result


def _follow_live(
    stream: TrainingStream, view: TrainingView, clock: Clock, on_frame: OnFrame | None
) -> None:
    from rich.live import Live

    console = remarks()
    with Live(
        console=console,
        get_renderable=lambda: live_panel(view),
        refresh_per_second=_REFRESH_HZ,
        transient=True,
    ):
        for frame in stream:
            lines = view.take(frame, clock.monotonic())
            for line in chain(lines, on_frame(frame, view) if on_frame else ()):
                console.print(line)


def _follow_lines(
    stream: TrainingStream, view: TrainingView, clock: Clock, on_frame: OnFrame | None
) -> None:
    console = remarks()
    due_s = clock.monotonic()
    for frame in stream:
        now_s = clock.monotonic()
        lines = view.take(frame, now_s)
        if frame.kind == "status":
            if now_s >= due_s and _moves(view):
                due_s = now_s + LINE_EVERY_S
                lines = [*lines, progress_line(view)]
        elif frame.kind == "episode" and now_s >= due_s:
            due_s = now_s + LINE_EVERY_S
            lines = [*lines, episode_line(EpisodeMessage.of(frame.data))]
        for line in chain(lines, on_frame(frame, view) if on_frame else ()):
            console.print(line, soft_wrap=True)


def _moves(view: TrainingView) -> bool:
    has_begun = view.status is not None and view.status.steps > 0
    return has_begun and view.state is not None and not view.state.has_ended
