"""Signing in from the command line: from the store itself, or by a token that was given."""

from pathlib import Path

import pytest

from aibt.cli.client import Client
from aibt.cli.complaints import Misused, Refused
from aibt.cli.entry import tokens_for
from aibt.cli.tokens import Tokens
from aibt.protocol.accounts import MeMessage
from aibt.store.service import Service
from tests.fakes.office import an_office, bearer_at, in_a_thread
from tests.unit.cli.builders import World, run


def sign_everybody_out(root: Path) -> None:
    async def revoke() -> None:
        async with an_office(root) as office, Service(office.store).writing() as unit:
            await unit.sign_ins.revoke_all(1)

    in_a_thread(revoke())


def me(client: Client) -> str:
    return client.get("/api/auth/me", MeMessage).user.email


def test_a_laptop_signs_in_by_itself(world: World) -> None:
    client = Client(world.url, tokens_for(world.url))

    assert me(client) == "local@localhost"
    client.close()


def test_a_sign_in_that_is_over_is_begun_anew(world: World, tmp_path: Path) -> None:
    client = Client(world.url, tokens_for(world.url))
    me(client)
    first = client.tokens.headers()
    sign_everybody_out(tmp_path / "store")

    assert me(client) == "local@localhost"

    assert client.tokens.headers() != first
    client.close()


def test_the_token_of_the_environment_says_who_is_asking(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIBT_TOKEN", bearer_at(tmp_path / "store", "ada@example.com"))
    client = Client(world.url, tokens_for(world.url))

    assert me(client) == "ada@example.com"
    client.close()


def test_a_token_that_is_not_valid_is_told_with_the_cure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIBT_TOKEN", "something.that.isnt")

    result = world.run("bots", "list")

    assert result.exit_code == 1
    assert "AIBT_TOKEN is not, or no longer, valid there; `aibt token` makes" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_platform_with_another_store_is_told_from_one_that_is_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIBT_STORE__ROOT", str(tmp_path / "elsewhere"))
    without_store = world.run("bots", "list")
    bearer_at(tmp_path / "elsewhere")
    with_another = world.run("bots", "list")

    assert (without_store.exit_code, with_another.exit_code) == (1, 1)
    assert "no token could be made from this machine's store" in without_store.stderr
    assert "another store or secret" in with_another.stderr


def test_nobody_on_another_machine_is_shown_a_token_of_this_store(tmp_path: Path) -> None:
    bearer_at(tmp_path / "store")

    tokens = tokens_for("https://aibt.example.org")

    assert tokens.headers() == {}
    assert not tokens.renew()


@pytest.mark.parametrize("given", ["two words", "two\nlines", "tokén"])
def test_what_cannot_be_a_token_is_never_sent(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIBT_TOKEN", given)

    with pytest.raises(Misused, match="AIBT_TOKEN is no token"):
        tokens_for("http://127.0.0.1:1")


def test_without_any_platform_it_is_the_platform_that_is_missed() -> None:
    result = run("bots", "list", "--url", "http://127.0.0.1:1")

    assert result.exit_code == 3


def test_a_token_is_printed_and_nothing_else(world: World, tmp_path: Path) -> None:
    result = run("token", "--hours", "2")

    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    client = Client(world.url, Tokens(result.stdout.strip()))
    assert me(client) == "local@localhost"
    client.close()


def test_a_token_is_of_whoever_it_is_asked_for(world: World, tmp_path: Path) -> None:
    bearer_at(tmp_path / "store", "ada@example.com")

    result = run("token", "Ada@Example.com")

    client = Client(world.url, Tokens(result.stdout.strip()))
    assert me(client) == "ada@example.com"
    client.close()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody@example.com"], "nobody@example.com"),
        (["no e-mail"], "mail"),
    ],
)
def test_a_token_of_nobody_is_refused(arguments: list[str], says: str, world: World) -> None:
    result = run("token", *arguments)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert says in result.stderr


@pytest.mark.parametrize("hours", ["25", "0", "-1", "nan"])
def test_a_token_lasts_a_day_at_most(hours: str) -> None:
    assert run("token", "--hours", hours).exit_code != 0


def test_a_store_that_is_not_there_yet_has_no_tokens(tmp_path: Path) -> None:
    result = run("token")

    assert result.exit_code == 1
    assert "migrate it first" in result.stderr
    assert not (tmp_path / "store").exists()


def test_a_refusal_is_a_refusal_whoever_reads_it() -> None:
    refused = Tokens().refused("https://aibt.example.org", "bring a bearer")

    assert isinstance(refused, Refused)
    assert refused.code == "not_signed_in"
    assert "AIBT_TOKEN" in str(refused)
