"""What editors read to decide where comments stand in a version: what is not sure, and what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation
from consult.models.contribution import Anchor, Contribution
from consult.models.document import Block, BlockText, Draft, Version

GONE_ON_PAGE = 20

GoneRow = Row[int, str, str, str, bool]
"""Id, reference, passage, its language, whether an editor decided it."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A thread's first contribution, its place in a version, and what it spoke about when it was made."""

    thread: Contribution
    anchor: Anchor
    made: Anchor
    made_on: int
    key: str
    html: str
    plain: str


async def find_carried(
    session: AsyncSession, version_id: int, reference: str, *, hold: bool = False
) -> Carried:
    """Raises NotFound. With `hold` its place and its thread's counts are nobody else's until the transaction ends."""
    if hold:
        holding = select(Contribution.id).where(Contribution.reference == reference.upper())
        await session.execute(holding.with_for_update())
    made = aliased(Anchor)
    statement = (
        select(Contribution, Anchor, made, Version.number, Block.key, BlockText.html, BlockText.plain)
        .join(Anchor, and_(Anchor.contribution_id == Contribution.id, Anchor.version_id == version_id))
        .join(made, and_(made.contribution_id == Contribution.id, made.made_here))
        .join(Version, Version.id == made.version_id)
        .join(Block, Block.id == made.block_id)
        .join(BlockText, and_(BlockText.block_id == made.block_id, BlockText.lang == made.lang))
        .where(Contribution.reference == reference.upper(), Anchor.made_here.is_(False))
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    return Carried(*row)


async def next_unsure(session: AsyncSession, version_id: int, after: int = 0) -> str:
    """The reference of the first contribution after an id whose place nobody is sure of, "" for none."""
    statement = (
        select(Contribution.reference)
        .join(Anchor, Anchor.contribution_id == Contribution.id)
        .where(Anchor.version_id == version_id, Anchor.unsure, Anchor.contribution_id > after)
        .order_by(Anchor.contribution_id)
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none() or ""


async def count_unsure(session: AsyncSession, version_id: int) -> int:
    """How many places in a version nobody is sure of."""
    statement = select(func.count()).select_from(Anchor).where(Anchor.version_id == version_id, Anchor.unsure)
    return (await session.execute(statement)).scalar_one()


async def list_gone(session: AsyncSession, version_id: int, after: int = 0) -> Sequence[GoneRow]:
    """Those that surely have no place any more, one more than a page holds: reference, passage and its language."""
    made = aliased(Anchor)
    statement = (
        select(Contribution.id, Contribution.reference, BlockText.plain, BlockText.lang, Anchor.by_hand)
        .join(Anchor, and_(Anchor.contribution_id == Contribution.id, Anchor.version_id == version_id))
        .join(made, and_(made.contribution_id == Contribution.id, made.made_here))
        .join(BlockText, and_(BlockText.block_id == made.block_id, BlockText.lang == made.lang))
        .where(Anchor.block_id.is_(None), Anchor.unsure.is_(False), Contribution.id > after)
        .order_by(Contribution.id)
        .limit(GONE_ON_PAGE + 1)
    )
    return (await session.execute(statement)).all()


@dataclass(frozen=True, slots=True)
class Unsure:
    """A draft whose newest version has comments that an editor has to place, or that are still being carried to it."""

    consultation: Consultation
    draft: Draft
    version: Version
    count: int


async def drafts_with_unsure(session: AsyncSession) -> list[Unsure]:
    """Drafts whose newest public version has work of this kind, the oldest first."""
    later = aliased(Version)
    newest = (
        select(func.max(later.number))
        .where(later.draft_id == Version.draft_id, later.published_at.is_not(None))
        .scalar_subquery()
    )
    counted = (
        select(Anchor.version_id, func.count().label("count"))
        .where(Anchor.unsure)
        .group_by(Anchor.version_id)
        .subquery()
    )
    count = func.coalesce(counted.c.count, 0)
    statement = (
        select(Consultation, Draft, Version, count)
        .join(Draft, Draft.consultation_id == Consultation.id)
        .join(Version, Version.draft_id == Draft.id)
        .outerjoin(counted, counted.c.version_id == Version.id)
        .where(Version.number == newest, Version.number > 1, (count > 0) | Version.carried_at.is_(None))
        .order_by(Version.id)
    )
    return [Unsure(*row) for row in await session.execute(statement)]
