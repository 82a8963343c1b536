"""`aibt demo` against a real server, and with a platform that cannot start."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from aibt.cli.entry import Entry
from aibt.cli.processes import birth
from aibt.cli.server import ServerFiles
from aibt.live.states import RunState
from tests.unit.cli.builders import EVALUATION, World, meanwhile, run


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aibt.cli.demo_bots._PAUSE_S", 0.1)


STUB = Entry(serve=(sys.executable, str(Path(__file__).with_name("stub_serve.py"))))


def test_the_demo_pauses_resumes_and_tells_the_truth(world: World) -> None:
    def drive() -> None:
        number = world.training_begun()
        world.move(number, RunState.RUNNING)
        progress = {"current": 10, "max": 40, "percentage_done": 25.0}
        losing = {**EVALUATION, "profit": -50.0}
        world.show(number, steps=500, episodes=progress, out_of_sample=losing)
        world.wait_for(lambda: world.platform.calls["resume_training"] == 1)
        world.move(number, RunState.FINISHED)

    with meanwhile(drive):
        result = world.run("demo")

    assert result.exit_code == 0, result.output
    assert "at step 500" in result.stderr
    assert "It stood still for 100 ms; resumed within" in result.stderr
    assert "no better than buy-and-hold" in result.stdout
    assert world.platform.calls["pause_training"] == 1
    assert world.json("bots", "list") == {"bots": []}


def test_the_demo_stops_a_training_that_takes_too_long(world: World) -> None:
    def drive() -> None:
        number = world.training_begun()
        world.move(number, RunState.RUNNING)
        progress = {"current": 10, "max": 40, "percentage_done": 25.0}
        world.show(number, steps=500, episodes=progress)

    with meanwhile(drive):
        result = world.run("demo", "--seconds", "1")

    assert result.exit_code == 0, result.output
    assert "enough for a demo" in result.stderr
    assert "was stopped" in result.stderr
    assert world.platform.calls["stop_training"] == 1


def test_a_platform_of_its_own_that_cannot_start_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIBT_TEST_STUB", "die")

    result = run("demo", entry=STUB)

    assert result.exit_code == 1
    assert "the store is of another version" in result.stderr


def test_a_platform_of_its_own_is_stopped_whatever_happens() -> None:
    result = run("demo", entry=STUB)  # the stub knows nothing of bots

    assert result.exit_code == 1
    assert "is not AIBT" in result.stderr
    assert "Stopping the platform" in result.stderr


def test_a_demo_that_is_terminated_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIBT_TEST_STUB", "never")  # so that it waits for its platform
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    script = (
        "from aibt.cli.app import app; from aibt.cli.entry import Entry; "
        f"app(['demo'], obj=Entry(serve={STUB.serve!r}))"
    )
    demo = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not (found := list(tmp_path.glob("aibt-demo-*/run/server.pid"))):
        assert time.monotonic() < until
        time.sleep(0.02)
    running = ServerFiles(found[0].parents[1]).running()
    assert running is not None

    demo.terminate()

    assert demo.wait(20) == 130
    assert birth(running.pid) is None
    assert not found[0].parents[1].exists()
