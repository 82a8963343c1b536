"""What a session looks like, from frames alone."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from aibt.cli.session_lines import called, shortened
from aibt.cli.session_view import SessionView, held, progress_line
from aibt.cli.sessions import summary
from aibt.cli.stream import BACK, LOST, Frame
from aibt.protocol.sessions import PositionMessage, SessionMessage, SessionStatusMessage
from tests.unit.cli.session_frames import (
    a_position,
    a_session,
    a_session_status,
    end_frame,
    fill_frame,
    log_frame,
    result_frame,
    state_frame,
    status_frame,
    step_frame,
    thought_frame,
    tool_frame,
)


def drawn(view: SessionView, width: int = 110) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(view.drawn())
    text: str = console.file.getvalue()  # type: ignore[attr-defined] - it is the StringIO above
    return text


def said(view: SessionView, *frames: Frame) -> list[str]:
    return [str(line) for frame in frames for line in view.take(frame, 0.0)]


def test_a_running_session_shows_every_figure() -> None:
    view = SessionView(title="Ada on GOOGL 1d")
    view.take(status_frame(halted=["TTD"], partial="I would rather wait"), 0.0)

    panel = drawn(view)

    for words in (
        "Ada on GOOGL 1d", "running", "12/48", "2017-01-19 21:00 UTC", "10,135.00", "+135.00",
        "GOOGL 12.5 (+155.00)", "4 fills", "1 denied", "halted: TTD", "$0.012", "12.3k tokens in",
        "I would rather wait",
    ):  # fmt: skip
        assert words in panel


@pytest.mark.parametrize("width", [80, 140])
def test_the_panel_fits_the_terminal(width: int) -> None:
    view = SessionView(title="A" * 64)
    for step in range(200):
        many = [a_position(symbol=f"SYM{number}") for number in range(30)]
        partial = "word " * 1_000
        view.take(status_frame(step=step, steps=200, positions=many, partial=partial), float(step))

    lines = drawn(view, width).splitlines()

    assert max(len(line) for line in lines) <= width
    assert len(lines) < 16
    assert "30 positions, as SYM0" in drawn(view)


def test_before_the_first_figures_the_panel_says_what_it_waits_for() -> None:
    view = SessionView(title="Ada")

    assert "waiting for the platform" in drawn(view)
    view.take(state_frame("queued"), 0.0)
    assert "queued" in drawn(view)


def test_a_live_session_has_no_end() -> None:
    view = SessionView()
    view.take(status_frame(steps=None), 0.0)

    assert view.percent is None
    assert "live" in drawn(view)
    assert "left" not in drawn(view)


def test_the_remaining_time_follows_from_the_pace_and_not_while_paused() -> None:
    view = SessionView()
    view.take(status_frame(step=12), 100.0)
    view.take(status_frame(step=24), 110.0)
    assert view.pace.left_s == pytest.approx(20.0)

    view.take(state_frame("paused"), 111.0)

    assert view.pace.left_s is None


def test_the_latest_step_is_known_before_the_status_says_it() -> None:
    view = SessionView()
    view.take(status_frame(step=3), 0.0)
    view.take(step_frame(12), 0.0)

    assert view.step == 12
    assert view.percent == 25.0


def test_a_step_is_told_with_its_time_thoughts_calls_results_and_fills() -> None:
    view = SessionView()

    lines = said(
        view,
        step_frame(12),
        thought_frame("It rose.\n\nI buy."),
        tool_frame("buy", {"symbol": "GOOGL", "share": 0.5}),
        result_frame({"order_id": "o1"}),
        fill_frame(),
    )

    assert lines == [
        "Step 12  2017-01-19 21:00 UTC",
        "  It rose.",
        "  I buy.",
        "  → buy(symbol=GOOGL, share=0.5)",
        '  ← {"order_id": "o1"}',
        "  ● bought 12.5 GOOGL at 812.4, fee 1.02 (2017-01-19 21:00 UTC)",
    ]


def test_a_step_in_which_nothing_happens_is_not_told() -> None:
    view = SessionView()

    lines = said(view, step_frame(1), step_frame(2), step_frame(3), thought_frame("Now.", step=3))

    assert lines == ["Step 3  2017-01-19 21:00 UTC", "  Now."]


def test_denied_orders_log_lines_and_errors_are_told_and_debug_lines_are_not() -> None:
    view = SessionView()
    error = Frame(kind="error", data={"code": "x", "msg": "oh\x1b[2J", "field": None}, seq=9)

    lines = said(
        view,
        log_frame("order denied (shorting): agents of this kind may not sell short"),
        log_frame("nothing", level="debug"),
        fill_frame(quantity=-3.0),
        error,
    )

    assert lines == [
        "  order denied (shorting): agents of this kind may not sell short",
        "  ● sold 3 GOOGL at 812.4, fee 1.02 (2017-01-19 21:00 UTC)",
        "Error: oh [2J",
    ]


def test_what_a_model_says_cannot_steer_the_terminal() -> None:
    view = SessionView()

    lines = said(
        view,
        thought_frame("\x1b[2Jgone\r\x07"),
        tool_frame("buy\x1b[0m", {"symbol": "\x1b]0;title\x07"}),
        result_frame("\x9b31m"),
    )

    assert all(line.isprintable() for line in lines)


def test_long_results_are_shortened_and_say_how_long_they_are() -> None:
    assert shortened({"closes": [1.5] * 1_000}).endswith("… (5,012 characters)")
    assert shortened("short") == "short"


def test_arguments_that_cannot_be_read_are_shown_as_they_came() -> None:
    assert called("buy", '{"symbol": ') == 'buy({"symbol": )'
    assert called("bars", {"symbol": "GOOGL", "count": 20}) == "bars(symbol=GOOGL, count=20)"


def test_states_are_told_once_and_the_snapshots_own_is_not() -> None:
    view = SessionView()

    assert said(view, state_frame("queued", seq=None)) == []
    assert said(view, state_frame("running")) == ["Session 7 is running."]
    assert said(view, state_frame("running", seq=2)) == []
    assert said(view, state_frame("failed", "no key", seq=3)) == ["Session 7 is failed: no key."]


def test_what_was_said_last_is_remembered_on_one_line() -> None:
    view = SessionView()

    said(view, thought_frame("One.\nTwo."), tool_frame("buy", {}), result_frame("ok"))
    assert view.said == "Two."
    said(view, fill_frame())
    assert view.said.startswith("● bought 12.5 GOOGL")
    said(view, status_frame(partial="just\nnow"))
    assert view.said == "just now"


def test_a_lost_connection_shows_until_it_is_back() -> None:
    view = SessionView()

    assert "Connection lost" in said(view, Frame(kind=LOST, data={"reason": "gone"}))[0]
    assert "connection lost" in drawn(view)
    assert said(view, Frame(kind=BACK, data={})) == ["Connected again."]
    assert "connection lost" not in drawn(view)


def test_the_last_frame_is_the_result() -> None:
    view = SessionView()
    view.take(end_frame(), 0.0)

    assert view.result is not None
    assert view.result.model_name == "Ada"
    assert view.state == "finished"


def test_without_a_terminal_one_line_says_how_far_it_is() -> None:
    view = SessionView()
    frame = status_frame()
    view.take(frame, 0.0)

    line = view.passing(frame)

    assert line is not None
    assert line.startswith("step 12/48  2017-01-19 21:00 UTC  equity 10,135.00 (+135.00)")
    assert "\n" not in line
    assert view.passing(step_frame(13)) is None
    assert SessionView().passing(frame) is None


def test_a_paused_session_says_so_on_its_line() -> None:
    paused = SessionStatusMessage.of(a_session_status(state="paused", steps=None))

    assert progress_line(paused).startswith("paused  step 12  ")


def test_the_largest_positions_are_named_first() -> None:
    positions = [
        PositionMessage.of(a_position(symbol=name, value=value))
        for name, value in (("A", 10.0), ("B", -500.0), ("C", 100.0))
    ]

    assert held(positions, 2) == "3 positions, as B 12.5 (+155.00), C 12.5 (+155.00)"
    assert held([]) == "nothing"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "has finished after 12 steps with +135.00, 4 fills, model cost $0.012."),
        ({"state": "failed", "reason": "no key"}, "has failed after 12 steps"),
        ({"state": "stopped", "cost": None}, "model cost unknown."),
    ],
)
def test_the_summary_says_how_it_ended(changes: dict[str, Any], words: str) -> None:
    assert words in summary(SessionMessage.of(a_session(**changes)))
