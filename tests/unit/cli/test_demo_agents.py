"""`aibt demo agents` against a real server, and what it asks for before anything starts."""

import re
import sys
from pathlib import Path

import pytest

from aibt.cli.demo_agents import ROSTER
from aibt.cli.entry import Entry
from aibt.errors import ModelRefused
from aibt.live.states import RunState
from tests.unit.cli.builders import World, meanwhile, run
from tests.unit.cli.session_frames import AT, step_frame, thought_frame

STUB = Entry(serve=(sys.executable, str(Path(__file__).with_name("stub_serve.py"))))


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aibt.cli.demo_agents._PAUSE_S", 0.1)
    monkeypatch.setattr("aibt.cli.demo_agents._SCORES_S", 0.5)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def begin(world: World, agents: int) -> list[int]:
    """Wait until so many sessions were started, and let each take its first steps."""
    numbers = world.wait_for(
        lambda: len(world.platform.session_runs) == agents and list(world.platform.session_runs)
    )
    for place, number in enumerate(numbers):
        world.move_session(number, RunState.RUNNING)
        step = 5 + place
        world.show_session(number, at=AT, step=step, steps=50, equity=10_000.0 + place)
        world.tell(number, step_frame(step))
        world.tell(number, thought_frame("I wait.", step=step))
    return list(numbers)


def score(world: World, number: int) -> None:
    """Put a session on the leaderboard under its agent's name."""

    def scored() -> None:
        session = world.platform.session_runs[number].session
        world.platform.score(f"session/{number}", name=session.agent_name, label="x")

    world.do(scored)


def test_agents_trade_side_by_side_one_is_paused_and_all_are_compared(world: World) -> None:
    world.do(lambda: world.platform.score("session/99999", name="Stranger"))

    def drive() -> None:
        numbers = begin(world, len(ROSTER))
        world.wait_for(lambda: world.platform.calls["resume_session"] == 1)
        for number in numbers:
            score(world, number)
            world.move_session(number, RunState.FINISHED)

    with meanwhile(drive):
        result = world.run("demo", "agents")

    assert result.exit_code == 0, result.output
    assert "5 agents trade ^GSPC, ^IXIC, GOOGL, daily over 2017" in result.stderr
    paused = re.search(r"Paused (\S+) within .*, at step \d+; the others go on", result.stderr)
    assert paused is not None
    assert f"{paused[1]} stood still for 100 ms; resumed within" in result.stderr
    for name in ("buy-and-hold", "equal-weight", "momentum", "random", "demo"):
        assert name in result.stdout
        assert f"of {name} has finished after" in result.stderr
    assert "Stranger" not in result.stdout
    assert "proves little" in result.stderr
    assert world.platform.calls["pause_session"] == 1
    assert world.json("agents", "list") == {"agents": []}


def test_in_a_terminal_all_are_shown_in_one_table(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # which is taken for a terminal

    def drive() -> None:
        numbers = begin(world, len(ROSTER))
        world.wait_for(lambda: world.platform.calls["resume_session"] == 1)
        for number in numbers:
            world.move_session(number, RunState.FINISHED)

    with meanwhile(drive):
        result = world.run("demo", "agents")

    assert result.exit_code == 0, result.output
    for words in ("I wait.", "2017-01-19", "Says", "Paused "):
        assert words in result.stderr


def test_what_the_agents_are_is_what_the_demo_says(world: World) -> None:
    def drive() -> None:
        for number in begin(world, len(ROSTER) + 1):
            world.move_session(number, RunState.FINISHED)

    with meanwhile(drive):
        world.run("demo", "agents", "--model", "openai/gpt-5-mini")

    sessions = [run.session for run in world.platform.session_runs.values()]
    assert {session.request["base_model"] for session in sessions} == {
        *ROSTER, "openai/gpt-5-mini",
    }  # fmt: skip
    for session in sessions:
        assert session.request["universe"] == ["^GSPC", "^IXIC", "GOOGL"]
        assert (session.request["period"], session.request["balance"]) == ("1d", 10_000.0)
        assert (session.request["start"], session.request["end"]) == ("2017-01-01", "2017-12-31")
        is_free = session.request["base_model"] in ROSTER
        assert (session.request["max_cost"] is None) == is_free


def test_who_takes_too_long_is_stopped(world: World) -> None:
    def drive() -> None:
        begin(world, len(ROSTER))

    with meanwhile(drive):
        result = world.run("demo", "agents", "--seconds", "1")

    assert result.exit_code == 0, result.output
    assert "1 seconds are enough for a demo" in result.stderr
    assert result.stderr.count("was stopped") == len(ROSTER)
    assert "Nobody has a result" in result.stderr


def test_a_model_that_is_refused_leaves_the_others_alone(world: World) -> None:
    world.do(lambda: world.platform.failures.update(start_session=ModelRefused("wrong key")))

    result = world.run("demo", "agents")

    assert result.exit_code == 1
    assert result.stderr.count("the model's provider refuses: wrong key") == len(ROSTER)
    assert world.json("agents", "list") == {"agents": []}


def test_a_session_that_fails_fails_the_demo_but_not_the_others(world: World) -> None:
    def drive() -> None:
        first, *rest = begin(world, len(ROSTER))
        world.move_session(first, RunState.FAILED)
        for number in rest:
            score(world, number)
            world.move_session(number, RunState.FINISHED)

    with meanwhile(drive):
        result = world.run("demo", "agents")

    assert result.exit_code == 1
    assert result.stderr.count("has finished after") == len(ROSTER) - 1
    _, *others = (run.session.agent_name for run in world.platform.session_runs.values())
    assert all(name in result.stdout for name in others)


def test_names_that_are_taken_are_left_to_their_owners(world: World) -> None:
    world.an_agent("momentum")

    def drive() -> None:
        for number in begin(world, len(ROSTER)):
            world.move_session(number, RunState.FINISHED)

    with meanwhile(drive):
        result = world.run("demo", "agents", "--seconds", "1")

    assert "momentum-2" in result.stderr
    assert [agent["name"] for agent in world.json("agents", "list")["agents"]] == ["momentum"]


def test_a_model_without_a_key_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIBT_TEST_STUB", "die")

    result = run("demo", "agents", "--model", "openai/gpt-5-mini", entry=STUB)

    assert result.exit_code == 2
    assert "OPENAI_API_KEY is set neither in the environment nor in .env" in result.stderr
    assert "Starting" not in result.stderr


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_a_key_is_found_in_the_environment_and_in_the_dotenv_file(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("AIBT_TEST_STUB", "die")
    if where == ".env":
        Path(".env").write_text("OPENAI_API_KEY=sk-test\n")
    else:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")

    result = run("demo", "agents", "--model", "openai/gpt-5-mini", entry=STUB)

    assert result.exit_code == 1
    assert "Starting a platform of its own" in result.stderr
    assert "sk-test" not in result.output


def test_bots_have_no_model() -> None:
    result = run("demo", "--model", "openai/gpt-5-mini", entry=STUB)

    assert result.exit_code == 2
    assert "aibt demo agents --model" in result.stderr


def test_a_demo_of_nothing_is_a_misuse() -> None:
    assert run("demo", "humans", entry=STUB).exit_code == 2


def test_agents_that_never_begin_are_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aibt.cli.demo_agents._BEGIN_S", 0.5)

    result = world.run("demo", "agents")

    assert result.exit_code == 1
    assert "No session has begun" in result.stderr
    assert world.json("agents", "list") == {"agents": []}
