"""Accounts: who may sign in, sign-ins, keys, the audit log; row-level security on PostgreSQL."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from aibt.store.migrations import policies

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LOCAL_EMAIL = "local@localhost"

moment = sa.DateTime(timezone=True)
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def by_code(length: int) -> sa.types.TypeEngine:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def owner(table: str, column: str = "owner_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}_users"))


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:  # paging by name needs one order everywhere
        op.alter_column("users", "email", type_=by_code(320))
        op.alter_column("bots", "name", type_=by_code(64))
    _extend_users()
    _create_tables()
    op.create_index("ix_bots_owner_id_id", "bots", ["owner_id", "id"], unique=False)
    op.create_index(
        "ix_bots_owner_id_created_at_id", "bots", ["owner_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_bots_owner_id_updated_at_id", "bots", ["owner_id", "updated_at", "id"], unique=False
    )
    _make_the_local_user_an_administrator()
    if on_postgresql:
        policies.install(op.get_bind())


def _extend_users() -> None:
    op.add_column("users", sa.Column("subject", sa.String(64)))
    op.add_column("users", sa.Column("password_hash", sa.Text()))
    op.add_column(
        "users", sa.Column("is_admin", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("users", sa.Column("disabled_at", moment))
    op.add_column("users", sa.Column("signed_in_at", moment))
    op.create_index("uq_users_subject", "users", ["subject"], unique=True)


def _create_tables() -> None:
    op.create_table(
        "listed_emails",
        sa.Column("email", by_code(320), nullable=False),
        sa.Column("listed_by", sa.String(320)),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_listed_emails")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("previous_hash", sa.String(64)),
        sa.Column("refreshed_at", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment),
        owner("sign_ins"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_sign_ins_previous_hash")),
    )
    op.create_index(
        "ix_sign_ins_owner_id_expires_at", "sign_ins", ["owner_id", "expires_at"], unique=False
    )
    op.create_table(
        "passes",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sign_in_id", sa.String(64)),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        owner("passes"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_passes")),
    )
    op.create_index("ix_passes_expires_at", "passes", ["expires_at"], unique=False)
    op.create_index("ix_passes_owner_id", "passes", ["owner_id"], unique=False)
    op.create_table(
        "buckets",
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_buckets")),
    )
    op.create_index("ix_buckets_at", "buckets", ["at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("admin_id", sa.Integer()),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.Integer()),
        sa.Column("about", document, nullable=False),
        owner("audit", "admin_id"),
        owner("audit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_owner_id_id", "audit", ["owner_id", "id"], unique=False)
    op.create_index("ix_audit_admin_id_id", "audit", ["admin_id", "id"], unique=False)
    op.create_table(
        "secrets",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("base_url", sa.Text()),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("last_four", sa.String(4), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        owner("secrets"),
        sa.PrimaryKeyConstraint("owner_id", "provider", name=op.f("pk_secrets")),
    )


def _make_the_local_user_an_administrator() -> None:
    """Keep the spine's one user: he becomes the first administrator, and may sign in."""
    users = sa.table("users", sa.column("email"), sa.column("is_admin"), sa.column("created_at"))
    listed = sa.table("listed_emails", sa.column("email"), sa.column("created_at"))
    is_local = users.c.email == LOCAL_EMAIL
    op.execute(users.update().where(is_local).values(is_admin=sa.true()))
    found = sa.select(users.c.email, users.c.created_at).where(is_local)
    op.execute(listed.insert().from_select(["email", "created_at"], found))


def downgrade() -> None:
    raise NotImplementedError("a database is not brought back to an older version")
