"""Attachments: what an upload is recognised by, and the copy that the public gets."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Added where the table stands: making it anew would delete, on SQLite, what points at its rows.
    for name in ("mark", "public_sha256"):
        op.add_column(
            "attachments", sa.Column(name, sa.String(length=100), nullable=False, server_default="")
        )
    for name in ("public_size", "public_number"):
        op.add_column("attachments", sa.Column(name, ID, nullable=False, server_default="0"))
    op.create_index("ix_attachments_public_sha256", "attachments", ["public_sha256"])


def downgrade() -> None:
    op.drop_index("ix_attachments_public_sha256", table_name="attachments")
    for name in ("public_number", "public_size", "public_sha256", "mark"):
        op.drop_column("attachments", name)
