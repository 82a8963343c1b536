"""Row-level security on PostgreSQL: 0002 installs it, later ones hold their tables to it.

Two roles that nobody logs in as, and which the application's login role is a member of without
inheriting anything: `authenticated` works for the one owner whom the claim `aibt_user` of its
transaction names, and `aibt_service` looks across owners. A transaction without a role has no
grant, and one without the claim sees no row. The claim is the application's own: a token that
Supabase gives its users never carries it, so its REST API shows them nothing here.

The owner of the tables is held, too: a later migration that must look at rows lifts `force` from
their table for the length of its transaction, or it sees none.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, text

_OF_ACCOUNTS: Final = {
    "bots": "select, insert, update",
    "trainings": "select, insert, update",
    "parameter_changes": "select, insert, update",
    "topics": "select, insert, update",
    "events": "select, insert",
    "episodes": "select, insert",
    "trades": "select, insert",
    "leases": "select, insert, update",
    "checkpoints": "select, insert, update, delete",
    "commands": "select, insert, update, delete",
    "secrets": "select, insert, update, delete",
}
_OF_AGENTS: Final = {
    "agents": "select, insert, update",
    "sessions": "select, insert, update",
    "journal": "select, insert",
    "fills": "select, insert",
    "equity": "select, insert, update, delete",
    "scores": "select, insert, update",
}
_OF_POPULATIONS: Final = {
    "populations": "select, insert, update",
    "population_members": "select, insert, update",
    "population_steps": "select, insert",
}
_OF_EVALUATIONS: Final = {
    "evaluations": "select, insert, update",
    "evaluation_units": "select, insert",
}

OWNED: Final = {**_OF_ACCOUNTS, **_OF_AGENTS, **_OF_EVALUATIONS, **_OF_POPULATIONS}
"""Tables of owners' things: what an owner may do with his rows. The service reads them."""

PUBLIC: Final = {"scores": "is_public"}
"""Tables of which a user reads others' rows, too: the column that says which of them."""

ACCOUNTS: Final = {
    "users": "select, insert, update",
    "listed_emails": "select, insert, update, delete",
    "sign_ins": "select, insert, update, delete",
    "passes": "select, insert, update, delete",
    "buckets": "select, insert, update, delete",
    "audit": "select, insert",
}
"""Tables of accounts: what the service may do with them."""

VISIBLE: Final = {
    "users": ("id", "id, email, is_admin, disabled_at, signed_in_at, created_at"),
    "sign_ins": ("owner_id", "id, owner_id, created_at, expires_at, revoked_at"),
}
"""What a user sees of his own rows there: the column that names him, and those he may read."""

_TRAINING: Final = ("training_id", "trainings.id")
_SESSION: Final = ("session_id", "sessions.id")
_POPULATION: Final = ("population_id", "populations.id")
_REFERENCES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "trainings": (("bot_id", "bots.id"),),
    "parameter_changes": (_TRAINING,),
    "checkpoints": (_TRAINING,),
    "commands": (_TRAINING,),
    "sessions": (("agent_id", "agents.id"),),
    "journal": (_SESSION,),
    "fills": (_SESSION,),
    "scores": (("topic", "topics.topic"),),
    "population_members": (_POPULATION, _TRAINING),
    "population_steps": (_POPULATION,),
    "evaluation_units": (("evaluation_id", "evaluations.id"),),
}
"""What a row names of its owner's, for a foreign key alone would take another's. What else belongs
to a topic is left to the application, which locks the owner's topic before it writes: 50 events at
once would take a quarter longer."""

_SEQUENCES: Final = (
    ("authenticated", "bots"),
    ("authenticated", "trainings"),
    ("aibt_service", "users"),
    ("aibt_service", "audit"),
)
_SEQUENCES_OF_AGENTS: Final = (("authenticated", "agents"), ("authenticated", "sessions"))
_SEQUENCES_OF_POPULATIONS: Final = (("authenticated", "populations"),)
_SEQUENCES_OF_EVALUATIONS: Final = (("authenticated", "evaluations"),)
_UNREADABLE: Final = "secrets"  # sealed, and still none of the service's business

_OTHERS: Final = "array['anon', 'authenticated', 'service_role', 'aibt_service']"

_ROLES: Final = """
do $$ declare wanted text; begin
  foreach wanted in array array['authenticated', 'aibt_service'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %%I nologin noinherit', wanted);
      exception when duplicate_object or unique_violation then
        null;  -- another database of this server is migrated at the same moment
      end;
    end if;
  end loop;
end $$
"""

_USER: Final = """
create or replace function aibt_user() returns integer
language sql stable parallel safe
set search_path = ''
as $$
  select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'aibt_user')::integer
$$
"""

_HOOK: Final = """
create or replace function aibt_before_user_created(event jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  asked text := lower(btrim(event -> 'user' ->> 'email', E' \\t\\n\\r\\f\\v'));
begin
  if exists (select from {schema}.listed_emails where email = asked) then
    return '{{}}'::jsonb;
  end if;
  return jsonb_build_object('error', jsonb_build_object(
    'http_code', 403,
    'message', 'This e-mail is not on the list of this installation: ask its administrator.'
  ));
end $$
"""

_SUPABASE: Final = """
do $$ begin
  if exists (select from pg_roles where rolname = 'supabase_auth_admin') then
    grant usage on schema {schema} to supabase_auth_admin;
    grant execute on function aibt_before_user_created(jsonb) to supabase_auth_admin;
    grant select (email) on listed_emails to supabase_auth_admin;
    create policy listed_emails_hook on listed_emails for select to supabase_auth_admin
      using (true);
  end if;
end $$
"""


