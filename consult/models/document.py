"""Drafts, their versions, and the blocks that comments point at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db.types import Json
from consult.kernel.translated import Translated
from consult.models.base import Base, code, pk, short


class Draft(Base):
    """A document put out for comment; `number` counts a consultation's drafts, for references."""

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("consultation_id", "slug"),
        Index("ix_drafts_number", "consultation_id", "number", unique=True),
    )

    id: Mapped[pk]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultations.id", ondelete="CASCADE"))
    slug: Mapped[code]
    number: Mapped[int]
    title: Mapped[Translated]
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    versions: Mapped[list[Version]] = relationship(
        back_populates="draft", lazy="raise", order_by="Version.number"
    )


class Version(Base):
    """One state of a draft; its original text never changes once `published_at` is set.

    `reference` is such as FMF-2026-01-D1-V2. `correction`: it only mends the version before, as its note says.
    `carried_at`: when the places of all earlier comments had been found in it.
    """

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("draft_id", "number"),
        Index("ix_versions_reference", "reference", unique=True),
    )

    id: Mapped[pk]
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    number: Mapped[int]
    reference: Mapped[code]
    original: Mapped[code]
    languages: Mapped[list[str]] = mapped_column(Json)
    note: Mapped[Translated]
    correction: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    carried_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    draft: Mapped[Draft] = relationship(back_populates="versions", lazy="raise")


class Block(Base):
    """A heading, paragraph, list item, table row or figure; `key` is the same in later versions.

    `shape` holds what rendering needs beside the text: level, label, list start, header row, group.
    `comment_count` counts what readers see, so that no page counts rows.
    """

    __tablename__ = "blocks"
    __table_args__ = (UniqueConstraint("version_id", "key"), UniqueConstraint("version_id", "position"))

    id: Mapped[pk]
    version_id: Mapped[int] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    key: Mapped[code]
    position: Mapped[int]
    kind: Mapped[code]
    shape: Mapped[dict[str, object]] = mapped_column(Json)
    comment_count: Mapped[int] = mapped_column(default=0)


class BlockText(Base):
    """A block in one language. `of` is the digest of the original it was made from ("" for the original).

    `joined_into` is the key of the block whose text, in this language, also holds this one's.
    """

    __tablename__ = "block_texts"

    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"), primary_key=True)
    lang: Mapped[code] = mapped_column(primary_key=True)
    source: Mapped[str]
    html: Mapped[str]
    plain: Mapped[str]
    of: Mapped[code] = mapped_column(default="")
    joined_into: Mapped[code] = mapped_column(default="")


class Import(Base):
    """A draft's files brought in and waiting for an editor to settle what did not pair.

    `files` are Markdown by language, `notes` what could not come along from the files that they were read from. With `version_id` they are translations for that version, else a new version.
    """

    __tablename__ = "imports"

    id: Mapped[pk]
    consultation_id: Mapped[int] = mapped_column(
        ForeignKey("consultations.id", ondelete="CASCADE"), index=True
    )
    draft_slug: Mapped[code]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("versions.id", ondelete="CASCADE"))
    title: Mapped[Translated]
    original: Mapped[code]
    files: Mapped[dict[str, str]] = mapped_column(Json)
    notes: Mapped[dict[str, list[dict[str, object]]]] = mapped_column(Json, default=dict)
    choices: Mapped[dict[str, dict[str, str]]] = mapped_column(Json)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Figure(Base):
    """A picture of a draft, or of an import that waits. `name` comes from its content, so it never changes."""

    __tablename__ = "figures"
    __table_args__ = (UniqueConstraint("draft_id", "name"),)

    id: Mapped[pk]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), index=True)
    name: Mapped[code]
    file_name: Mapped[short]
    type: Mapped[code]
    body: Mapped[bytes] = mapped_column(LargeBinary)
