"""What PostgreSQL itself refuses, whatever the application asks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Boolean, Double, String, Table, Text

from aibt.store.migrations import policies
from aibt.store.schema import metadata
from tests.postgres import Database, Postgres

MINE, OTHERS = 1, 2
OWNED = sorted(policies.OWNED)
NUMBERED = {
    "id", "bot_id", "training_id", "agent_id", "session_id", "evaluation_id", "seq", "epoch",
    "number",
}  # fmt: skip
NOW = datetime(2026, 3, 4, tzinfo=UTC)
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Database:
    """A database with one row of each of two users in every table of owners' things."""
    made = postgres.database()
    with psycopg.connect(made.superuser) as connection:
        for user_id in (MINE, OTHERS):
            connection.execute(
                "insert into users (id, email, password_hash, created_at) values (%s, %s, %s, %s)",
                (user_id, f"user{user_id}@example.com", f"hash {user_id}", NOW),
            )
            for table in metadata.sorted_tables:
                if table.name in policies.OWNED or table.name in {"sign_ins", "passes"}:
                    insert(connection, table, user_id, user_id)
        connection.execute(
            "insert into listed_emails (email, created_at) values ('ada@example.com', %s)", (NOW,)
        )
        connection.execute("insert into buckets (key, tokens, at) values ('k', 1, %s)", (NOW,))
        connection.execute("insert into audit (at, action, about) values (%s, 'a', '{}')", (NOW,))
    return made


def insert(
    connection: Connection, table: Table, owner_id: int, number: int, **values_of: object
) -> None:
    """Insert the row `number` of an owner into a table, with some values of one's own."""
    values = {column.name: a_value(column, owner_id, number) for column in table.columns}
    values |= values_of
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() for _ in values),
    )
    connection.execute(statement, list(values.values()))


def a_value(column: Any, owner_id: int, number: int) -> Any:
    if column.name == "owner_id":
        return owner_id
    if column.name in NUMBERED:
        return str(number) if isinstance(column.type, String) else number
    if column.name == "topic":
        return f"training/{number}"
    if column.name == "state":
        return "stopped"
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, String | Text):
        return f"{number}"[: getattr(column.type, "length", None) or 8]
    if isinstance(column.type, Double):
        return 1.0
    if "DateTime" in type(column.type).__name__:
        return NOW
    return json.dumps({}) if "JSON" in type(column.type).__name__ else number


@contextmanager
def session(
    database: Database, role: str | None = None, user: object = None
) -> Iterator[Connection]:
    """Log in as the application does, in a transaction of a role with a claim; roll it back."""
    with psycopg.connect(database.url) as connection:
        if role is not None:
            connection.execute(
                "select set_config('request.jwt.claims', %s, true), set_config('role', %s, true)",
                (json.dumps({"aibt_user": user}), role),
            )
        yield connection
        connection.rollback()


def owners(connection: Connection, table: str, column: str = "owner_id") -> set[object]:
    query = sql.SQL("select {} from {}").format(sql.Identifier(column), sql.Identifier(table))
    return {row[0] for row in connection.execute(query)}


def test_every_table_is_held_to_policies() -> None:
    assert set(policies.OWNED) | set(policies.ACCOUNTS) == set(metadata.tables)


