"""What is counted of comments: how many answer a thread, how many stand on a block, who has spoken.

Statements are made once: building one takes longer than running it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.queries import BlockPlace
from consult.ledger.counters import tally, traits
from consult.models.contribution import Anchor, Contribution, Place
from consult.models.document import Block
from consult.models.response import Disposition

CONTRIBUTIONS: Any = Contribution.__table__
_BLOCKS: Any = Block.__table__
_ANCHORS: Any = Anchor.__table__
_COUNT_REPLY = (
    update(CONTRIBUTIONS)
    .where(CONTRIBUTIONS.c.id == bindparam("of"))
    .values(reply_count=CONTRIBUTIONS.c.reply_count + bindparam("by"))
)
_COUNT_ON_BLOCK = update(_BLOCKS).where(_BLOCKS.c.id == bindparam("of")).values(
    comment_count=_BLOCKS.c.comment_count + bindparam("by")
)  # fmt: skip
_ITS_BLOCKS = select(_ANCHORS.c.block_id).where(_ANCHORS.c.contribution_id == bindparam("thread"))
_COUNT_ON_ITS_BLOCKS = update(_BLOCKS).where(_BLOCKS.c.id.in_(_ITS_BLOCKS)).values(
    comment_count=_BLOCKS.c.comment_count + bindparam("by")
)  # fmt: skip
"""A thread stands on a block of each version that it was carried to."""


async def count_new(session: AsyncSession, comment: Contribution, block: BlockPlace | None) -> None:
    """As `count_again`, of a comment that nobody can have answered yet."""
    await _count_around(session, comment, block, 1)
    if not comment.forum_voice:
        pairs = traits(comment.kind, comment.country, comment.lang, comment.type)
        await tally(session, comment.consultation_id, pairs)


async def count_again(session: AsyncSession, comment: Contribution, by: int) -> None:
    """Keep tallies, the block's count and the thread's count of replies true.

    Contributions first, tallies last, here and in `count_new`: writers wait for each other in one order.
    """
    await _count_around(session, comment, None, by)
    if not comment.forum_voice:
        await tally(session, comment.consultation_id, await _tallied(session, comment), by)


async def _count_around(
    session: AsyncSession, comment: Contribution, block: BlockPlace | None, by: int
) -> None:
    """The thread's first contribution comes before blocks: whoever carries a thread over holds it and waits for us."""
    if comment.thread_id is not None:
        await session.execute(_COUNT_REPLY, {"of": comment.thread_id, "by": by})
    if block is not None:
        await session.execute(_COUNT_ON_BLOCK, {"of": block.block_id, "by": by})
    elif comment.place != Place.CONSULTATION:
        await session.execute(_COUNT_ON_ITS_BLOCKS, {"thread": comment.thread_id or comment.id, "by": by})


async def _tallied(session: AsyncSession, comment: Contribution) -> list[tuple[str, str]]:
    """What a public contribution adds to the tallies: who spoke, and that it was answered."""
    pairs = traits(comment.kind, comment.country, comment.lang, comment.type)
    answer = select(Disposition.kind).where(Disposition.contribution_id == comment.id)
    given = (await session.execute(answer)).scalar_one_or_none()
    return [*pairs, ("disposition", given)] if given else [*pairs]


async def count_on_blocks(session: AsyncSession, amounts: Mapping[int, int]) -> None:
    """Add to counts of blocks by id, always in the same order."""
    rows = [{"of": block_id, "by": amount} for block_id, amount in sorted(amounts.items()) if amount]
    if rows:
        await session.execute(_COUNT_ON_BLOCK, rows)
