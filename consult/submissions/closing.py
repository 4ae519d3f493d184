"""What becomes of a person's responses when they close their account. Flushes, never commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.contribution import Contribution
from consult.models.submission import Publication, Submission, SubmissionState
from consult.submissions.narrowing import narrow_publication
from consult.submissions.targets import target_of


async def close_responses(session: AsyncSession, user_id: int, now: datetime, *, withhold: bool) -> None:
    """Delete a person's unsent responses; what was sent stays as it was received, with `withhold` public without their name.

    An organisation's responses are its own: they stay as they are, and so does the name of whom it had sign.
    """
    alone = (Submission.author_id == user_id, Submission.organisation_id.is_(None))
    await session.execute(delete(Submission).where(*alone, Submission.state == SubmissionState.BEGUN))
    if withhold:
        for submission in await _named(session, user_id):
            target = await target_of(session, submission)
            await narrow_publication(session, submission, target.content, Publication.UNNAMED, "", now)
    # The address goes with the account: of a response from before it was only kept to mail its links and receipts.
    await session.execute(update(Submission).where(*alone).values(email=""))


async def _named(session: AsyncSession, user_id: int) -> list[Submission]:
    statement = (
        select(Submission)
        .join(Contribution, Contribution.id == Submission.contribution_id)
        .where(
            Submission.author_id == user_id,
            Submission.organisation_id.is_(None),
            Submission.state == SubmissionState.SENT,
            Contribution.publication == Publication.NAMED,
        )
    )
    return list((await session.execute(statement)).scalars())
