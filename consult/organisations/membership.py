"""Roles: giving and ending them. An organisation with members always keeps an owner. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.service import get_user, note_change
from consult.kernel.errors import NotFound, invalid
from consult.kernel.messages import N_
from consult.models.people import (
    MemberRole,
    Membership,
    Organisation,
    OrganisationRequest,
    RequestKind,
)
from consult.organisations.events import note
from consult.organisations.queries import Member, members_of, membership_of, open_requests
from consult.security.actor import Actor
from consult.submissions.queries import roles_from
from consult.teams.signing import end_word

LADDER = tuple(MemberRole)
LAST_OWNER = N_("You are the only owner. Make somebody else an owner first.")


async def lock(session: AsyncSession, organisation_id: int) -> Organisation:
    """An organisation, so that two who change its members at once come one after the other. Raises NotFound."""
    statement = select(Organisation).where(
        Organisation.id == organisation_id, Organisation.merged_into_id.is_(None)
    )
    found = (await session.execute(statement.with_for_update())).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def owners_of(members: Iterable[Member]) -> list[int]:
    """The owners among members, by id."""
    return [each.user_id for each in members if each.role is MemberRole.OWNER]


async def give_role(
    session: AsyncSession, user_id: int, organisation_id: int, role: MemberRole, now: datetime
) -> None:
    """A person may do at least this for an organisation from now on, and speaks for it where they spoke for none."""
    tie = await session.get(Membership, (user_id, organisation_id))
    if tie is None:
        tie = Membership(user_id=user_id, organisation_id=organisation_id, role="", since=now)
        session.add(tie)
    if not tie.role:
        tie.since = now
    if not tie.role or LADDER.index(MemberRole(tie.role)) < LADDER.index(role):
        tie.role = role
    user = await get_user(session, user_id)
    user.organisation_id = user.organisation_id or organisation_id
    await session.flush()
    note_change(session, user_id, now)


async def take_role(session: AsyncSession, user_id: int, organisation_id: int, now: datetime) -> None:
    """A person acts for an organisation no longer, nor does their word on what it has not sent yet; where their profile names
    it, it goes on naming it."""
    tie = await session.get(Membership, (user_id, organisation_id))
    if tie is None:
        return
    user = await get_user(session, user_id)
    if user.organisation_id == organisation_id:
        tie.role = ""
    else:
        await session.delete(tie)
    await session.flush()
    await end_word(session, user_id, organisation_id, now)
    note_change(session, user_id, now)


async def need_owner(session: AsyncSession, actor: Actor, organisation_id: int) -> Organisation:
    """The organisation, locked, for an owner of it. Raises NotFound for everybody else."""
    organisation = await lock(session, organisation_id)
    if await membership_of(session, actor.id, organisation_id) is not MemberRole.OWNER:
        raise NotFound
    return organisation


async def change_member(
    session: AsyncSession,
    actor: Actor | None,
    organisation_id: int,
    user_id: int,
    role: MemberRole,
    now: datetime,
) -> None:
    """Give a member another role. Raises FormInvalid where nobody would be owner, NotFound for who is no member."""
    members = await members_of(session, organisation_id)
    member = _member(members, user_id)
    if role is member.role:
        return
    if owners_of(members) == [user_id]:
        raise invalid("", LAST_OWNER)
    tie = await session.get_one(Membership, (user_id, organisation_id))
    tie.role = role
    if role not in roles_from(MemberRole.SIGNATORY):
        await end_word(session, user_id, organisation_id, now)
    note_change(session, user_id, now)
    data = {"name": member.name, "user_id": str(user_id), "role": str(role)}
    await note(session, organisation_id, "role", actor, now, data, [user_id, *owners_of(members)])


async def remove_member(
    session: AsyncSession, actor: Actor, organisation_id: int, user_id: int, now: datetime
) -> None:
    """End somebody's membership. Raises FormInvalid for the last owner."""
    members = await members_of(session, organisation_id)
    member = _member(members, user_id)
    if owners_of(members) == [user_id]:
        raise invalid("", LAST_OWNER)
    await take_role(session, user_id, organisation_id, now)
    data = {"name": member.name, "user_id": str(user_id)}
    await note(session, organisation_id, "removed", actor, now, data, [user_id, *owners_of(members)])


async def leave(session: AsyncSession, actor: Actor, organisation_id: int, heir: int, now: datetime) -> None:
    """Leave; the last owner hands over to `heir` (0: nobody). Raises FormInvalid where nobody would be owner."""
    await lock(session, organisation_id)
    members = await members_of(session, organisation_id)
    _member(members, actor.id)
    if owners_of(members) == [actor.id] and len(members) > 1:
        if not heir or heir == actor.id:
            raise invalid("heir", N_("Choose who becomes owner"))
        await change_member(session, actor, organisation_id, heir, MemberRole.OWNER, now)
    await take_role(session, actor.id, organisation_id, now)
    data = {"name": actor.name, "user_id": str(actor.id)}
    await note(
        session, organisation_id, "left", actor, now, data, owners_of(members) + ([heir] if heir else [])
    )


async def end_all(session: AsyncSession, actor: Actor, organisation_id: int, now: datetime) -> None:
    """End the membership of everybody, the actor's own too."""
    members = await members_of(session, organisation_id)
    for each in members:
        await take_role(session, each.user_id, organisation_id, now)
    await note(session, organisation_id, "ended", actor, now, {}, [each.user_id for each in members])


async def settle_request(
    session: AsyncSession,
    actor: Actor,
    organisation_id: int,
    request_id: int,
    role: MemberRole | None,
    now: datetime,
) -> None:
    """Let somebody in who asked, with a role, or (None) decline. Raises NotFound where it was settled."""
    asked = await open_requests(
        session,
        OrganisationRequest.id == request_id,
        OrganisationRequest.organisation_id == organisation_id,
        OrganisationRequest.kind == RequestKind.JOIN,
    )
    if not asked:
        raise NotFound
    await close_requests(session, organisation_id, asked[0].user_id, RequestKind.JOIN, now)
    who = {"name": asked[0].name, "user_id": str(asked[0].user_id)}
    owners = owners_of(await members_of(session, organisation_id))
    if role is None:
        await note(session, organisation_id, "join-declined", actor, now, who, [asked[0].user_id, *owners])
        return
    await give_role(session, asked[0].user_id, organisation_id, role, now)
    data = {**who, "role": str(role)}
    await note(session, organisation_id, "joined", actor, now, data, [asked[0].user_id, *owners])


async def set_joining(
    session: AsyncSession, actor: Actor, organisation: Organisation, is_open: bool, now: datetime
) -> None:
    """Whether an address at the domain is enough to become a drafter."""
    if organisation.open_joining == is_open:
        return
    organisation.open_joining = is_open
    owners = owners_of(await members_of(session, organisation.id))
    await note(session, organisation.id, f"joining-{'open' if is_open else 'closed'}", actor, now, {}, owners)


async def close_requests(
    session: AsyncSession, organisation_id: int, user_id: int, kind: RequestKind, now: datetime
) -> None:
    """What a person asked of an organisation is settled."""
    which = (
        OrganisationRequest.organisation_id == organisation_id,
        OrganisationRequest.user_id == user_id,
        OrganisationRequest.kind == kind,
        OrganisationRequest.settled_at.is_(None),
    )
    await session.execute(update(OrganisationRequest).where(*which).values(settled_at=now))


def _member(members: Iterable[Member], user_id: int) -> Member:
    found = next((each for each in members if each.user_id == user_id), None)
    if found is None:
        raise NotFound
    return found
