"""Anchors are found by version: to carry them over, and to list those that have no place any more."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_anchors_version", "anchors", ["version_id", "contribution_id"])


def downgrade() -> None:
    op.drop_index("ix_anchors_version", table_name="anchors")
