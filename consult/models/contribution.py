"""Contributions (comments and submissions) and what belongs to one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.models.base import Base, code, pk, short


class ContributionType(StrEnum):
    """What a contribution is."""

    COMMENT = "comment"
    SUBMISSION = "submission"


class Place(StrEnum):
    """Where a comment stands: on the consultation, on a block, or under another comment."""

    CONSULTATION = "consultation"
    BLOCK = "block"
    REPLY = "reply"


class State(StrEnum):
    """Who sees a contribution. Only `published` ones are public with their text."""

    PUBLISHED = "published"
    PENDING = "pending"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


class Contribution(Base):
    """A comment or a submission.

    Author, organisation, kind and country are as they were when it was sent; an anonymous one stores no name.
    `verified` says how the organisation was verified then ("" for not); `late` that it came in the late lane. Of a
    submission `publication` is how it is published now, `interest` and `funder` its people's tie to the Forum's members as
    far as that is public.
    `thread_id` is None for the first of a thread. `send_key` makes a resend harmless; (`source`, `source_id`)
    makes an import repeatable.
    """

    __tablename__ = "contributions"
    __table_args__ = (
        UniqueConstraint("author_id", "send_key"),
        UniqueConstraint("consultation_id", "source", "source_id"),
        Index("ix_contributions_threads", "consultation_id", "place", "id"),
        Index("ix_contributions_thread", "thread_id", "id"),
        Index("ix_contributions_organisation", "organisation_id", "id",
              sqlite_where=text("organisation_id IS NOT NULL"),
              postgresql_where=text("organisation_id IS NOT NULL")),
        Index("ix_contributions_waiting", "state", "id", sqlite_where=text("state = 'pending'"),
              postgresql_where=text("state = 'pending'")),
    )  # fmt: skip

    id: Mapped[pk]
    reference: Mapped[code] = mapped_column(unique=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id", ondelete="SET NULL"))
    type: Mapped[code] = mapped_column(default=ContributionType.COMMENT)
    place: Mapped[code]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("contributions.id"), index=True)
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("contributions.id"))
    depth: Mapped[int] = mapped_column(default=0)

    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    author_name: Mapped[short] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="SET NULL"))
    organisation_name: Mapped[short] = mapped_column(default="")
    kind: Mapped[code] = mapped_column(default="individual")
    country: Mapped[code] = mapped_column(default="")
    verified: Mapped[code] = mapped_column(default="")
    anonymous: Mapped[bool] = mapped_column(default=False)
    forum_voice: Mapped[bool] = mapped_column(default=False)

    lang: Mapped[code]
    title: Mapped[short] = mapped_column(default="")
    text: Mapped[str]
    html: Mapped[str]
    state: Mapped[code] = mapped_column(default=State.PUBLISHED)
    in_grace: Mapped[bool] = mapped_column(default=False)
    late: Mapped[bool] = mapped_column(default=False)
    publication: Mapped[code] = mapped_column(default="")
    interest: Mapped[code] = mapped_column(default="")
    funder: Mapped[short] = mapped_column(default="")
    support_count: Mapped[int] = mapped_column(default=0)
    reply_count: Mapped[int] = mapped_column(default=0)
    send_key: Mapped[code | None]
    source: Mapped[code] = mapped_column(default="")
    source_id: Mapped[short | None]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class Fate(StrEnum):
    """What became of a contribution's place in a later version."""

    MADE = "made"
    KEPT = "kept"
    MOVED = "moved"
    CHANGED = "changed"
    ORPHANED = "orphaned"


class Anchor(Base):
    """Where a contribution points in one version: a block, and words in it if `exact` is not empty.

    The selector is the W3C Web Annotation TextQuoteSelector with a TextPositionSelector (code points of the block's
    plain text in `lang`). In later versions than the one it was made on (`made_here`) `fate` says what became of the
    place, `sure` (0 to 1) how sure that is, `unsure` that an editor has to look, `by_hand` that one did. An orphan has
    no block.
    """

    __tablename__ = "anchors"
    __table_args__ = (
        Index("ix_anchors_block", "block_id", "contribution_id"),
        Index("ix_anchors_version", "version_id", "contribution_id"),
        Index("ix_anchors_unsure", "version_id", "contribution_id", sqlite_where=text("unsure"),
              postgresql_where=text("unsure")),
    )  # fmt: skip

    contribution_id: Mapped[int] = mapped_column(
        ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True
    )
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True)
    block_id: Mapped[int | None] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"))
    lang: Mapped[code] = mapped_column(default="")
    exact: Mapped[str] = mapped_column(default="")
    prefix: Mapped[str] = mapped_column(default="")
    suffix: Mapped[str] = mapped_column(default="")
    start: Mapped[int] = mapped_column(default=0)
    end: Mapped[int] = mapped_column(default=0)
    made_here: Mapped[bool] = mapped_column(default=True)
    fate: Mapped[code] = mapped_column(default=Fate.MADE)
    sure: Mapped[float] = mapped_column(default=1.0)
    unsure: Mapped[bool] = mapped_column(default=False)
    by_hand: Mapped[bool] = mapped_column(default=False)


class Revision(Base):
    """An earlier text of a contribution."""

    __tablename__ = "revisions"

    id: Mapped[pk]
    contribution_id: Mapped[int] = mapped_column(
        ForeignKey("contributions.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str]
    html: Mapped[str]
    lang: Mapped[code]
    written_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class Support(Base):
    """A person supports a contribution."""

    __tablename__ = "supports"

    contribution_id: Mapped[int] = mapped_column(
        ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime]


class Report(Base):
    """A person asks moderators to look at a contribution; open until `settled_at`."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("contribution_id", "user_id"),)

    id: Mapped[pk]
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contributions.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    reason: Mapped[code]
    text: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
