"""`aibt sessions …`, `leaderboard` and `tools` against a real server."""

from pathlib import Path

import pytest

from aibt.live.states import RunState
from tests.fakes.platform_scores import FIGURES
from tests.unit.cli.builders import World, run
from tests.unit.cli.session_frames import (
    AT,
    a_position,
    fill_frame,
    log_frame,
    step_frame,
    thought_frame,
    tool_frame,
)

FILL = {"order_id": "1.c1", "symbol": "GOOGL", "quantity": "12.500000001", "price": "812.4"}
MANY = ["show", "watch", "pause", "resume", "stop", "fills", "log", "performance"]


def test_sessions_are_listed_with_what_they_came_to(world: World) -> None:
    number = world.a_session()
    world.show_session(number, step=12, steps=48, equity=10_135.0, profit=135.0, cost=0.25, fills=4)

    result = world.run("sessions", "list")

    for word in ("Ada", "queued", "2017-01-01", "12/48", "10,135.00", "+135.00", "$0.250"):
        assert word in result.stdout
    assert world.json("sessions", "list")["sessions"][0]["id"] == number


def test_the_list_can_be_narrowed_to_states_and_agents(world: World) -> None:
    first = world.a_session("Ada")
    world.move_session(first, RunState.RUNNING)
    second = world.a_session("Bob")

    running = world.json("sessions", "list", "--state", "running")["sessions"]
    of_bob = world.json("sessions", "list", "--agent", "Bob")["sessions"]
    nobodys = world.run("sessions", "list", "--agent", "Eve")

    assert [session["id"] for session in running] == [first]
    assert [session["id"] for session in of_bob] == [second]
    assert "There is no agent 'Eve'" in nobodys.stderr


def test_a_cut_list_says_how_to_go_on(world: World) -> None:
    number = world.a_session()

    result = world.run("sessions", "list", "--limit", "1")

    assert f"aibt sessions list --before {number}" in result.stderr
    assert world.json("sessions", "list", "--before", str(number)) == {"sessions": []}


def test_without_sessions_the_list_says_how_to_start_one(world: World) -> None:
    assert "aibt trade NAME" in world.run("sessions", "list").stderr


def test_one_session_is_shown_with_positions_orders_and_notes(world: World) -> None:
    number = world.a_session()
    waiting = {
        "order_id": "o2", "symbol": "^GSPC", "action": "short", "quantity": None, "share": 0.25,
        "placed_at": AT,
    }  # fmt: skip
    world.show_session(number, positions=[a_position()], pending=[waiting], halted=["TTD"])

    shown = world.run("sessions", "show", str(number)).stdout

    for word in (
        "12.5", "812.4", "10,155.00", "+155.00", "short 25.0 % of equity ^GSPC", "TTD",
        "GOOGL is 3 days old.", "baseline/momentum",
    ):  # fmt: skip
        assert word in shown


def test_pause_resume_and_stop_say_what_is_so_then(world: World) -> None:
    number = str(world.a_session())

    said = [world.run("sessions", verb, number).stdout for verb in ("pause", "resume", "stop")]

    assert [line.split(",")[0] for line in said] == [
        f"Session {number} is {state}" for state in ("paused", "running", "stopped")
    ]


def test_what_has_ended_takes_no_more_commands(world: World) -> None:
    number = world.a_session()
    world.move_session(number, RunState.FINISHED)

    result = world.run("sessions", "pause", str(number))

    assert result.exit_code == 1
    assert result.stderr == f"id: session {number} has ended (finished)\n"


@pytest.mark.parametrize("command", MANY)
def test_a_session_that_does_not_exist_is_named(world: World, command: str) -> None:
    result = world.run("sessions", command, "99")

    assert result.exit_code == 1
    assert "99" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", MANY)
def test_without_a_platform_each_command_says_so(command: str) -> None:
    result = run("sessions", command, "7", "--url", "http://127.0.0.1:1")

    assert result.exit_code == 3
    assert "aibt up" in result.stderr


def test_fills_are_exact_and_can_be_written_to_a_file(world: World, tmp_path: Path) -> None:
    number = world.a_session()
    fill = {**FILL, "fee": "1.0155", "at": AT}
    for _ in range(1_001):
        world.do(lambda: world.platform.enter(number, "fill", fill))
    file = tmp_path / "fills.csv"

    shown = world.run("sessions", "fills", str(number), "--csv", str(file))

    assert "2017-01-19 21:00" in shown.stdout
    assert "1.02" in shown.stdout
    assert f"Written to {file}." in shown.stderr
    rows = file.read_text().splitlines()
    assert len(rows) == 1_002
    assert rows[:2] == [
        "at,symbol,quantity,price,fee,order_id",
        "2017-01-19T21:00:00+00:00,GOOGL,12.500000001,812.4,1.0155,1.c1",
    ]
    other = world.json("sessions", "fills", str(number), "--symbol", "^GSPC")
    assert other == {"fills": []}


def test_without_fills_it_says_so(world: World) -> None:
    number = world.a_session()

    assert "Nothing was bought or sold" in world.run("sessions", "fills", str(number)).stderr


