"""Choosing how a response is published, and dealing with requests about one that was sent. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.translated import Translated
from consult.ledger.audit import record
from consult.models.contribution import Contribution
from consult.models.questionnaire import Content
from consult.models.response import Action, Decision
from consult.models.submission import Publication, Submission, SubmissionState
from consult.moderation.service import note_decision
from consult.security.actor import Actor
from consult.submissions.ending import end_submission
from consult.submissions.narrowing import narrow_publication
from consult.submissions.queries import answers_of
from consult.submissions.saving import check_open, set_private


async def save_publication(
    session: AsyncSession,
    submission: Submission,
    content: Content,
    publication: str,
    summary: str,
    private: Collection[str],
    now: datetime,
) -> None:
    """Keep how a response is to be published, "" for not chosen yet, and which answers are confidential.

    Counts with the next sending. Raises Conflict for a response that was taken down.
    """
    check_open(submission)
    submission.publication, submission.summary, submission.saved_at = publication, summary, now
    if content.per_answer:
        answered = await answers_of(session, submission.id)
        await set_private(session, submission, {key: key in private for key in answered})
    await session.flush()


ENDS = {Action.WITHDRAW: SubmissionState.WITHDRAWN, Action.REMOVE: SubmissionState.REMOVED}


async def end_on_request(
    session: AsyncSession,
    submission: Submission,
    contribution: Contribution,
    action: Action,
    note: Translated,
    actor: Actor,
    now: datetime,
    *,
    erase: bool,
) -> Decision:
    """Withdraw a response on request, or remove it as the law asks; the note stands on its stub and in the public log.

    Raises Conflict where nothing of it counts any more.
    """
    await end_submission(session, submission, ENDS[action], note, actor, now, erase=erase)
    return await note_decision(session, contribution, action, note, actor, now)


async def narrow_on_request(
    session: AsyncSession,
    submission: Submission,
    contribution: Contribution,
    content: Content,
    publication: Publication,
    summary: str,
    note: Translated,
    actor: Actor,
    now: datetime,
) -> Decision:
    """Publish less of a response than its people chose; the note stands on its page and in the public log.

    Raises Conflict where it shows as little already.
    """
    await narrow_publication(session, submission, content, publication, summary, now)
    record(session, actor, "submission.narrowed", contribution.reference, now)
    return await note_decision(session, contribution, Action.NARROW, note, actor, now)
