"""A fake platform behind a real server."""

from collections.abc import Callable, Iterator

import pytest

from aibt.api.app import create_app
from aibt.api.limits import Limits
from aibt.clock import Clock
from aibt.settings import Settings
from tests.fakes.entrance import Entrance
from tests.fakes.platform import FakePlatform
from tests.fakes.server import RunningServer
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
        settings: Settings | None = None,
        clock: Clock | None = None,
        url: str | None = None,
    ) -> World:
        platform = platform or FakePlatform()
        entrance = Entrance(platform, settings, clock, url=url)
        app = create_app(entrance.connect, entrance.settings, entrance.clock, limits=limits)
        running.append(RunningServer(app))
        running[-1].start()
        return World(running[-1], platform, entrance)

    yield make
    for server in running:
        server.tell_to_stop()
        stopping.append(server)


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()
