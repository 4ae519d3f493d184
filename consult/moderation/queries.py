"""What waits for moderators, what they decided, and the public log. For staff alone, but for the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.translated import Translated
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, Report, State
from consult.models.ledger import Tally
from consult.models.people import User
from consult.models.response import Decision

LOG_SCOPE = "moderation-log"
QUEUE_SCOPE = "moderation"
"""What changes with every decision: the public log, and the moderators' queue."""

QUEUE_PAGE = 20
LOG_PAGE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contribution that somebody has to look at, and since when."""

    contribution_id: int
    since: datetime


def _waiting() -> Select[tuple[int, datetime]]:
    """First posts, and contributions with open reports, each once with the earliest instant."""
    posts = select(Contribution.id.label("id"), Contribution.created_at.label("since")).where(
        Contribution.state == State.PENDING
    )
    reports = (
        select(Report.contribution_id, Report.created_at)
        .join(Contribution, Contribution.id == Report.contribution_id)
        .where(Report.settled_at.is_(None), Contribution.state != State.WITHDRAWN)
    )
    every = union_all(posts, reports).subquery()
    return select(every.c.id, func.min(every.c.since).label("since")).group_by(every.c.id)


async def list_waiting(session: AsyncSession, after: tuple[datetime, int] | None = None) -> list[Waiting]:
    """A page of the queue and one more, oldest first, after an (instant, id)."""
    each = _waiting().subquery()
    statement = select(each.c.id, each.c.since).order_by(each.c.since, each.c.id).limit(QUEUE_PAGE + 1)
    if after is not None:
        since, id_ = after
        later = (each.c.since == since) & (each.c.id > id_)
        statement = statement.where((each.c.since > since) | later)
    return [Waiting(row.id, row.since) for row in await session.execute(statement)]


async def count_waiting(session: AsyncSession) -> int:
    """How many contributions wait for a moderator."""
    statement = select(func.count()).select_from(_waiting().subquery())
    return int((await session.execute(statement)).scalar_one())


async def open_reports(session: AsyncSession, contribution_ids: Sequence[int]) -> dict[int, list[Report]]:
    """Reports that nobody has settled, by contribution."""
    statement = select(Report).where(
        Report.contribution_id.in_(contribution_ids), Report.settled_at.is_(None)
    )
    found: dict[int, list[Report]] = {each: [] for each in contribution_ids}
    for report in (await session.execute(statement.order_by(Report.id))).scalars():
        found[report.contribution_id].append(report)
    return found


async def last_decisions(session: AsyncSession, contribution_ids: Sequence[int]) -> dict[int, int]:
    """The id of the last decision by contribution, for those that have any."""
    statement = select(Decision.contribution_id, func.max(Decision.id)).where(
        Decision.contribution_id.in_(contribution_ids)
    )
    found = await session.execute(statement.group_by(Decision.contribution_id))
    return {row[0]: row[1] for row in found}


async def decisions_on(session: AsyncSession, contribution_id: int) -> Sequence[Row[Decision, str]]:
    """Decisions on one contribution with who took them, the latest first."""
    statement = (
        select(Decision, User.name)
        .outerjoin(User, User.id == Decision.actor_id)
        .where(Decision.contribution_id == contribution_id)
        .order_by(Decision.id.desc())
    )
    return (await session.execute(statement)).all()


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What a reader narrows the log to: a consultation's slug, an action; empty for all."""

    consultation: str = ""
    action: str = ""


async def list_log(
    session: AsyncSession, wanted: LogFilter, before: int = 0
) -> Sequence[Row[Decision, str, str, Translated]]:
    """A page of the public log and one more, the newest first, before a decision's id. No text and no author."""
    statement = (
        select(Decision, Contribution.reference, Consultation.slug, Consultation.title)
        .join(Contribution, Contribution.id == Decision.contribution_id)
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .where(Consultation.published_at.is_not(None))
        .order_by(Decision.id.desc())
        .limit(LOG_PAGE + 1)
    )
    if before:
        statement = statement.where(Decision.id < before)
    if wanted.action:
        statement = statement.where(Decision.action == wanted.action)
    if wanted.consultation:
        statement = statement.where(Consultation.slug == wanted.consultation)
    return (await session.execute(statement)).all()


DECISIONS = "decision"
"""The dimension in which decisions are tallied, as `action:year`, so that the log's figures count no rows."""


async def count_decisions(session: AsyncSession, consultation: str = "") -> dict[tuple[int, str], int]:
    """How many decisions of each kind by (year, action), in public consultations."""
    statement = (
        select(Tally.value, func.sum(Tally.count))
        .join(Consultation, Consultation.id == Tally.consultation_id)
        .where(Tally.dimension == DECISIONS, Consultation.published_at.is_not(None))
        .group_by(Tally.value)
    )
    if consultation:
        statement = statement.where(Consultation.slug == consultation)
    found: dict[tuple[int, str], int] = {}
    for value, count in await session.execute(statement):
        action, _, year = value.partition(":")
        found[(int(year), action)] = int(count)
    return found
