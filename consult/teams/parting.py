"""Responses that are an organisation's no longer: each becomes one person's own. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import MemberRole, Membership, Organisation, User
from consult.models.submission import Submission
from consult.models.team import SignOff
from consult.teams.steps import note_step


async def part_all(session: AsyncSession, organisation: Organisation, now: datetime) -> None:
    """Leave nothing that a team wrote or was asked to sign with the name: whoever is verified by it next is a stranger.

    To be called before the roles end, for who keeps a response is one of the members.
    """
    for parted in await responses_of(session, organisation.id):
        await part(session, parted, organisation, (organisation.id,))
    asked = select(SignOff).where(SignOff.organisation_id == organisation.id).order_by(SignOff.submission_id)
    for each in (await session.execute(asked)).scalars().all():
        await session.delete(each)
        await note_step(
            session, each.submission_id, "unverified", None, now, {"organisation": organisation.name}
        )


async def responses_of(session: AsyncSession, organisation_id: int) -> Sequence[Submission]:
    """An organisation's responses, held."""
    statement = select(Submission).where(Submission.organisation_id == organisation_id)
    return (await session.execute(statement.order_by(Submission.id).with_for_update())).scalars().all()


async def part(
    session: AsyncSession, parted: Submission, named: Organisation, organisations: tuple[int, ...]
) -> str:
    """From now on one person's own, of a member of `organisations`; `named` is only named. The name of who keeps it.

    Its own sign-off ends, those of others stay.
    """
    lead = await session.get(SignOff, (parted.id, parted.organisation_id))
    if lead is not None:
        await session.delete(lead)
    keeper = await _keeper(session, parted, organisations)
    parted.organisation_id, parted.organisation_name = None, named.name
    parted.kind, parted.country = named.kind, named.country
    parted.author_id = keeper.id if keeper else None
    await session.flush()
    return keeper.name if keeper else ""


async def _keeper(session: AsyncSession, parted: Submission, organisations: tuple[int, ...]) -> User | None:
    """Whoever began it, or else the first owner. Never somebody who has left: with their membership their access ended."""
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
