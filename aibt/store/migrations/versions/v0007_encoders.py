"""Each bot has an encoder; those that were there have the one that all had."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bots", sa.Column("encoder", sa.String(32), nullable=False, server_default="mlp"))


def downgrade() -> None:
    raise NotImplementedError("a database is not brought back to an older version")
