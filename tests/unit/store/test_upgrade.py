"""From the schemas before, with rows, to this one, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, Connection, MetaData, Table, insert, text

from aibt.errors import NotFound
from aibt.store.database import open_store
from aibt.store.engine import WRITING, sync_engine
from aibt.store.migration import _upgrade, migrate
from aibt.store.service import Service
from aibt.store.users import LOCAL_EMAIL
from tests.postgres import OWNER, Postgres

_DOCUMENTS = {"request", "current", "data", "status", "changes", "answer", "about", "scores"}
NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ROWS: dict[str, dict[str, Any]] = {
    "users": {"id": 1, "email": LOCAL_EMAIL, "created_at": NOW},
    "bots": {
        "id": 1, "owner_id": 1, "name": "Ada", "lr": 0.1, "gamma": 0.9, "hidden_layers": 43,
        "depth": 2, "discounter_rate": 80, "version": 3, "created_at": NOW, "updated_at": NOW,
    },
    "trainings": {
        "id": 7, "owner_id": 1, "bot_id": 1, "state": "paused", "desired": "paused", "parked": True,
        "request": {"symbol": "EURUSD"}, "current": {"lr": 0.1}, "dataset": "d", "data": {},
        "status": {"steps": 5}, "created_at": NOW,
    },
    "parameter_changes": {
        "training_id": 7, "number": 1, "owner_id": 1, "step": 5, "changes": {"lr": 0.2},
        "stop": False, "created_at": NOW,
    },
    "topics": {"topic": "training/7", "owner_id": 1, "last_seq": 1},
    "events": {
        "topic": "training/7", "seq": 1, "owner_id": 1, "key": "k", "kind": "trade",
        "data": {"part": "validation"}, "at": NOW,
    },
    "episodes": {"topic": "training/7", "seq": 1, "owner_id": 1, "first_episode": 1, "episode": 1},
    "trades": {"topic": "training/7", "seq": 1, "owner_id": 1, "part": "validation"},
    "leases": {
        "topic": "training/7", "owner_id": 1, "epoch": 2, "holder": "h", "taken_at": NOW,
    },
    "checkpoints": {
        "training_id": 7, "epoch": 2, "step": 5, "owner_id": 1, "path": "p", "created_at": NOW,
    },
    "commands": {"owner_id": 1, "command_id": "c", "digest": "d", "created_at": NOW},
}  # fmt: skip

ROWS_OF_ACCOUNTS: dict[str, dict[str, Any]] = {
    **ROWS,
    "commands": {
        "owner_id": 1, "command_id": "c", "digest": "d", "answer": {"id": 7}, "training_id": 7,
        "created_at": datetime.now(UTC),
    },
    "listed_emails": {"email": LOCAL_EMAIL, "created_at": NOW},
    "sign_ins": {
        "id": "s", "owner_id": 1, "refreshed_at": NOW, "created_at": NOW, "expires_at": NOW,
    },
    "passes": {
        "hash": "h", "owner_id": 1, "kind": "ticket", "created_at": NOW, "expires_at": NOW,
    },
    "buckets": {"key": "k", "tokens": 1.0, "at": NOW},
    "audit": {"at": NOW, "action": "look", "about": {}},
    "secrets": {
        "owner_id": 1, "provider": "jina", "sealed": "x", "last_four": "1234",
        "created_at": NOW, "updated_at": NOW,
    },
}  # fmt: skip


ROWS_OF_A_POPULATION: dict[str, dict[str, Any]] = {
    "populations": {
        "id": 3, "owner_id": 1, "name": "many", "request": {}, "data": {}, "searching": True,
        "created_at": NOW,
    },
    "population_members": {
        "population_id": 3, "member": 1, "owner_id": 1, "training_id": 7, "mark": "free",
    },
    "population_steps": {
        "population_id": 3, "number": 1, "owner_id": 1, "kind": "explore", "member": 1,
        "episode": 20, "step": 500, "changes": {}, "scores": {}, "at": NOW,
    },
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Any) -> tuple[str, str | None]:
    """URL of a database without a schema, and its owner's."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'spine.sqlite3'}", None
    postgres: Postgres = request.getfixturevalue("postgres")
    made = postgres.database(migrated=False)
    return made.url, made.owner_url


def fill(url: str) -> None:
    """Bring a database to the spine's schema, with a row in every table."""
    engine = sync_engine(url, lock_timeout_s=5)
    _upgrade(engine, "0001")
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        put(connection, ROWS)
    engine.dispose()


