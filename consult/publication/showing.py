"""A sent response for its public page: made of what was received and of how it is published now."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.queries import public_files
from consult.i18n.content import pick
from consult.models.contribution import Contribution, State
from consult.models.response import Action
from consult.models.submission import Submission, SubmissionState
from consult.publication.queries import content_of, received_of, requests_on
from consult.publication.views import (
    FileView,
    ResponsePage,
    ResponseView,
    view_received,
    view_requests,
    view_response,
)
from consult.submissions.document import Document, read_document
from consult.submissions.public import as_published, view_public
from consult.submissions.queries import get_by_contribution, last_sending

VISIBLE = (State.PUBLISHED, State.PENDING)


async def show_sent(session: AsyncSession, contribution: Contribution, locale: str) -> ResponsePage | None:
    """What its page says of a response; None for a comment, and for a response that was brought in from elsewhere."""
    submission = await get_by_contribution(session, contribution.id)
    if submission is None:
        return None
    requests = view_requests(await requests_on(session, contribution.id), locale)
    is_ended = submission.state in (SubmissionState.WITHDRAWN, SubmissionState.REMOVED)
    note = submission.ended_note
    return ResponsePage(
        state=submission.state,
        response=await show_public(session, submission, contribution, locale),
        received=view_received(await received_of(session, submission.id), locale),
        requests=tuple(each for each in requests if each.action == Action.NARROW or not is_ended),
        ended_at=submission.ended_at if is_ended else None,
        ended_note=pick(note, locale) if note and is_ended else None,
        withdrawn_by_staff=any(each.action == Action.WITHDRAW for each in requests),
    )


async def show_public(
    session: AsyncSession, submission: Submission, contribution: Contribution, locale: str
) -> ResponseView | None:
    """Its public part, None where nothing is public."""
    if contribution.state not in VISIBLE:
        return None
    document = await read_published(session, submission, contribution)
    if document is None:
        return None
    content = await content_of(session, submission.round_id, document.edition)
    found = await public_files(session, contribution.id, waiting=True)
    files = [FileView(each.name, each.size, each.address) for each in found]
    public = view_public(document, content, locale)
    return view_response(public, locale, contribution.organisation_id, files)


async def read_published(
    session: AsyncSession, submission: Submission, contribution: Contribution
) -> Document | None:
    """What was received last, as it is published now. For what is public alone: staff read `read_received`."""
    sending = await last_sending(session, submission.id)
    if sending is None or not sending.text:
        return None
    return as_published(read_document(sending.text), contribution.publication, contribution.text)
