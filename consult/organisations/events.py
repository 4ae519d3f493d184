"""The history of an organisation: each step is kept, and told by mail to those whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.service import note_change
from consult.kernel.events import Event
from consult.ledger.outbox import emit
from consult.models.people import Membership, OrganisationEvent, Role, User
from consult.security.actor import Actor


async def note(
    session: AsyncSession,
    organisation_id: int,
    kind: str,
    actor: Actor | None,
    now: datetime,
    data: Mapping[str, str] | None = None,
    tell: Iterable[int] = (),
) -> OrganisationEvent:
    """Keep a step of `words.EVENTS` with its values, and mail it to people by id, but not to who did it."""
    event = OrganisationEvent(
        organisation_id=organisation_id,
        kind=kind,
        actor_id=actor.id if actor else None,
        actor_name=actor.name if actor else "",
        data=dict(data or {}),
        at=now,
    )
    session.add(event)
    await session.flush()
    people = sorted(set(tell) - {actor.id if actor else 0})
    told = {"organisation_id": organisation_id, "event_id": event.id, "user_ids": people}
    emit(session, Event("organisation.changed", (), told), now)
    return event


async def note_members(session: AsyncSession, organisation_id: int, now: datetime) -> list[int]:
    """Who is tied to an organisation, by id; what is remembered of them as actors is no longer true."""
    statement = select(Membership.user_id).where(Membership.organisation_id == organisation_id)
    tied = list((await session.execute(statement.order_by(Membership.user_id))).scalars())
    for user_id in tied:
        note_change(session, user_id, now)
    return tied


async def administrators(session: AsyncSession) -> list[int]:
    """Whom of the staff to tell what members can't settle among themselves."""
    statement = select(User.id).where(User.role == Role.ADMINISTRATOR, User.closed_at.is_(None))
    return list((await session.execute(statement)).scalars())
