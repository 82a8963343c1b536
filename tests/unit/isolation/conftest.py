"""Worlds on either database, one for all tests that only look."""

from collections.abc import Iterator

import pytest

from tests.postgres import Postgres
from tests.unit.isolation.world import World, without_a_cluster


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as context:
        yield context


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, patch: pytest.MonkeyPatch) -> Iterator[World]:
    without_a_cluster(patch)
    made = World(url=_url(request))
    made.start()
    yield made
    made.stop()


def _url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database().url
