"""The tables of agents: their sessions, journals and accounts, and the leaderboard."""

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
)

from aibt.store.columns import UtcDateTime, by_code, json_column, verbatim_json_column
from aibt.store.tables import in_active_state, metadata, owner

agents = Table(
    "agents",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("name", by_code(64), nullable=False),
    Column("base_model", String(128), nullable=False),
    Column("config", json_column, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    sqlite_autoincrement=True,
)

agent_is_kept = agents.c.deleted_at.is_(None)
"""The agent is not deleted."""

Index("ix_agents_owner_id_id", agents.c.owner_id, agents.c.id)
Index("ix_agents_owner_id_created_at_id", agents.c.owner_id, agents.c.created_at, agents.c.id)
Index("ix_agents_owner_id_updated_at_id", agents.c.owner_id, agents.c.updated_at, agents.c.id)
Index(
    "uq_agents_owner_id_name",
    agents.c.owner_id,
    agents.c.name,
    unique=True,
    sqlite_where=agent_is_kept,
    postgresql_where=agent_is_kept,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("agent_id", Integer, ForeignKey("agents.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("desired", String(16), nullable=False),
    Column("reason", Text),
    Column("request", json_column, nullable=False),
    Column("data", json_column, nullable=False),
    Column("status", json_column, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index("ix_sessions_owner_id_id", "owner_id", "id"),
    Index("ix_sessions_owner_id_created_at", "owner_id", "created_at"),
    Index("ix_sessions_agent_id_id", "agent_id", "id"),
    sqlite_autoincrement=True,
)

session_is_active = in_active_state(sessions)
"""The session occupies its agent."""

Index(
    "uq_sessions_agent_id_active",
    sessions.c.agent_id,
    unique=True,
    sqlite_where=session_is_active,
    postgresql_where=session_is_active,
)
Index(
    "ix_sessions_active",
    sessions.c.id,
    sqlite_where=session_is_active,
    postgresql_where=session_is_active,
)
Index(
    "ix_sessions_owner_id_active",
    sessions.c.owner_id,
    sqlite_where=session_is_active,
    postgresql_where=session_is_active,
)

journal = Table(
    "journal",
    metadata,
    Column("session_id", Integer, ForeignKey("sessions.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    owner(),
    Column("key", String(256), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("data", verbatim_json_column, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("session_id", "seq"),
    UniqueConstraint("session_id", "key"),
)

fills = Table(
    "fills",
    metadata,
    Column("session_id", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    owner(),
    Column("order_id", String(256), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("quantity", Text, nullable=False),
    Column("price", Text, nullable=False),
    Column("fee", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("session_id", "seq"),
    ForeignKeyConstraint(["session_id", "seq"], ["journal.session_id", "journal.seq"]),
    Index("ix_fills_session_id_symbol_seq", "session_id", "symbol", "seq"),
)

equity = Table(
    "equity",
    metadata,
    Column("topic", String(64), ForeignKey("topics.topic"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    owner(),
    Column("equity", Double, nullable=False),
    Column("exposure", Double, nullable=False),
    PrimaryKeyConstraint("topic", "at"),
)

scores = Table(
    "scores",
    metadata,
    Column("topic", String(64), ForeignKey("topics.topic"), primary_key=True),
    owner(),
    Column("kind", String(16), nullable=False),
    Column("name", by_code(64), nullable=False),
    Column("label", String(128), nullable=False),
    Column("symbols", json_column, nullable=False),
    Column("start", UtcDateTime, nullable=False),
    Column("end", UtcDateTime, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("total_return", Double, nullable=False),
    Column("data", json_column, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_scores_owner_id_total_return_topic", "owner_id", "total_return", "topic"),
    Index("ix_scores_is_public_total_return_topic", "is_public", "total_return", "topic"),
)
