"""Several sessions in one table, and several streams as one."""

import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from aibt.cli.complaints import Refused
from aibt.cli.side_by_side import SideBySide
from aibt.cli.stream import LOST, TICK, Frame
from aibt.cli.together import together
from tests.unit.cli.session_frames import (
    end_frame,
    log_frame,
    state_frame,
    status_frame,
    step_frame,
    thought_frame,
)

REFUSAL = Refused("model_refused", "the model's provider refuses: wrong key", "base_model")


def drawn(board: SideBySide, width: int = 120) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(board.drawn(width))
    text: str = console.file.getvalue()  # type: ignore[attr-defined] - it is the StringIO above
    return text


def a_board() -> SideBySide:
    board = SideBySide(["momentum", "random", "gpt"])
    board.take("momentum", status_frame(), 0.0)
    board.take("momentum", thought_frame("GOOGL rose most."), 0.0)
    return board


def test_each_agent_has_its_row_with_what_it_said_last() -> None:
    table = drawn(a_board())

    row = next(line for line in table.splitlines() if "momentum" in line)
    for words in (
        "running", "2017-01-19", "10,135.00", "+135.00", "12/48", "$0.012", "GOOGL rose most.",
    ):  # fmt: skip
        assert words in row
    assert "random" in table
    assert "gpt" in table


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    board = a_board()
    board.take("random", status_frame(), 0.0)
    board.take("random", thought_frame("word " * 200), 0.0)

    lines = drawn(board, width).splitlines()

    assert max(len(line.rstrip()) for line in lines) <= width
    assert len(lines) < 12
    row = next(line for line in lines if "random" in line)
    for word in ("running", "2017-01-19", "+135.00", "12/48", "$0.012", "word"):
        assert word in row


def test_only_states_and_errors_are_told_as_lines() -> None:
    board = a_board()

    assert board.take("random", state_frame("running"), 0.0) == ["random: Session 7 is running."]
    assert board.take("random", step_frame(1), 0.0) == []
    assert board.take("random", log_frame("an order was denied"), 0.0) == []
    [lost] = board.take("random", Frame(kind=LOST, data={"reason": "gone"}), 0.0)
    assert str(lost).startswith("random: Connection lost")
    assert board.take("", Frame(kind=TICK, data={}), 0.0) == []


def test_a_refusal_ends_one_lane_alone() -> None:
    board = a_board()

    [line] = board.take("gpt", REFUSAL, 0.0)

    assert line == "gpt: base_model: the model's provider refuses: wrong key"
    assert board.lanes["gpt"].has_failed
    assert board.lanes["gpt"].is_over
    assert not board.lanes["momentum"].is_over
    assert "refused" in drawn(board)


def test_progress_is_that_of_all_together() -> None:
    board = a_board()
    assert board.percent == pytest.approx(25 / 3)

    board.take("random", end_frame(), 0.0)
    board.take("gpt", REFUSAL, 0.0)

    assert board.percent == pytest.approx((25 + 100 + 100) / 3)
    assert board.passing().startswith("75 %  momentum 10,135.00 (12/48)")


class Scripted:
    """A stream of what it is given, which an exception ends."""

    def __init__(self, *what: Any) -> None:
        self.what = what

    def __iter__(self) -> Iterator[Frame]:
        for one in self.what:
            if isinstance(one, Exception):
                raise one
            yield one


def test_streams_are_followed_together_and_one_that_complains_ends_alone() -> None:
    streams: Any = {
        "a": Scripted(step_frame(1), step_frame(2), Frame(kind=TICK, data={})),
        "b": Scripted(step_frame(1), REFUSAL),
    }

    got = [(name, what) for name, what in together(streams, tick_s=5) if name]

    assert [what for name, what in got if name == "a"] == [step_frame(1), step_frame(2)]
    assert [what for name, what in got if name == "b"] == [step_frame(1), REFUSAL]


def test_a_mistake_in_a_streams_thread_is_the_readers() -> None:
    streams: Any = {"a": Scripted(ZeroDivisionError("oh"))}

    with pytest.raises(ZeroDivisionError):
        list(together(streams, tick_s=5))


def test_silence_ticks_and_a_reader_who_leaves_ends_the_threads() -> None:
    ended = threading.Event()

    class Endless:
        def __iter__(self) -> Iterator[Frame]:
            try:
                while True:
                    threading.Event().wait(0.01)
                    yield Frame(kind=TICK, data={})
            finally:
                ended.set()

    streams: Any = {"a": Endless()}
    got = together(streams, tick_s=0.01)

    assert next(got) == ("", Frame(kind=TICK, data={}))
    got.close()  # type: ignore[attr-defined] - it is a generator
    assert ended.wait(10)
