"""What the tables have in common: one metadata, an owner, and when a run is active."""

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    and_,
    literal_column,
)

from aibt.live.states import RunState

ACTIVE_STATES = tuple(state for state in RunState if not state.has_ended)
"""States in which a training occupies its bot, and a session its agent."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def owner() -> Column[int]:
    """Return the column that says whose a row is."""
    return Column("owner_id", Integer, ForeignKey("users.id"), nullable=False)


def in_active_state(runs: Table) -> ColumnElement[bool]:
    """Return the condition that a run has not ended.

    Written with literals: a partial index serves no parameter.
    """
    return runs.c.state.in_([literal_column(f"'{state}'") for state in ACTIVE_STATES])


def is_on(runs: Table, symbol: str, period: str) -> ColumnElement[bool]:
    """Return the condition that a run or a population is on bars of this symbol and period."""
    data = runs.c.data
    return and_(data["symbol"].as_string() == symbol, data["period"].as_string() == period)
