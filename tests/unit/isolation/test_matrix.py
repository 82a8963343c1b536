"""Everybody asks for everything: nobody is sent or changes anything of another's.

Routes and queries are found by walking the application; one without an example fails.
"""

import time

import pytest

from aibt.protocol.tasks import TASKS
from tests.unit.isolation.cells import ANONYMOUS, Route, asked, listened, queried, routes_of
from tests.unit.isolation.examples import (
    ADMIN,
    ADMIN_LOOK,
    OWN,
    PUBLIC,
    QUERIES,
    ROUTES,
    SIGN_IN,
    THINGS,
)
from tests.unit.isolation.world import ADMINS, DISABLED, OTHERS, OWNERS, World

BUSY = ("bot_busy", "agent_busy")
STRANGERS = (OTHERS, ADMINS, ANONYMOUS, DISABLED)
every_route = pytest.mark.parametrize("route", ROUTES, ids=" ".join)
every_query = pytest.mark.parametrize("query", QUERIES)
every_stranger = pytest.mark.parametrize("who", STRANGERS)


def test_every_route_and_every_query_has_an_example(world: World) -> None:
    assert routes_of(world) == set(ROUTES)
    assert set(TASKS) == set(QUERIES)


@every_stranger
@every_route
def test_a_stranger_gets_and_changes_nothing_over_rest(
    world: World, route: Route, who: str
) -> None:
    kind = ROUTES[route].kind
    looks = kind in {ADMIN, ADMIN_LOOK} and who == ADMINS
    things = world.fresh(OWNERS) if looks else world.things
    before, audited = world.owners_rows(), world.audit_entries()

    sent = asked(world, route, who, things)

    assert sent.status < 500, sent.text
    if looks:
        assert sent.status < 300, sent.text
        assert kind == ADMIN or world.audit_entries() > audited
        return
    assert sent.leaks == []
    assert world.owners_rows() == before
    expected = {
        PUBLIC: {200, 503},
        SIGN_IN: {401, 403},
        OWN: {200, 201},
        THINGS: {404},
        ADMIN: {403},
        ADMIN_LOOK: {403},
    }[kind]
    if kind not in {PUBLIC, SIGN_IN} and who in {ANONYMOUS, DISABLED}:
        expected = {401} if who == ANONYMOUS else {403}
        assert sent.code == ("not_signed_in" if who == ANONYMOUS else "user_disabled")
    assert sent.status in expected, sent.text


@every_route
def test_an_owner_gets_what_is_his_and_no_route_of_his_works_as_the_service(
    world: World, route: Route
) -> None:
    kind = ROUTES[route].kind
    things = world.fresh(OWNERS)
    world.roles.clear()

    sent = asked(world, route, OWNERS, things)

    if kind in {OWN, THINGS, PUBLIC}:
        assert sent.status in {200, 201} or sent.code in BUSY, sent.text
    else:
        assert sent.status in {401, 403}, sent.text
    if kind == THINGS or (kind in {OWN, PUBLIC} and not is_sign_in(route)):
        assert set(world.roles) <= {"authenticated"}


def is_sign_in(route: Route) -> bool:
    return route[1].startswith(("/api/auth/", "/api/ws-ticket"))


@every_stranger
@every_query
def test_a_stranger_gets_and_changes_nothing_over_the_socket(
    world: World, query: str, who: str
) -> None:
    before = world.owners_rows()

    sent = queried(world, query, who, world.things)

    assert sent.leaks == []
    assert world.owners_rows() == before
    if who == ANONYMOUS:
        assert sent.status == 4401
    elif who == DISABLED:
        assert sent.status == 4403
    elif QUERIES[query][0] == THINGS:
        assert sent.code == "not_found", sent.text
    else:
        assert sent.status in {200, 1000}, sent.text


@every_query
def test_an_owner_gets_what_is_his_over_the_socket(world: World, query: str) -> None:
    things = world.fresh(OWNERS)
    world.roles.clear()
    began = time.monotonic()

    sent = queried(world, query, OWNERS, things)

    assert sent.status in {200, 1000} or sent.code in BUSY, sent.text
    looks = 1 + int(time.monotonic() - began)  # of the sockets' timer, each second
    assert world.roles.count("aibt_service") <= looks


@every_stranger
def test_a_stranger_hears_nothing_on_an_agents_socket(world: World, who: str) -> None:
    sent = listened(world, who, world.things)

    assert sent.leaks == []
    if who == ANONYMOUS:
        assert sent.status == 4401
    elif who == DISABLED:
        assert sent.status == 4403
    else:
        assert sent.code == "not_found", sent.text


def test_an_owner_hears_his_agents_session(world: World) -> None:
    sent = listened(world, OWNERS, world.things)

    assert (sent.status, sent.code) == (200, None), sent.text
