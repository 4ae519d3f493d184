"""What belongs to a version: how its blocks follow from the last one's, why they changed, its record, its files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.kernel.translated import Translated
from consult.models.base import Base, code, pk, short


class MatchKind(StrEnum):
    """How a block follows from the version before."""

    UNCHANGED = "unchanged"
    EDITED = "edited"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    ADDED = "added"
    REMOVED = "removed"


class Match(Base):
    """A block of a version and the block that it came from in the version before.

    `before` and `key` are block keys, "" where that side has none (added, removed). A split is several rows with the
    same `before`, a merger several with the same `key`. `edited`: the words changed as well. `score` is how alike the
    two are, 0 to 1. What an editor decided (`by_hand`) is never computed again.
    """

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("version_id", "before", "key"),)

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    before: Mapped[code] = mapped_column(default="")
    key: Mapped[code] = mapped_column(default="")
    kind: Mapped[code]
    edited: Mapped[bool] = mapped_column(default=False)
    score: Mapped[float] = mapped_column(default=1.0)
    by_hand: Mapped[bool] = mapped_column(default=False)


change_contributions = Table(
    "change_contributions",
    Base.metadata,
    Column("change_id", ForeignKey("changes.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "contribution_id", ForeignKey("contributions.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)
"""The contributions that a change answers."""


class Change(Base):
    """Why a block of a version differs from the version before.

    `key` is the block's in this version; of a removed block the key it had.
    """

    __tablename__ = "changes"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    key: Mapped[code]
    reason: Mapped[Translated]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]


class Edition(Base):
    """A version's whole text in one language as it was published, for ever: Markdown and its SHA-256 (hexadecimal).

    The original has one edition; a translation gets another one (`number`) when it is brought up to date.
    """

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("version_id", "lang", "number"),)

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    lang: Mapped[code]
    number: Mapped[int]
    sha256: Mapped[code]
    source: Mapped[str]
    made_at: Mapped[datetime]


class RenditionState(StrEnum):
    """Where a file is on its way."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class Rendition(Base):
    """A file for readers, made by the worker: a version's text, its annotated text, or a redline against `base_id`.

    `what` is text, annotated or redline; `format` pdf, docx, epub or md. `content` is the SHA-256 of what it was made
    from (the edition, its comments): where that is still the same the file is, too.
    """

    __tablename__ = "renditions"
    __table_args__ = (
        UniqueConstraint("version_id", "what", "base_id", "lang", "format"),
        Index("ix_renditions_waiting", "id", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
    )  # fmt: skip

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    what: Mapped[code]
    base_id: Mapped[int] = mapped_column(default=0)
    lang: Mapped[code]
    format: Mapped[code]
    content: Mapped[code] = mapped_column(default="")
    state: Mapped[code] = mapped_column(default=RenditionState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[short] = mapped_column(default="")
    body: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
