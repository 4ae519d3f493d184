"""Which round is responded to, and what it asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.consultations.queries import get_consultation, round_to_answer
from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation, Round
from consult.models.questionnaire import Content, Questionnaire
from consult.models.submission import Submission
from consult.questionnaires.queries import current_of, current_questionnaire


@dataclass(frozen=True, slots=True)
class Target:
    """The round that is responded to, and what it asks."""

    consultation: Consultation
    round: Round
    content: Content
    edition: int


async def find_target(session: AsyncSession, slug: str, now: datetime) -> Target:
    """What a public consultation asks for in a formal response. Raises NotFound where it asks for none."""
    consultation = await get_consultation(session, slug, None)
    round_ = round_to_answer(consultation.rounds, now)
    if round_ is None:
        raise NotFound
    return await _target(session, consultation, round_)


async def target_of(session: AsyncSession, submission: Submission) -> Target:
    """What a response answers, in the words that are asked now. Raises NotFound."""
    statement = (
        select(Round)
        .where(Round.id == submission.round_id)
        .options(
            selectinload(Round.extensions),
            selectinload(Round.consultation).selectinload(Consultation.topics),
        )
    )
    round_ = (await session.execute(statement)).scalar_one()
    return await _target(session, round_.consultation, round_)


async def brief_target_of(session: AsyncSession, submission: Submission) -> Target:
    """The same without extensions and topics, which sending asks nothing of: at a deadline each statement counts."""
    row = (await session.execute(_BRIEF, {"round": submission.round_id})).one_or_none()
    if row is None:
        raise NotFound
    round_, consultation, questionnaire = row
    return Target(consultation, round_, questionnaire.read(), questionnaire.edition)


_ASKED = current_of(bindparam("round")).with_only_columns(Questionnaire.id).scalar_subquery()
_BRIEF = (
    select(Round, Consultation, Questionnaire)
    .join(Consultation, Consultation.id == Round.consultation_id)
    .join(Questionnaire, Questionnaire.id == _ASKED)
    .where(Round.id == bindparam("round"))
)


async def _target(session: AsyncSession, consultation: Consultation, round_: Round) -> Target:
    questionnaire = await current_questionnaire(session, round_.id)
    if questionnaire is None:
        raise NotFound
    return Target(consultation, round_, questionnaire.read(), questionnaire.edition)