def test_row_level_security_is_forced_on_every_table(database: Database) -> None:
    with psycopg.connect(database.superuser) as connection:
        found = connection.execute(
            "select relname from pg_class where relkind = 'r' and relforcerowsecurity "
            "and relrowsecurity and relnamespace = 'public'::regnamespace"
        )
        forced = {row[0] for row in found}

    assert forced == set(metadata.tables)


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_a_session_without_a_role_is_refused(database: Database, table: str) -> None:
    with session(database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owners(connection, table, metadata.tables[table].columns.keys()[0])


@pytest.mark.parametrize("claims", [None, "", "x", "1 or true", [1], {"id": 1}, 1.5])
def test_a_claim_that_is_no_user_shows_nothing(database: Database, claims: object) -> None:
    with session(database, "authenticated", claims) as connection:
        try:
            found = owners(connection, "bots")
        except (psycopg.DataError, psycopg.errors.InvalidTextRepresentation):
            found = set()

    assert found == set()


def test_a_session_with_a_role_and_no_claims_at_all_shows_nothing(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("select set_config('role', 'authenticated', true)")
        assert owners(connection, "bots") == set()


def test_a_user_token_of_supabase_shows_nothing(database: Database) -> None:
    claims = {"sub": "8a1f…", "role": "authenticated", "user_metadata": {"aibt_user": MINE}}
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "select set_config('request.jwt.claims', %s, true), set_config('role', %s, true)",
            (json.dumps(claims), "authenticated"),
        )
        assert owners(connection, "bots") == set()


@pytest.mark.parametrize("table", OWNED)
def test_an_owner_sees_his_rows_alone(database: Database, table: str) -> None:
    with session(database, "authenticated", MINE) as connection:
        assert owners(connection, table) == {MINE}


@pytest.mark.parametrize("table", OWNED)
def test_nobody_adds_a_row_of_anothers(database: Database, table: str) -> None:
    with (
        session(database, "authenticated", MINE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        insert(connection, metadata.tables[table], OTHERS, 3)


@pytest.mark.parametrize("table", OWNED)
def test_nobody_changes_or_deletes_anothers_rows(database: Database, table: str) -> None:
    mine = sql.SQL("update {} set owner_id = %s where owner_id = %s").format(sql.Identifier(table))
    for statement, values in (
        (mine, (MINE, OTHERS)),
        (sql.SQL("delete from {} where owner_id = %s").format(sql.Identifier(table)), (OTHERS,)),
    ):
        with session(database, "authenticated", MINE) as connection:
            try:
                changed = connection.execute(statement, values).rowcount
            except psycopg.errors.InsufficientPrivilege:
                changed = 0
        assert changed == 0


@pytest.mark.parametrize("table", [name for name, may in policies.OWNED.items() if "update" in may])
def test_nobody_gives_a_row_of_his_to_another(database: Database, table: str) -> None:
    give = sql.SQL("update {} set owner_id = %s").format(sql.Identifier(table))
    with (
        session(database, "authenticated", MINE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(give, (OTHERS,))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("trainings", "bot_id"),
        ("parameter_changes", "training_id"),
        ("checkpoints", "training_id"),
        ("commands", "training_id"),
        ("commands", "session_id"),
        ("sessions", "agent_id"),
    ],
)
def test_nobody_names_what_is_anothers(database: Database, table: str, column: str) -> None:
    name = sql.SQL("update {} set {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    with session(database, "authenticated", MINE) as connection:
        connection.execute(name, (MINE,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(name, (OTHERS,))


@pytest.mark.parametrize(
    ("table", "column", "others"),
    [
        ("journal", "session_id", OTHERS),
        ("fills", "session_id", OTHERS),
        ("scores", "topic", f"training/{OTHERS}"),
        ("evaluation_units", "evaluation_id", OTHERS),
    ],
)
def test_nobody_adds_a_row_of_his_to_what_is_anothers(
    database: Database, table: str, column: str, others: object
) -> None:
    free = {"scores": {}, "evaluation_units": {"key": "3"}}.get(table, {"seq": 3})
    changed = {column: others, **free}
    with psycopg.connect(database.superuser) as connection:  # so that the key is free
        connection.execute(sql.SQL("delete from scores where owner_id = %s"), (OTHERS,))
        connection.execute("select set_config('role', 'authenticated', true)")
        connection.execute(
            "select set_config('request.jwt.claims', %s, true)", (json.dumps({"aibt_user": MINE}),)
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            insert(connection, metadata.tables[table], MINE, MINE, **changed)
        connection.rollback()


def test_of_a_public_score_anybody_reads_the_row_and_nothing_else_of_its_owner(
    database: Database,
) -> None:
    with psycopg.connect(database.superuser) as connection:
        connection.execute("update scores set is_public = (owner_id = %s)", (OTHERS,))
    try:
        with session(database, "authenticated", MINE) as connection:
            assert owners(connection, "scores") == {MINE, OTHERS}
            for table in OWNED:
                assert table == "scores" or owners(connection, table) == {MINE}
            for statement in (
                "update scores set total_return = 9 where owner_id <> %s",
                "update scores set is_public = false where owner_id <> %s",
                "update scores set name = 'x' where topic like 'training/%%' and owner_id <> %s",
            ):
                assert connection.execute(statement, (MINE,)).rowcount == 0
            locked = "select from scores where owner_id <> %s for update"
            assert connection.execute(locked, (MINE,)).fetchall() == []
        for user, seen in ((3, {OTHERS}), (None, set())):
            with session(database, "authenticated", user) as connection:
                assert owners(connection, "scores") == seen
    finally:
        with psycopg.connect(database.superuser) as connection:
            connection.execute("update scores set is_public = false")


def test_what_is_public_is_said_in_one_table_alone() -> None:
    assert dict(policies.PUBLIC) == {"scores": "is_public"}


@pytest.mark.parametrize("table", ["listed_emails", "passes", "buckets", "audit"])
def test_a_user_reads_nothing_of_the_tables_of_sign_in(database: Database, table: str) -> None:
    with (
        session(database, "authenticated", MINE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))


@pytest.mark.parametrize(
    ("table", "column"),
    [("users", "password_hash"), ("sign_ins", "token_hash"), ("sign_ins", "previous_hash")],
)
def test_a_user_reads_no_hash_and_not_even_his_own(
    database: Database, table: str, column: str
) -> None:
    with (
        session(database, "authenticated", MINE) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        owners(connection, table, column)


def test_a_user_sees_himself_alone_and_cannot_make_himself_administrator(
    database: Database,
) -> None:
    with session(database, "authenticated", MINE) as connection:
        assert owners(connection, "users", "id") == {MINE}
        assert owners(connection, "sign_ins") == {MINE}
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("update users set is_admin = true")


@pytest.mark.parametrize("table", OWNED)
def test_the_service_reads_owners_rows_and_changes_none(database: Database, table: str) -> None:
    with session(database, "aibt_service") as connection:
        if table == "secrets":
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owners(connection, table)
            return
        assert owners(connection, table) == {MINE, OTHERS}
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))


def test_the_audit_log_only_grows(database: Database) -> None:
    for statement in ("update audit set action = 'b'", "delete from audit", "truncate audit"):
        with (
            session(database, "aibt_service") as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(cast("Any", statement))
