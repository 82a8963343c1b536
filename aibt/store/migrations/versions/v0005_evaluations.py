"""Evaluations: runs that judge algorithms by walk-forward, and their finished units."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from aibt.store.migrations import policies

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
active = sa.text("state IN ('queued', 'loading', 'running', 'paused', 'recovering')")


def owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["owner_id"], ["users.id"], name=op.f(f"fk_{table}_owner_id_users")
    )


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("desired", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("request", document, nullable=False),
        sa.Column("dataset", sa.String(128), nullable=False),
        sa.Column("data", document, nullable=False),
        sa.Column("status", document, nullable=False),
        sa.Column("report", sa.JSON()),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("started_at", moment),
        sa.Column("ended_at", moment),
        owner("evaluations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evaluations_owner_id_id", "evaluations", ["owner_id", "id"])
    op.create_index(
        "ix_evaluations_active",
        "evaluations",
        ["id"],
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_table(
        "evaluation_units",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        owner("evaluation_units"),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluations.id"],
            name=op.f("fk_evaluation_units_evaluation_id_evaluations"),
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "key", name=op.f("pk_evaluation_units")),
    )
    if op.get_bind().dialect.name == "postgresql":
        policies.install_evaluations(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("a database is not brought back to an older version")