def install(connection: Connection) -> None:
    """Create the roles, and hold every table of 0002 to its policies; the tables are there."""
    _run(connection, _of_accounts)


def install_agents(connection: Connection) -> None:
    """Hold every table of 0003 to its policies; the tables are there, and so is the column."""
    _run(connection, _of_agents)


def install_evaluations(connection: Connection) -> None:
    """Hold every table of 0005 to its policies; the tables are there."""
    _run(connection, _of_evaluations)


def install_populations(connection: Connection) -> None:
    """Hold every table of 0006 to its policies; the tables are there."""
    _run(connection, _of_populations)


def _run(connection: Connection, statements_in: Callable[[str], list[str]]) -> None:
    schema = connection.execute(text("select quote_ident(current_schema())")).scalar_one()
    for statement in statements_in(str(schema)):
        connection.exec_driver_sql(statement)


def _of_accounts(schema: str) -> list[str]:
    statements = [
        _ROLES,
        _USER,
        *_revocations("function aibt_user()"),
        "grant execute on function aibt_user() to authenticated, aibt_service",
        f"grant usage on schema {schema} to authenticated, aibt_service",
        *_held((*_OF_ACCOUNTS, *ACCOUNTS)),
        "alter table alembic_version enable row level security",
        *_revocations("table alembic_version"),
        *_owned(_OF_ACCOUNTS),
    ]
    for table, may in ACCOUNTS.items():
        statements += _policy(table, "service", "aibt_service", may, "true")
    for table, (column, columns) in VISIBLE.items():
        statements += _policy(
            table, "own", "authenticated", f"select ({columns})", _is_his(column), "select"
        )
    statements += _policy("alembic_version", "all", "authenticated, aibt_service", "select", "true")
    statements += _numbered(_SEQUENCES)
    statements += [
        _HOOK.format(schema=schema),
        *_revocations("function aibt_before_user_created(jsonb)"),
        _SUPABASE.format(schema=schema),
    ]
    return statements


def _of_agents(_schema: str) -> list[str]:
    statements = [*_held(_OF_AGENTS), *_owned(_OF_AGENTS)]
    for table, column in PUBLIC.items():
        shown = f"(select aibt_user()) is not null and {column}"
        statements += _policy(table, "public", "authenticated", "select", shown)
    names = _names_his("commands", (_TRAINING, _SESSION))
    condition = f"{_is_his('owner_id')}{names}"
    statements.append(f"alter policy commands_own on commands with check ({condition})")
    return [*statements, *_numbered(_SEQUENCES_OF_AGENTS)]


def _of_populations(_schema: str) -> list[str]:
    return [
        *_held(_OF_POPULATIONS),
        *_owned(_OF_POPULATIONS),
        *_numbered(_SEQUENCES_OF_POPULATIONS),
    ]


def _of_evaluations(_schema: str) -> list[str]:
    return [
        *_held(_OF_EVALUATIONS),
        *_owned(_OF_EVALUATIONS),
        *_numbered(_SEQUENCES_OF_EVALUATIONS),
    ]


def _held(tables: Iterable[str]) -> list[str]:
    """Let nobody see a row of these tables, their owner included, unless a policy says so."""
    statements = []
    for table in tables:
        statements += [
            f"alter table {table} enable row level security",
            f"alter table {table} force row level security",
            *_revocations(f"table {table}"),
        ]
    return statements


def _owned(tables: Mapping[str, str]) -> list[str]:
    """Give each owner his rows, and let the service read them."""
    statements = []
    for table, may in tables.items():
        names = _names_his(table, _REFERENCES.get(table, ()))
        statements += _policy(table, "own", "authenticated", may, _is_his("owner_id"), names=names)
        if table != _UNREADABLE:
            statements += _policy(table, "service", "aibt_service", "select", "true")
    return statements


def _numbered(sequences: Iterable[tuple[str, str]]) -> list[str]:
    statements = []
    for role, table in sequences:
        statements += _revocations(f"sequence {table}_id_seq")
        statements.append(f"grant usage on sequence {table}_id_seq to {role}")
    return statements


def _is_his(column: str) -> str:
    return f"(select aibt_user()) = {column}"


def _names_his(table: str, references: Iterable[tuple[str, str]]) -> str:
    conditions = ""
    for column, of in references:
        others, key = of.split(".")
        his = f"select from {others} named where named.{key} = {table}.{column}"  # by policy
        conditions += f" and ({table}.{column} is null or exists ({his}))"
    return conditions


def _revocations(thing: str) -> list[str]:
    """Take away what PostgreSQL, or Supabase's default privileges, give on everything new."""
    return [
        f"revoke all on {thing} from public",
        f"""
        do $$ declare role text; begin
          for role in select rolname from pg_roles where rolname = any ({_OTHERS}) loop
            execute format('revoke all on {thing} from %%I', role);
          end loop;
        end $$
        """,
    ]


def _policy(
    table: str,
    name: str,
    roles: str,
    may: str,
    condition: str,
    command: str | None = None,
    names: str = "",
) -> list[str]:
    """Grant what `may` says, on the rows of a condition alone; those written hold `names`, too."""
    command = command or ("select" if may == "select" else "all")
    check = f" with check ({condition}{names})" if command == "all" else ""
    policy = f"create policy {table}_{name} on {table} for {command} to {roles}"
    return [f"grant {may} on {table} to {roles}", f"{policy} using ({condition}){check}"]
