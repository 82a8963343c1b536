"""Following a training or a session in the terminal, to its end or until the person leaves."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from pydantic import ValidationError

from aibt.cli.complaints import Complaint
from aibt.cli.output import remarks
from aibt.cli.stream import Frame, RunStream
from aibt.clock import Clock

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

LINE_EVERY_S: Final = 5.0  # without a terminal, how often a line says how far it is
REFRESH_HZ: Final = 8

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")
OnFrame = Callable[[Frame], Iterable[str]]


class View(Protocol[R_co]):
    """What was seen of one run: frames come in, lines and drawings come out."""

    @property
    def result(self) -> R_co | None:
        """The run as the last frame of its stream showed it; None before that."""
        ...

    def take(self, frame: Frame, now_s: float) -> "list[str | Text]":
        """Note what a frame says; return the lines a person should read once."""
        ...

    def drawn(self) -> "RenderableType":
        """Draw how the run stands."""
        ...

    def passing(self, frame: Frame) -> str | None:
        """Return how far the run is, where `frame` moved it: for whoever has no terminal."""
        ...


def follow(stream: RunStream, view: View[R], clock: Clock, *, on_frame: OnFrame | None = None) -> R:
    """Show a run until its stream ends; return it as it is then.

    Args:
        stream: what happens to it.
        view: is kept up to date, also where this ends early.
        clock: tells how often to write where there is no terminal.
        on_frame: called after each frame; yields further lines, each shown at once.

    Raises:
        Complaint: the platform refused, broke off, or is not understood.
        KeyboardInterrupt: the person leaves.
    """
    with understood():
        if remarks().is_terminal:
            _follow_live(stream, view, clock, on_frame)
        else:
            _follow_lines(stream, view, clock, on_frame)
    if view.result is None:
        raise Complaint("The stream ended without a result.")
    return view.result


@contextmanager
def understood() -> Iterator[None]:
    """Turn frames that this version cannot read into a complaint.

    Raises:
        Complaint: the platform sent such a frame.
    """
    try:
        yield
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(str(part) for part in fault["loc"])
        raise Complaint(f"The platform is not this version of AIBT ({at}).") from None


def _follow_live(
    stream: RunStream, view: View[object], clock: Clock, on_frame: OnFrame | None
) -> None:
    from rich.live import Live

    console = remarks()
    with Live(
        console=console,
        get_renderable=view.drawn,
        refresh_per_second=REFRESH_HZ,
        transient=True,
    ):
        for frame in stream:
            lines = view.take(frame, clock.monotonic())
            for line in chain(lines, on_frame(frame) if on_frame else ()):
                console.print(line)


def _follow_lines(
    stream: RunStream, view: View[object], clock: Clock, on_frame: OnFrame | None
) -> None:
    console = remarks()
    due_s = clock.monotonic()
    for frame in stream:
        now_s = clock.monotonic()
        lines = view.take(frame, now_s)
        if now_s >= due_s and (passing := view.passing(frame)) is not None:
            due_s = now_s + LINE_EVERY_S
            lines = [*lines, passing]
        for line in chain(lines, on_frame(frame) if on_frame else ()):
            console.print(line, soft_wrap=True)
