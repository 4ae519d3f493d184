"""Numbers of drafts and references of versions, for those that are there; then each only once."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE drafts SET number = (SELECT count(*) FROM drafts AS d "
        "WHERE d.consultation_id = drafts.consultation_id AND d.id <= drafts.id)"
    )
    op.execute(
        "UPDATE versions SET reference = (SELECT c.reference || '-D' || d.number || '-V' || versions.number "
        "FROM drafts AS d JOIN consultations AS c ON c.id = d.consultation_id WHERE d.id = versions.draft_id)"
    )
    op.create_index("ix_drafts_number", "drafts", ["consultation_id", "number"], unique=True)
    op.create_index("ix_versions_reference", "versions", ["reference"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_versions_reference", table_name="versions")
    op.drop_index("ix_drafts_number", table_name="drafts")
