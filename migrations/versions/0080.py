"""Attachments: the name that a file had when it was sent, by which the public has it."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "attachments", sa.Column("public_name", sa.String(length=300), nullable=False, server_default="")
    )
    op.execute("UPDATE attachments SET public_name = name WHERE public_number > 0")


def downgrade() -> None:
    op.drop_column("attachments", "public_name")
