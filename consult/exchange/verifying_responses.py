"""Proof that what the public reads of a formal response is the public part of what was received, word for word."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.contribution import Contribution, State
from consult.models.questionnaire import Content, Questionnaire
from consult.models.submission import Submission, SubmissionSending, SubmissionState
from consult.submissions.document import read_document
from consult.submissions.public import as_published, public_text, view_public

SHOWN = (State.PUBLISHED, State.PENDING)


async def check_responses(session: AsyncSession) -> AsyncIterator[str]:
    """A public face that says something else than its newest sending, or stands for none."""
    editions: dict[tuple[int, int], Content] = {}
    newest = (
        select(SubmissionSending.submission_id, func.max(SubmissionSending.number).label("number"))
        .group_by(SubmissionSending.submission_id)
        .subquery()
    )
    statement = (
        select(Submission.round_id, Contribution, SubmissionSending.text)
        .join(Contribution, Contribution.id == Submission.contribution_id)
        .join(newest, newest.c.submission_id == Submission.id)
        .join(
            SubmissionSending,
            (SubmissionSending.submission_id == Submission.id)
            & (SubmissionSending.number == newest.c.number),
        )
        .where(Submission.state == SubmissionState.SENT, Contribution.state.in_(SHOWN))
        .order_by(Submission.id)
    )
    for round_id, face, text in (await session.execute(statement)).all():
        if not await _agrees(session, round_id, face, text, editions):
            yield f"{face.reference}: its public text is not the public part of what was received"


async def _agrees(
    session: AsyncSession,
    round_id: int,
    face: Contribution,
    text: str,
    editions: dict[tuple[int, int], Content],
) -> bool:
    try:
        document = as_published(read_document(text), face.publication, face.text)
    except msgspec.DecodeError:
        return False
    place = (round_id, document.edition)
    if place not in editions:
        wanted = select(Questionnaire).where(
            Questionnaire.round_id == round_id, Questionnaire.edition == document.edition
        )
        editions[place] = (await session.execute(wanted)).scalar_one().read()
    response = view_public(document, editions[place], document.lang)
    said, html = public_text(response)
    return (face.text, face.html, face.author_name) == (said, str(html), response.name)
