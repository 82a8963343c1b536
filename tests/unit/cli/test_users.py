"""`aibt users`: the whitelist, roles and links, straight in the store."""

import json
from pathlib import Path
from typing import Any

from aibt.live.states import Desired
from aibt.store.records import AuditEntry
from aibt.store.service import Service
from tests.fakes.office import a_user, an_office, in_a_thread
from tests.unit.cli.builders import run


def said(*arguments: str) -> Any:
    result = run("users", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def make_user(tmp_path: Path, email: str) -> int:
    async def make() -> int:
        async with an_office(tmp_path / "store") as office:
            return (await a_user(office, email)).id

    return in_a_thread(make())


def audit(tmp_path: Path) -> list[AuditEntry]:
    async def read() -> list[AuditEntry]:
        async with (
            an_office(tmp_path / "store") as office,
            Service(office.store).reading() as unit,
        ):
            return await unit.audit.page(limit=100)

    return in_a_thread(read())


def test_a_first_look_makes_the_store_and_its_user(tmp_path: Path) -> None:
    found = said("list")

    [user] = found["users"]
    assert (user["email"], user["is_admin"], user["is_listed"]) == ("local@localhost", True, True)


def test_the_whitelist_is_kept(tmp_path: Path) -> None:
    allowed = run("users", "allow", " Ada@Example.com ")
    again = run("users", "allow", "ada@example.com")
    listed = said("list")["listed"]
    denied = run("users", "deny", "ada@example.com")

    assert allowed.stdout == "ada@example.com is listed.\n"
    assert (again.exit_code, denied.exit_code) == (0, 0)
    assert listed == ["ada@example.com", "local@localhost"]
    assert said("list")["listed"] == ["local@localhost"]
    assert run("users", "deny", "ada@example.com").exit_code == 1


def test_the_table_tells_who_may_sign_in_and_who_has_not_yet(tmp_path: Path) -> None:
    make_user(tmp_path, "ada@example.com")
    run("users", "disable", "ada@example.com")
    run("users", "allow", "new@example.com")

    result = run("users", "list")

    assert "no: disabled" in result.stdout
    assert "Listed, without an account so far: new@example.com" in result.stderr


def test_a_user_becomes_an_administrator_and_an_ordinary_one_again(tmp_path: Path) -> None:
    make_user(tmp_path, "ada@example.com")

    assert said("make-admin", "ada@example.com")["is_admin"] is True
    assert said("remove-admin", "ada@example.com")["is_admin"] is False


def test_a_disabled_user_is_refused_and_what_he_ran_is_to_stop(tmp_path: Path) -> None:
    user_id = make_user(tmp_path, "ada@example.com")

    async def a_training() -> int:
        async with (
            an_office(tmp_path / "store") as office,
            office.store.writing(user_id) as unit,
        ):
            bot = await unit.bots.create(
                name="Ada",
                lr=0.1,
                gamma=0.9,
                hidden_layers=8,
                depth=1,
                discounter_rate=8,
                algorithm="dqn",
                encoder="mlp",
            )
            training = await unit.trainings.create(
                bot.id, request={}, current={}, dataset="d", data={}, initial_weights=None
            )
            return training.id

    async def desired(training_id: int) -> Desired:
        async with (
            an_office(tmp_path / "store") as office,
            office.store.reading(user_id) as unit,
        ):
            return (await unit.trainings.get(training_id)).desired

    training_id = in_a_thread(a_training())

    assert said("disable", "ada@example.com")["is_disabled"] is True
    assert run("token", "ada@example.com").exit_code == 1
    assert in_a_thread(desired(training_id)) is Desired.STOPPED
    assert said("enable", "ada@example.com")["is_disabled"] is False
    assert run("token", "ada@example.com").exit_code == 0


def test_a_link_leads_to_the_page_that_follows_it(tmp_path: Path) -> None:
    made = said("link")

    assert made["email"] == "local@localhost"
    assert made["link"].startswith("http://127.0.0.1:8080/sign-in#")
    token = made["link"].partition("#")[2]

    async def follow() -> str:
        async with an_office(tmp_path / "store") as office:
            return (await office.accounts.follow_link(token)).user.email

    assert in_a_thread(follow()) == "local@localhost"


def test_whoever_is_not_there_is_named(tmp_path: Path) -> None:
    for verb in ("make-admin", "remove-admin", "disable", "enable", "link"):
        result = run("users", verb, "nobody@example.com")

        assert result.exit_code == 1
        assert "nobody@example.com" in result.stderr
    assert run("users", "allow", "no e-mail").exit_code == 1


def test_every_deed_leaves_an_entry_of_nobodys(tmp_path: Path) -> None:
    make_user(tmp_path, "ada@example.com")
    run("users", "allow", "new@example.com")
    run("users", "disable", "ada@example.com")

    entries = audit(tmp_path)

    assert [entry.action for entry in entries] == ["users-update", "whitelist-add"]
    assert {entry.admin_id for entry in entries} == {None}
