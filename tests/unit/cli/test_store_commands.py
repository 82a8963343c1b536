"""`aibt store`: migrating, and moving a laptop's store."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from aibt.cli.processes import birth
from aibt.cli.server import Running, ServerFiles
from tests.fakes.office import a_user, an_office, in_a_thread
from tests.postgres import Postgres
from tests.unit.cli.builders import run


def make_bot(root: Path, name: str) -> None:
    async def make() -> None:
        async with an_office(root) as office:
            await a_user(office, "ada@example.com")
            async with office.store.writing(1) as unit:
                await unit.bots.create(
                    name=name,
                    lr=0.1,
                    gamma=0.9,
                    hidden_layers=8,
                    depth=1,
                    discounter_rate=8,
                    algorithm="dqn",
                    encoder="mlp",
                )

    in_a_thread(make())


def said(*arguments: str) -> Any:
    result = run("store", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_store_is_made_and_brought_to_this_versions_schema(tmp_path: Path) -> None:
    first, again = run("store", "migrate"), run("store", "migrate")

    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert (tmp_path / "store" / "aibt.sqlite3").exists()
    assert run("token").exit_code == 0


def test_a_laptops_store_moves_into_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    make_bot(tmp_path / "store", "Ada")
    exported = said("export", "laptop.tar.gz")
    database = postgres.database(migrated=False)
    monkeypatch.setenv("AIBT_STORE__ROOT", str(tmp_path / "other"))
    monkeypatch.setenv("AIBT_STORE__URL", database.url)
    monkeypatch.setenv("AIBT_STORE__OWNER_URL", database.owner_url)

    imported = said("import", "laptop.tar.gz")
    again = run("store", "import", "laptop.tar.gz")

    assert exported["counts"]["bots"] == 1
    assert imported["kept_ids"]
    assert imported["ids"]["bots"] == [{"was": 1, "is": 1}]
    assert "Imported under new ids: 2 users, 1 bots" in again.stdout
    assert "The bot Ada of local@localhost is named Ada 2 here." in again.stderr


def test_an_export_says_what_stays_behind(tmp_path: Path) -> None:
    make_bot(tmp_path / "store", "Ada")

    result = run("store", "export", "laptop.tar.gz")

    assert "laptop.tar.gz: 2 users, 1 bots, 0 trainings" in result.stdout
    assert "keys" in result.stderr
    assert (tmp_path / "laptop.tar.gz").stat().st_mode & 0o077 == 0


def test_a_running_platform_keeps_its_store_to_itself(tmp_path: Path) -> None:
    make_bot(tmp_path / "store", "Ada")
    born = birth(os.getpid())
    assert born is not None
    running = Running(pid=os.getpid(), born=born, url="http://127.0.0.1:1", log=None)
    ServerFiles(tmp_path / "store").write(running)

    refused = [run("store", verb, "laptop.tar.gz") for verb in ("export", "import")]
    forced = run("store", "export", "laptop.tar.gz", "--force")

    assert [one.exit_code for one in refused] == [1, 1]
    assert all("`aibt down` first" in one.stderr for one in refused)
    assert forced.exit_code == 0


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_what_is_no_archive_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "laptop.tar.gz").write_bytes(content)

    result = run("store", "import", "laptop.tar.gz")

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "rchive" in result.stderr


def test_an_export_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    run("store", "migrate")

    result = run("store", "export", "nowhere/laptop.tar.gz")

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_there_is_nothing_to_export_before_there_is_a_store() -> None:
    result = run("store", "export", "laptop.tar.gz")

    assert result.exit_code == 1
    assert "migrate it first" in result.stderr
