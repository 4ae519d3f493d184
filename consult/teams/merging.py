"""Two organisations become one: where their responses and sign-offs go. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import MemberRole, Membership, User
from consult.models.submission import Submission, SubmissionState
from consult.models.team import SignOff, SignOffState
from consult.teams.sign_offs import organisation_name
from consult.teams.steps import note_step


async def merge_submissions(session: AsyncSession, from_id: int, into_id: int, now: datetime) -> None:
    """Move the responses and sign-offs of one organisation to another.

    An organisation has one response in a round. Where both have one, what was sent stays the organisation's rather than
    what was only begun, and else that of `into_id`; the other one becomes one person's own, with all that is in it, and what
    was sent of it stays sent. That person is whoever began it, or the first owner where they have left meanwhile.
    """
    names = {
        "other": await organisation_name(session, from_id),
        "organisation": await organisation_name(session, into_id),
    }
    kept = {each.round_id: each for each in await _responses(session, into_id)}
    for moving in await _responses(session, from_id):
        there = kept.get(moving.round_id)
        parted = _which_parts(there, moving) if there is not None else None
        if parted is not None:
            keeper = await _keeper(session, parted, (from_id, into_id))
            await _part(session, parted, keeper, names, now)
        if parted is not moving:
            moving.organisation_id = into_id
            await session.flush()
            await note_step(session, moving.id, "merged", None, now, names)
    await _move_sign_offs(session, from_id, into_id)


async def _responses(session: AsyncSession, organisation_id: int) -> Sequence[Submission]:
    statement = select(Submission).where(Submission.organisation_id == organisation_id)
    return (await session.execute(statement.order_by(Submission.id).with_for_update())).scalars().all()


def _which_parts(there: Submission, moving: Submission) -> Submission:
    is_sent = moving.state == SubmissionState.SENT and there.state != SubmissionState.SENT
    return there if is_sent else moving


async def _keeper(session: AsyncSession, parted: Submission, organisations: tuple[int, int]) -> User | None:
    """Never somebody who has left: with their membership their access ended."""
    statement = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id.in_(organisations), Membership.role != "", User.closed_at.is_(None))
        .order_by(
            (User.id == (parted.author_id or 0)).desc(),
            (Membership.role == MemberRole.OWNER).desc(),
            Membership.since,
            User.id,
        )
    )
    return (await session.execute(statement.limit(1))).scalar_one_or_none()


async def _part(
    session: AsyncSession, parted: Submission, keeper: User | None, names: dict[str, str], now: datetime
) -> None:
    """From now on one person's own; the organisation is only named. Its own sign-off ends, those of others stay."""
    lead = await session.get(SignOff, (parted.id, parted.organisation_id))
    if lead is not None:
        await session.delete(lead)
    parted.organisation_id, parted.organisation_name = None, names["organisation"]
    parted.author_id = keeper.id if keeper else None
    await session.flush()
    data = {**names, "keeper": keeper.name if keeper else ""}
    await note_step(session, parted.id, "parted", None, now, data)


async def _move_sign_offs(session: AsyncSession, from_id: int, into_id: int) -> None:
    statement = select(SignOff, Submission).join(Submission, Submission.id == SignOff.submission_id)
    found = (await session.execute(statement.where(SignOff.organisation_id == from_id))).all()
    for sign_off, submission in found:
        there = await session.get(SignOff, (submission.id, into_id))
        is_own = submission.organisation_id == into_id
        if there is not None and _outweighs(there, sign_off):
            await session.delete(sign_off)
            continue
        if there is not None:
            await session.delete(there)
            await session.flush()
        sign_off.organisation_id, sign_off.lead = into_id, is_own
        await session.flush()
    await _mark_leads(session, into_id)


def _outweighs(there: SignOff, moving: SignOff) -> bool:
    """The organisation's own sign-off before one as a co-signatory, one that was given before one that was not."""
    if there.lead != moving.lead:
        return there.lead
    return there.state == SignOffState.SIGNED or moving.state != SignOffState.SIGNED


async def _mark_leads(session: AsyncSession, into_id: int) -> None:
    """A response that came along may have been co-signed by the organisation that it belongs to now."""
    statement = (
        select(SignOff)
        .join(Submission, Submission.id == SignOff.submission_id)
        .where(SignOff.organisation_id == into_id, Submission.organisation_id == into_id)
    )
    for each in (await session.execute(statement)).scalars():
        each.lead = True
    await session.flush()
