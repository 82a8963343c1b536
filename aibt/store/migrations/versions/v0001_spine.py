"""The first version: users, bots, trainings and what belongs to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
active = sa.text("state IN ('queued', 'loading', 'running', 'paused', 'recovering')")
kept = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("lr", sa.Double(), nullable=False),
        sa.Column("gamma", sa.Double(), nullable=False),
        sa.Column("hidden_layers", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("discounter_rate", sa.Integer(), nullable=False),
        sa.Column("weights", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("deleted_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_bots_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bots")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_bots_owner_id_name",
        "bots",
        ["owner_id", "name"],
        unique=True,
        sqlite_where=kept,
        postgresql_where=kept,
    )
    op.create_table(
        "leases",
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=256), nullable=False),
        sa.Column("taken_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_leases_owner_id_users")),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_leases")),
    )
    op.create_table(
        "topics",
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_topics_owner_id_users")),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_topics")),
    )
    op.create_table(
        "events",
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("data", document, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_events_owner_id_users")),
        sa.ForeignKeyConstraint(["topic"], ["topics.topic"], name=op.f("fk_events_topic_topics")),
        sa.PrimaryKeyConstraint("topic", "seq", name=op.f("pk_events")),
        sa.UniqueConstraint("topic", "key", name=op.f("uq_events_topic_key")),
    )
    op.create_index("ix_events_topic_kind_seq", "events", ["topic", "kind", "seq"], unique=False)
    op.create_table(
        "trainings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("bot_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("desired", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("request", document, nullable=False),
        sa.Column("current", document, nullable=False),
        sa.Column("dataset", sa.String(length=128), nullable=False),
        sa.Column("data", document, nullable=False),
        sa.Column("initial_weights", sa.Text(), nullable=True),
        sa.Column("status", document, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("started_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["bot_id"], ["bots.id"], name=op.f("fk_trainings_bot_id_bots")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_trainings_owner_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_trainings_active",
        "trainings",
        ["id"],
        unique=False,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_index("ix_trainings_bot_id_id", "trainings", ["bot_id", "id"], unique=False)
    op.create_index("ix_trainings_owner_id_id", "trainings", ["owner_id", "id"], unique=False)
    op.create_index(
        "uq_trainings_bot_id_active",
        "trainings",
        ["bot_id"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_table(
        "checkpoints",
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_checkpoints_owner_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["training_id"], ["trainings.id"], name=op.f("fk_checkpoints_training_id_trainings")
        ),
        sa.PrimaryKeyConstraint("training_id", "epoch", "step", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "commands",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("answer", document, nullable=True),
        sa.Column("training_id", sa.Integer(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_commands_owner_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["training_id"], ["trainings.id"], name=op.f("fk_commands_training_id_trainings")
        ),
        sa.PrimaryKeyConstraint("owner_id", "command_id", name=op.f("pk_commands")),
    )
    op.create_index(
        "ix_commands_owner_id_created_at", "commands", ["owner_id", "created_at"], unique=False
    )
    op.create_table(
        "episodes",
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("first_episode", sa.BigInteger(), nullable=False),
        sa.Column("episode", sa.BigInteger(), nullable=False),
        sa.Column("profit", sa.Double(), nullable=True),
        sa.Column("trades", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_episodes_owner_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["topic", "seq"],
            ["events.topic", "events.seq"],
            name=op.f("fk_episodes_topic_seq_events"),
        ),
        sa.PrimaryKeyConstraint("topic", "seq", name=op.f("pk_episodes")),
    )
    op.create_table(
        "parameter_changes",
        sa.Column("training_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("changes", document, nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_parameter_changes_owner_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["training_id"],
            ["trainings.id"],
            name=op.f("fk_parameter_changes_training_id_trainings"),
        ),
        sa.PrimaryKeyConstraint("training_id", "number", name=op.f("pk_parameter_changes")),
        sa.UniqueConstraint(
            "training_id", "command_id", name=op.f("uq_parameter_changes_training_id_command_id")
        ),
    )
    op.create_table(
        "trades",
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("side", sa.Integer(), nullable=True),
        sa.Column("open_at", sa.BigInteger(), nullable=True),
        sa.Column("close_at", sa.BigInteger(), nullable=True),
        sa.Column("profit", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_trades_owner_id_users")),
        sa.ForeignKeyConstraint(
            ["topic", "seq"],
            ["events.topic", "events.seq"],
            name=op.f("fk_trades_topic_seq_events"),
        ),
        sa.PrimaryKeyConstraint("topic", "seq", name=op.f("pk_trades")),
    )
    op.create_index("ix_trades_topic_part_seq", "trades", ["topic", "part", "seq"], unique=False)
