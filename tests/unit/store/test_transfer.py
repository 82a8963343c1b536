"""Export and import: the same rows and files elsewhere, all or nothing, and nothing believed."""

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aibt.errors import Invalid, NotFound
from aibt.live.events import Emission
from aibt.live.states import RunState
from aibt.store.database import Store
from aibt.store.records import EquityPoint, Session, Training
from aibt.store.schema import HEAD, metadata
from aibt.store.service import Service
from aibt.store.transfer import export_store, import_store
from tests.unit.store.entries import a_draft, a_fill, a_mark

TWICE = (
    json.dumps(
        {"topic": "training/1", "owner_id": 1, "epoch": 1, "holder": "h", "taken_at": "2026-01-01"}
    ).encode()
    + b"\n"
)
World = Any  # the fixture's class, tests/unit/store/conftest.py


async def a_full_world(world: World, root: Path) -> Training:
    """Give two users bots, trainings, events and files; return the first training."""
    other = await world.another_user()
    await world.a_bot("spare")  # so that ids of bots and of trainings differ
    first: Training | None = None
    for owner_id, name in ((world.owner.id, "Ada"), (other.id, "Bea")):
        await world.a_bot(name, owner_id=owner_id)
        async with world.store.writing(owner_id) as tx:
            bot = await tx.bots.update(name, algorithm="pqn", encoder="conv")
        training = await world.a_training(bot, dataset="d" * 8)
        path = f"trainings/{training.id}/checkpoints/1-50"
        weights = f"trainings/{training.id}/weights-1.safetensors"
        for file in (f"{path}/run.safetensors", f"{path}/best.safetensors", weights):
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_bytes(f"{name} {Path(file).name}".encode())
        async with world.store.writing(owner_id) as tx:
            epoch = await tx.leases.take(training.topic, "h")
            await tx.events.append(
                training.topic,
                epoch,
                [
                    Emission(key="s", kind="state", data={"id": training.id, "state": "running"}),
                    Emission(key="t", kind="trade", data={"id": training.id, "part": "validation"}),
                    Emission(key="e", kind="episode", data={"id": training.id, "episode": 1}),
                ],
            )
            await tx.changes.add(training.id, epoch=epoch, step=5, changes={"lr": 0.5})
            await tx.checkpoints.add(training.id, epoch=epoch, step=50, path=path)
            await tx.trainings.save_status(training.id, {"id": training.id, "x": 0.1}, epoch=epoch)
            await tx.bots.set_weights(training.id, epoch, weights)
            taken = f"trainings/{training.id}/taken/1-5.safetensors"
            (root / taken).parent.mkdir(exist_ok=True)
            (root / taken).write_bytes(f"taken by {name}".encode())
            await tx.changes.add(training.id, epoch=epoch, step=6, changes={}, weights=taken)
            await tx.trainings.set_state(training.id, RunState.STOPPED, epoch=epoch)
            points = [EquityPoint(at=world.clock.now(), equity=1.5, exposure=0.5)]
            await tx.account.put_equity(training.topic, points)
        population = await world.a_population(training, name=name)
        async with world.store.writing(owner_id) as tx:
            await tx.populations.add_step(
                population.id,
                kind="exploit",
                member=1,
                source=1,
                episode=1,
                step=6,
                changes={},
                weights=taken,
                scores={"1": 0.5},
            )
            told = Emission(key="1", kind="step", data={"id": population.id, "member": 1})
            await tx.events.append(population.topic, None, [told])
        await an_agent_with_everything(world, owner_id, name)
        await a_finished_evaluation(world, owner_id)
        first = first or training
    (root / "datasets").mkdir()
    for name in ("", "ada", "bea"):
        (root / "datasets" / f"{name}{'d' * 8}.parquet").write_bytes(f"bars {name}".encode())
    assert first is not None
    return first


