"""Sessions side by side in one table, live: who is where, what he holds, and what he says."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

from aibt.cli import formats
from aibt.cli.complaints import Complaint
from aibt.cli.following import LINE_EVERY_S, REFRESH_HZ, understood
from aibt.cli.output import remarks, signed
from aibt.cli.session_view import COLOURS, SessionView, steps_of
from aibt.cli.stream import Frame, RunStream
from aibt.cli.together import together
from aibt.clock import Clock
from aibt.live.states import RunState

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_TICK_S: Final = 0.25
_TOLD: Final = frozenset({"state", "error", "lost", "back"})  # all else is in the table alone
_SAYS: Final = "Says"
_COLUMNS: Final = (
    "Agent", "State", "Date", "Equity>", "Profit>", "Held>", "Fills>", "Steps>", "Cost>", _SAYS,
)  # fmt: skip
_WIDE: Final = 108  # columns of a terminal in which all of the table has its place
_SPARED: Final = frozenset({"Equity>", "Held>", "Fills>"})


@dataclass
class Lane:
    """One agent of the table.

    Attributes:
        fault: why it trades no longer, where the platform said no; else None.
    """

    view: SessionView = field(default_factory=SessionView)
    fault: str | None = None

    @property
    def session_id(self) -> int | None:
        """Its session, once it is known."""
        known = self.view.result or self.view.status
        return None if known is None else known.id

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.fault is not None or self.view.result is not None

    @property
    def has_failed(self) -> bool:
        """Whether it ended otherwise than it should."""
        return self.fault is not None or self.view.state is RunState.FAILED


class SideBySide:
    """What was seen of several sessions.

    Attributes:
        lanes: by the names under which they are shown.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.lanes = {name: Lane() for name in names}

    def take(self, name: str, what: Frame | Complaint, now_s: float) -> "list[str | Text]":
        """Note what happened in one session; return the lines a person should read once."""
        lane = self.lanes.get(name)
        if lane is None:
            return []
        if isinstance(what, Complaint):
            lane.fault = formats.plain(str(what))
            return [f"{name}: {lane.fault}"]
        lines = lane.view.take(what, now_s)
        return [f"{name}: {line}" for line in lines] if what.kind in _TOLD else []

    def drawn(self, width: int = _WIDE) -> "RenderableType":
        """Draw the table, and how far all of them are together.

        Args:
            width: of the terminal; a narrow one is shown fewer columns.
        """
        from rich import box
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        hidden = frozenset() if width >= _WIDE else _SPARED
        drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
        for column in _COLUMNS:
            if column not in hidden:
                drawn.add_column(
                    column.rstrip(">"),
                    justify="right" if column.endswith(">") else "left",
                    no_wrap=True,
                    overflow="ellipsis",
                    ratio=1 if column == _SAYS else None,
                )
        for name, lane in self.lanes.items():
            cells = zip(_COLUMNS, _cells(name, lane), strict=True)
            drawn.add_row(*(cell for column, cell in cells if column not in hidden))
        under = Table.grid(padding=(0, 2))
        under.add_row("All", ProgressBar(completed=self.percent, width=50), f"{self.percent:.0f} %")
        return Group(drawn, under)

    @property
    def percent(self) -> float:
        """How much of all sessions is done, 0 to 100."""
        done = [100.0 if lane.is_over else lane.view.percent or 0.0 for lane in self.lanes.values()]
        return sum(done) / len(done) if done else 0.0

    def passing(self) -> str:
        """Return how far all are on one line, for whoever has no terminal."""
        return f"{self.percent:.0f} %  " + "  ".join(
            f"{name} {formats.amount(lane.view.status.equity)} ({steps_of(lane.view.status)})"
            for name, lane in self.lanes.items()
            if lane.view.status is not None
        )


def watch_together(
    streams: Mapping[str, RunStream],
    board: SideBySide,
    clock: Clock,
    meanwhile: Callable[[], Iterable[str]],
) -> None:
    """Show sessions side by side until all have ended.

    Args:
        streams: what happens to them, by the names of `board`.
        board: is kept up to date, also where this ends early.
        clock: tells how often to write where there is no terminal.
        meanwhile: called after whatever happened, and now and then; yields further lines.

    Raises:
        Complaint: the platform is not understood.
        KeyboardInterrupt: the person leaves.
    """
    with understood():
        if remarks().is_terminal:
            _watch_live(streams, board, clock, meanwhile)
        else:
            _watch_lines(streams, board, clock, meanwhile)


def _watch_live(
    streams: Mapping[str, RunStream],
    board: SideBySide,
    clock: Clock,
    meanwhile: Callable[[], Iterable[str]],
) -> None:
    from rich.live import Live

    console = remarks()
    with Live(
        console=console,
        get_renderable=lambda: board.drawn(console.width),
        refresh_per_second=REFRESH_HZ,
        transient=True,
    ):
        for line in _lines(streams, board, clock, meanwhile):
            console.print(line)


def _watch_lines(
    streams: Mapping[str, RunStream],
    board: SideBySide,
    clock: Clock,
    meanwhile: Callable[[], Iterable[str]],
) -> None:
    console = remarks()
    due_s = clock.monotonic() + LINE_EVERY_S

    def with_progress() -> Iterator[str]:
        nonlocal due_s
        yield from meanwhile()
        if clock.monotonic() >= due_s:
            due_s = clock.monotonic() + LINE_EVERY_S
            yield board.passing()

    for line in _lines(streams, board, clock, with_progress):
        console.print(line, soft_wrap=True)


def _lines(
    streams: Mapping[str, RunStream],
    board: SideBySide,
    clock: Clock,
    meanwhile: Callable[[], Iterable[str]],
) -> "Iterator[str | Text]":
    for name, what in together(streams, tick_s=_TICK_S):
        yield from chain(board.take(name, what, clock.monotonic()), meanwhile())


def _cells(name: str, lane: Lane) -> "list[RenderableType]":
    from rich.text import Text

    view, status = lane.view, lane.view.status
    state = "refused" if lane.fault else "lost" if view.lost else str(view.state or "…")
    failed = lane.has_failed or view.lost is not None
    colour = "red" if failed else COLOURS.get(view.state or RunState.QUEUED, "blue")
    head = [Text(formats.plain(name), style="bold"), Text(state, style=colour)]
    said = Text(lane.fault or view.said, style="italic")
    if status is None:
        return [*head, *[Text(formats.ABSENT) for _ in _COLUMNS[3:]], said]
    return [
        *head,
        Text(formats.moment(status.at)[:10]),
        Text(formats.amount(status.equity)),
        signed(status.profit),
        Text(str(len(status.positions))),
        Text(formats.count(status.fills)),
        Text(steps_of(status)),
        Text(formats.dollars(status.cost)),
        said,
    ]
