"""Consultations as the viewer may see them: unpublished ones exist for staff alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from consult.kernel.errors import NotFound
from consult.models.consultation import CommentPeriod, Consultation, Round, Topic, round_versions
from consult.models.ledger import Subscription, Tally
from consult.models.response import Outcome
from consult.security.actor import Actor
from consult.security.predicates import moderator


def visible_to(actor: Actor | None) -> Select[Consultation]:
    """Consultations that the actor may see, with their rounds, extensions and topics."""
    statement = select(Consultation).options(
        selectinload(Consultation.rounds).selectinload(Round.extensions), selectinload(Consultation.topics)
    )
    return statement if moderator(actor) else statement.where(Consultation.published_at.is_not(None))


async def list_consultations(session: AsyncSession, actor: Actor | None) -> Sequence[Consultation]:
    """All that the actor may see, the newest first."""
    statement = visible_to(actor).order_by(Consultation.id.desc())
    return (await session.execute(statement)).scalars().all()


async def get_consultation(session: AsyncSession, slug: str, actor: Actor | None) -> Consultation:
    """One consultation. Raises NotFound where it is absent or not for this actor."""
    found = (await session.execute(visible_to(actor).where(Consultation.slug == slug))).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def get_consultation_by_id(session: AsyncSession, consultation_id: int) -> Consultation:
    """One consultation, whoever asks: for the worker and the shell."""
    statement = visible_to(None).where(Consultation.id == consultation_id)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class BriefRound:
    """What taking a comment asks of a round."""

    id: int
    period: CommentPeriod
    version_ids: frozenset[int]
    """The versions that it takes comments on, none for all."""

    @property
    def opens_at(self) -> datetime:
        """When its comment period begins."""
        return self.period.opens_at


@dataclass(frozen=True, slots=True)
class BriefConsultation:
    """What taking a comment asks of a consultation: one statement instead of four."""

    id: int
    reference: str
    slug: str
    first_posts_wait: bool
    rounds: tuple[BriefRound, ...]


_CONSULTATIONS: Any = Consultation.__table__
_ROUNDS: Any = Round.__table__
_BRIEF = (
    select(_CONSULTATIONS.c.id, _CONSULTATIONS.c.reference, _CONSULTATIONS.c.first_posts_wait,
           _ROUNDS.c.id.label("round_id"), _ROUNDS.c.opens_at, _ROUNDS.c.closes_at, _ROUNDS.c.time_zone,
           _ROUNDS.c.grace_minutes, _ROUNDS.c.late_days, round_versions.c.version_id)
    .outerjoin(_ROUNDS, _ROUNDS.c.consultation_id == _CONSULTATIONS.c.id)
    .outerjoin(round_versions, round_versions.c.round_id == _ROUNDS.c.id)
    .where(_CONSULTATIONS.c.slug == bindparam("slug"), _CONSULTATIONS.c.published_at.is_not(None))
    .order_by(_ROUNDS.c.number)
)  # fmt: skip
"""Made once, over tables: every posted comment asks it, and building a statement takes longer than answering it."""


async def get_brief(session: AsyncSession, slug: str) -> BriefConsultation:
    """A public consultation in brief. Raises NotFound."""
    rows = (await session.execute(_BRIEF, {"slug": slug})).all()
    if not rows:
        raise NotFound
    by_round: dict[int, list[Any]] = {}
    for row in rows:
        if row.round_id is not None:
            by_round.setdefault(row.round_id, []).append(row)
    rounds = tuple(_brief_round(found) for found in by_round.values())
    return BriefConsultation(rows[0].id, rows[0].reference, slug, rows[0].first_posts_wait, rounds)


def _brief_round(rows: Sequence[Any]) -> BriefRound:
    """From a row for each of its versions."""
    row = rows[0]
    period = CommentPeriod(
        row.opens_at,
        row.closes_at,
        row.time_zone,
        timedelta(minutes=row.grace_minutes),
        timedelta(days=row.late_days),
    )
    versions = frozenset(each.version_id for each in rows if each.version_id is not None)
    return BriefRound(row.round_id, period, versions)


def current_round(consultation: Consultation | BriefConsultation, now: datetime) -> Round | BriefRound | None:
    """The round that matters now: the one in progress, else the next one, else the last one."""
    rounds: Sequence[Round | BriefRound] = consultation.rounds
    running = [each for each in rounds if each.opens_at <= now < each.period.grace_ends_at]
    coming = [each for each in rounds if each.opens_at > now]
    return next(iter([*running[-1:], *coming[:1], *rounds[-1:]]), None)


def round_to_answer(rounds: Sequence[Round], now: datetime) -> Round | None:
    """The round that matters to who sends a formal response, among those that ask for one: the last that takes any, late
    ones too, else the next, else the last."""
    asking = [each for each in rounds if each.asks]
    taking = [each for each in asking if each.opens_at <= now < each.period.late_ends_at]
    coming = [each for each in asking if each.opens_at > now]
    return next(iter([*taking[-1:], *coming[:1], *asking[-1:]]), None)


async def tallies(
    session: AsyncSession, consultation_ids: Sequence[int]
) -> dict[int, dict[str, dict[str, int]]]:
    """Counts by consultation, dimension and value. At most some hundred rows, however many have spoken."""
    statement = select(Tally).where(Tally.consultation_id.in_(consultation_ids), Tally.count > 0)
    found: dict[int, dict[str, dict[str, int]]] = {each: {} for each in consultation_ids}
    for row in (await session.execute(statement)).scalars():
        found[row.consultation_id].setdefault(row.dimension, {})[row.value] = row.count
    return found


async def published_outcomes(session: AsyncSession, consultation_ids: Sequence[int]) -> dict[int, Outcome]:
    """Published outcomes by consultation."""
    statement = select(Outcome).where(
        Outcome.consultation_id.in_(consultation_ids), Outcome.published_at.is_not(None)
    )
    return {each.consultation_id: each for each in (await session.execute(statement)).scalars()}


async def answered_at(session: AsyncSession, consultation_id: int) -> datetime | None:
    """When a consultation's outcome was published, None for not yet."""
    outcome = (await published_outcomes(session, [consultation_id])).get(consultation_id)
    return outcome.published_at if outcome else None


async def list_topics(session: AsyncSession) -> Sequence[Topic]:
    """All topics by slug."""
    return (await session.execute(select(Topic).order_by(Topic.slug))).scalars().all()


async def follows(session: AsyncSession, user_id: int, consultation_id: int | None) -> bool:
    """Whether a person follows a consultation (None: everything)."""
    statement = select(Subscription.id).where(
        Subscription.user_id == user_id, Subscription.consultation_id.is_(consultation_id)
        if consultation_id is None
        else Subscription.consultation_id == consultation_id
    )  # fmt: skip
    return (await session.execute(statement)).first() is not None