async def a_finished_evaluation(world: World, owner_id: int) -> None:
    evaluation = await world.an_evaluation(owner_id, dataset="d" * 8)
    async with world.store.writing(owner_id) as tx:
        epoch = await tx.leases.take(evaluation.topic, "h")
        told = [Emission(key="s", kind="state", data={"id": evaluation.id, "state": "running"})]
        await tx.events.append(evaluation.topic, epoch, told)
        await tx.evaluations.add_unit(evaluation.id, "dqn/1/1", {"equities": [1.5]}, epoch=epoch)
        await tx.evaluations.save_status(evaluation.id, {"id": evaluation.id}, epoch=epoch)
        await tx.evaluations.set_report(evaluation.id, {"b": 1, "a": None}, epoch=epoch)
        await tx.evaluations.set_state(evaluation.id, RunState.FINISHED, epoch=epoch)


async def an_agent_with_everything(world: World, owner_id: int, name: str) -> Session:
    """Give a user's agent, who may ask his bot `name`, a session that has ended."""
    agent = await world.an_agent(name, owner_id, base_model=f"bot/{name}", config={"bots": [name]})
    digest = f"{name.lower()}{'d' * 8}"
    request = {"bots": [name], "base_model": f"bot/{name}", "datasets": {"GOOGL": digest}}
    session: Session = await world.a_session(agent, request=request)
    async with world.store.writing(owner_id) as tx:
        epoch = await tx.leases.take(session.topic, "h")
        drafts = [a_draft("b", "begin"), a_fill("f"), a_mark("m")]
        told = [Emission(key="s", kind="state", data={"id": session.id, "state": "running"})]
        await tx.journal.append(session.id, epoch, drafts, told)
        await tx.sessions.save_status(session.id, {"id": session.id, "cost": 0.5}, epoch=epoch)
    await world.end_session(session)
    await world.a_score(session, is_public=True)
    return session


async def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    async with Service(store).raw_reading() as work:
        return {
            table.name: [
                dict(row)
                for row in (
                    await work.connection.execute(
                        select(table).order_by(*table.primary_key.columns)
                    )
                ).mappings()
            ]
            for table in metadata.sorted_tables
            if table.name not in {"secrets", "audit"}
        }


