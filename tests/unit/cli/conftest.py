"""A fake platform behind a real server, and commands run against it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aibt.api.app import create_app
from aibt.api.limits import Limits
from tests.fakes.entrance import Entrance
from tests.fakes.platform import FakePlatform
from tests.fakes.server import RunningServer
from tests.unit.cli.builders import World

_QUICK = Limits(retry_s=(0.005, 0.02), poll_pause_s=0.001, close_s=1)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's own settings and store out of the tests."""
    monkeypatch.chdir(tmp_path)
    for name in ("PORT", "AIBT_SERVE__PORT", "AIBT_SERVE__HOST", "AIBT_RAY__ADDRESS"):
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
    _stopping: list[RunningServer], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[FakePlatform], World]]:
    """Return a function that serves the platform it is given."""
    running: list[RunningServer] = []

    def make(platform: FakePlatform) -> World:
        entrance = Entrance(platform)
        app = create_app(entrance.connect, entrance.settings, entrance.clock, limits=_QUICK)
        running.append(RunningServer(app))
        running[-1].start()
        monkeypatch.setenv("AIBT_TOKEN", entrance.bearer)
        return World(running[-1], platform)

    yield make
    for server in running:
        server.tell_to_stop()
        _stopping.append(server)


@pytest.fixture
def world(make_world: Callable[[FakePlatform], World]) -> World:
    return make_world(FakePlatform())
