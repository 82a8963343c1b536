"""The same matrix with the application's own scoping switched off.

On PostgreSQL the policies alone hold. On SQLite there are none, and the matrix then finds leaks:
so it can.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import ColumnElement, Table, true

from aibt.store import repository
from tests.postgres import Postgres
from tests.unit.isolation.cells import asked, queried
from tests.unit.isolation.examples import QUERIES, ROUTES
from tests.unit.isolation.world import OTHERS, World, without_a_cluster


def everybodys(_table: Table, _owner_id: int) -> ColumnElement[bool]:
    return true()


@pytest.fixture
def unscoped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "owned_by", everybodys)


@pytest.fixture(scope="module")
def on_postgresql(postgres: Postgres) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        without_a_cluster(patch)
        made = World(url=postgres.database().url)
        made.start()
        yield made
        made.stop()


@pytest.mark.usefixtures("unscoped")
@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_postgresqls_policies_alone_hold_over_rest(
    on_postgresql: World, route: tuple[str, str]
) -> None:
    before = on_postgresql.owners_rows()

    sent = asked(on_postgresql, route, OTHERS, on_postgresql.things)

    assert sent.status < 500, sent.text
    assert sent.leaks == []
    assert on_postgresql.owners_rows() == before


@pytest.mark.usefixtures("unscoped")
@pytest.mark.parametrize("query", QUERIES)
def test_postgresqls_policies_alone_hold_over_the_socket(on_postgresql: World, query: str) -> None:
    before = on_postgresql.owners_rows()

    sent = queried(on_postgresql, query, OTHERS, on_postgresql.things)

    assert sent.code != "internal", sent.text
    assert sent.leaks == []
    assert on_postgresql.owners_rows() == before


def test_the_matrix_finds_leaks_where_nothing_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_cluster(monkeypatch)
    world = World()
    world.start()
    monkeypatch.setattr(repository, "owned_by", everybodys)
    found = {
        route
        for route in (
            ("GET", "/api/bots"),
            ("GET", "/api/trainings"),
            ("GET", "/api/trainings/{training_id}/events"),
            ("GET", "/api/keys"),
        )
        if asked(world, route, OTHERS, world.things).leaks
    }
    before = world.owners_rows()
    changed = asked(world, ("PATCH", "/api/bots/{name}"), OTHERS, world.things)
    is_changed = world.owners_rows() != before
    heard = queried(world, "trainings-list", OTHERS, world.things).leaks
    world.stop()

    assert len(found) == 4
    assert changed.status == 200
    assert is_changed
    assert heard
