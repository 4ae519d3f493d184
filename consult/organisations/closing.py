"""Somebody closes their account: their organisations stay, and no name of theirs does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import (
    Invitation,
    MemberRole,
    Membership,
    OrganisationEvent,
    OrganisationRequest,
)
from consult.organisations.events import administrators, note
from consult.organisations.membership import lock, owners_of, take_role
from consult.organisations.queries import members_of, organisations_of
from consult.security.actor import Actor

NAMES = ("name", "email")
"""Values of a step that say who somebody is."""


async def left_without_owner(session: AsyncSession, user_id: int) -> list[tuple[int, str]]:
    """(id, name) of the organisations with other members whose only owner a person is."""
    found = []
    for organisation, role in await organisations_of(session, user_id):
        if role is MemberRole.OWNER:
            members = await members_of(session, organisation.id)
            if owners_of(members) == [user_id] and len(members) > 1:
                found.append((organisation.id, organisation.name))
    return found


async def leave_everything(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """Before an account is closed: memberships end, and staff and members are told where no owner is left."""
    ties = select(Membership.organisation_id).where(Membership.user_id == actor.id, Membership.role != "")
    for organisation_id in (await session.execute(ties)).scalars().all():
        await _leave(session, actor, organisation_id, now)
    await session.execute(delete(OrganisationRequest).where(OrganisationRequest.user_id == actor.id))
    mailed = (Invitation.email == actor.email) & Invitation.used_at.is_(None)
    await session.execute(delete(Invitation).where(mailed))
    await _forget_names(session, actor.id)


async def _leave(session: AsyncSession, actor: Actor, organisation_id: int, now: datetime) -> None:
    await lock(session, organisation_id)
    members = await members_of(session, organisation_id)
    owners = owners_of(members)
    await take_role(session, actor.id, organisation_id, now)
    others = {each.user_id for each in members} - {actor.id}
    if owners == [actor.id] and others:
        told = others | set(await administrators(session))
        await note(session, organisation_id, "without-owner", None, now, {}, told - {actor.id})
    else:
        await note(session, organisation_id, "left", None, now, {}, set(owners) - {actor.id})


async def _forget_names(session: AsyncSession, user_id: int) -> None:
    own = OrganisationEvent.data["user_id"].as_string() == str(user_id)
    statement = select(OrganisationEvent).where(or_(OrganisationEvent.actor_id == user_id, own))
    for event in (await session.execute(statement)).scalars():
        if event.actor_id == user_id:
            event.actor_name = ""
        if event.data.get("user_id") == str(user_id):
            event.data = {**event.data, **{name: "" for name in NAMES if name in event.data}}
    await session.flush()
