"""What would be sent now, and its digest: what a sign-off is about."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.submission import Submission
from consult.submissions.document import Document, substance
from consult.submissions.gathering import compose, gather
from consult.submissions.targets import Target


async def document_now(session: AsyncSession, submission: Submission, target: Target) -> Document:
    """What would be sent now."""
    return compose(await gather(session, submission, target.content), target.consultation, target.round)


async def digest_now(session: AsyncSession, submission: Submission, target: Target) -> str:
    """The digest that a sign-off given now is about."""
    return substance(await document_now(session, submission, target))
