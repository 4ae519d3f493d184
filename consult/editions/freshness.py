"""Whether a file with comments may still be sent: nothing in it may have been hidden, withdrawn or changed since.

The mark of a version's public comments counts those up to an id: what was said later does not make a file wrong, only
less complete. It is part of `Rendition.content`.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.editions.formats import MAKINGS
from consult.models.contribution import Anchor, Contribution, State
from consult.models.version import Rendition

PARTED = "/"


async def mark_of_comments(session: AsyncSession, version_id: int, upto: int | None = None) -> str:
    """`id.digest`: the newest public comment or reply that was looked at, and what was public up to it."""
    roots = select(Anchor.contribution_id).where(
        Anchor.version_id == version_id, Anchor.block_id.is_not(None)
    )
    statement = select(
        func.count(), func.sum(Contribution.id), func.max(Contribution.edited_at),
        func.sum(func.length(Contribution.author_name)), func.sum(func.length(Contribution.organisation_name)),
        func.max(Contribution.id),
    ).where(
        Contribution.state == State.PUBLISHED,
        or_(Contribution.id.in_(roots), Contribution.thread_id.in_(roots)),
    )  # fmt: skip
    if upto is not None:
        statement = statement.where(Contribution.id <= upto)
    *said, newest = (await session.execute(statement)).one()
    last = upto if upto is not None else newest or 0
    return f"{last}.{sha256(repr([str(each) for each in said]).encode()).hexdigest()[:12]}"


async def is_fresh(session: AsyncSession, rendition: Rendition) -> bool:
    """Whether a file may still be sent."""
    if not MAKINGS[rendition.what].with_comments:
        return True
    mark = rendition.content.rpartition(PARTED)[2]
    last = mark.partition(".")[0]
    return last.isdigit() and mark == await mark_of_comments(session, rendition.version_id, int(last))


async def remove_unfit(session: AsyncSession) -> None:
    """Delete the files that may not be sent any more."""
    kinds = [what for what, making in MAKINGS.items() if making.with_comments]
    statement = select(Rendition).where(Rendition.what.in_(kinds), Rendition.made_at.is_not(None))
    for row in (await session.execute(statement)).scalars().all():
        if not await is_fresh(session, row):
            await session.delete(row)
    await session.flush()
