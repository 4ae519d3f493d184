"""Editions: a version's whole text in each language as it was published, kept for ever with its SHA-256.

Flushes, never commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.storing import load_kept
from consult.documents.writing import blocks_in, write_document
from consult.models.document import Version
from consult.models.version import Edition, Rendition, RenditionState


async def keep_editions(session: AsyncSession, version: Version, now: datetime) -> None:
    """An edition of each language whose text is not that of its last edition; files are made anew where it matters.

    To be called in the transaction that publishes a version, or that adds or changes a translation of a public one.
    """
    kept = await load_kept(session, version)
    last = {edition.lang: edition for edition in await newest_editions(session, [version.id])}
    for lang in version.languages:
        source = write_document(blocks_in(kept, lang, version.original))
        before = last.get(lang)
        if before is None or before.source != source:
            number = before.number + 1 if before else 1
            session.add(
                Edition(version_id=version.id, lang=lang, number=number, sha256=digest_of(source), source=source,
                        made_at=now)
            )  # fmt: skip
    # A translation that was only confirmed has no new text, yet what its files say of it is another thing.
    await session.execute(
        update(Rendition)
        .where(or_(and_(Rendition.version_id == version.id, Rendition.what == "text"), _is_compared(version)))
        .values(state=RenditionState.WAITING, attempts=0, asked_at=now)
    )
    await session.flush()


def _is_compared(version: Version) -> ColumnElement[bool]:
    """Redlines that somebody asked for of a version, or against it."""
    either = or_(Rendition.version_id == version.id, Rendition.base_id == version.id)
    return and_(Rendition.base_id != 0, either)


def digest_of(source: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return sha256(source.encode()).hexdigest()


async def newest_editions(session: AsyncSession, version_ids: Sequence[int]) -> Sequence[Edition]:
    """The last edition of each language of these versions."""
    last = (
        select(func.max(Edition.id))
        .where(Edition.version_id.in_(version_ids))
        .group_by(Edition.version_id, Edition.lang)
    )
    statement = select(Edition).where(Edition.id.in_(last)).order_by(Edition.id)
    return (await session.execute(statement)).scalars().all()


async def next_without_editions(session: AsyncSession) -> Version | None:
    """A published version from before editions were kept."""
    kept = select(Edition.version_id)
    statement = (
        select(Version)
        .where(Version.published_at.is_not(None), Version.id.not_in(kept))
        .order_by(Version.id)
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none()