def files_in(root: Path) -> dict[str, bytes]:
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for folder in ("trainings", "datasets")
        for file in (root / folder).rglob("*")
        if file.is_file()
    }


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Any:
    """A function that opens another, empty store of either kind."""
    from tests.unit.store.conftest import a_world

    def opened(kind: str) -> Any:
        if kind == "sqlite":
            folder = request.getfixturevalue("tmp_path") / "target.sqlite3"
            folder.write_bytes(request.getfixturevalue("migrated_file").read_bytes())
            return a_world(f"sqlite+aiosqlite:///{folder}")
        return a_world(request.getfixturevalue("postgres").database().url)

    return opened


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_an_empty_store_gets_the_same_rows_under_the_same_ids(
    sqlite_world: World, target: Any, tmp_path: Path, kind: str
) -> None:
    here, there, archive = tmp_path / "here", tmp_path / "there", tmp_path / "a.tar.gz"
    training = await a_full_world(sqlite_world, here)
    before = await everything(sqlite_world.store)

    counts = await export_store(sqlite_world.store, here, archive)
    async with target(kind) as other:
        moved = await import_store(other.store, there, archive)

        assert moved.kept_ids
        assert await everything(other.store) == before
        assert files_in(there) == files_in(here)
        assert (counts["trainings"], counts["files"], moved.files) == (2, 11, 11)
        assert (counts["agents"], counts["sessions"], counts["journal"]) == (2, 2, 6)
        again = await other.a_training(await other.a_bot("new"))
        assert again.id > training.id + 1  # numbering goes on after what was brought
        assert (await other.a_session(await other.an_agent("new"))).id > 2


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_store_in_use_gives_new_ids_and_rewrites_all_that_carries_one(
    sqlite_world: World, target: Any, tmp_path: Path, kind: str
) -> None:
    here, there, archive = tmp_path / "here", tmp_path / "there", tmp_path / "a.tar.gz"
    training = await a_full_world(sqlite_world, here)
    await export_store(sqlite_world.store, here, archive)
    async with target(kind) as other:
        for name in ("Ada", "mine"):
            mine = await other.a_training(await other.a_bot(name))
        before = await everything(other.store)

        moved = await import_store(other.store, there, archive)

        new_id = moved.ids["trainings"][training.id]
        assert not moved.kept_ids
        assert moved.renamed == {"local@localhost": {"Ada": "Ada 2"}}
        assert new_id not in {mine.id, training.id}
        async with other.store.reading(other.owner.id) as tx:
            assert (await tx.trainings.get(mine.id)).bot_name == "mine"
            found = await tx.trainings.get(new_id)
            events = await tx.events.read(found.topic)
            checkpoint = await tx.checkpoints.latest(new_id)
            bot = await tx.bots.get("Ada 2")
            assert (bot.algorithm, bot.encoder) == ("pqn", "conv")
            assert len(await tx.results.trades(new_id)) == 1
            changes = await tx.changes.after(new_id)
            assert found.population_id is not None
            population = await tx.populations.get(found.population_id)
            (step,) = await tx.populations.steps(population.id)
            (searched,) = await tx.events.read(population.topic)
            assert await tx.leases.current(found.topic) == 1
        assert (found.bot_name, found.status["id"], found.last_seq) == ("Ada 2", new_id, 3)
        assert [event.data["id"] for event in events] == [new_id] * 3
        assert [change.weights for change in changes] == [None, step.weights]
        assert step.weights == f"trainings/{new_id}/taken/1-5.safetensors"
        assert searched.data["id"] == population.id
        assert checkpoint is not None
        assert checkpoint.path == f"trainings/{new_id}/checkpoints/1-50"
        assert (there / checkpoint.path / "run.safetensors").read_bytes() == b"Ada run.safetensors"
        assert bot.weights == f"trainings/{new_id}/weights-1.safetensors"
        async with Service(other.store).reading() as unit:
            bea = await unit.users.by_email("other@example.com")
        assert not bea.is_admin
        after = await everything(other.store)
        kept = [row["id"] for row in before["trainings"]]
        assert [row for row in after["trainings"] if row["id"] in kept] == before["trainings"]

        twice = await import_store(other.store, there, archive)
        assert twice.renamed["local@localhost"] == {"Ada": "Ada 3", "spare": "spare 2"}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_sessions_get_new_ids_too_and_agents_ask_the_bots_they_asked(
    sqlite_world: World, target: Any, tmp_path: Path, kind: str
) -> None:
    here, there, archive = tmp_path / "here", tmp_path / "there", tmp_path / "a.tar.gz"
    await a_full_world(sqlite_world, here)
    await export_store(sqlite_world.store, here, archive)
    async with target(kind) as other:
        await other.a_bot("Ada")
        for name in ("Ada", "Ada 2"):
            mine = await other.a_session(await other.an_agent(name))

        moved = await import_store(other.store, there, archive)

        new_id = moved.ids["sessions"][1]
        async with other.store.reading(other.owner.id) as tx:
            found = await tx.sessions.get(new_id)
            agent = await tx.agents.get(found.agent_id)
            journal = await tx.journal.read(new_id)
            events = await tx.events.read(found.topic)
            fills = await tx.account.fills(new_id)
            points = await tx.account.equity(found.topic)
            score = await tx.scores.get(found.topic)
            assert await tx.journal.read(mine.id) == []
    assert new_id not in {1, mine.id}
    assert moved.renamed_agents == {"local@localhost": {"Ada": "Ada 3"}}
    assert (agent.name, agent.base_model, agent.config) == (
        "Ada 3",
        "bot/Ada 2",
        {"bots": ["Ada 2"]},
    )
    assert (found.request["bots"], found.request["base_model"]) == (["Ada 2"], "bot/Ada 2")
    assert (found.status["id"], found.last_seq) == (new_id, 1)
    assert [event.data["id"] for event in events] == [new_id]
    assert ([entry.kind for entry in journal], len(fills)) == (["begin", "fill", "mark"], 1)
    assert (len(points), score.is_public, score.symbols) == (1, True, ("GOOGL", "^GSPC"))
    assert (there / "datasets" / f"ada{'d' * 8}.parquet").read_bytes() == b"bars ada"


