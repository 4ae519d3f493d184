"""What the desk's pages on consultations read beside the consultation itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation, Round, Topic, consultation_topics, round_versions
from consult.models.document import Draft, Import


async def drafts_of(session: AsyncSession, consultation_id: int) -> Sequence[Draft]:
    """All drafts of a consultation with all their versions, published or not."""
    statement = select(Draft).options(selectinload(Draft.versions))
    statement = statement.where(Draft.consultation_id == consultation_id).order_by(Draft.position, Draft.id)
    return (await session.execute(statement)).scalars().all()


async def versions_by_round(session: AsyncSession, consultation_id: int) -> dict[int, set[int]]:
    """Version ids by round id."""
    statement = select(round_versions.c.round_id, round_versions.c.version_id)
    statement = statement.join(Round, Round.id == round_versions.c.round_id)
    found: dict[int, set[int]] = defaultdict(set)
    for round_id, version_id in await session.execute(
        statement.where(Round.consultation_id == consultation_id)
    ):
        found[round_id].add(version_id)
    return found


async def waiting_imports(session: AsyncSession, consultation_id: int) -> Sequence[Import]:
    """Drafts brought in that an editor has yet to settle."""
    statement = select(Import).where(Import.consultation_id == consultation_id, Import.settled_at.is_(None))
    return (await session.execute(statement.order_by(Import.id))).scalars().all()


async def get_topic(session: AsyncSession, slug: str) -> Topic:
    """One topic. Raises NotFound."""
    found = (await session.execute(select(Topic).where(Topic.slug == slug))).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def uses_of_topics(session: AsyncSession) -> dict[int, int]:
    """How many consultations have each topic, by topic id."""
    columns = consultation_topics.c
    statement = select(columns.topic_id, func.count()).group_by(columns.topic_id)
    return {row.topic_id: row[1] for row in await session.execute(statement)}


def get_round(consultation: Consultation, number: int) -> Round:
    """A round of a loaded consultation. Raises NotFound."""
    found = next((each for each in consultation.rounds if each.number == number), None)
    if found is None:
        raise NotFound
    return found
