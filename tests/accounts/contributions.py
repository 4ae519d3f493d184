"""Contributions as they lie in the database, for tests of what accounts show of them."""

from __future__ import annotations

from consult.models.consultation import Consultation
from consult.models.contribution import Contribution
from consult.models.people import User
from tests.people import Site


async def posted(
    site: Site,
    consultation: Consultation,
    author: User,
    text: str,
    *,
    state: str = "published",
    lang: str = "en",
) -> Contribution:
    """One of somebody's comments on a consultation."""
    async with site.database.writing() as session:
        contribution = Contribution(
            reference="",
            consultation_id=consultation.id,
            place="consultation",
            author_id=author.id,
            author_name=author.name,
            organisation_name="Her organisation",
            lang=lang,
            text=text,
            html=f"<p>{text}</p>",
            state=state,
            created_at=site.clock.now(),
        )
        contribution.reference = f"{consultation.reference}-C{abs(hash(text)) % 10_000_000:07d}"
        session.add(contribution)
    return contribution
