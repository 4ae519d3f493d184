"""What could not come along from a Word or HTML file, kept with the import that it belongs to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    # Added where the table stands: making it anew would delete, on SQLite, the pictures that point at its rows.
    op.add_column("imports", sa.Column("notes", JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("imports", "notes")
