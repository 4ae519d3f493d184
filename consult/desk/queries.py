"""What waits for staff, and who did what. Everything here is counted by an index or a tally, whatever the site holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.models.consultation import Consultation, Round, RoundState
from consult.models.contribution import Contribution, Report, State
from consult.models.document import Draft, Import, Version
from consult.models.ledger import Mail, MailState, Tally
from consult.models.people import OrganisationRequest, RequestKind
from consult.models.response import Audit, Outcome

SOON = timedelta(hours=48)
"""How long before its end a round is on the desk's front page."""
ON_PAGE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many things wait, and since when the oldest does."""

    count: int
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A consultation whose rounds are over, with how many contributions have no disposition yet."""

    consultation: Consultation
    count: int


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What of the audit log is asked for: each part is a piece of text, "" for any."""

    about: str = ""
    person: str = ""
    action: str = ""


async def pending_posts(session: AsyncSession) -> Waiting:
    """First posts that wait for a moderator."""
    return await _count(session, select(func.count(), func.min(Contribution.created_at)).where(
        Contribution.state == State.PENDING))  # fmt: skip


async def open_reports(session: AsyncSession) -> Waiting:
    """Reports that nobody has settled."""
    return await _count(
        session, select(func.count(), func.min(Report.created_at)).where(Report.settled_at.is_(None))
    )


async def asking_organisations(session: AsyncSession) -> Waiting:
    """People who ask that staff verify their organisation."""
    asking = select(func.count(), func.min(OrganisationRequest.created_at)).where(
        OrganisationRequest.kind == RequestKind.VERIFY, OrganisationRequest.settled_at.is_(None)
    )
    return await _count(session, asking)


async def failed_mails(session: AsyncSession) -> Waiting:
    """Mails that were given up."""
    return await _count(
        session, select(func.count(), func.min(Mail.created_at)).where(Mail.state == MailState.FAILED)
    )


async def _count(session: AsyncSession, statement: Select[int, datetime]) -> Waiting:
    count, oldest = (await session.execute(statement)).one()
    return Waiting(int(count), oldest)


async def closing_rounds(session: AsyncSession, now: datetime) -> Sequence[Round]:
    """Open rounds of public consultations that close within SOON, the first to close first."""
    statement = (
        select(Round)
        .options(selectinload(Round.consultation), selectinload(Round.extensions))
        .join(Consultation, Consultation.id == Round.consultation_id)
        .where(
            Consultation.published_at.is_not(None),
            Round.opens_at <= now,
            Round.closes_at > now,
            Round.closes_at <= now + SOON,
        )
        .order_by(Round.closes_at)
    )
    return (await session.execute(statement)).scalars().all()


async def unsettled_imports(session: AsyncSession) -> Sequence[tuple[Import, Consultation]]:
    """Drafts brought in whose translations wait to be paired, the oldest first."""
    statement = select(Import, Consultation).join(Consultation, Consultation.id == Import.consultation_id)
    rows = await session.execute(statement.where(Import.settled_at.is_(None)).order_by(Import.id))
    return [(row.Import, row.Consultation) for row in rows]


async def versions_in_preparation(session: AsyncSession) -> Sequence[tuple[Version, Draft, Consultation]]:
    """Versions that only the desk sees, the oldest first."""
    statement = (
        select(Version, Draft, Consultation)
        .join(Draft, Draft.id == Version.draft_id)
        .join(Consultation, Consultation.id == Draft.consultation_id)
        .where(Version.published_at.is_(None))
        .order_by(Version.created_at)
    )
    return [(row.Version, row.Draft, row.Consultation) for row in await session.execute(statement)]


async def consultations_at_work(session: AsyncSession) -> Sequence[Consultation]:
    """Consultations whose outcome is not out, with rounds and topics."""
    ended = select(Outcome.consultation_id).where(Outcome.published_at.is_not(None))
    statement = select(Consultation).options(
        selectinload(Consultation.rounds).selectinload(Round.extensions), selectinload(Consultation.topics)
    )
    statement = statement.where(Consultation.id.not_in(ended)).order_by(Consultation.id.desc())
    return (await session.execute(statement)).scalars().all()


async def drafts_by_consultation(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[Draft]]:
    """Drafts with their versions, by consultation id."""
    statement = select(Draft).options(selectinload(Draft.versions)).where(Draft.consultation_id.in_(ids))
    found: dict[int, list[Draft]] = {each: [] for each in ids}
    for draft in (await session.execute(statement.order_by(Draft.position, Draft.id))).scalars():
        found[draft.consultation_id].append(draft)
    return found


async def unanswered(session: AsyncSession, now: datetime) -> list[Unanswered]:
    """Public consultations whose rounds are all closed and that have contributions without a disposition.

    Those whose promised date comes first stand first, those without one last.
    """
    statement = select(Consultation).options(selectinload(Consultation.rounds))
    found = (await session.execute(statement.where(Consultation.published_at.is_not(None)))).scalars().all()
    over = [each for each in found if each.rounds and _all_closed(each.rounds, now)]
    open_counts = await _without_disposition(session, [each.id for each in over])
    rows = [Unanswered(each, open_counts[each.id]) for each in over if open_counts.get(each.id, 0) > 0]
    return sorted(rows, key=lambda row: (row.consultation.answer_promised_at or FAR, row.consultation.id))


FAR = datetime.max.replace(tzinfo=UTC)


def _all_closed(rounds: Sequence[Round], now: datetime) -> bool:
    return all(each.period.state(now) is RoundState.CLOSED for each in rounds)


async def _without_disposition(session: AsyncSession, ids: Sequence[int]) -> dict[int, int]:
    statement = select(Tally).where(
        Tally.consultation_id.in_(ids), Tally.dimension.in_(("type", "disposition"))
    )
    counts = dict.fromkeys(ids, 0)
    for row in (await session.execute(statement)).scalars():
        counts[row.consultation_id] += row.count if row.dimension == "type" else -row.count
    return counts


async def read_log(
    session: AsyncSession, wanted: LogFilter, before: int = 0, after: int = 0
) -> tuple[list[Audit], bool]:
    """Up to ON_PAGE lines, the newest first, and whether there are more in the direction asked for.

    `before` and `after` are ids: older than the one, or newer than the other.
    """
    statement = _filtered(select(Audit), wanted)
    if after:
        statement = statement.where(Audit.id > after).order_by(Audit.id)
    else:
        statement = statement.order_by(Audit.id.desc())
        statement = statement.where(Audit.id < before) if before else statement
    rows = list((await session.execute(statement.limit(ON_PAGE + 1))).scalars())
    page = rows[:ON_PAGE]
    return (page[::-1] if after else page), len(rows) > ON_PAGE


def _filtered(statement: Select[Audit], wanted: LogFilter) -> Select[Audit]:
    if wanted.about:
        # A reference as one would write it also finds what belongs to it: FMF-2026-01/2, FMF-2026-01-C0042.
        statement = statement.where(Audit.about.istartswith(wanted.about, autoescape=True))
    if wanted.person:
        statement = statement.where(Audit.actor_name.icontains(wanted.person, autoescape=True))
    if wanted.action:
        statement = statement.where(
            or_(Audit.what == wanted.action, Audit.what.startswith(wanted.action + ".", autoescape=True))
        )
    return statement


async def known_actions(session: AsyncSession) -> list[str]:
    """Every kind of action that the log holds, in order of their names."""
    return list((await session.execute(select(Audit.what).distinct().order_by(Audit.what))).scalars())
