"""Translators' work and the glossary."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.kernel.translated import Translated
from consult.models.base import Base, code, pk


class TranslationWork(Base):
    """A block's translation while somebody works on it; readers see it once it is published.

    `of` is the digest of the original that it was made from. `revision` grows with every save, so that a second
    person who saves is told. `ready`: the translator is done with it.
    """

    __tablename__ = "translation_work"
    __table_args__ = (UniqueConstraint("block_id", "lang"),)

    id: Mapped[pk]
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"))
    lang: Mapped[code]
    source: Mapped[str]
    of: Mapped[code]
    revision: Mapped[int] = mapped_column(default=1)
    ready: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    saved_at: Mapped[datetime]


class Term(Base):
    """A word of the glossary: how it is said in each language, and what it means."""

    __tablename__ = "terms"

    id: Mapped[pk]
    words: Mapped[Translated]
    meaning: Mapped[Translated]
    created_at: Mapped[datetime]