def put(connection: Connection, rows: dict[str, dict[str, Any]]) -> None:
    tables = MetaData()
    tables.reflect(connection, only=list(rows))
    for name, row in rows.items():
        connection.execute(insert(_with_documents(tables.tables[name])), row)


def _with_documents(table: Table) -> Table:
    for column in table.columns:
        if column.name in _DOCUMENTS:
            column.type = JSON()
    return table


async def test_rows_of_the_spine_stay_and_its_user_becomes_the_administrator(
    empty: tuple[str, str | None],
) -> None:
    url, owner_url = empty
    fill(owner_url or url)

    migrate(url, owner_url)

    async with await open_store(url) as store:
        async with Service(store).reading() as unit:
            user = await unit.users.by_email(LOCAL_EMAIL)
            assert await unit.listed_emails.has(LOCAL_EMAIL)
        assert (user.id, user.is_admin, user.disabled_at) == (1, True, None)
        async with store.reading(user.id) as tx:
            bot = await tx.bots.get("Ada")
            assert (bot.version, bot.algorithm, bot.encoder) == (3, "dqn", "mlp")
            training = await tx.trainings.get(7)
            assert (training.status, training.last_seq) == ({"steps": 5}, 1)
            assert [event.key for event in await tx.events.read("training/7")] == ["k"]
            assert len(await tx.changes.after(7)) == 1
            assert (await tx.checkpoints.latest(7)) is not None
        async with store.writing(user.id) as tx:
            assert (await tx.bots.by_id(1)).name == "Ada"
            await tx.leases.check("training/7", 2)
        async with store.reading(2) as tx:
            with pytest.raises(NotFound):
                await tx.trainings.get(7)


async def test_rows_of_accounts_stay_and_commands_may_name_a_session(
    empty: tuple[str, str | None],
) -> None:
    url, owner_url = empty
    anybodys = url if owner_url is None else owner_url.replace(OWNER, "postgres")  # no policy holds
    engine = sync_engine(anybodys, lock_timeout_s=5)
    migrate_to(owner_url or url, "0002")
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        put(connection, ROWS_OF_ACCOUNTS)
    migrate(url, owner_url)
    migrate(url, owner_url)

    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"select count(*) from {name}")).scalar_one()
            for name in ROWS_OF_ACCOUNTS
        }
    engine.dispose()
    assert found == dict.fromkeys(ROWS_OF_ACCOUNTS, 1)
    async with await open_store(url) as store, store.writing(1) as tx:
        known = await tx.commands.begin("c", "d")
        assert known is not None
        assert (known.answer, known.training_id, known.session_id) == ({"id": 7}, 7, None)
        agent = await tx.agents.create(name="a", base_model="b", config={}, is_public=False)
        session = await tx.sessions.create(agent.id, request={}, data={})
        await tx.commands.attach("c", session_id=session.id)
        assert (await tx.bots.get("Ada")).version == 3
        assert (await tx.trainings.get(7)).last_seq == 1
        assert [secret.provider for secret in await tx.secrets.all()] == ["jina"]
        await tx.leases.check("training/7", 2)


def migrate_to(url: str, revision: str) -> None:
    engine = sync_engine(url, lock_timeout_s=5)
    _upgrade(engine, revision)
    engine.dispose()


async def test_a_member_was_looked_at_when_the_search_changed_it_last(
    empty: tuple[str, str | None],
) -> None:
    url, owner_url = empty
    anybodys = url if owner_url is None else owner_url.replace(OWNER, "postgres")
    migrate_to(owner_url or url, "0007")
    engine = sync_engine(anybodys, lock_timeout_s=5)
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        put(connection, {name: ROWS[name] for name in ("users", "bots", "trainings")})
        put(connection, ROWS_OF_A_POPULATION)
    engine.dispose()

    migrate(url, owner_url)

    async with await open_store(url) as store, store.reading(1) as tx:
        (member,) = await tx.populations.members([3])
    assert member.looked_at_episode == 20


async def test_an_empty_database_gets_everything_at_once(empty: tuple[str, str | None]) -> None:
    url, owner_url = empty

    migrate(url, owner_url)
    migrate(url, owner_url)

    async with await open_store(url) as store, Service(store).writing() as unit:
        assert (await unit.users.local_user()).is_admin


def test_every_table_of_the_spine_has_a_row_here() -> None:
    made_since = {"listed_emails", "sign_ins", "passes", "buckets", "audit", "secrets"}
    made_since |= {"agents", "sessions", "journal", "fills", "equity", "scores"}
    made_since |= {"populations", "population_members", "population_steps"}
    made_since |= {"evaluations", "evaluation_units"}
    from aibt.store.schema import metadata

    assert set(ROWS) == set(metadata.tables) - made_since