def test_the_log_tells_all_that_happened_or_one_step_of_it(world: World) -> None:
    number = world.a_session()
    world.move_session(number, RunState.RUNNING)
    for frame in (
        step_frame(11),
        step_frame(12),
        thought_frame("It rose.\x1b[2J"),
        tool_frame("buy", {"symbol": "GOOGL"}),
        fill_frame(),
        log_frame("an order was denied"),
    ):
        world.tell(number, frame)

    whole = world.run("sessions", "log", str(number)).stdout.splitlines()
    one = world.run("sessions", "log", str(number), "--step", "11").stdout

    assert whole == [
        f"Session {number} is running.",
        "Step 12  2017-01-19 21:00 UTC",
        "  It rose. [2J",
        "  → buy(symbol=GOOGL)",
        "  ● bought 12.5 GOOGL at 812.4, fee 1.02 (2017-01-19 21:00 UTC)",
        "  an order was denied",
    ]
    assert one == ""
    assert len(world.json("sessions", "log", str(number), "--step", "12")["events"]) == 4


def test_the_performance_of_a_session_and_of_a_training_is_shown(world: World) -> None:
    session, training = world.a_session(), world.a_training()

    of_session = world.run("sessions", "performance", str(session)).stdout
    of_training = world.run("trainings", "performance", str(training)).stdout

    for shown in (of_session, of_training):
        for word in ("2024-01-01 00:00", "10.0 %", "5.0 %", "+1,000.00", "3.00", "▁█"):
            assert word in shown
    assert world.json("sessions", "performance", str(session))["equities"] == [10_000.0, 11_000.0]


def scored(world: World) -> None:
    figures = {
        **FIGURES, "sharpe": 1.25, "sharpe_low": -0.5, "sharpe_high": 2.5, "turnover": 3.5,
        "benchmark_return": 0.08, "model_cost": 0.25,
    }  # fmt: skip
    world.do(lambda: world.platform.score("session/7", data=figures, name="Nora"))
    world.do(
        lambda: world.platform.score(
            "training/3", kind="bot", name="=Ada", label="dqn", symbols=("EURUSD",), is_public=True
        )
    )


def test_the_leaderboard_shows_return_risk_and_cost(world: World) -> None:
    scored(world)

    shown = world.run("leaderboard")

    for word in (
        "Nora", "openai/gpt-5-mini", "10.0 %", "1.25", "−0.50 … 2.50", "5.0 %", "3.50", "8.0 %",
        "$0.250", "=Ada *", "dqn",
    ):  # fmt: skip
        assert word in shown.stdout
    assert "proves little" in shown.stderr


def test_what_all_lines_have_in_common_stands_above_them(world: World) -> None:
    for number in (7, 8):
        world.do(lambda number=number: world.platform.score(f"session/{number}"))  # type: ignore[misc] - bound now

    lines = world.run("leaderboard").stdout.splitlines()

    assert lines[0].strip() == "GOOGL, 2024-01-01 – 2024-01-01"
    assert sum("GOOGL" in line for line in lines) == 1


def test_the_leaderboard_can_be_narrowed(world: World) -> None:
    scored(world)
    world.do(lambda: world.platform.score("session/9", owner_id=99, is_public=True, name="Eve"))

    def topics(*options: str) -> list[str]:
        return [score["topic"] for score in world.json("leaderboard", *options)["scores"]]

    assert topics("--kind", "bot") == ["training/3"]
    assert topics("--kind", "bot", "--kind", "agent", "--symbol", "GOOGL") == [
        "session/7", "session/9",
    ]  # fmt: skip
    assert topics("--mine") == ["session/7", "training/3"]
    assert topics("--name", "Eve") == ["session/9"]
    assert topics("--limit", "1") == ["session/7"]
    assert world.run("leaderboard", "--kind", "human").exit_code == 2


def test_the_leaderboard_is_written_to_a_file_whose_cells_are_no_formulas(
    world: World, tmp_path: Path
) -> None:
    scored(world)
    file = tmp_path / "board.csv"

    world.run("leaderboard", "--csv", str(file))

    head, *rows = [line.split(",") for line in file.read_text().splitlines()]
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert (found[0]["total_return"], found[0]["sharpe_low"]) == ("0.1", "-0.5")
    assert (found[1]["name"], found[1]["is_public"], found[1]["sharpe"]) == ("'=Ada", "true", "")


def test_an_empty_leaderboard_says_how_to_fill_it(world: World) -> None:
    assert "aibt demo agents" in world.run("leaderboard").stderr


def test_the_tool_services_are_started_shown_and_stopped(world: World) -> None:
    before = world.run("tools", "status").stdout
    started = world.run("tools", "start").stdout
    again = world.json("tools", "restart")["services"]
    stopped = world.run("tools", "stop").stdout

    assert "stopped" in before
    assert "running" in started
    assert "http://127.0.0.1:8002/mcp" in started
    assert {service["state"] for service in again} == {"running"}
    assert "running" not in stopped


def test_a_tool_token_is_printed_alone(world: World) -> None:
    number = world.a_session()

    made = world.run("tools", "token", str(number))
    world.move_session(number, RunState.STOPPED)
    late = world.run("tools", "token", str(number))

    assert made.stdout == "t" * 43 + "\n"
    assert "trade at http://127.0.0.1:8002/mcp" in made.stderr
    assert late.exit_code == 1
    assert "has ended" in late.stderr
