"""Populations: trainings that search together, and weights that a change takes over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from aibt.store.migrations import policies

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
name = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")


def owner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["owner_id"], ["users.id"], name=op.f(f"fk_{table}_owner_id_users")
    )


def names(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{of.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [of], name=name)


def upgrade() -> None:
    op.create_table(
        "populations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", name, nullable=False),
        sa.Column("request", document, nullable=False),
        sa.Column("data", document, nullable=False),
        sa.Column("searching", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        owner("populations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_populations")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_populations_owner_id_id", "populations", ["owner_id", "id"])
    op.create_table(
        "population_members",
        sa.Column("population_id", sa.Integer(), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(16), nullable=False),
        owner("population_members"),
        names("population_members", "population_id", "populations.id"),
        names("population_members", "training_id", "trainings.id"),
        sa.PrimaryKeyConstraint("population_id", "member", name=op.f("pk_population_members")),
        sa.UniqueConstraint("training_id", name=op.f("uq_population_members_training_id")),
    )
    op.create_table(
        "population_steps",
        sa.Column("population_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("member", sa.Integer(), nullable=False),
        sa.Column("source", sa.Integer()),
        sa.Column("episode", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("changes", document, nullable=False),
        sa.Column("weights", sa.Text()),
        sa.Column("scores", document, nullable=False),
        sa.Column("at", moment, nullable=False),
        owner("population_steps"),
        names("population_steps", "population_id", "populations.id"),
        sa.PrimaryKeyConstraint("population_id", "number", name=op.f("pk_population_steps")),
    )
    op.add_column("parameter_changes", sa.Column("weights", sa.Text()))
    if op.get_bind().dialect.name == "postgresql":
        policies.install_populations(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("a database is not brought back to an older version")
