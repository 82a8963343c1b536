"""Agents: their sessions, journals and accounts, and the leaderboard."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from aibt.store.migrations import policies

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
active = sa.text("state IN ('queued', 'loading', 'running', 'paused', 'recovering')")
kept = sa.text("deleted_at IS NULL")


def by_code(length: int) -> sa.types.TypeEngine:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["owner_id"], ["users.id"], name=op.f(f"fk_{table}_owner_id_users")
    )


def names(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{of.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [of], name=name)


def upgrade() -> None:
    _create_agents()
    _create_sessions()
    _create_journal()
    _create_accounts()
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("commands", sa.Column("session_id", sa.Integer()))
        op.create_foreign_key(
            op.f("fk_commands_session_id_sessions"), "commands", "sessions", ["session_id"], ["id"]
        )
        policies.install_agents(op.get_bind())
    else:
        _rebuild_commands()


def _create_agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", by_code(64), nullable=False),
        sa.Column("base_model", sa.String(128), nullable=False),
        sa.Column("config", document, nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("deleted_at", moment),
        owner("agents"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_agents_owner_id_id", "agents", ["owner_id", "id"])
    op.create_index("ix_agents_owner_id_created_at_id", "agents", ["owner_id", "created_at", "id"])
    op.create_index("ix_agents_owner_id_updated_at_id", "agents", ["owner_id", "updated_at", "id"])
    op.create_index(
        "uq_agents_owner_id_name",
        "agents",
        ["owner_id", "name"],
        unique=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("desired", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("request", document, nullable=False),
        sa.Column("data", document, nullable=False),
        sa.Column("status", document, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("started_at", moment),
        sa.Column("ended_at", moment),
        owner("sessions"),
        names("sessions", "agent_id", "agents.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_owner_id_id", "sessions", ["owner_id", "id"])
    op.create_index("ix_sessions_owner_id_created_at", "sessions", ["owner_id", "created_at"])
    op.create_index("ix_sessions_agent_id_id", "sessions", ["agent_id", "id"])
    for name, column, unique in (
        ("uq_sessions_agent_id_active", "agent_id", True),
        ("ix_sessions_active", "id", False),
        ("ix_sessions_owner_id_active", "owner_id", False),
    ):
        op.create_index(
            name,
            "sessions",
            [column],
            unique=unique,
            sqlite_where=active,
            postgresql_where=active,
        )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(256), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        owner("journal"),
        names("journal", "session_id", "sessions.id"),
        sa.PrimaryKeyConstraint("session_id", "seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("session_id", "key", name=op.f("uq_journal_session_id_key")),
    )
    op.create_table(
        "fills",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.String(256), nullable=False),
        sa.Column("symbol", sa.String(32), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=False),
        sa.Column("fee", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        owner("fills"),
        sa.ForeignKeyConstraint(
            ["session_id", "seq"],
            ["journal.session_id", "journal.seq"],
            name=op.f("fk_fills_session_id_seq_journal"),
        ),
        sa.PrimaryKeyConstraint("session_id", "seq", name=op.f("pk_fills")),
    )
    op.create_index("ix_fills_session_id_symbol_seq", "fills", ["session_id", "symbol", "seq"])


def _create_accounts() -> None:
    op.create_table(
        "equity",
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("equity", sa.Double(), nullable=False),
        sa.Column("exposure", sa.Double(), nullable=False),
        owner("equity"),
        names("equity", "topic", "topics.topic"),
        sa.PrimaryKeyConstraint("topic", "at", name=op.f("pk_equity")),
    )
    op.create_table(
        "scores",
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", by_code(64), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("symbols", document, nullable=False),
        sa.Column("start", moment, nullable=False),
        sa.Column("end", moment, nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("total_return", sa.Double(), nullable=False),
        sa.Column("data", document, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        owner("scores"),
        names("scores", "topic", "topics.topic"),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_scores")),
    )
    for first in ("owner_id", "is_public"):
        op.create_index(
            f"ix_scores_{first}_total_return_topic", "scores", [first, "total_return", "topic"]
        )


def _rebuild_commands() -> None:
    """Give SQLite's table the column, with its foreign key: it adds none to a table that is there."""
    op.drop_index("ix_commands_owner_id_created_at", "commands")
    op.rename_table("commands", "commands_before")
    op.create_table(
        "commands",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.Column("answer", document),
        sa.Column("training_id", sa.Integer()),
        sa.Column("session_id", sa.Integer()),
        sa.Column("created_at", moment, nullable=False),
        owner("commands"),
        names("commands", "training_id", "trainings.id"),
        names("commands", "session_id", "sessions.id"),
        sa.PrimaryKeyConstraint("owner_id", "command_id", name=op.f("pk_commands")),
    )
    kept_columns = "owner_id, command_id, digest, answer, training_id, created_at"
    op.execute(f"INSERT INTO commands ({kept_columns}) SELECT {kept_columns} FROM commands_before")
    op.drop_table("commands_before")
    op.create_index("ix_commands_owner_id_created_at", "commands", ["owner_id", "created_at"])


def downgrade() -> None:
    raise NotImplementedError("a database is not brought back to an older version")
