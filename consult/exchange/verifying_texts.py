"""Proof that comments stand on the words they are about, and that what was published is what is there.

Each check is a generator of sentences about what disagrees; silence is agreement.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.documents.keeping import digest_of, newest_editions
from consult.documents.storing import load_kept
from consult.documents.writing import blocks_in, reads_as, write_document
from consult.models.contribution import Anchor, Contribution, Fate
from consult.models.document import Block, BlockText, Version
from consult.models.version import Edition


async def check_anchors(session: AsyncSession) -> AsyncIterator[str]:
    """Quoted words stand in the block's text where the anchor says, in each version.

    A translation that was brought up to date may have lost them: then they are marked nowhere.
    """
    statement = (
        select(
            Contribution.reference,
            Version.number,
            Anchor.exact,
            Anchor.start,
            Anchor.end,
            BlockText.plain,
            BlockText.of,
        )
        .join(Contribution, Contribution.id == Anchor.contribution_id)
        .join(Version, Version.id == Anchor.version_id)
        .outerjoin(BlockText, and_(BlockText.block_id == Anchor.block_id, BlockText.lang == Anchor.lang))
        .where(Anchor.exact != "")
    )
    rows = await session.stream(statement.execution_options(yield_per=1000))
    async for reference, number, exact, start, end, plain, of in rows:
        is_nowhere = of and start == end == 0
        if plain is None or (plain[start:end] != exact and not is_nowhere):
            yield f"{reference}: the words it quotes are not where it says in version {number}"


async def check_places(session: AsyncSession) -> AsyncIterator[str]:
    """Each comment has a place, or is known to have none, in every version that comments were carried to."""
    block = aliased(Block)
    askew = (
        select(Contribution.reference, Version.number)
        .select_from(Anchor)
        .join(Contribution, Contribution.id == Anchor.contribution_id)
        .join(Version, Version.id == Anchor.version_id)
        .outerjoin(block, block.id == Anchor.block_id)
        .where(
            or_(
                (Anchor.fate == Fate.ORPHANED) != Anchor.block_id.is_(None),
                (Anchor.fate == Fate.MADE) != Anchor.made_here,
                and_(Anchor.block_id.is_not(None), block.version_id != Anchor.version_id),
            )
        )
    )
    for reference, number in await session.execute(askew):
        yield f"{reference}: its place in version {number} is not what its fate says"
    there, later, made_on = aliased(Anchor), aliased(Version), aliased(Version)
    lost = (
        select(Contribution.reference, later.number)
        .select_from(Anchor)
        .join(Contribution, Contribution.id == Anchor.contribution_id)
        .join(made_on, made_on.id == Anchor.version_id)
        .join(later, and_(later.draft_id == made_on.draft_id, later.number > made_on.number))
        .outerjoin(there, and_(there.contribution_id == Anchor.contribution_id, there.version_id == later.id))
        .where(Anchor.made_here, later.carried_at.is_not(None), there.contribution_id.is_(None))
    )
    for reference, number in await session.execute(lost):
        yield f"{reference}: was not carried to version {number}"


async def check_editions(session: AsyncSession) -> AsyncIterator[str]:
    """Each edition's hash is that of its text, and the newest of each language says what the blocks say."""
    statement = select(Edition, Version.reference).join(Version, Version.id == Edition.version_id)
    rows = await session.stream(statement.order_by(Edition.id).execution_options(yield_per=20))
    async for edition, reference in rows:
        if digest_of(edition.source) != edition.sha256:
            yield f"{reference}, {edition.lang}, edition {edition.number}: the text is not that of its SHA-256"
    published = select(Version).where(Version.published_at.is_not(None)).order_by(Version.id)
    for version in (await session.execute(published)).scalars().all():
        async for said in _check_newest(session, version):
            yield said


async def _check_newest(session: AsyncSession, version: Version) -> AsyncIterator[str]:
    newest = {edition.lang: edition for edition in await newest_editions(session, [version.id])}
    kept = await load_kept(session, version) if newest else ()
    for lang, edition in newest.items():
        blocks = blocks_in(kept, lang, version.original)
        if write_document(blocks) != edition.source and not reads_as(edition.source, blocks):
            yield f"{version.reference}, {lang}: edition {edition.number} does not say what the text says"
