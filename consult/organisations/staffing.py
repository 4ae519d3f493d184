"""What staff decide about organisations: verified with a reason, taken back with a reason. Flushes, never commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.organisations import fold_name
from consult.kernel.errors import Conflict, NotFound, invalid
from consult.kernel.events import Event, consultation_scope
from consult.kernel.messages import N_
from consult.ledger.audit import record
from consult.ledger.outbox import emit
from consult.models.contribution import Contribution
from consult.models.people import (
    Invitation,
    MemberRole,
    Membership,
    Organisation,
    RequestKind,
    User,
    VerifiedBy,
)
from consult.organisations.events import note, note_members
from consult.organisations.forms import Correction
from consult.organisations.membership import close_requests, give_role, lock
from consult.security.actor import Actor
from consult.teams.parting import part_all


async def verify_by_staff(
    session: AsyncSession, actor: Actor, organisation_id: int, reason: str, owner_id: int, now: datetime
) -> None:
    """Verify an organisation; `owner_id` (0: nobody yet) of those who name it becomes its owner. Raises Conflict."""
    organisation = await lock(session, organisation_id)
    if organisation.verified_by:
        raise Conflict(N_("This organisation is verified already."))
    organisation.verified_by, organisation.verified_at = VerifiedBy.STAFF, now
    organisation.verified_reason = reason
    if owner_id:
        await make_owner(session, organisation_id, owner_id, now)
    await note_members(session, organisation_id, now)
    told = [owner_id] if owner_id else []
    await note(session, organisation_id, "verified-by-staff", actor, now, {"reason": reason}, told)
    record(session, actor, "organisation.verified", f"{organisation.id} {organisation.name}", now)


async def make_owner(session: AsyncSession, organisation_id: int, user_id: int, now: datetime) -> str:
    """Make somebody with an open account an owner: their name. Raises NotFound."""
    statement = select(User).where(User.id == user_id, User.closed_at.is_(None), User.guest.is_(False))
    user = (await session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise NotFound
    await give_role(session, user.id, organisation_id, MemberRole.OWNER, now)
    await close_requests(session, organisation_id, user.id, RequestKind.VERIFY, now)
    return user.name


async def name_owner(
    session: AsyncSession, actor: Actor, organisation_id: int, user_id: int, now: datetime
) -> None:
    """Staff make somebody owner of an organisation that is verified. Raises Conflict, NotFound."""
    organisation = await lock(session, organisation_id)
    if not organisation.verified_by:
        raise Conflict(N_("Verify the organisation first."))
    name = await make_owner(session, organisation_id, user_id, now)
    data = {"name": name, "user_id": str(user_id), "role": str(MemberRole.OWNER)}
    told = await note_members(session, organisation_id, now)
    await note(session, organisation_id, "joined", actor, now, data, told)
    record(session, actor, "organisation.owner", f"{organisation.id} {organisation.name}", now)


async def correct(
    session: AsyncSession, actor: Actor, organisation_id: int, correction: Correction, now: datetime
) -> None:
    """Set right what is said of an organisation. What was sent in its name keeps what it said then.

    Raises FormInvalid where another one has that name.
    """
    organisation = await lock(session, organisation_id)
    before, fold = organisation.name, fold_name(correction.name)
    other = select(Organisation.id).where(
        Organisation.fold == fold, Organisation.kind == correction.kind, Organisation.id != organisation_id
    )
    if (await session.execute(other)).first() is not None:
        raise invalid("name", N_("Another organisation has this name. Merge them if they are one."))
    organisation.name, organisation.fold = correction.name, fold
    organisation.kind, organisation.country = correction.kind, correction.country
    told = await note_members(session, organisation_id, now)
    kind = "corrected" if before == correction.name else "renamed"
    data = {"before": before, "name": correction.name, "reason": correction.reason}
    await note(session, organisation_id, kind, actor, now, data, told)
    record(session, actor, "organisation.corrected", f"{organisation.id} {correction.name}", now)


async def take_back(
    session: AsyncSession, actor: Actor, organisation_id: int, reason: str, now: datetime, *, unmark: bool
) -> None:
    """No longer verified: all roles and open invitations end, and responses are their people's own. With `unmark` the mark
    goes from what was sent, too.

    Raises Conflict where it is not verified.
    """
    organisation = await lock(session, organisation_id)
    if not organisation.verified_by:
        raise Conflict(N_("This organisation is not verified."))
    await part_all(session, organisation, now)
    acted = await _end_roles(session, organisation_id, now)
    _unverify(organisation)
    if unmark:
        await _take_marks(session, organisation_id, now)
    await note(session, organisation_id, "taken-back", actor, now, {"reason": reason}, acted)
    record(session, actor, "organisation.taken-back", f"{organisation.id} {organisation.name}", now)


async def decline_to_verify(
    session: AsyncSession, actor: Actor, organisation_id: int, user_id: int, now: datetime
) -> None:
    """Staff settle a request to verify without doing so."""
    await close_requests(session, organisation_id, user_id, RequestKind.VERIFY, now)
    statement = select(User.name).where(User.id == user_id)
    name = (await session.execute(statement)).scalar_one_or_none()
    data = {"name": name or "", "user_id": str(user_id)}
    await note(session, organisation_id, "verify-declined", actor, now, data, [user_id])
    record(session, actor, "organisation.declined", str(organisation_id), now)


def _unverify(organisation: Organisation) -> None:
    organisation.domain = organisation.verify_token = organisation.verified_by = ""
    organisation.verified_at, organisation.verified_reason = None, ""
    organisation.open_joining = False


async def _end_roles(session: AsyncSession, organisation_id: int, now: datetime) -> list[int]:
    """Whose roles have ended."""
    await note_members(session, organisation_id, now)
    here = Membership.organisation_id == organisation_id
    acted = select(Membership.user_id).where(here, Membership.role != "")
    people = list((await session.execute(acted)).scalars())
    naming = select(User.id).where(User.organisation_id == organisation_id)
    await session.execute(delete(Membership).where(here, Membership.user_id.not_in(naming)))
    await session.execute(update(Membership).where(here).values(role=""))
    invited = (Invitation.organisation_id == organisation_id, Invitation.used_at.is_(None))
    await session.execute(delete(Invitation).where(*invited))
    return people


async def _take_marks(session: AsyncSession, organisation_id: int, now: datetime) -> None:
    statement = (
        update(Contribution)
        .where(Contribution.organisation_id == organisation_id, Contribution.verified != "")
        .values(verified="")
        .returning(Contribution.consultation_id)
        .execution_options(synchronize_session=False)
    )
    changed = set((await session.execute(statement)).scalars())
    scopes = tuple(consultation_scope(each) for each in sorted(changed))
    emit(session, Event("organisation.marked", scopes, {"organisation_id": organisation_id}), now)
