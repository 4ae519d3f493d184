"""Formal responses as everybody may see them, and what a respondent's own pages need around one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.comments.queries import Filters, listed, rows_in_version
from consult.models.consultation import Consultation, Round
from consult.models.contribution import Contribution, ContributionType, State
from consult.models.questionnaire import Content, Questionnaire
from consult.models.response import ON_REQUEST, Decision
from consult.models.submission import Submission, SubmissionSending
from consult.questionnaires.queries import get_edition

ON_PAGE = 25
"""Responses of one lane on a page."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a response belongs, and what it was asked."""

    consultation: Consultation
    round: Round
    content: Content


async def get_surroundings(session: AsyncSession, submission: Submission) -> Surroundings:
    """The round of a response with its consultation and its questions as the response has them."""
    statement = (
        select(Round, Consultation)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .options(selectinload(Round.extensions))
        .where(Round.id == submission.round_id)
    )
    round_, consultation = (await session.execute(statement)).one()
    questionnaire = await get_edition(session, round_.id, submission.edition)
    return Surroundings(consultation, round_, questionnaire.read())


async def content_of(session: AsyncSession, round_id: int, edition: int) -> Content:
    """What an edition asked. Raises NotFound."""
    found: Questionnaire = await get_edition(session, round_id, edition)
    return found.read()


@dataclass(frozen=True, slots=True)
class Lane:
    """Which responses of a consultation are listed: of one round (0: of all), those in time or those that came late."""

    consultation_id: int
    round_id: int = 0
    late: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """On contributions."""
        found = [
            Contribution.consultation_id == self.consultation_id,
            Contribution.type == ContributionType.SUBMISSION,
            Contribution.late.is_(self.late),
            listed(),
        ]
        return [*found, Contribution.round_id == self.round_id] if self.round_id else found


async def list_responses(
    session: AsyncSession, lane: Lane, filters: Filters, after: int = 0
) -> list[Row[Any]]:
    """A page of a lane and one more, in the order in which they came, after an id."""
    statement = rows_in_version().where(*lane.conditions(), *filters.conditions(), Contribution.id > after)
    statement = statement.add_columns(func.substr(Contribution.text, 1, 600).label("beginning"))
    return list((await session.execute(statement.order_by(Contribution.id).limit(ON_PAGE + 1))).all())


async def count_fitting(session: AsyncSession, lane: Lane, filters: Filters) -> int:
    """How many responses of a lane fit the filters."""
    found = rows_in_version().where(*lane.conditions(), *filters.conditions()).subquery()
    return int((await session.execute(select(func.count()).select_from(found))).scalar_one())


@dataclass(frozen=True, slots=True)
class Counted:
    """How many responses a lane holds: to read, and as stubs (hidden, withdrawn or taken down)."""

    public: int = 0
    stubs: int = 0

    @property
    def all(self) -> int:
        """Both."""
        return self.public + self.stubs


async def count_responses(
    session: AsyncSession, consultation_id: int, round_id: int = 0
) -> dict[bool, Counted]:
    """By lane: `True` is the late one."""
    is_public = Contribution.state == State.PUBLISHED
    statement = select(Contribution.late, is_public, func.count()).where(
        Contribution.consultation_id == consultation_id,
        Contribution.type == ContributionType.SUBMISSION,
        listed(),
        *([Contribution.round_id == round_id] if round_id else []),
    )
    counts: dict[tuple[bool, bool], int] = {}
    for late, public, count in await session.execute(statement.group_by(Contribution.late, is_public)):
        counts[bool(late), bool(public)] = count
    return {
        late: Counted(counts.get((late, True), 0), counts.get((late, False), 0)) for late in (False, True)
    }


@dataclass(frozen=True, slots=True)
class Received:
    """A sending without its text."""

    number: int
    sha256: str
    rule: str
    sent_at: Any
    leaf: int | None


async def received_of(session: AsyncSession, submission_id: int) -> list[Received]:
    """All sendings, the first one first, without their texts."""
    statement = select(
        SubmissionSending.number,
        SubmissionSending.sha256,
        SubmissionSending.rule,
        SubmissionSending.sent_at,
        SubmissionSending.leaf,
    ).where(SubmissionSending.submission_id == submission_id)
    return [Received(*row) for row in await session.execute(statement.order_by(SubmissionSending.number))]


async def requests_on(session: AsyncSession, contribution_id: int) -> Sequence[Decision]:
    """What staff did with a response on request or as the law asks, the first one first."""
    statement = select(Decision).where(
        Decision.contribution_id == contribution_id, Decision.action.in_(ON_REQUEST)
    )
    return (await session.execute(statement.order_by(Decision.id))).scalars().all()
