"""`aibt trade` and `aibt sessions watch` against a real server."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aibt.live.states import RunState
from tests.unit.cli.builders import YEAR, World, meanwhile
from tests.unit.cli.session_frames import (
    AT,
    a_position,
    fill_frame,
    log_frame,
    result_frame,
    step_frame,
    thought_frame,
    tool_frame,
)


def finish(world: World) -> None:
    """Let the session that begins take a step, and finish."""
    number = world.session_begun()
    world.move_session(number, RunState.LOADING, RunState.RUNNING)
    world.show_session(
        number, at=AT, step=1, steps=2, equity=10_135.0, profit=135.0, positions=[a_position()]
    )
    for frame in (
        step_frame(1),
        thought_frame("It rose.\nI buy.", step=1),
        tool_frame("buy", {"symbol": "GOOGL", "share": 0.5}),
        result_frame({"status": "accepted"}),
        log_frame("order denied (shorting): no"),
        fill_frame(),
    ):
        world.tell(number, frame)
    world.show_session(number, fills=1, cost=0.5)
    world.move_session(number, RunState.FINISHED)


def test_a_session_is_followed_to_its_end_and_its_result_is_shown(world: World) -> None:
    world.an_agent()

    with meanwhile(lambda: finish(world)):
        result = world.run("trade", "Ada", *YEAR)

    assert result.exit_code == 0, result.output
    for words in (
        "is running.", "Step 1  2017-01-19 21:00 UTC", "  It rose.", "  I buy.",
        "→ buy(symbol=GOOGL, share=0.5)", '← {"status": "accepted"}', "order denied (shorting)",
        "● bought 12.5 GOOGL", "has finished after 1 steps with +135.00, 1 fills,",
        "model cost $0.500",
        "aibt sessions fills",
    ):  # fmt: skip
        assert words in result.stderr
    assert "10.0 %" in result.stdout
    assert "+1,000.00" in result.stdout


def test_in_a_terminal_the_figures_stay_below_what_happens(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # which is taken for a terminal
    world.an_agent()

    with meanwhile(lambda: finish(world)):
        result = world.run("trade", "Ada", *YEAR)

    assert result.exit_code == 0, result.output
    for words in ("It rose.", "Ada on GOOGL, ^GSPC 1d", "Equity"):
        assert words in result.stderr


def test_what_is_asked_for_is_what_the_options_say(world: World) -> None:
    world.an_agent()

    started = world.json("trade", "Ada", *YEAR, "--detach")

    assert (started["start"], started["end"]) == ("2017-01-01", "2017-12-31")
    assert (started["live"], started["model_name"]) == (False, "Ada")


def test_a_live_session_has_no_range(world: World) -> None:
    world.an_agent()

    started = world.json("trade", "Ada", "--live", "--detach")

    assert (started["start"], started["live"]) == (None, True)
    shown = world.run("sessions", "show", str(started["id"])).stdout
    assert "live" in shown


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "--start 2017-01-01 --end 2017-12-31"),
        (["--start", "2017-01-01"], "--start 2017-01-01 --end 2017-12-31"),
        (["--live", *YEAR], "--live: a live session begins now"),
        (["--start", "yesterday", "--end", "2017-12-31"], "yesterday"),
    ],
)
def test_dates_are_said_in_one_way(world: World, options: list[str], says: str) -> None:
    world.an_agent()

    result = world.run("trade", "Ada", *options)

    assert result.exit_code == 2
    assert says in result.stderr


def test_a_detached_session_says_how_to_watch_it(world: World) -> None:
    world.an_agent()

    result = world.run("trade", "Ada", *YEAR, "--detach")

    assert "is queued. Watch it: aibt sessions watch" in result.stdout


def test_an_agent_that_is_not_there_is_told_how_to_create(world: World) -> None:
    result = world.run("trade", "Ada", *YEAR)

    assert result.exit_code == 1
    assert "There is no agent 'Ada'" in result.stderr
    assert "aibt agents create Ada" in result.stderr


@pytest.mark.parametrize("detach", [["--detach"], []])
def test_a_refused_start_is_one_sentence_with_its_field(world: World, detach: list[str]) -> None:
    world.an_agent()

    backwards = world.run("trade", "Ada", "--start", "2017-12-31", "--end", "2017-01-01", *detach)
    world.run("trade", "Ada", *YEAR, "--detach")
    busy = world.run("trade", "Ada", *YEAR, *detach)

    assert (backwards.exit_code, busy.exit_code) == (1, 1)
    assert backwards.stderr.startswith("end: it is before `start`")
    assert "busy" in busy.stderr
    assert "Traceback" not in backwards.output + busy.output


def test_a_failed_session_fails_the_command(world: World) -> None:
    world.an_agent()

    def fail() -> None:
        world.move_session(world.session_begun(), RunState.FAILED)

    with meanwhile(fail):
        result = world.run("trade", "Ada", *YEAR)

    assert result.exit_code == 1
    assert "has failed" in result.stderr


def test_with_json_the_result_alone_is_on_standard_output(world: World) -> None:
    world.an_agent()

    with meanwhile(lambda: finish(world)):
        result = world.run("trade", "Ada", *YEAR, "--json")

    assert json.loads(result.stdout)["state"] == "finished"
    assert "It rose." in result.stderr


def test_watch_shows_a_session_that_runs(world: World) -> None:
    number = world.a_session()

    def finish_once_watched() -> None:
        world.wait_for(lambda: world.platform.polls)
        finish(world)

    with meanwhile(finish_once_watched):
        result = world.run("sessions", "watch", str(number), "--rate", "30")

    assert result.exit_code == 0, result.output
    assert "It rose." in result.stderr
    assert f"Session {number} of Ada has finished" in result.stderr


def test_watch_shows_a_session_that_has_ended_as_it_was(world: World) -> None:
    number = world.a_session()
    world.move_session(number, RunState.STOPPED)

    result = world.run("sessions", "watch", str(number))

    assert result.exit_code == 0
    assert "stopped" in result.stdout


@pytest.mark.parametrize(
    ("options", "says", "state"),
    [
        ([], "goes on. Watch it: aibt sessions watch", "running"),
        (["--stop-on-interrupt"], "was stopped", "stopped"),
    ],
)
def test_ctrl_c_leaves_the_session_or_stops_it(
    world: World, options: list[str], says: str, state: str
) -> None:
    world.an_agent()
    command = [sys.executable, "-m", "aibt.cli", "trade", "Ada", *YEAR, "--url", world.url]
    with subprocess.Popen(
        [*command, *options],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        number = world.session_begun()
        world.move_session(number, RunState.RUNNING)
        seen = b""
        while child.stderr is not None and b"is running" not in seen:
            line = child.stderr.readline()
            assert line, seen
            seen += line
        os.kill(child.pid, signal.SIGINT)
        _, said = child.communicate(timeout=20)

    assert child.returncode == 130
    assert says in said.decode()
    assert "Traceback" not in said.decode()
    assert world.json("sessions", "show", str(number))["state"] == state
