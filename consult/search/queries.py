"""What a page of results needs from the database beside the index: what is still public, and what things are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import list_topics
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, ContributionType, State
from consult.search.port import Hit

CONTRIBUTIONS = frozenset(str(kind) for kind in ContributionType)
"""Types of hits that are contributions; the others are texts of the Forum."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Titles of public consultations by slug, names of topics by slug, contributions that are public by reference."""

    titles: dict[str, Translated]
    topics: dict[str, Translated]
    contributions: dict[str, Row[*tuple[Any, ...]]]

    def is_public(self, hit: Hit) -> bool:
        """Whether what was found may still be shown: the index may be a moment behind."""
        if hit.consultation not in self.titles:
            return False
        return hit.type not in CONTRIBUTIONS or hit.reference in self.contributions


async def look_around(session: AsyncSession, hits: Sequence[Hit]) -> Surroundings:
    """All that showing these hits needs, in three queries."""
    rows = await session.execute(
        select(Consultation.slug, Consultation.title).where(Consultation.published_at.is_not(None))
    )
    topics = await list_topics(session)
    return Surroundings(
        titles={row.slug: row.title for row in rows},
        topics={topic.slug: topic.name for topic in topics},
        contributions=await _public_contributions(session, hits),
    )


async def _public_contributions(
    session: AsyncSession, hits: Sequence[Hit]
) -> dict[str, Row[*tuple[Any, ...]]]:
    references = [hit.reference for hit in hits if hit.type in CONTRIBUTIONS]
    if not references:
        return {}
    statement: Select[*tuple[Any, ...]] = select(
        Contribution.reference,
        Contribution.title,
        Contribution.author_name,
        Contribution.organisation_name,
        Contribution.organisation_id,
        Contribution.verified,
        Contribution.kind,
        Contribution.country,
        Contribution.anonymous,
        Contribution.forum_voice,
    ).where(Contribution.reference.in_(references), Contribution.state == State.PUBLISHED)
    rows = (await session.execute(statement)).all()
    return {row.reference: row for row in rows}
