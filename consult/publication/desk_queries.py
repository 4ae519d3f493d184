"""Formal responses as the desk lists them. What was begun and not sent is only counted: nobody at the desk reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.queries import get_contribution
from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution, State
from consult.models.people import User
from consult.models.response import ON_REQUEST, Decision
from consult.models.submission import Submission, SubmissionSending, SubmissionState
from consult.security.actor import Actor
from consult.submissions.queries import get_by_contribution

AnyRow = Row[*tuple[Any, ...]]
ON_PAGE = 50
SHOWN: Mapping[str, tuple[ColumnElement[bool], ...]] = {
    "all": (),
    "waiting": (Contribution.state == State.PENDING,),
    "late": (Contribution.late.is_(True),),
    "ended": (Submission.state.in_((SubmissionState.WITHDRAWN, SubmissionState.REMOVED)),),
    "requests": (
        Contribution.id.in_(select(Decision.contribution_id).where(Decision.action.in_(ON_REQUEST))),
    ),
}
"""What the list can be narrowed to."""


def _sent(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Submission)
        .join(Contribution, Contribution.id == Submission.contribution_id)
        .join(Round, Round.id == Submission.round_id)
    )


async def count_sent(session: AsyncSession, consultation_id: int) -> dict[str, int]:
    """How many of the responses that were sent there are by what the list can be narrowed to."""
    counts = (
        func.count().filter(*conditions).label(name) if conditions else func.count().label(name)
        for name, conditions in SHOWN.items()
    )
    row = (await session.execute(_sent(*counts).where(Round.consultation_id == consultation_id))).one()
    return {name: int(getattr(row, name)) for name in SHOWN}


async def count_begun(session: AsyncSession, consultation_id: int) -> int:
    """How many responses were begun and not sent."""
    statement = (
        select(func.count())
        .select_from(Submission)
        .join(Round, Round.id == Submission.round_id)
        .where(Round.consultation_id == consultation_id, Submission.state == SubmissionState.BEGUN)
    )
    return int((await session.execute(statement)).scalar_one())


async def list_sent(
    session: AsyncSession, consultation_id: int, shown: str, after: int = 0
) -> Sequence[AnyRow]:
    """A page of responses and one more, as everybody sees them, in the order in which they came, after an id: with the
    response's state, its rule, the number of its round and how often it was sent."""
    times = (
        select(func.count())
        .where(SubmissionSending.submission_id == Submission.id)
        .correlate(Submission)
        .scalar_subquery()
    )
    statement = (
        _sent(Contribution, Submission.state, Submission.rule, Round.number, times)
        .where(Round.consultation_id == consultation_id, Contribution.id > after, *SHOWN[shown])
        .order_by(Contribution.id)
        .limit(ON_PAGE + 1)
    )
    return (await session.execute(statement)).all()


@dataclass(frozen=True, slots=True)
class Sent:
    """A response that was sent, with its public face and its consultation."""

    submission: Submission
    contribution: Contribution
    consultation: Consultation


async def get_sent(
    session: AsyncSession, slug: str, reference: str, actor: Actor, *, hold: bool = False
) -> Sent:
    """A response for staff. Raises NotFound, also for a comment, and for what was brought in from elsewhere."""
    contribution, consultation = await get_contribution(session, reference, actor, hold=hold)
    submission = await get_by_contribution(session, contribution.id)
    if submission is None or consultation.slug != slug:
        raise NotFound
    return Sent(submission, contribution, consultation)


async def sender_of(session: AsyncSession, submission: Submission) -> tuple[str, str]:
    """Name and address of whoever began it; the address that was given with it where they have no account."""
    if submission.author_id is None:
        return submission.name, submission.email
    statement = select(User.name, User.email, User.guest).where(User.id == submission.author_id)
    row = (await session.execute(statement)).one()
    return row.name or submission.name, submission.email if row.guest else row.email
