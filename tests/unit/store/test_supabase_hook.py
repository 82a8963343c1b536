"""The function that Supabase asks before it makes a user, called as Supabase calls it."""

import json
from typing import Any

import psycopg
import pytest

from tests.postgres import Database, Postgres


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Database:
    made = postgres.database()
    with psycopg.connect(made.superuser) as connection:
        connection.execute(
            "insert into listed_emails (email, created_at) values ('ada@example.com', now())"
        )
    return made


def asked(database: Database, event: object, role: str = "supabase_auth_admin") -> Any:
    """Ask as a role whose search path, as that of Supabase's, does not lead to our tables."""
    with psycopg.connect(database.superuser) as connection:
        connection.execute(
            "select set_config('role', %s, true), set_config('search_path', 'auth', true)", (role,)
        )
        row = connection.execute(
            "select public.aibt_before_user_created(%s::jsonb)", (json.dumps(event),)
        ).fetchone()
    assert row is not None
    return row[0]


def event_of(email: object) -> object:
    user = {"id": "ff7fc9ae-3b1b-4642-9241-64adb9848a03", "aud": "authenticated", "email": email}
    return {"metadata": {"name": "before-user-created", "ip_address": "127.0.0.1"}, "user": user}


@pytest.mark.parametrize("email", ["ada@example.com", "  ADA@Example.com ", "\tada@example.com\n"])
def test_who_is_listed_may_sign_up_however_the_address_is_written(
    database: Database, email: str
) -> None:
    assert asked(database, event_of(email)) == {}


@pytest.mark.parametrize(
    "event",
    [
        event_of("eve@example.com"),
        event_of("ada@example.com.evil.example"),
        event_of("%"),
        event_of("' or true --"),
        event_of(""),
        event_of(None),
        event_of(["ada@example.com"]),
        {"user": {"phone": "+41 44 668 18 00", "is_anonymous": False}},
        {"user": None},
        {},
        [],
        "ada@example.com",
        None,
    ],
)
def test_anybody_else_is_refused_with_a_sentence(database: Database, event: object) -> None:
    error = asked(database, event)["error"]

    assert error["http_code"] == 403
    assert "not on the list" in error["message"]


@pytest.mark.parametrize("role", ["anon", "authenticated", "aibt_app"])
def test_nobody_but_supabase_may_ask_it(database: Database, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(database, event_of("ada@example.com"), role)


@pytest.mark.parametrize(
    "statement",
    ["select * from listed_emails", "delete from listed_emails", "select id from users"],
)
def test_supabases_role_reads_the_listed_addresses_and_nothing_else(
    database: Database, statement: str
) -> None:
    with psycopg.connect(database.superuser) as connection:
        connection.execute("select set_config('role', 'supabase_auth_admin', true)")
        found = connection.execute("select email from listed_emails").fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())

    assert found == [("ada@example.com",)]
