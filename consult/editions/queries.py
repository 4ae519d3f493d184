"""Versions by their reference, their editions and files, as readers may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer, selectinload, undefer

from consult.consultations.queries import visible_to
from consult.documents.queries import published_versions
from consult.editions.names import FileName
from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation
from consult.models.document import Draft, Version
from consult.models.version import Edition, Rendition, RenditionState
from consult.security.actor import Actor

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Recorded:
    """A public version with what it belongs to; `before` and `after` are its neighbours among the public ones."""

    consultation: Consultation
    draft: Draft
    version: Version
    before: Version | None
    after: Version | None


async def find_version(session: AsyncSession, reference: str, actor: Actor | None) -> Recorded:
    """A published version by its reference. Raises NotFound."""
    statement = (
        visible_to(actor)
        .add_columns(Draft)
        .join(Draft, Draft.consultation_id == Consultation.id)
        .join(Version, Version.draft_id == Draft.id)
        .options(selectinload(Draft.versions))
        .where(Version.reference == reference.upper())
    )
    row = (await session.execute(statement)).first()
    consultation, draft = (row[0], row[1]) if row else (None, None)
    versions = published_versions(draft) if draft else []
    at = next((n for n, each in enumerate(versions) if each.reference == reference.upper()), None)
    if consultation is None or draft is None or at is None:
        raise NotFound
    after = versions[at + 1] if at + 1 < len(versions) else None
    return Recorded(consultation, draft, versions[at], versions[at - 1] if at else None, after)


async def list_editions(session: AsyncSession, version_ids: Sequence[int]) -> Sequence[Edition]:
    """All editions of these versions, without their texts, the newest of each language first."""
    statement = (
        select(Edition)
        .options(defer(Edition.source))
        .where(Edition.version_id.in_(version_ids))
        .order_by(Edition.version_id, Edition.lang, Edition.number.desc())
    )
    return (await session.execute(statement)).scalars().all()


async def newest_hashes(session: AsyncSession, version_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """SHA-256 of the newest editions, by version and language."""
    found: dict[int, dict[str, str]] = {}
    for edition in await list_editions(session, version_ids):
        found.setdefault(edition.version_id, {}).setdefault(edition.lang, edition.sha256)
    return found


async def get_edition(session: AsyncSession, version: Version, name: FileName) -> Edition:
    """An edition with its text. Raises NotFound."""
    statement = select(Edition).where(
        Edition.version_id == version.id, Edition.lang == name.lang, Edition.number == name.edition
    )
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def find_rendition(
    session: AsyncSession, recorded: Recorded, name: FileName, *, with_body: bool = False
) -> Rendition | None:
    """The file of that name, None where nobody asked for it yet. Raises NotFound for what it can't be made from."""
    if name.lang not in recorded.version.languages:
        raise NotFound
    statement = select(Rendition).where(
        Rendition.version_id == recorded.version.id,
        Rendition.what == name.what,
        Rendition.base_id == base_of(recorded, name),
        Rendition.lang == name.lang,
        Rendition.format == name.format,
    )
    if with_body:
        statement = statement.options(undefer(Rendition.body))
    return (await session.execute(statement)).scalar_one_or_none()


def base_of(recorded: Recorded, name: FileName) -> int:
    """The id of the version that a file is made against, 0 for none. Raises NotFound."""
    if not name.base:
        return 0
    earlier = [each for each in published_versions(recorded.draft) if each.number == name.base]
    if not earlier or name.base == recorded.version.number or name.lang not in earlier[0].languages:
        raise NotFound
    return earlier[0].id


@dataclass(frozen=True, slots=True)
class Unmade:
    """A file that could not be made, with its version's reference."""

    id: int
    name: FileName
    error: str
    failed: bool
    attempts: int


async def unmade_files(session: AsyncSession) -> list[Unmade]:
    """Files that failed at least once and are not there yet, those that were given up first."""
    base = aliased(Version)
    statement = (
        select(Rendition, Version.reference, base.number)
        .join(Version, Version.id == Rendition.version_id)
        .outerjoin(base, base.id == Rendition.base_id)
        .where(Rendition.state != RenditionState.READY, Rendition.error != "")
        .order_by(Rendition.state, Rendition.id)
        .limit(MOST_SHOWN)
    )
    return [
        Unmade(
            row.id, FileName(reference, row.lang, row.format, row.what, number or 0), row.error,
            row.state == RenditionState.FAILED, row.attempts,
        )
        for row, reference, number in await session.execute(statement)
    ]  # fmt: skip
