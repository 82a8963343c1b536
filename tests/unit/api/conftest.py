"""A fake platform behind a real server."""

from collections.abc import Callable, Iterator

import pytest

from aibt.api.app import create_app
from aibt.api.limits import Limits
from aibt.clock import SystemClock
from aibt.settings import ServeSettings
from tests.fakes.platform import FakePlatform
from tests.fakes.server import RunningServer, connected
from tests.unit.api.builders import QUICK, World

MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def stopping() -> Iterator[list[RunningServer]]:
    """Servers that were told to stop: each takes a while, so they are waited for at the end."""
    servers: list[RunningServer] = []
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def make_world(stopping: list[RunningServer]) -> Iterator[MakeWorld]:
    """Return a function that starts a server with the platform and limits it is given."""
    running: list[RunningServer] = []

    def make(
        platform: FakePlatform | None = None,
        *,
        limits: Limits = QUICK,
        settings: ServeSettings | None = None,
    ) -> World:
        platform = platform or FakePlatform()
        app = create_app(
            connected(platform), settings or ServeSettings(), SystemClock(), limits=limits
        )
        running.append(RunningServer(app))
        running[-1].start()
        return World(running[-1], platform)

    yield make
    for server in running:
        server.tell_to_stop()
        stopping.append(server)


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()
