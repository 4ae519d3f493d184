"""What the API reads beside what the domains read for pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.document import Block, BlockText, Version


async def every_text(session: AsyncSession, version: Version) -> Sequence[Row[*tuple[Any, ...]]]:
    """The blocks of a version in reading order, a row for each language that a block has."""
    statement = (
        select(Block.key, Block.kind, Block.shape, Block.position, Block.comment_count, BlockText.lang,
               BlockText.html, BlockText.plain, BlockText.of, BlockText.joined_into)
        .join(BlockText, BlockText.block_id == Block.id)
        .where(Block.version_id == version.id)
        .order_by(Block.position, BlockText.lang)
    )  # fmt: skip
    return (await session.execute(statement)).all()
