"""Contributions: how a formal response is published, and its people's tie to the Forum's members."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0030"
branch_labels = None
depends_on = None

COLUMNS = (("publication", 100), ("interest", 100), ("funder", 300))


def upgrade() -> None:
    for name, length in COLUMNS:
        op.add_column(
            "contributions", sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        )


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("contributions", name)
