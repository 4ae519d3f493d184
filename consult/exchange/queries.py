"""What importers and exporters read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Anchor, Contribution
from consult.models.document import Block, BlockText, Draft, Version
from consult.models.response import Disposition, Outcome

AnyRow = Row[*tuple[Any, ...]]
MANY = 500
"""Values in one IN: both databases take these without complaint."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A contribution in the database that others can stand under; `block` is that of its thread, None for none."""

    key: int
    thread: int | None
    depth: int
    block: int | None


async def find_consultation(session: AsyncSession, slug: str) -> Consultation:
    """A consultation by slug or reference, public or not, with its rounds: for the shell. Raises NotFound."""
    statement = (
        select(Consultation)
        .options(
            selectinload(Consultation.rounds).selectinload(Round.extensions),
            selectinload(Consultation.topics),
        )
        .where(or_(Consultation.slug == slug, Consultation.reference == slug.upper()))
    )
    found = (await session.execute(statement)).scalars().first()
    if found is None:
        raise NotFound
    return found


async def hold(session: AsyncSession, consultation_id: int) -> None:
    """Make other imports into this consultation wait for the end of this transaction; readers and writers don't."""
    statement = select(Consultation.id).where(Consultation.id == consultation_id)
    await session.execute(statement.with_for_update(key_share=True))


async def find_placed(
    session: AsyncSession, consultation_id: int, source: str, ids: Sequence[str]
) -> dict[str, Placed]:
    """Those of the ids that are in the consultation: brought in from this source, or by their reference."""
    found: dict[str, Placed] = {}
    for start in range(0, len(ids), MANY):
        found |= await _find_placed(session, consultation_id, source, ids[start : start + MANY])
    return found


async def _find_placed(
    session: AsyncSession, consultation_id: int, source: str, ids: Sequence[str]
) -> dict[str, Placed]:
    own = and_(Contribution.source == source, Contribution.source_id.in_(ids))
    here = and_(Contribution.source == "", Contribution.reference.in_(ids))
    statement = (
        select(Contribution.id, Contribution.source, Contribution.source_id, Contribution.reference,
               Contribution.thread_id, Contribution.depth, Anchor.block_id)
        .outerjoin(Anchor, and_(Anchor.contribution_id == func.coalesce(Contribution.thread_id, Contribution.id),
                                Anchor.made_here))
        .where(Contribution.consultation_id == consultation_id, or_(own, here))
    )  # fmt: skip
    return {
        (row.source_id if row.source else row.reference): Placed(
            row.id, row.thread_id, row.depth, row.block_id
        )
        for row in await session.execute(statement)
    }


async def find_blocks(
    session: AsyncSession, consultation_id: int
) -> dict[tuple[str, str], tuple[int, int, str]]:
    """By draft and key: (block id, version id, original language) of the newest public version that has the block."""
    statement = (
        select(Draft.slug, Block.key, Block.id, Version.id, Version.original)
        .join(Version, Version.draft_id == Draft.id)
        .join(Block, Block.version_id == Version.id)
        .where(Draft.consultation_id == consultation_id, Version.published_at.is_not(None))
        .order_by(Version.number)
    )
    return {
        (slug, key): (block, version, lang)
        for slug, key, block, version, lang in await session.execute(statement)
    }


