"""Withdrawing a response, and taking one down: the text goes from public, its hash and the reason stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.service import unpublish_files
from consult.comments.counting import count_again
from consult.kernel.errors import Conflict, RoundClosed
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.ledger.audit import record
from consult.models.consultation import Round
from consult.models.contribution import Contribution, Revision, State
from consult.models.submission import (
    Answer,
    Attachment,
    SetAside,
    Submission,
    SubmissionSending,
    SubmissionState,
)
from consult.models.team import TeamNote
from consult.receipts.service import Ending, log_end
from consult.security.actor import Actor
from consult.submissions.face import get_face, tell
from consult.submissions.queries import sendings_of
from consult.submissions.rules import may_correct


async def withdraw_submission(
    session: AsyncSession, submission: Submission, round_: Round, now: datetime
) -> None:
    """Its own people take it back, while it can be corrected. Raises RoundClosed afterwards, Conflict if it is not sent."""
    if submission.state != SubmissionState.SENT:
        raise Conflict
    if not may_correct(round_.period, submission.begun_at, submission.rule, now):
        raise RoundClosed(N_("The round has ended. Ask the Forum to withdraw your response."))
    await _end(session, submission, SubmissionState.WITHDRAWN, None, now)


async def end_submission(
    session: AsyncSession,
    submission: Submission,
    state: SubmissionState,
    note: Translated,
    actor: Actor,
    now: datetime,
    *,
    erase: bool,
) -> None:
    """Staff withdraw a response on request, or remove it as the law asks, with a public note.

    `erase` also deletes the texts that were received; their hashes stay. Raises Conflict where it is not sent.
    """
    if submission.state != SubmissionState.SENT:
        raise Conflict
    await _end(session, submission, state, note, now)
    if erase:
        await _erase(session, submission)
    contribution = await get_face(session, submission)
    record(session, actor, f"submission.{state}", contribution.reference, now)


async def _erase(session: AsyncSession, submission: Submission) -> None:
    """The texts as they were received, and the working ones, and the team's remarks on them; files, whose bytes the worker
    takes out of the store once nothing stands on them."""
    for table in (Answer, SetAside, TeamNote, Attachment):
        await session.execute(delete(table).where(table.submission_id == submission.id))
    emptied = update(SubmissionSending).where(SubmissionSending.submission_id == submission.id)
    await session.execute(emptied.values(text=""))
    submission.summary = ""


async def _end(
    session: AsyncSession,
    submission: Submission,
    state: SubmissionState,
    note: Translated | None,
    now: datetime,
) -> None:
    contribution = await get_face(session, submission)
    sendings = await sendings_of(session, submission.id)
    kind: Ending = "withdrawn" if state is SubmissionState.WITHDRAWN else "removed"
    await log_end(session, sendings[-1], kind, contribution.reference, note, now)
    await _hide(session, contribution)
    submission.state, submission.ended_at, submission.ended_note = state, now, note
    await unpublish_files(session, submission, now)
    await tell(session, "submission.ended", submission, contribution, now)
    await session.flush()


async def _hide(session: AsyncSession, contribution: Contribution) -> None:
    if contribution.state == State.PUBLISHED:
        await count_again(session, contribution, -1)
    contribution.text = contribution.html = contribution.title = ""
    contribution.author_name = contribution.organisation_name = contribution.country = ""
    contribution.organisation_id = None
    contribution.anonymous, contribution.verified = True, ""
    contribution.publication = contribution.interest = contribution.funder = ""
    contribution.state = State.WITHDRAWN
    await session.execute(delete(Revision).where(Revision.contribution_id == contribution.id))
