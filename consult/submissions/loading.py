"""From a response to the round that it answers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.consultation import Consultation, Round
from consult.models.submission import Submission
from consult.questionnaires.queries import get_edition
from consult.submissions.document import Document, substance
from consult.submissions.gathering import compose, gather
from consult.submissions.service import Target


async def load_target(session: AsyncSession, submission: Submission) -> Target:
    """The round of a response and what it asks, in the edition that was answered. Raises NotFound."""
    statement = select(Consultation, Round).join(Round, Round.consultation_id == Consultation.id)
    consultation, round_ = (await session.execute(statement.where(Round.id == submission.round_id))).one()
    asked = await get_edition(session, submission.round_id, submission.edition)
    return Target(consultation, round_, asked.read(), asked.edition)


async def document_now(session: AsyncSession, submission: Submission, target: Target) -> Document:
    """What would be sent now."""
    return compose(await gather(session, submission, target.content), target.consultation, target.round)


async def digest_now(session: AsyncSession, submission: Submission, target: Target) -> str:
    """The digest that a sign-off given now is about."""
    return substance(await document_now(session, submission, target))
