"""A fake platform behind a real server, and commands run against it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aibt.api.app import create_app
from aibt.api.limits import Limits
from aibt.clock import SystemClock
from tests.fakes.office import backend_of, settings_at
from tests.fakes.platform import FakePlatform
from tests.fakes.server import RunningServer
from tests.unit.cli.builders import World

_QUICK = Limits(retry_s=(0.005, 0.02), poll_pause_s=0.001, close_s=1)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's own settings and store out of the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("PORT", *(name for name in os.environ if name.startswith("AIBT_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AIBT_STORE__ROOT", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture(scope="session")
def _stopping() -> Iterator[list[RunningServer]]:
    """Servers that were told to stop: each takes a while, so they are waited for at the end."""
    servers: list[RunningServer] = []
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def make_world(
    _stopping: list[RunningServer], tmp_path: Path
) -> Iterator[Callable[[FakePlatform], World]]:
    """Return a function that serves the platform it is given, over the command line's own store."""
    running: list[RunningServer] = []

    def make(platform: FakePlatform) -> World:
        root = tmp_path / "store"
        connect = backend_of(platform, root)
        app = create_app(connect, settings_at(root), SystemClock(), limits=_QUICK)
        running.append(RunningServer(app))
        running[-1].start()
        return World(running[-1], platform)

    yield make
    for server in running:
        server.tell_to_stop()
        _stopping.append(server)


@pytest.fixture
def world(make_world: Callable[[FakePlatform], World]) -> World:
    return make_world(FakePlatform())
