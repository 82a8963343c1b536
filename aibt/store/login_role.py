"""The role that the application logs in as on PostgreSQL: what it may become, what it must not be.

It works as `authenticated` and `aibt_service`, for one transaction at a time, and has no rights of
its own. Whoever can become more than these two is held by no policy.
"""

from typing import Final

from sqlalchemy import Connection, Engine, bindparam, text
from sqlalchemy.exc import DBAPIError

from aibt.store.engine import WRITING, as_unavailable, is_sqlite, sync_engine
from aibt.store.schema import TABLES

WORKING_ROLES: Final = ("authenticated", "aibt_service")
"""The roles of the policies; see aibt/store/migrations/policies.py."""

_LOCK_TIMEOUT_S = 10.0
_BECOMES_IT_SINCE = 160_000  # from PostgreSQL 16 on, to be a member is not yet to become the role

_ATTRIBUTES: Final = text(
    "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"
)
_REACHED: Final = text(
    "select rolname from pg_roles where pg_has_role(current_user, oid, 'member') "
    "and rolname not in ('authenticated', 'aibt_service', current_user) order by rolname"
)
_OWNED: Final = text(
    "select count(*) from pg_class where relname in :tables "
    "and relnamespace = current_schema()::regnamespace "
    "and pg_has_role(current_user, relowner, 'member')"
).bindparams(bindparam("tables", expanding=True))
_GRANTED: Final = text(
    "select relname from pg_class where relname in :tables and relkind = 'r' "
    "and relnamespace = current_schema()::regnamespace "
    "and (has_any_column_privilege(oid, 'select, insert, update') "
    "or has_table_privilege(oid, 'delete, truncate, trigger')) order by relname"
).bindparams(bindparam("tables", expanding=True))


def let_work(engine: Engine, login: str) -> None:
    """Let a login role work as the roles of the policies, if it may not yet."""
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        version = connection.exec_driver_sql("show server_version_num").scalar_one()
        becomes_it = "set" if int(version) >= _BECOMES_IT_SINCE else "member"
        may = text("select pg_has_role(:login, :role, :privilege)")
        quoted = engine.dialect.identifier_preparer.quote(login)
        for role in WORKING_ROLES:
            asked = {"login": login, "role": role, "privilege": becomes_it}
            if not connection.execute(may, asked).scalar_one():
                connection.exec_driver_sql(f"grant {role} to {quoted}")


def login_role_faults(url: str) -> list[str]:
    """Say why the policies would not hold the role that a PostgreSQL URL logs in as; [] if they do.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    if is_sqlite(url):
        return []
    engine = sync_engine(url, lock_timeout_s=_LOCK_TIMEOUT_S)
    try:
        with engine.connect() as connection:
            return _faults(connection)
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


def _faults(connection: Connection) -> list[str]:
    is_super, bypasses, makes_roles = connection.execute(_ATTRIBUTES).one()
    if is_super:
        return ["is a superuser"]
    tables = {"tables": list(TABLES)}
    reached = connection.execute(_REACHED).scalars().all()
    granted = connection.execute(_GRANTED, tables).scalars().all()
    faults = {
        "bypasses row-level security": bypasses,
        "may make roles, and itself a member of others (make it NOCREATEROLE)": makes_roles,
        f"is a member of other roles ({', '.join(reached)})": reached,
        "owns tables (set AIBT_STORE__OWNER_URL to another role)": (
            connection.execute(_OWNED, tables).scalar_one() > 0
        ),
        "has rights without working for anybody, its own or inherited (make it NOINHERIT): "
        f"{', '.join(granted)}": granted,
    }
    return [fault for fault, is_so in faults.items() if is_so]
