"""Questionnaires, formal responses with their files and sign-offs, verified organisations, receipts and the public log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "file_texts",
        sa.Column("sha256", sa.String(length=100), nullable=False),
        sa.Column("pages", JSON, nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_file_texts")),
    )
    op.create_table(
        "log_heads",
        sa.Column("size", ID, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("signature", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_heads")),
    )
    op.create_table(
        "log_leaves",
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("entry", sa.String(length=100), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("of", ID, nullable=True),
        sa.Column("note", JSON, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_leaves")),
    )
    op.create_index(op.f("ix_log_leaves_reference"), "log_leaves", ["reference"], unique=False)
    op.create_table(
        "log_nodes",
        sa.Column("level", ID, autoincrement=False, nullable=False),
        sa.Column("place", ID, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_log_nodes")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.String(length=100), nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("email", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("invited_by", ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_invitations_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_organisation_id"), "invitations", ["organisation_id"], unique=False)
    op.create_table(
        "organisation_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("actor_name", sa.String(length=300), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["users.id"],
            name=op.f("fk_organisation_events_actor_id_users"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_events_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_events")),
    )
    op.create_index(
        op.f("ix_organisation_events_organisation_id"),
        "organisation_events",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "questionnaires",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("edition", ID, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("shape", sa.String(length=100), nullable=False),
        sa.Column("note", JSON, nullable=True),
        sa.Column("version", ID, nullable=False),
        sa.Column("ready_at", INSTANT, nullable=True),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_questionnaires_created_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_questionnaires_round_id_rounds"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaires")),
        sa.UniqueConstraint("round_id", "edition", name=op.f("uq_questionnaires_round_id_edition")),
    )
    op.create_table(
        "submissions",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("edition", ID, nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("email", sa.String(length=300), nullable=False),
        sa.Column("organisation_id", ID, nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("organisation_name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=100), nullable=False),
        sa.Column("interest", sa.String(length=100), nullable=False),
        sa.Column("funder", sa.String(length=300), nullable=False),
        sa.Column("lang", sa.String(length=100), nullable=False),
        sa.Column("publication", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("answered", sa.String(length=100), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("ended_note", JSON, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("contribution_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_submissions_author_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"],
            ["contributions.id"],
            name=op.f("fk_submissions_contribution_id_contributions"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_submissions_organisation_id_organisations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_submissions_round_id_rounds"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("contribution_id", name=op.f("uq_submissions_contribution_id")),
        sa.UniqueConstraint("key", name=op.f("uq_submissions_key")),
        sa.UniqueConstraint(
            "round_id", "organisation_id", name=op.f("uq_submissions_round_id_organisation_id")
        ),
    )
    op.create_index(op.f("ix_submissions_author_id"), "submissions", ["author_id"], unique=False)
    op.create_index(op.f("ix_submissions_organisation_id"), "submissions", ["organisation_id"], unique=False)
    op.create_index("ix_submissions_round", "submissions", ["round_id", "state"], unique=False)
    op.create_table(
        "answers",
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("question", sa.String(length=100), nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("marked", sa.String(length=100), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("edited_by", ID, nullable=True),
        sa.Column("edited_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["users.id"], name=op.f("fk_answers_edited_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_answers_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "question", name=op.f("pk_answers")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("question", sa.String(length=100), nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("received", ID, nullable=False),
        sa.Column("sha256", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_attachments_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("key", name=op.f("uq_attachments_key")),
    )
    op.create_index(op.f("ix_attachments_sha256"), "attachments", ["sha256"], unique=False)
    op.create_index("ix_attachments_submission", "attachments", ["submission_id", "position"], unique=False)
    op.create_table(
        "presences",
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("section", sa.String(length=100), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_presences_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_presences_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("submission_id", "user_id", name=op.f("pk_presences")),
    )
    op.create_index(op.f("ix_presences_user_id"), "presences", ["user_id"], unique=False)
    op.create_table(
        "sendings",
        sa.Column("id", ID, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=100), nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("sent_by", ID, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("leaf", ID, nullable=True),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sent_by"], ["users.id"], name=op.f("fk_sendings_sent_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_sendings_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sendings")),
        sa.UniqueConstraint("leaf", name=op.f("uq_sendings_leaf")),
        sa.UniqueConstraint("submission_id", "number", name=op.f("uq_sendings_submission_id_number")),
    )
    op.create_index(op.f("ix_sendings_sha256"), "sendings", ["sha256"], unique=False)
    op.create_table(
        "set_asides",
        sa.Column("id", ID, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("question", sa.String(length=100), nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_set_asides_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_set_asides_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_asides")),
    )
    op.create_index("ix_set_asides_submission", "set_asides", ["submission_id", "question"], unique=False)
    op.create_table(
        "sign_offs",
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=100), nullable=False),
        sa.Column("asked_by", ID, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("settled_by", ID, nullable=True),
        sa.Column("settled_name", sa.String(length=300), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("answered", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["users.id"], name=op.f("fk_sign_offs_asked_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_sign_offs_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["users.id"], name=op.f("fk_sign_offs_settled_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_sign_offs_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "organisation_id", name=op.f("pk_sign_offs")),
    )
    op.create_index(op.f("ix_sign_offs_organisation_id"), "sign_offs", ["organisation_id"], unique=False)
    op.create_table(
        "team_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("question", sa.String(length=100), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_team_notes_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_team_notes_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_notes")),
    )
    op.create_index("ix_team_notes_submission", "team_notes", ["submission_id", "question"], unique=False)
    op.add_column(
        "contributions", sa.Column("verified", sa.String(length=100), nullable=False, server_default="")
    )
    op.add_column("contributions", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("memberships", sa.Column("role", sa.String(length=100), nullable=False, server_default=""))
    op.add_column(
        "organisations", sa.Column("domain", sa.String(length=300), nullable=False, server_default="")
    )
    op.add_column(
        "organisations", sa.Column("verify_token", sa.String(length=100), nullable=False, server_default="")
    )
    op.add_column(
        "organisations", sa.Column("verified_by", sa.String(length=100), nullable=False, server_default="")
    )
    op.add_column("organisations", sa.Column("verified_at", INSTANT, nullable=True))
    op.add_column("organisations", sa.Column("verified_reason", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_organisations_domain"), "organisations", ["domain"], unique=False)
    op.add_column("rounds", sa.Column("late_days", ID, nullable=False, server_default="0"))
    op.add_column("users", sa.Column("guest", sa.Boolean(), nullable=False, server_default=sa.false()))
    # In plain SQL: on SQLite a column can come with what it points at, but not be given it afterwards.
    op.execute(
        "ALTER TABLE organisations ADD COLUMN merged_into_id BIGINT "
        "CONSTRAINT fk_organisations_merged_into_id_organisations REFERENCES organisations (id)"
        if op.get_bind().dialect.name == "postgresql"
        else "ALTER TABLE organisations ADD COLUMN merged_into_id INTEGER "
        "CONSTRAINT fk_organisations_merged_into_id_organisations REFERENCES organisations (id)"
    )


def downgrade() -> None:
    op.drop_index("ix_organisations_domain", table_name="organisations")
    for table, column in (
        ("contributions", "verified"),
        ("contributions", "late"),
        ("memberships", "role"),
        ("organisations", "domain"),
        ("organisations", "verify_token"),
        ("organisations", "verified_by"),
        ("organisations", "verified_at"),
        ("organisations", "verified_reason"),
        ("rounds", "late_days"),
        ("users", "guest"),
    ):
        op.drop_column(table, column)
    with op.batch_alter_table("organisations") as batch:
        batch.drop_column("merged_into_id")
    for table in (
        "team_notes",
        "sign_offs",
        "set_asides",
        "sendings",
        "presences",
        "attachments",
        "answers",
        "submissions",
        "questionnaires",
        "organisation_events",
        "invitations",
        "log_nodes",
        "log_leaves",
        "log_heads",
        "file_texts",
    ):
        op.drop_table(table)
