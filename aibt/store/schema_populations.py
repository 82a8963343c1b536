"""The tables of populations: which trainings are members, and what the search did to them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from aibt.store.columns import UtcDateTime, by_code, json_column
from aibt.store.tables import metadata, owner

populations = Table(
    "populations",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("name", by_code(64), nullable=False),
    Column("request", json_column, nullable=False),
    Column("data", json_column, nullable=False),
    Column("searching", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_populations_owner_id_id", "owner_id", "id"),
    sqlite_autoincrement=True,
)

population_members = Table(
    "population_members",
    metadata,
    Column("population_id", Integer, ForeignKey("populations.id"), nullable=False),
    Column("member", Integer, nullable=False),
    owner(),
    Column("training_id", Integer, ForeignKey("trainings.id"), nullable=False),
    Column("mark", String(16), nullable=False),
    Column("looked_at_episode", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("population_id", "member"),
    UniqueConstraint("training_id"),
)

population_steps = Table(
    "population_steps",
    metadata,
    Column("population_id", Integer, ForeignKey("populations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    owner(),
    Column("kind", String(16), nullable=False),
    Column("member", Integer, nullable=False),
    Column("source", Integer),
    Column("episode", BigInteger, nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("changes", json_column, nullable=False),
    Column("weights", Text),
    Column("scores", json_column, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("population_id", "number"),
)