async def block_texts(session: AsyncSession, block_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Plain texts by language of blocks."""
    wanted = sorted(set(block_ids))
    found: dict[int, dict[str, str]] = {each: {} for each in wanted}
    for start in range(0, len(wanted), MANY):
        statement = select(BlockText.block_id, BlockText.lang, BlockText.plain)
        for row in await session.execute(
            statement.where(BlockText.block_id.in_(wanted[start : start + MANY]))
        ):
            found[row.block_id][row.lang] = row.plain
    return found


ROW = (
    Contribution.id, Contribution.source, Contribution.source_id, Contribution.reference, Contribution.type,
    Contribution.parent_id, Contribution.thread_id, Contribution.lang, Contribution.created_at, Contribution.edited_at,
    Contribution.author_name, Contribution.organisation_name, Contribution.kind, Contribution.country,
    Contribution.anonymous, Contribution.in_grace, Contribution.late, Contribution.verified, Contribution.publication,
    Contribution.interest, Contribution.funder, Contribution.title, Contribution.text, Contribution.state, Contribution.support_count,
    Draft.slug.label("draft"), Version.number.label("version"), Block.key.label("block"), Anchor.exact,
    Disposition.kind.label("disposition"),
)  # fmt: skip
"""What is read of a contribution to give it away; its place is the one that it was made on."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which contributions of a consultation; `type` "" for all."""

    consultation_id: int
    states: tuple[str, ...]
    type: str = ""


def _rows(which: Which) -> Select[*tuple[Any, ...]]:
    statement = (
        select(*ROW)
        .outerjoin(Anchor, and_(Anchor.contribution_id == Contribution.id, Anchor.made_here))
        .outerjoin(Block, Block.id == Anchor.block_id)
        .outerjoin(Version, Version.id == Block.version_id)
        .outerjoin(Draft, Draft.id == Version.draft_id)
        .outerjoin(Disposition, Disposition.contribution_id == Contribution.id)
        .where(Contribution.consultation_id == which.consultation_id, Contribution.state.in_(which.states))
    )
    return statement.where(Contribution.type == which.type) if which.type else statement


async def read_rows(session: AsyncSession, which: Which, after: int, most: int) -> Sequence[AnyRow]:
    """The first `most` of them after an id, in the order in which they came."""
    statement = _rows(which).where(Contribution.id > after).order_by(Contribution.id).limit(most)
    return (await session.execute(statement)).all()


async def read_one(session: AsyncSession, which: Which, id: int) -> AnyRow | None:
    """One of them."""
    return (await session.execute(_rows(which).where(Contribution.id == id))).first()


async def left_out(session: AsyncSession, which: Which) -> dict[int, int | None]:
    """The parent of each contribution that is not among them: few, and needed to step over them."""
    statement = select(Contribution.id, Contribution.parent_id).where(
        Contribution.consultation_id == which.consultation_id, Contribution.state.not_in(which.states)
    )
    return {row.id: row.parent_id for row in await session.execute(statement)}


async def count_by_state(session: AsyncSession, consultation_id: int) -> dict[str, int]:
    """How many contributions are in each state."""
    statement = select(Contribution.state, func.count()).where(
        Contribution.consultation_id == consultation_id
    )
    rows = await session.execute(statement.group_by(Contribution.state))
    return dict(rows.all())


async def links_by_id(session: AsyncSession, ids: Sequence[int]) -> Sequence[AnyRow]:
    """What a contribution's exported id is made of, and its parent."""
    found: list[AnyRow] = []
    for start in range(0, len(ids), MANY):
        statement = select(
            Contribution.id,
            Contribution.parent_id,
            Contribution.source,
            Contribution.source_id,
            Contribution.reference,
        ).where(Contribution.id.in_(ids[start : start + MANY]))
        found += (await session.execute(statement)).all()
    return found


async def public_places(session: AsyncSession) -> list[str]:
    """Addresses without locale of public consultations, their outcomes, drafts and versions."""
    is_public = Consultation.published_at.is_not(None)
    slugs = await session.execute(select(Consultation.slug).where(is_public).order_by(Consultation.id.desc()))
    outcomes = await session.execute(
        select(Consultation.slug)
        .join(Outcome, Outcome.consultation_id == Consultation.id)
        .where(is_public, Outcome.published_at.is_not(None))
    )
    drafts = await session.execute(
        select(Consultation.slug, Draft.slug)
        .join(Draft, Draft.consultation_id == Consultation.id)
        .where(is_public, Draft.versions.any(Version.published_at.is_not(None)))
    )
    versions = await session.execute(
        select(Version.reference)
        .join(Draft, Draft.id == Version.draft_id)
        .join(Consultation, Consultation.id == Draft.consultation_id)
        .where(is_public, Version.published_at.is_not(None))
        .order_by(Version.id)
    )
    return [
        *(f"/consultations/{slug}" for slug in slugs.scalars()),
        *(f"/consultations/{slug}/outcome" for slug in outcomes.scalars()),
        *(f"/consultations/{slug}/drafts/{draft}" for slug, draft in drafts),
        *(f"/versions/{reference}" for reference in versions.scalars()),
    ]
