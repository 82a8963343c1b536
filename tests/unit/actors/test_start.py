"""What the platform refuses to start with, and that each refusal says what to set."""

import socket
from pathlib import Path
from typing import Any

import pytest

from actors.start import refusal, refusal_by_cluster, refusal_by_store, sign_in_link, where
from aibt.clock import SystemClock
from aibt.settings import WEB_SEAL, Settings
from aibt.store.migration import migrate
from tests.fakes.office import a_user, an_office
from tests.postgres import Postgres

GOOD = "kP3v0T9cQxW2mZ7nB5yR8uL1sD4fG6hJ"
PRODUCTION: dict[str, Any] = {"mode": "production", "accounts": {"secret": GOOD}}
OPEN: dict[str, Any] = {"serve": {"host": "0.0.0.0", "port": 1}}


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(root: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, **{"store": {"root": root}, **given})


def test_a_laptops_first_run_needs_no_configuration(tmp_path: Path, free_port: int) -> None:
    assert refusal(settings(tmp_path, serve={"port": free_port})) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"serve": {"host": "0.0.0.0"}}, "AIBT_MODE=production"),
        ({"serve": {"host": "192.168.0.7"}}, "AIBT_MODE=production"),
        ({"serve": {"host": "trading.example.com"}}, "AIBT_MODE=production"),
        ({"ray": {"address": "auto"}}, "AIBT_MODE=production"),
        ({"mode": "production"}, "set AIBT_ACCOUNTS__SECRET"),
        ({"mode": "production", "accounts": {"secret": "short"}}, "AIBT_ACCOUNTS__SECRET has 5"),
        (
            {
                "mode": "production",
                "accounts": {"secret": "change-me-to-the-output-of-openssl-rand-base64-48"},
            },
            "others know or guess",
        ),
        ({"mode": "production", "accounts": {"secret": "a" * 40}}, "others know or guess"),
        ({"accounts": {"secret": "short"}}, "AIBT_ACCOUNTS__SECRET has 5"),
        ({"accounts": {"identity": "supabase"}}, "set SUPABASE_URL and SUPABASE_ANON_KEY"),
    ],
)
def test_what_would_be_unsafe_is_refused_with_what_to_set(
    tmp_path: Path, given: dict[str, Any], says: str
) -> None:
    reason = refusal(settings(tmp_path, **given))

    assert reason is not None
    assert says in reason
    assert GOOD not in reason


def test_production_with_a_secret_of_its_own_starts(tmp_path: Path, free_port: int) -> None:
    assert refusal(settings(tmp_path, **PRODUCTION, serve={"port": free_port})) is None


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        reason = refusal(settings(tmp_path, serve={"port": taken.getsockname()[1]}))

    assert reason is not None
    assert "is taken" in reason


def test_a_second_node_demands_production_and_a_database_that_it_reaches(tmp_path: Path) -> None:
    laptop, sqlite = settings(tmp_path), settings(tmp_path, **PRODUCTION)
    shared = settings(tmp_path, **PRODUCTION | {"store": {"url": "postgresql://db/aibt"}})

    assert [refusal_by_cluster(one, 1) for one in (laptop, sqlite, shared)] == [None] * 3
    assert "AIBT_MODE=production" in (refusal_by_cluster(laptop, 2) or "")
    assert "set AIBT_STORE__URL" in (refusal_by_cluster(sqlite, 2) or "")
    assert refusal_by_cluster(shared, 2) is None


async def test_an_open_address_needs_somebody_who_can_sign_in(tmp_path: Path) -> None:
    chosen = settings(tmp_path, **PRODUCTION, **OPEN)
    migrate(chosen.store.database_url)
    clock = SystemClock()

    nobody = await refusal_by_store(chosen, clock)
    async with an_office(tmp_path, settings=chosen) as office:
        await a_user(office, "ada@example.com")

    assert "aibt users allow" in (nobody or "")
    assert await refusal_by_store(chosen, clock) is None


async def test_production_on_loopback_may_be_empty_as_a_proxy_may_stand_before_it(
    tmp_path: Path,
) -> None:
    chosen = settings(tmp_path, **PRODUCTION)
    migrate(chosen.store.database_url)

    assert await refusal_by_store(chosen, SystemClock()) is None


async def test_a_role_that_the_policies_do_not_hold_is_refused(
    tmp_path: Path, postgres: Postgres
) -> None:
    database = postgres.database()
    roles = {"owner": database.owner_url, "login": database.url}
    said = {
        name: await refusal_by_store(
            settings(tmp_path, **PRODUCTION | {"store": {"root": tmp_path, "url": url}}),
            SystemClock(),
        )
        for name, url in roles.items()
    }

    assert said["login"] is None
    assert "AIBT_STORE__URL" in (said["owner"] or "")


async def test_a_laptop_is_told_a_link_that_signs_in_once_and_production_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / WEB_SEAL).write_text("{}")
    chosen = settings(tmp_path, serve={"web_root": tmp_path})
    migrate(chosen.store.database_url)

    link = await sign_in_link(chosen, SystemClock()) or ""

    assert link.startswith("http://127.0.0.1:8080/sign-in#")
    assert f"Open {link}" in where(chosen, None, link)
    async with an_office(tmp_path, settings=chosen) as office:
        signed_in = await office.accounts.follow_link(link.partition("#")[2])
    assert signed_in.user.is_admin
    assert await sign_in_link(settings(tmp_path, **PRODUCTION), SystemClock()) is None


def test_the_start_says_what_to_open_or_how_to_build_it(tmp_path: Path) -> None:
    chosen = settings(tmp_path, **PRODUCTION, serve={"web_root": tmp_path})

    unbuilt = where(chosen, None, None)
    (tmp_path / WEB_SEAL).write_text("{}")
    built = where(chosen, None, None)

    assert "`make web` builds them" in unbuilt
    assert "Open http://127.0.0.1:8080\n" in built
    assert "make web" not in built


def test_a_link_that_no_page_could_follow_is_not_shown(tmp_path: Path) -> None:
    chosen = settings(tmp_path, serve={"web_root": tmp_path})

    assert "sign-in#" not in where(chosen, None, "http://127.0.0.1:8080/sign-in#abc")
