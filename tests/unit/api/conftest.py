"""A fake platform behind a real server."""

from collections.abc import Callable, Iterator

import pytest

from aibt.api.app import create_app
from aibt.api.limits import Limits
from aibt.clock import SystemClock
from aibt.settings import ServeSettings
from tests.fakes.platform import FakePlatform
from tests.fakes.server import a_running_server, connected
from tests.unit.api.builders import QUICK, World

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world() -> Iterator[MakeWorld]:
    """Return a function that starts a server with the platform and limits it is given."""
    running = []

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
        context = a_running_server(app)
        running.append(context)
        return World(context.__enter__(), platform)

    yield make
    for context in reversed(running):
        context.__exit__(None, None, None)


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world()
