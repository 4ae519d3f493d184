"""Merging two organisations that are one: what moves, what stays as it was. Flushes, never commits.

Names shown on what was sent stay as they were; the history of both stays with each, and the address of the one that
goes leads to the one that stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

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
    OrganisationRequest,
    User,
)
from consult.models.submission import Submission, SubmissionState
from consult.organisations.events import note, note_members
from consult.organisations.membership import LADDER, lock
from consult.security.actor import Actor
from consult.teams.merging import merge_submissions

QUIET = {"synchronize_session": False}
VERIFICATION = ("domain", "verify_token", "verified_by", "verified_at", "verified_reason", "open_joining")


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would move: people who act, people who only name it, contributions, responses; and what forbids it.

    `brings_verification`: the one that stays is not verified and the one that goes is. `loses_domain` is the domain of
    the one that goes where both are verified.
    """

    members: int
    named: int
    contributions: int
    submissions: int
    brings_verification: bool
    loses_domain: str
    in_the_way: bool


async def plan_merge(session: AsyncSession, stays: Organisation, goes: Organisation) -> MergePlan:
    """What merging `goes` into `stays` would do."""
    return MergePlan(
        members=await _count(session, Membership.organisation_id == goes.id, Membership.role != ""),
        named=await _count(session, Membership.organisation_id == goes.id, Membership.role == ""),
        contributions=await _count(session, Contribution.organisation_id == goes.id),
        submissions=await _count(session, Submission.organisation_id == goes.id),
        brings_verification=bool(goes.verified_by and not stays.verified_by),
        loses_domain=goes.domain if stays.verified_by else "",
        in_the_way=await _both_draft(session, stays.id, goes.id),
    )


async def merge(
    session: AsyncSession, actor: Actor, stays_id: int, goes_id: int, reason: str, now: datetime
) -> Organisation:
    """Merge one organisation into another. Raises NotFound, FormInvalid, Conflict."""
    if stays_id == goes_id:
        raise invalid("other", N_("Choose two different organisations."))
    first, second = [await lock(session, each) for each in sorted((stays_id, goes_id))]
    stays, goes = (first, second) if first.id == stays_id else (second, first)
    if await _both_draft(session, stays_id, goes_id):
        raise Conflict(
            N_(
                "Both are writing a response to the same round. One of the two has to be sent or withdrawn first."
            )
        )
    told = set(await note_members(session, goes_id, now)) | set(await note_members(session, stays_id, now))
    await _move_verification(session, stays, goes)
    await _move_people(session, stays_id, goes_id)
    await merge_submissions(session, goes_id, stays_id, now)
    await _move_contributions(session, stays_id, goes_id, now)
    await _note_both(session, actor, stays, goes, reason, now, told)
    return stays


async def find_present(session: AsyncSession, organisation_id: int) -> Organisation:
    """The organisation that one was merged into, or itself. Raises NotFound."""
    found = await session.get(Organisation, organisation_id)
    if found is not None and found.merged_into_id is not None:
        found = await session.get(Organisation, found.merged_into_id)
    if found is None:
        raise NotFound
    return found


async def _move_verification(session: AsyncSession, stays: Organisation, goes: Organisation) -> None:
    """To the one that stays, where it has none; in two steps, because a domain is only ever at one of them."""
    values = {name: getattr(goes, name) for name in VERIFICATION}
    goes.domain = goes.verify_token = goes.verified_by = goes.verified_reason = ""
    goes.verified_at, goes.open_joining = None, False
    await session.flush()
    if values["verified_by"] and not stays.verified_by:
        for name, value in values.items():
            setattr(stays, name, value)
    stays.url, stays.country = stays.url or goes.url, stays.country or goes.country
    goes.merged_into_id = stays.id
    await session.execute(
        update(Organisation).where(Organisation.merged_into_id == goes.id).values(merged_into_id=stays.id)
    )
    await session.flush()


async def _move_people(session: AsyncSession, stays_id: int, goes_id: int) -> None:
    """Who is tied to both keeps the higher role."""
    here = {each.user_id: each for each in await _ties(session, stays_id)}
    for tie in await _ties(session, goes_id):
        other = here.get(tie.user_id)
        if other is None:
            session.add(
                Membership(user_id=tie.user_id, organisation_id=stays_id, role=tie.role, since=tie.since)
            )
        elif _height(tie.role) > _height(other.role):
            other.role, other.since = tie.role, min(tie.since, other.since)
        await session.delete(tie)
    await session.flush()
    speaking = update(User).where(User.organisation_id == goes_id).values(organisation_id=stays_id)
    await session.execute(speaking.execution_options(**QUIET))
    for table in (Invitation, OrganisationRequest):
        moving = update(table).where(table.organisation_id == goes_id).values(organisation_id=stays_id)
        await session.execute(moving.execution_options(**QUIET))


async def _ties(session: AsyncSession, organisation_id: int) -> list[Membership]:
    statement = select(Membership).where(Membership.organisation_id == organisation_id)
    return list((await session.execute(statement.order_by(Membership.user_id))).scalars())


def _height(role: str) -> int:
    return LADDER.index(MemberRole(role)) if role else -1


async def _both_draft(session: AsyncSession, stays_id: int, goes_id: int) -> bool:
    """Whether each has a response to the same round of which that of the one that goes is not sent."""
    rounds = select(Submission.round_id).where(Submission.organisation_id == stays_id)
    begun = (
        Submission.organisation_id == goes_id,
        Submission.state == SubmissionState.BEGUN,
        Submission.round_id.in_(rounds),
    )
    return bool(await _count(session, *begun))


async def _move_contributions(session: AsyncSession, stays_id: int, goes_id: int, now: datetime) -> None:
    """The tie alone: name, kind and country are as they were sent, and so are the counts."""
    statement = (
        update(Contribution)
        .where(Contribution.organisation_id == goes_id)
        .values(organisation_id=stays_id)
        .returning(Contribution.consultation_id)
        .execution_options(**QUIET)
    )
    changed = set((await session.execute(statement)).scalars())
    scopes = tuple(consultation_scope(each) for each in sorted(changed))
    emit(session, Event("organisation.marked", scopes, {"organisation_id": stays_id}), now)


async def _note_both(
    session: AsyncSession,
    actor: Actor,
    stays: Organisation,
    goes: Organisation,
    reason: str,
    now: datetime,
    told: set[int],
) -> None:
    acting = select(Membership.user_id).where(
        Membership.organisation_id == stays.id, Membership.role != "", Membership.user_id.in_(sorted(told))
    )
    people = list((await session.execute(acting)).scalars())
    here = {"other": goes.name, "other_id": str(goes.id), "reason": reason}
    away = {"other": stays.name, "other_id": str(stays.id), "reason": reason}
    await note(session, stays.id, "merged-here", actor, now, here, people)
    await note(session, goes.id, "merged-away", actor, now, away)
    record(session, actor, "organisation.merged", f"{goes.id} {goes.name} -> {stays.id} {stays.name}", now)


async def _count(session: AsyncSession, *where: Any) -> int:
    return (await session.execute(select(func.count()).where(*where))).scalar_one()
