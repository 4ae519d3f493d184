"""Which round is responded to, and what it asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.consultations.queries import get_consultation
from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation, Round
from consult.models.questionnaire import Questionnaire
from consult.models.submission import Submission
from consult.questionnaires.queries import current_questionnaire
from consult.submissions.service import Target


async def asked_rounds(session: AsyncSession, round_ids: Sequence[int]) -> frozenset[int]:
    """Those of the rounds that ask for formal responses: their questionnaire is ready."""
    statement = select(Questionnaire.round_id).where(
        Questionnaire.round_id.in_(round_ids), Questionnaire.ready_at.is_not(None)
    )
    return frozenset((await session.execute(statement)).scalars())


def round_to_answer(rounds: Sequence[Round], now: datetime) -> Round | None:
    """The round that matters to who responds: the last one that takes responses, late ones too, else the next, else the
    last."""
    taking = [each for each in rounds if each.opens_at <= now < each.period.late_ends_at]
    coming = [each for each in rounds if each.opens_at > now]
    return next(iter([*taking[-1:], *coming[:1], *rounds[-1:]]), None)


async def find_target(session: AsyncSession, slug: str, now: datetime) -> Target:
    """What a public consultation asks for in a formal response. Raises NotFound where it asks for none."""
    consultation = await get_consultation(session, slug, None)
    asked = await asked_rounds(session, [each.id for each in consultation.rounds])
    round_ = round_to_answer([each for each in consultation.rounds if each.id in asked], now)
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


async def _target(session: AsyncSession, consultation: Consultation, round_: Round) -> Target:
    questionnaire = await current_questionnaire(session, round_.id)
    if questionnaire is None:
        raise NotFound
    return Target(consultation, round_, questionnaire.read(), questionnaire.edition)
