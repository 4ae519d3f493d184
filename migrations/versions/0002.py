"""Versions that follow from each other: matches, changes, fates of anchors; editions, files, translators' work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
CODE = sa.String(length=100)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # Columns are added where they stand: making a table anew would delete, on SQLite, what points at its rows.
    op.add_column("drafts", sa.Column("number", ID, nullable=False, server_default="0"))
    op.add_column("versions", sa.Column("reference", CODE, nullable=False, server_default=""))
    op.add_column(
        "versions", sa.Column("correction", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("versions", sa.Column("carried_at", INSTANT, nullable=True))
    op.add_column("anchors", sa.Column("fate", CODE, nullable=False, server_default="made"))
    op.add_column("anchors", sa.Column("sure", sa.Double(), nullable=False, server_default="1"))
    op.add_column("anchors", sa.Column("unsure", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("anchors", sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_anchors_unsure",
        "anchors",
        ["version_id", "contribution_id"],
        sqlite_where=sa.text("unsure"),
        postgresql_where=sa.text("unsure"),
    )
    _create_matches_and_changes()
    _create_editions_and_files()
    _create_translations()


def _create_matches_and_changes() -> None:
    op.create_table(
        "matches",
        sa.Column("id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("before", CODE, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        _to_versions("matches"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matches")),
        sa.UniqueConstraint("version_id", "before", "key", name=op.f("uq_matches_version_id_before_key")),
    )
    op.create_table(
        "changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("reason", JSON, nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=False),
        _to_versions("changes"),
        _to_users("changes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_changes_version_id_key")),
    )
    op.create_table(
        "change_contributions",
        sa.Column("change_id", ID, nullable=False),
        sa.Column("contribution_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_change_contributions_change_id_changes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"],
            ["contributions.id"],
            name=op.f("fk_change_contributions_contribution_id_contributions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("change_id", "contribution_id", name=op.f("pk_change_contributions")),
    )
    op.create_index(
        op.f("ix_change_contributions_contribution_id"), "change_contributions", ["contribution_id"]
    )


def _create_editions_and_files() -> None:
    op.create_table(
        "editions",
        sa.Column("id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("lang", CODE, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        _to_versions("editions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("version_id", "lang", "number", name=op.f("uq_editions_version_id_lang_number")),
    )
    op.create_table(
        "renditions",
        sa.Column("id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("what", CODE, nullable=False),
        sa.Column("base_id", ID, nullable=False),
        sa.Column("lang", CODE, nullable=False),
        sa.Column("format", CODE, nullable=False),
        sa.Column("content", CODE, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=True),
        _to_versions("renditions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
        sa.UniqueConstraint(
            "version_id", "what", "base_id", "lang", "format",
            name=op.f("uq_renditions_version_id_what_base_id_lang_format"),
        ),
    )  # fmt: skip
    op.create_index(
        "ix_renditions_waiting",
        "renditions",
        ["id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _create_translations() -> None:
    op.create_table(
        "translation_work",
        sa.Column("id", ID, nullable=False),
        sa.Column("block_id", ID, nullable=False),
        sa.Column("lang", CODE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("of", CODE, nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"], ["blocks.id"], name=op.f("fk_translation_work_block_id_blocks"), ondelete="CASCADE"
        ),
        _to_users("translation_work"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation_work")),
        sa.UniqueConstraint("block_id", "lang", name=op.f("uq_translation_work_block_id_lang")),
    )
    op.create_table(
        "terms",
        sa.Column("id", ID, nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("meaning", JSON, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
    )


def _to_versions(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_version_id_versions")
    return sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=name, ondelete="CASCADE")


def _to_users(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_actor_id_users")
    return sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=name, ondelete="SET NULL")


def downgrade() -> None:
    for table in (
        "terms",
        "translation_work",
        "renditions",
        "editions",
        "change_contributions",
        "changes",
        "matches",
    ):
        op.drop_table(table)
    op.drop_index("ix_anchors_unsure", table_name="anchors")
    for table, columns in {
        "anchors": ("by_hand", "unsure", "sure", "fate"),
        "versions": ("carried_at", "correction", "reference"),
        "drafts": ("number",),
    }.items():
        for column in columns:
            op.drop_column(table, column)
