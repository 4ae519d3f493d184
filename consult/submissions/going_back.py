"""Going back: to what was sent, or to nothing at all. Flushes, never commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict, NotAllowed
from consult.kernel.messages import N_
from consult.kernel.translated import digest
from consult.models.people import MemberRole
from consult.models.submission import Answer, Submission, SubmissionSending, SubmissionState
from consult.security.actor import Actor
from consult.submissions.document import Document, SentAnswer, read_document
from consult.submissions.queries import answers_of
from consult.submissions.saving import check_open
from consult.teams.sign_offs import member_role


async def go_back(
    session: AsyncSession, submission: Submission, sending: SubmissionSending, user_id: int, now: datetime
) -> None:
    """Make the working text what was sent. Files stay as they are: one that was removed has to be added again."""
    check_open(submission)
    document = read_document(sending.text)
    sent = {each.question: each for each in document.answers}
    answers = await answers_of(session, submission.id)
    for key in sorted(answers.keys() | sent.keys()):
        answer = answers.get(key) or Answer(submission_id=submission.id, question=key, version=0)
        _set(answer, sent.get(key))
        answer.version += 1
        answer.edited_by, answer.edited_at = user_id, now
        session.add(answer)
    _set_who(submission, document)
    submission.version += 1
    submission.saved_at = now
    await session.flush()


def _set(answer: Answer, sent: SentAnswer | None) -> None:
    answer.value = sent.value if sent else None
    answer.private = bool(sent and sent.private)
    answer.marks = [list(each) for each in sent.marks] if sent else []
    answer.marked = digest(str(sent.value)) if sent and sent.marks else ""


def _set_who(submission: Submission, document: Document) -> None:
    who = document.respondent
    submission.name, submission.interest, submission.funder = who.name, who.interest, who.funder
    submission.lang, submission.publication = document.lang, document.publication
    submission.summary = document.summary or submission.summary
    if submission.organisation_id is None:
        submission.organisation_name, submission.kind = who.organisation, who.kind
        submission.country = who.country


async def delete_unsent(session: AsyncSession, submission: Submission, actor: Actor) -> None:
    """Delete a response that was never sent. An organisation's one only its owners delete. Raises Conflict, NotAllowed."""
    if submission.state != SubmissionState.BEGUN:
        raise Conflict(N_("This was sent, so it can't be deleted. You can withdraw it."))
    if not await _may_delete(session, submission, actor):
        raise NotAllowed(N_("Only an owner of the organisation can delete its response."))
    await session.execute(delete(Submission).where(Submission.id == submission.id))


async def _may_delete(session: AsyncSession, submission: Submission, actor: Actor) -> bool:
    if submission.organisation_id is None:
        return True
    return await member_role(session, actor.id, submission.organisation_id) == MemberRole.OWNER