async def test_exporting_what_was_imported_gives_the_same_archive_again(
    sqlite_world: World, target: Any, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    await a_full_world(sqlite_world, here)
    await export_store(sqlite_world.store, here, tmp_path / "1.tar.gz")
    async with target("postgresql") as other:
        await import_store(other.store, there, tmp_path / "1.tar.gz")
        await export_store(other.store, there, tmp_path / "2.tar.gz")

    assert contents(tmp_path / "1.tar.gz") == contents(tmp_path / "2.tar.gz")


def contents(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {
            entry.name: source.read()
            for entry in tar
            if (source := tar.extractfile(entry)) is not None
        }


def rewritten(archive: Path, to: Path, entries: dict[str, bytes]) -> Path:
    with tarfile.open(to, "w:gz") as tar:
        for name, content in (contents(archive) | entries).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return to


@pytest.mark.parametrize(
    "entries",
    [
        {"rows/leases.jsonl": TWICE * 2},
        {"rows/bots.jsonl": TWICE},
        {"aibt.json": b'{"format": 1, "schema": "9999"}'},
        {"aibt.json": b"[]"},
        {"files/../../outside": b"x"},
        {"files/trainings/../../../outside": b"x"},
        {"/etc/passwd": b"x"},
        {"files/secret": b"x"},
        {"files/trainings/99/weights": b"x"},
        {"rows/audit.jsonl": b"{}"},
        {"rows/trainings.jsonl": b"not json"},
        {"rows/trainings.jsonl": b"[1]"},
        {"rows/bots.jsonl": b'{"id": 1}'},
        {"rows/users.jsonl": b""},
        {"rows/topics.jsonl": b'{"topic": "training/99", "owner_id": 1, "last_seq": 1}'},
        {"rows/topics.jsonl": b'{"topic": "../x", "owner_id": 1, "last_seq": 1}'},
        {"rows/topics.jsonl": b'{"topic": "session/99", "owner_id": 1, "last_seq": 1}'},
        {"rows/topics.jsonl": b'{"topic": "session/", "owner_id": 1, "last_seq": 1}'},
        {"rows/topics.jsonl": '{"topic": "session/²", "owner_id": 1, "last_seq": 1}'.encode()},
        {"rows/leases.jsonl": b'{"topic": "training/1", "owner_id": 1}'},
        {"rows/journal.jsonl": b"{}"},
    ],
)
async def test_what_no_export_writes_is_refused_and_leaves_nothing(
    sqlite_world: World, target: Any, tmp_path: Path, entries: dict[str, bytes]
) -> None:
    here, there, archive = tmp_path / "here", tmp_path / "there", tmp_path / "a.tar.gz"
    await a_full_world(sqlite_world, here)
    await export_store(sqlite_world.store, here, archive)
    broken = rewritten(archive, tmp_path / "b.tar.gz", entries)
    async with target("sqlite") as other:
        before = await everything(other.store)
        with pytest.raises(Invalid) as refused:
            await import_store(other.store, there, broken)
        assert await everything(other.store) == before

    assert refused.value.field == "archive"
    assert not there.exists() or files_in(there) == {}
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"x" * 99, gzip.compress(b"x" * 2_000, mtime=0)])
async def test_what_is_no_archive_is_refused(
    sqlite_world: World, tmp_path: Path, content: bytes
) -> None:
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(content)

    with pytest.raises(Invalid, match="archive"):
        await import_store(sqlite_world.store, tmp_path, archive)


async def test_a_truncated_archive_is_refused(sqlite_world: World, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    await a_full_world(sqlite_world, tmp_path / "here")
    await export_store(sqlite_world.store, tmp_path / "here", archive)
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])

    with pytest.raises(Invalid, match="archive"):
        await import_store(sqlite_world.store, tmp_path / "there", archive)


