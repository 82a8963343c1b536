"""The tables, one schema for SQLite and PostgreSQL. Every row has an owner.

What must hold between rows is held by the database itself: a name is unique among an owner's
bots that are not deleted, a bot has at most one active training, an event's number and its key
exist once in a topic. Repositories turn a violation into one of our errors. The tables of agents
are in `schema_agents`, those of populations in `schema_populations`, those of evaluations in
`schema_evaluations`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

import aibt.store.schema_evaluations
import aibt.store.schema_populations  # noqa: F401 - their tables are among all
from aibt.store.columns import UtcDateTime, by_code, json_column
from aibt.store.schema_agents import sessions
from aibt.store.tables import in_active_state, metadata, owner

HEAD = "0008"
"""The migration that makes this schema; a test holds the two together."""

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", by_code(320), nullable=False),
    Column("subject", String(64)),
    Column("password_hash", Text),
    Column("is_admin", Boolean, nullable=False, server_default=false()),
    Column("disabled_at", UtcDateTime),
    Column("signed_in_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("email"),
    Index("uq_users_subject", "subject", unique=True),
    sqlite_autoincrement=True,  # an id is never given twice: actors and files are named after it
)

listed_emails = Table(
    "listed_emails",
    metadata,
    Column("email", by_code(320), primary_key=True),
    Column("listed_by", String(320)),
    Column("created_at", UtcDateTime, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", String(64), primary_key=True),
    owner(),
    Column("token_hash", String(64)),
    Column("previous_hash", String(64)),
    Column("refreshed_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    UniqueConstraint("token_hash"),
    UniqueConstraint("previous_hash"),
    Index("ix_sign_ins_owner_id_expires_at", "owner_id", "expires_at"),
)

passes = Table(
    "passes",
    metadata,
    Column("hash", String(64), primary_key=True),
    owner(),
    Column("kind", String(16), nullable=False),
    Column("sign_in_id", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_passes_expires_at", "expires_at"),
    Index("ix_passes_owner_id", "owner_id"),
)

buckets = Table(
    "buckets",
    metadata,
    Column("key", String(128), primary_key=True),
    Column("tokens", Double, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("admin_id", Integer, ForeignKey("users.id")),
    Column("action", String(64), nullable=False),
    Column("owner_id", Integer, ForeignKey("users.id")),
    Column("about", json_column, nullable=False),
    Index("ix_audit_owner_id_id", "owner_id", "id"),
    Index("ix_audit_admin_id_id", "admin_id", "id"),
    sqlite_autoincrement=True,
)

secrets = Table(
    "secrets",
    metadata,
    owner(),
    Column("provider", String(64), nullable=False),
    Column("base_url", Text),
    Column("sealed", Text, nullable=False),
    Column("last_four", String(4), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("owner_id", "provider"),
)

bots = Table(
    "bots",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("name", by_code(64), nullable=False),
    Column("lr", Double, nullable=False),
    Column("gamma", Double, nullable=False),
    Column("hidden_layers", Integer, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("discounter_rate", Integer, nullable=False),
    Column("weights", Text),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("algorithm", String(32), nullable=False, server_default="dqn"),  # of rows before 0004
    Column("encoder", String(32), nullable=False, server_default="mlp"),  # of rows before 0007
    sqlite_autoincrement=True,
)

is_kept = bots.c.deleted_at.is_(None)
"""The bot is not deleted."""

Index("ix_bots_owner_id_id", bots.c.owner_id, bots.c.id)
Index("ix_bots_owner_id_created_at_id", bots.c.owner_id, bots.c.created_at, bots.c.id)
Index("ix_bots_owner_id_updated_at_id", bots.c.owner_id, bots.c.updated_at, bots.c.id)
Index(
    "uq_bots_owner_id_name",
    bots.c.owner_id,
    bots.c.name,
    unique=True,
    sqlite_where=is_kept,
    postgresql_where=is_kept,
)

trainings = Table(
    "trainings",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("bot_id", Integer, ForeignKey("bots.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("desired", String(16), nullable=False),
    Column("reason", Text),
    Column("parked", Boolean, nullable=False),
    Column("request", json_column, nullable=False),
    Column("current", json_column, nullable=False),
    Column("dataset", String(128), nullable=False),
    Column("data", json_column, nullable=False),
    Column("initial_weights", Text),
    Column("status", json_column, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index("ix_trainings_owner_id_id", "owner_id", "id"),
    Index("ix_trainings_bot_id_id", "bot_id", "id"),
    sqlite_autoincrement=True,
)

is_active = in_active_state(trainings)
"""The training occupies its bot."""

Index(
    "uq_trainings_bot_id_active",
    trainings.c.bot_id,
    unique=True,
    sqlite_where=is_active,
    postgresql_where=is_active,
)
Index("ix_trainings_active", trainings.c.id, sqlite_where=is_active, postgresql_where=is_active)

parameter_changes = Table(
    "parameter_changes",
    metadata,
    Column("training_id", Integer, ForeignKey("trainings.id"), nullable=False),
    Column("number", Integer, nullable=False),
    owner(),
    Column("step", BigInteger, nullable=False),
    Column("changes", json_column, nullable=False),
    Column("stop", Boolean, nullable=False),
    Column("command_id", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("weights", Text),
    PrimaryKeyConstraint("training_id", "number"),
    UniqueConstraint("training_id", "command_id"),
)

topics = Table(
    "topics",
    metadata,
    Column("topic", String(64), primary_key=True),
    owner(),
    Column("last_seq", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("topic", String(64), ForeignKey("topics.topic"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    owner(),
    Column("key", String(256), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("data", json_column, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("topic", "seq"),
    UniqueConstraint("topic", "key"),
    Index("ix_events_topic_kind_seq", "topic", "kind", "seq"),
)

episodes = Table(
    "episodes",
    metadata,
    Column("topic", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    owner(),
    Column("first_episode", BigInteger, nullable=False),
    Column("episode", BigInteger, nullable=False),
    Column("profit", Double),
    Column("trades", BigInteger),
    PrimaryKeyConstraint("topic", "seq"),
    ForeignKeyConstraint(["topic", "seq"], ["events.topic", "events.seq"]),
)

trades = Table(
    "trades",
    metadata,
    Column("topic", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    owner(),
    Column("part", String(16), nullable=False),
    Column("side", Integer),
    Column("open_at", BigInteger),
    Column("close_at", BigInteger),
    Column("profit", Double),
    PrimaryKeyConstraint("topic", "seq"),
    ForeignKeyConstraint(["topic", "seq"], ["events.topic", "events.seq"]),
    Index("ix_trades_topic_part_seq", "topic", "part", "seq"),
)

leases = Table(
    "leases",
    metadata,
    Column("topic", String(64), primary_key=True),
    owner(),
    Column("epoch", BigInteger, nullable=False),
    Column("holder", String(256), nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("training_id", Integer, ForeignKey("trainings.id"), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    owner(),
    Column("path", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("training_id", "epoch", "step"),
)

commands = Table(
    "commands",
    metadata,
    owner(),
    Column("command_id", String(64), nullable=False),
    Column("digest", String(128), nullable=False),
    Column("answer", json_column),
    Column("training_id", Integer, ForeignKey("trainings.id")),
    Column("session_id", Integer, ForeignKey(sessions.c.id)),
    Column("created_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("owner_id", "command_id"),
    Index("ix_commands_owner_id_created_at", "owner_id", "created_at"),
)

TABLES = metadata.tables
"""Every table there is, by its name, those of agents of populations and of evaluations too."""
