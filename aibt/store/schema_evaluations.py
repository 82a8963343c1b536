"""The tables of evaluations: each run, and the units of it that are finished."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from aibt.store.columns import UtcDateTime, json_column, verbatim_json_column
from aibt.store.tables import in_active_state, metadata, owner

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("state", String(16), nullable=False),
    Column("desired", String(16), nullable=False),
    Column("reason", Text),
    Column("request", json_column, nullable=False),
    Column("dataset", String(128), nullable=False),
    Column("data", json_column, nullable=False),
    Column("status", json_column, nullable=False),
    Column("report", verbatim_json_column),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index("ix_evaluations_owner_id_id", "owner_id", "id"),
    sqlite_autoincrement=True,
)

evaluation_is_active = in_active_state(evaluations)
"""The evaluation has not ended."""

Index(
    "ix_evaluations_active",
    evaluations.c.id,
    sqlite_where=evaluation_is_active,
    postgresql_where=evaluation_is_active,
)

evaluation_units = Table(
    "evaluation_units",
    metadata,
    Column("evaluation_id", Integer, ForeignKey("evaluations.id"), nullable=False),
    Column("key", String(128), nullable=False),
    owner(),
    Column("data", verbatim_json_column, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("evaluation_id", "key"),
)
