"""Publishing less of a response that was sent: its name taken off, or all but a summary. Flushes, never commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.service import renew_files, unpublish_files
from consult.kernel.errors import Conflict
from consult.kernel.messages import N_
from consult.models.contribution import State
from consult.models.questionnaire import Content
from consult.models.submission import Publication, Submission, SubmissionState
from consult.submissions.document import read_document
from consult.submissions.face import get_face, recount, show_face, tell, traits_of
from consult.submissions.public import as_published, view_public
from consult.submissions.queries import last_sending

LESS_AND_LESS = (Publication.NAMED, Publication.UNNAMED, Publication.CONFIDENTIAL)
"""Ways to be published, each of which shows less than the one before."""


def less_public(than: str) -> tuple[Publication, ...]:
    """The ways that show less."""
    return LESS_AND_LESS[LESS_AND_LESS.index(Publication(than)) + 1 :]


async def narrow_publication(
    session: AsyncSession,
    submission: Submission,
    content: Content,
    publication: Publication,
    summary: str,
    now: datetime,
) -> None:
    """Make a new public face of what was sent, which shows less; `summary` is all that is public of a confidential one.

    What was received, its receipt and its entry in the log stay as they are. Raises Conflict where nothing that could be
    shown was sent, or where it would show as much or more.
    """
    sending = await last_sending(session, submission.id)
    if submission.state != SubmissionState.SENT or sending is None or not sending.text:
        raise Conflict
    contribution = await get_face(session, submission)
    if publication not in less_public(contribution.publication):
        raise Conflict(N_("It is published like that, or shows even less."))
    document = as_published(read_document(sending.text), publication, summary)
    was = traits_of(contribution)
    show_face(contribution, submission, view_public(document, content, document.lang))
    submission.publication = publication
    contribution.edited_at = now
    if contribution.state == State.PUBLISHED:
        await recount(session, contribution, was)
    await _change_files(session, submission, publication, now)
    await tell(session, "submission.narrowed", submission, contribution, now)
    await session.flush()


async def _change_files(
    session: AsyncSession, submission: Submission, publication: Publication, now: datetime
) -> None:
    # What was added since the last sending stays unpublished.
    change = unpublish_files if publication is Publication.CONFIDENTIAL else renew_files
    await change(session, submission, now)
