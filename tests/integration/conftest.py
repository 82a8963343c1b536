"""A real platform, started as a user starts it, for the tests that need Ray."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.platform_process import PlatformProcess

INTEGRATION = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if INTEGRATION in item.path.parents:
            item.add_marker(pytest.mark.ray)
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    """One platform for all tests that leave it as they found it."""
    with PlatformProcess(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture
def own_platform(tmp_path: Path) -> Iterator[PlatformProcess]:
    """A platform that the test may kill."""
    with PlatformProcess(tmp_path) as running:
        yield running
