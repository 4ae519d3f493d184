"""Imports that wait for an editor, and the pictures of drafts."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import visible_to
from consult.documents.blocks import BlockKind
from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation
from consult.models.document import Block, Draft, Figure, Import, Version
from consult.security.actor import Actor
from consult.security.predicates import moderator


async def get_import(session: AsyncSession, consultation_id: int, import_id: int) -> Import:
    """One import, settled or not. Raises NotFound."""
    statement = select(Import).where(Import.consultation_id == consultation_id, Import.id == import_id)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def next_number(session: AsyncSession, consultation_id: int, draft_slug: str) -> int:
    """The number that the next version of a draft will have; 1 for a draft that is not there yet.

    One that is in preparation is published or replaced before there is another.
    """
    statement = select(func.max(Version.number)).join(Draft, Draft.id == Version.draft_id)
    statement = statement.where(
        Draft.consultation_id == consultation_id, Draft.slug == draft_slug, Version.published_at.is_not(None)
    )
    return ((await session.execute(statement)).scalar_one() or 0) + 1


async def import_figures(session: AsyncSession, import_id: int) -> dict[str, bytes]:
    """The pictures that came with an import, by file name."""
    statement = select(Figure.file_name, Figure.body).where(Figure.import_id == import_id)
    return {row.file_name: row.body for row in (await session.execute(statement)).all()}


async def draft_figures(session: AsyncSession, draft_id: int) -> dict[str, str]:
    """File name → name in addresses of a draft's pictures; of several with one file name the latest."""
    statement = select(Figure.file_name, Figure.name).where(Figure.draft_id == draft_id).order_by(Figure.id)
    return {row.file_name: row.name for row in (await session.execute(statement)).all()}


async def drop_unused_figures(session: AsyncSession, draft: Draft) -> None:
    """Forget the draft's pictures that none of its versions shows; all stay while an import waits that may want one."""
    waiting = select(Import.id).where(
        Import.consultation_id == draft.consultation_id, Import.draft_slug == draft.slug
    )
    if (await session.execute(waiting.where(Import.settled_at.is_(None)).limit(1))).first():
        return
    shown = select(Block.shape).join(Version, Version.id == Block.version_id)
    shown = shown.where(Version.draft_id == draft.id, Block.kind == BlockKind.FIGURE)
    sources = (str(shape.get("src", "")) for shape in (await session.execute(shown)).scalars())
    names = {source.rpartition("/")[2] for source in sources}
    await session.execute(delete(Figure).where(Figure.draft_id == draft.id, Figure.name.not_in(names)))


async def get_figure(
    session: AsyncSession, draft_id: int, name: str, actor: Actor | None
) -> tuple[Figure, bool]:
    """A picture that the actor may see, and whether everybody may. Raises NotFound.

    One that is in no public version yet is only for those who may see what is not public.
    """
    seen = visible_to(actor).with_only_columns(Consultation.id)
    statement = (
        select(Figure, Consultation.published_at.is_not(None))
        .join(Draft, Draft.id == Figure.draft_id)
        .join(Consultation, Consultation.id == Draft.consultation_id)
        .where(Figure.draft_id == draft_id, Figure.name == name, Consultation.id.in_(seen))
    )
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    is_public = bool(row[1]) and await _is_published(session, row[0])
    if not is_public and not moderator(actor):
        raise NotFound
    return row[0], is_public


async def _is_published(session: AsyncSession, figure: Figure) -> bool:
    """Whether a public version shows a picture."""
    statement = (
        select(Block.shape)
        .join(Version, Version.id == Block.version_id)
        .where(
            Version.draft_id == figure.draft_id,
            Version.published_at.is_not(None),
            Block.kind == BlockKind.FIGURE,
        )
    )
    address = f"/files/{figure.draft_id}/{figure.name}"
    return any(shape.get("src") == address for shape in (await session.execute(statement)).scalars())
