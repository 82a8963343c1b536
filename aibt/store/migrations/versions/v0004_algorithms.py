"""Each bot has an algorithm; those that were there learned with the only one there was."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "bots", sa.Column("algorithm", sa.String(32), nullable=False, server_default="dqn")
    )


def downgrade() -> None:
    raise NotImplementedError("a database is not brought back to an older version")
