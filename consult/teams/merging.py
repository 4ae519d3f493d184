"""Two organisations become one: where their responses and sign-offs go. Flushes, never commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import Organisation
from consult.models.submission import Submission, SubmissionState
from consult.models.team import SignOff, SignOffState
from consult.teams.parting import part, responses_of
from consult.teams.sign_offs import organisation_name
from consult.teams.steps import note_step


async def merge_submissions(session: AsyncSession, from_id: int, into_id: int, now: datetime) -> None:
    """Move the responses and sign-offs of one organisation to another.

    An organisation has one response in a round. Where both have one, what was sent stays the organisation's rather than
    what was only begun, and else that of `into_id`; the other one becomes one person's own, with all that is in it, and what
    was sent of it stays sent. That person is whoever began it, or the first owner where they have left meanwhile.
    """
    into = await session.get_one(Organisation, into_id)
    names = {"other": await organisation_name(session, from_id), "organisation": into.name}
    kept = {each.round_id: each for each in await responses_of(session, into_id)}
    for moving in await responses_of(session, from_id):
        there = kept.get(moving.round_id)
        parted = _which_parts(there, moving) if there is not None else None
        if parted is not None:
            keeper = await part(session, parted, into, (from_id, into_id))
            await note_step(session, parted.id, "parted", None, now, {**names, "keeper": keeper})
        if parted is not moving:
            moving.organisation_id = into_id
            await session.flush()
            await note_step(session, moving.id, "merged", None, now, names)
    await _move_sign_offs(session, from_id, into_id)


def _which_parts(there: Submission, moving: Submission) -> Submission:
    is_sent = moving.state == SubmissionState.SENT and there.state != SubmissionState.SENT
    return there if is_sent else moving


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
