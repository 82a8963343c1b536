"""A stage for stories, and platforms with the built pages to play them on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.people import UNHURRIED
from tests.browser.seed import Seeded, seeded_platform
from tests.browser.stage import Missing, Stage, require_browser, require_web
from tests.integration.platform_process import PlatformProcess, free_tool_ports

BROWSER = Path(__file__).parent
PLATFORMS = {"platform", "own_platform", "seeded"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER in item.path.parents and PLATFORMS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.ray)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Where a story is played; its folder keeps screenshots and consoles."""
    _or_skip(require_browser)
    return Stage(folder=tmp_path)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    """A platform with the built pages, for the stories of one module."""
    _or_skip(require_browser, require_web)
    folder = tmp_path_factory.mktemp("pages")
    with PlatformProcess(folder, **UNHURRIED, **free_tool_ports()) as running:
        yield running


@pytest.fixture
def settings() -> dict[str, str]:
    """What a story needs of a platform of its own; a module may say otherwise."""
    return {}


@pytest.fixture
def own_platform(tmp_path: Path, settings: dict[str, str]) -> Iterator[PlatformProcess]:
    """A platform with the built pages that a story may kill, and nothing in its store."""
    _or_skip(require_browser, require_web)
    with PlatformProcess(tmp_path, **UNHURRIED, **free_tool_ports(), **settings) as running:
        yield running


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """A platform that several people have used, for looking at every view."""
    _or_skip(require_browser, require_web)
    with seeded_platform(tmp_path_factory.mktemp("seeded")) as found:
        yield found


def _or_skip(*requirements: Callable[[], None]) -> None:
    for requirement in requirements:
        try:
            requirement()
        except Missing as missing:
            pytest.skip(str(missing))