async def test_a_link_in_an_archive_is_refused(sqlite_world: World, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        header = json.dumps({"format": 1, "schema": HEAD}).encode()
        info = tarfile.TarInfo("aibt.json")
        info.size = len(header)
        tar.addfile(info, io.BytesIO(header))
        link = tarfile.TarInfo("files/datasets/x")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)

    with pytest.raises(Invalid, match="no export writes"):
        await import_store(sqlite_world.store, tmp_path, archive)


async def test_signs_of_presence_and_keys_stay_behind(sqlite_world: World, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    async with sqlite_world.store.writing(sqlite_world.owner.id) as tx:
        await tx.secrets.put("jina", base_url=None, sealed="sealed", last_four="1234")
    await export_store(sqlite_world.store, tmp_path, archive)

    assert not any(
        name in {f"rows/{table}.jsonl" for table in ("secrets", "sign_ins", "passes", "audit")}
        for name in contents(archive)
    )
    with pytest.raises(NotFound):
        async with sqlite_world.store.reading(999) as tx:
            await tx.me.standing()


def of_table(archive: Path, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in contents(archive)[f"rows/{table}.jsonl"].splitlines()]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("bots", {"weights": "trainings/2/weights-1.safetensors"}),
        ("trainings", {"initial_weights": "trainings/2/weights-1.safetensors"}),
        ("bots", {"weights": "trainings/1/../2/weights-1.safetensors"}),
        ("bots", {"weights": "secret"}),
        ("checkpoints", {"path": "/etc/passwd"}),
        ("trainings", {"bot_id": 3}),
        ("trainings", {"dataset": "../../secret"}),
        ("sessions", {"agent_id": 2}),
        ("sessions", {"request": {"datasets": {"GOOGL": "../../secret"}}}),
        ("journal", {"session_id": 2}),
        ("journal", {"owner_id": 2}),
        ("fills", {"session_id": 2}),
        ("fills", {"price": 1.5}),
        ("equity", {"topic": "session/2"}),
        ("equity", {"topic": "training/2"}),
        ("scores", {"topic": "session/2"}),
        ("scores", {"owner_id": 2}),
        ("scores", {"total_return": "1"}),
        ("checkpoints", {"path": "trainings/2/checkpoints/1-50"}),
        ("checkpoints", {"training_id": 2}),
        ("events", {"owner_id": 2}),
        ("leases", {"owner_id": 2}),
        ("topics", {"owner_id": 2}),
        ("users", {"email": ["x"]}),
        ("bots", {"id": [1]}),
        ("trainings", {"id": True}),
        ("users", {"is_admin": 1}),
        ("bots", {"created_at": 7}),
    ],
)
async def test_nobody_is_given_what_is_anothers(
    sqlite_world: World, target: Any, tmp_path: Path, table: str, change: dict[str, Any]
) -> None:
    here, there, archive = tmp_path / "here", tmp_path / "there", tmp_path / "a.tar.gz"
    await a_full_world(sqlite_world, here)
    await export_store(sqlite_world.store, here, archive)
    first, *others = of_table(archive, table)
    changed = lines([{**first, **change}, *others])
    broken = rewritten(archive, tmp_path / "b.tar.gz", {f"rows/{table}.jsonl": changed})
    async with target("sqlite") as other:
        before = await everything(other.store)
        with pytest.raises(Invalid, match="archive"):
            await import_store(other.store, there, broken)
        assert await everything(other.store) == before


async def test_what_an_import_that_was_killed_left_behind_is_replaced(
    sqlite_world: World, target: Any, tmp_path: Path
) -> None:
    here, there, archive = tmp_path / "here", tmp_path / "there", tmp_path / "a.tar.gz"
    await a_full_world(sqlite_world, here)
    await export_store(sqlite_world.store, here, archive)
    stray = there / "trainings/1/weights-1.safetensors"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"half of it")
    async with target("sqlite") as other:
        await import_store(other.store, there, archive)

    assert files_in(there) == files_in(here)
