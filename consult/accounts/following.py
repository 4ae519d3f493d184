"""Who is told by mail of what happens: in one consultation, or in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.kernel.events import Event, account_scope
from consult.kernel.translated import Translated
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation
from consult.models.ledger import Subscription
from consult.models.people import User


@dataclass(frozen=True, slots=True)
class Followed:
    """What somebody follows; all consultations where `slug` is empty."""

    slug: str
    title: Translated | None
    since: datetime


async def find_followable(session: AsyncSession, slug: str) -> int | None:
    """The id of a public consultation, None (everything) for an empty slug. Raises NotFound."""
    if not slug:
        return None
    statement = select(Consultation.id).where(
        Consultation.slug == slug, Consultation.published_at.is_not(None)
    )
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def is_following(session: AsyncSession, user_id: int, consultation_id: int | None) -> bool:
    """Whether somebody follows exactly this."""
    statement = (
        select(Subscription.id).where(Subscription.user_id == user_id, _what(consultation_id)).limit(1)
    )
    return (await session.execute(statement)).first() is not None


async def follow(session: AsyncSession, user_id: int, consultation_id: int | None, now: datetime) -> None:
    """Follow a consultation, or everything. Doing so again changes nothing."""
    # The person's row is locked because no unique constraint stops a second "everything" (NULL) on PostgreSQL.
    await session.execute(select(User.id).where(User.id == user_id).with_for_update())
    if await is_following(session, user_id, consultation_id):
        return
    session.add(Subscription(user_id=user_id, consultation_id=consultation_id, created_at=now))
    await session.flush()
    emit(session, Event("account.changed", (account_scope(user_id),), {"user_id": user_id}), now)


async def unfollow(session: AsyncSession, user_id: int, consultation_id: int | None, now: datetime) -> None:
    """No longer follow it."""
    await session.execute(delete(Subscription).where(Subscription.user_id == user_id, _what(consultation_id)))
    emit(session, Event("account.changed", (account_scope(user_id),), {"user_id": user_id}), now)


async def list_followed(session: AsyncSession, user_id: int) -> list[Followed]:
    """What a person follows, the latest first."""
    statement = (
        select(Consultation.slug, Consultation.title, Subscription.created_at)
        .select_from(Subscription)
        .outerjoin(Consultation, Consultation.id == Subscription.consultation_id)
        .where(Subscription.user_id == user_id)
        .order_by(Subscription.id.desc())
    )
    return [Followed(row[0] or "", row[1], row[2]) for row in await session.execute(statement)]


def _what(consultation_id: int | None) -> ColumnElement[bool]:
    column = Subscription.consultation_id
    return column.is_(None) if consultation_id is None else column == consultation_id
