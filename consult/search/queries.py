"""What a page of results needs from the database beside the index: what is still public, and what things are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.queries import public_numbers
from consult.consultations.queries import list_topics
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, ContributionType, State
from consult.search.port import Hit

CONTRIBUTIONS = frozenset(str(kind) for kind in ContributionType)
"""Types of hits that are contributions; the others are texts of the Forum."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Titles of public consultations by slug, names of topics by slug, contributions that are public by reference, and
    which of their files are: (reference, number)."""

    titles: dict[str, Translated]
    topics: dict[str, Translated]
    contributions: dict[str, Row[*tuple[Any, ...]]]
    files: set[tuple[str, int]] = field(default_factory=set)

    def is_late(self, hit: Hit) -> bool:
        """Whether what was found is a formal response that came late."""
        row = self.contributions.get(hit.reference)
        return row is not None and bool(row.late)

    def is_public(self, hit: Hit) -> bool:
        """Whether what was found may still be shown: the index may be a moment behind."""
        if hit.consultation not in self.titles:
            return False
        if hit.file and (hit.reference, hit.file_number) not in self.files:
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
        files=await public_numbers(session, [hit.reference for hit in hits if hit.file]),
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
        Contribution.late,
    ).where(Contribution.reference.in_(references), Contribution.state == State.PUBLISHED)
    rows = (await session.execute(statement)).all()
    return {row.reference: row for row in rows}
