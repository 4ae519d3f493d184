"""Organisations: who asks to join or to be verified, who may join by address alone, one organisation a domain."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "organisation_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_requests_organisation_id_organisations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_organisation_requests_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_requests")),
    )
    for column in ("organisation_id", "user_id"):
        name = op.f(f"ix_organisation_requests_{column}")
        op.create_index(name, "organisation_requests", [column], unique=False)
    op.add_column(
        "organisations", sa.Column("open_joining", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    taken = sa.text("domain <> ''")
    op.create_index(
        "uq_organisations_domain_taken",
        "organisations",
        ["domain"],
        unique=True,
        sqlite_where=taken,
        postgresql_where=taken,
    )
    named = sa.text("organisation_id IS NOT NULL")
    op.create_index(
        "ix_contributions_organisation",
        "contributions",
        ["organisation_id", "id"],
        sqlite_where=named,
        postgresql_where=named,
    )


def downgrade() -> None:
    op.drop_index("ix_contributions_organisation", table_name="contributions")
    op.drop_index("uq_organisations_domain_taken", table_name="organisations")
    op.drop_column("organisations", "open_joining")
    op.drop_table("organisation_requests")
