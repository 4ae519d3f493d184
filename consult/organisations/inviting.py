"""Invitations: a link by mail that ends and works once. Flushes, never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound, invalid
from consult.kernel.events import Event
from consult.kernel.messages import N_
from consult.ledger.outbox import emit
from consult.models.people import Invitation, MemberRole, Organisation, User
from consult.organisations.events import note
from consult.organisations.membership import give_role, owners_of
from consult.organisations.queries import members_of, open_invitations
from consult.security.actor import Actor
from consult.security.tokens import new_token, token_hash

LASTS = timedelta(days=14)
MOST_OPEN = 50
"""Invitations of one organisation that are open at the same time."""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that still works: to whom it was mailed, who invites, into what."""

    id: int
    organisation_id: int
    organisation: str
    email: str
    role: MemberRole
    invited_by: str
    expires_at: datetime


async def invite(
    session: AsyncSession,
    actor: Actor,
    organisation_id: int,
    email: str,
    role: MemberRole,
    now: datetime,
) -> None:
    """Invite an address; an earlier invitation of it ends.

    Raises FormInvalid for a member, or where there are too many open ones.
    """
    members = await members_of(session, organisation_id)
    if any(each.email == email for each in members):
        raise invalid("email", N_("This person is a member already."))
    waiting = await open_invitations(session, organisation_id, now)
    if len([each for each in waiting if each.email != email]) >= MOST_OPEN:
        raise invalid("email", N_("There are %(most)d open invitations. Withdraw one first."), most=MOST_OPEN)
    same = (Invitation.organisation_id == organisation_id, Invitation.email == email)
    await session.execute(delete(Invitation).where(*same, Invitation.used_at.is_(None)))
    made = await _add(session, actor, organisation_id, email, role, now)
    emit(session, Event("invitation.wanted", (), {"invitation_id": made.id}), now)
    data = {"email": email, "role": str(role)}
    await note(session, organisation_id, "invited", actor, now, data, owners_of(members))


async def _add(
    session: AsyncSession, actor: Actor, organisation_id: int, email: str, role: MemberRole, now: datetime
) -> Invitation:
    """With a digest that no link has yet: the link is made with its mail, so that its token is nowhere else."""
    made = Invitation(
        token_hash=token_hash(new_token()),
        organisation_id=organisation_id,
        email=email,
        role=role,
        invited_by=actor.id,
        created_at=now,
        expires_at=now + LASTS,
    )
    session.add(made)
    await session.flush()
    return made


async def withdraw_invitation(
    session: AsyncSession, actor: Actor, organisation_id: int, invitation_id: int, now: datetime
) -> None:
    """The link stops working. Raises NotFound where it was used or withdrawn."""
    statement = (
        delete(Invitation)
        .where(Invitation.id == invitation_id, Invitation.organisation_id == organisation_id)
        .where(Invitation.used_at.is_(None))
        .returning(Invitation.email)
    )
    email = (await session.execute(statement)).scalar_one_or_none()
    if email is None:
        raise NotFound
    owners = owners_of(await members_of(session, organisation_id))
    await note(session, organisation_id, "invitation-withdrawn", actor, now, {"email": email}, owners)


async def find_invitation(session: AsyncSession, token: str, now: datetime) -> OpenInvitation | None:
    """The invitation behind a link, if it still works; nothing is changed."""
    statement = (
        select(Invitation, Organisation.name, User.name)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(User, User.id == Invitation.invited_by)
        .where(Invitation.token_hash == token_hash(token), Invitation.used_at.is_(None))
        .where(Invitation.expires_at > now)
        .where(Organisation.verified_by != "", Organisation.merged_into_id.is_(None))
    )
    row = (await session.execute(statement)).first()
    if row is None:
        return None
    found, organisation, inviter = row
    return OpenInvitation(
        found.id,
        found.organisation_id,
        organisation,
        found.email,
        MemberRole(found.role),
        inviter or "",
        found.expires_at,
    )


async def accept_invitation(session: AsyncSession, actor: Actor, token: str, now: datetime) -> int | None:
    """Become a member: of which organisation, None where the link no longer works.

    One UPDATE decides, so of two browsers that send the same link at once only one succeeds.
    """
    found = await find_invitation(session, token, now)
    if found is None:
        return None
    used = (
        update(Invitation)
        .where(Invitation.id == found.id, Invitation.used_at.is_(None))
        .values(used_at=now)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(used)).first() is None:
        return None
    owners = owners_of(await members_of(session, found.organisation_id))
    await give_role(session, actor.id, found.organisation_id, found.role, now)
    data = {"name": actor.name, "user_id": str(actor.id), "role": str(found.role)}
    await note(session, found.organisation_id, "joined", actor, now, data, owners)
    return found.organisation_id


async def make_token(session: AsyncSession, invitation_id: int) -> tuple[str, Invitation] | None:
    """A token for an invitation's mail, and the invitation; None where it was withdrawn meanwhile."""
    found = await session.get(Invitation, invitation_id)
    if found is None or found.used_at is not None:
        return None
    token = new_token()
    found.token_hash = token_hash(token)
    await session.flush()
    return token, found
