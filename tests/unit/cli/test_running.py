"""`aibt up`, `aibt down` and `aibt status`, with a stub for the platform."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aibt.cli.entry import Entry
from aibt.cli.processes import birth
from aibt.cli.server import Running, ServerFiles, free_port
from aibt.errors import Unavailable
from aibt.live.states import RunState
from aibt.settings import WEB_SEAL
from tests.unit.cli.builders import World, run

STUB = Entry(serve=(sys.executable, str(Path(__file__).with_name("stub_serve.py"))))


@pytest.fixture
def files(tmp_path: Path) -> Iterator[ServerFiles]:
    """The store's run folder; whatever still runs at the end is ended."""
    found = ServerFiles(tmp_path / "store")
    yield found
    if running := found.running():
        os.kill(running.pid, signal.SIGKILL)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    chosen = free_port()
    monkeypatch.setenv("PORT", str(chosen))
    return chosen


@pytest.fixture(autouse=True)
def built_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The seal of a web application; without it there are no pages."""
    seal = tmp_path / "pages" / WEB_SEAL
    seal.parent.mkdir()
    seal.write_text("{}")
    monkeypatch.setenv("AIBT_SERVE__WEB_ROOT", str(seal.parent))
    return seal


def pid_of(files: ServerFiles) -> int:
    running = files.running()
    assert running is not None
    return running.pid


def test_up_starts_the_platform_waits_until_it_is_ready_and_says_where_everything_is(
    files: ServerFiles, port: int
) -> None:
    result = run("up", entry=STUB)

    assert result.exit_code == 0, result.output
    assert "ready after" in result.stderr
    for place in (
        f"http://127.0.0.1:{port}",
        f"ws://127.0.0.1:{port}/ws",
        f"http://127.0.0.1:{port}/docs",
        "http://127.0.0.1:12345",
        "~/.ray/auth_token",
        "http://127.0.0.1:1/sign-in#abc",
        str(files.log),
        "8404 and 9101",
    ):
        assert place in result.stdout
    assert birth(pid_of(files)) is not None
    assert files.log.stat().st_mode & 0o077 == 0


def test_without_pages_up_says_how_to_build_them_and_names_no_link(
    files: ServerFiles, port: int, built_pages: Path
) -> None:
    built_pages.unlink()

    said = run("up", entry=STUB).stdout

    assert "make web" in said
    assert "sign-in#" not in said


def test_a_second_up_finds_the_first(files: ServerFiles, port: int) -> None:
    run("up", entry=STUB)
    pid = pid_of(files)

    again = run("up", entry=STUB)
    elsewhere = run("up", "--port", str(free_port()), entry=STUB)

    assert again.exit_code == 0
    assert f"already runs (process {pid})" in again.stderr
    assert elsewhere.exit_code == 1
    assert f"already runs at http://127.0.0.1:{port}" in elsewhere.stderr
    assert pid_of(files) == pid


def test_the_haproxy_note_is_left_out_without_haproxy(
    files: ServerFiles, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIBT_SERVE__HAPROXY", "0")

    assert "9101" not in run("up", entry=STUB).stdout


def test_down_stops_what_up_started(files: ServerFiles, port: int) -> None:
    run("up", entry=STUB)
    pid = pid_of(files)

    result = run("down")

    assert result.exit_code == 0, result.output
    assert "has stopped" in result.stderr
    assert birth(pid) is None
    assert not files.pid.exists()
    assert run("down").stderr == "Nothing runs.\n"


def test_down_kills_what_does_not_stop(
    files: ServerFiles, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIBT_TEST_STUB", "stubborn")
    run("up", entry=STUB)
    pid = pid_of(files)

    result = run("down", "--timeout", "0.2")

    assert result.exit_code == 0
    assert "was killed" in result.stderr
    assert birth(pid) is None


def test_up_shows_the_end_of_the_log_of_a_platform_that_dies_while_starting(
    files: ServerFiles, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIBT_TEST_STUB", "die")

    result = run("up", entry=STUB)

    assert result.exit_code == 1
    assert "ended with status 4 while starting" in result.stderr
    assert "the store is of another version" in result.stderr
    assert files.running() is None


def test_up_says_what_is_missing_when_the_platform_does_not_become_ready(
    files: ServerFiles, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIBT_TEST_STUB", "never")

    result = run("up", "--timeout", "1", entry=STUB)

    assert result.exit_code == 1
    assert "not ready after 1 s (supervisor: starting)" in result.stderr


def test_up_refuses_a_port_that_is_taken(files: ServerFiles) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run("up", "--port", str(port), entry=STUB)

    assert result.exit_code == 1
    assert f"Port {port} is taken" in result.stderr
    assert files.running() is None


def test_up_recognises_a_platform_that_was_started_elsewhere(
    files: ServerFiles, world: World
) -> None:
    result = run("up", "--port", str(world.port), entry=STUB)

    assert result.exit_code == 1
    assert "An AIBT platform already answers" in result.stderr


def test_down_leaves_a_platform_alone_that_was_started_elsewhere(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", str(world.port))

    result = run("down")

    assert result.exit_code == 1
    assert "stop it where it was started" in result.stderr


@pytest.mark.parametrize("content", ["", "7", "{}", "[1]", '{"pid": 1}'])
def test_an_unreadable_pid_file_is_as_good_as_none(files: ServerFiles, content: str) -> None:
    files.folder.mkdir(parents=True)
    files.pid.write_text(content)

    assert files.running() is None
    assert not files.pid.exists()


def test_a_number_that_another_process_has_now_is_not_taken_for_the_platform(
    files: ServerFiles, port: int
) -> None:
    files.write(Running(pid=os.getpid(), born="long ago", url="http://x", log=None))

    result = run("down")

    assert result.stderr == "Nothing runs.\n"
    assert not files.pid.exists()


def test_a_dead_process_that_nobody_waited_for_does_not_run() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    until = time.monotonic() + 10
    while birth(child.pid) is not None:
        assert time.monotonic() < until
        time.sleep(0.01)

    assert child.wait() == 0


def test_in_the_foreground_the_platform_takes_the_place_of_the_command(
    files: ServerFiles, port: int
) -> None:
    script = (
        "import sys; from aibt.cli.app import app; from aibt.cli.entry import Entry; "
        f"app(['up', '--foreground'], obj=Entry(serve={STUB.serve!r}))"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 20
    while run("status").exit_code == 3 and started.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.05)

    pid = pid_of(files)
    result = run("down")

    assert pid == started.pid
    assert started.wait(10) == 0
    assert "has stopped" in result.stderr


def test_status_says_what_runs(world: World) -> None:
    number, session = world.a_training(), world.a_session("Eve")
    world.move(number, RunState.RUNNING)

    result = world.run("status")
    said = world.json("status")

    assert result.exit_code == 0
    assert "works" in result.stdout
    assert "1 bots; 1 trainings and 1 sessions of agents have not ended" in result.stdout
    assert "EURUSD 1h" in result.stdout
    assert said["ready"] is True
    assert said["trainings"][0]["id"] == number
    assert said["sessions"][0]["id"] == session
    assert "Eve" in result.stdout
    assert [bot["name"] for bot in said["bots"]] == ["Ada"]


def test_status_says_what_does_not_work(world: World) -> None:
    world.platform.failures["health"] = Unavailable("the supervisor is gone")

    result = world.run("status")

    assert result.exit_code == 1
    assert "does not work yet" in result.stdout
    assert "the supervisor is gone" in result.stdout


def test_status_says_that_nothing_answers(port: int) -> None:
    result = run("status")

    assert result.exit_code == 3
    assert f"No platform answers at http://127.0.0.1:{port}" in result.stderr
    assert "aibt up" in result.stderr


def test_a_pid_file_tells_processes_apart_by_their_birth(files: ServerFiles, port: int) -> None:
    run("up", entry=STUB)

    noted = json.loads(files.pid.read_text())

    assert noted["born"] == birth(noted["pid"])
    assert noted["url"] == f"http://127.0.0.1:{port}"
