"""Each member knows at which of its episodes the search looked at it; until now: of its last step."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = ("population_members", "population_steps")
_OF_STEPS = """
    update population_members set looked_at_episode = coalesce(
        (
            select max(steps.episode) from population_steps as steps
            where steps.population_id = population_members.population_id
            and steps.member = population_members.member
        ),
        0
    )
"""


def upgrade() -> None:
    episode = sa.Column("looked_at_episode", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("population_members", episode)
    _force("no force")  # or it would see no rows: `policies`
    op.execute(_OF_STEPS)
    _force("force")


def _force(forced: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _TABLES:
            op.execute(f"alter table {table} {forced} row level security")


def downgrade() -> None:
    raise NotImplementedError("a database is not brought back to an older version")
