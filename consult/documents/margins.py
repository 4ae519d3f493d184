"""The threads beside the blocks of a page, and their words marked in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.queries import ON_PAGE, PER_BLOCK, Filters, threads_on_blocks
from consult.comments.views import ContributionView, view_threads
from consult.documents.marking import mark
from consult.documents.views import BlockView
from consult.models.contribution import State


@dataclass(frozen=True, slots=True)
class Margin:
    """Threads beside a block."""

    threads: Sequence[ContributionView]
    form: Any = None
    open: bool = False


async def load_margins(
    session: AsyncSession, version_id: int, blocks: Sequence[BlockView], filters: Filters, locale: str
) -> dict[str, Margin]:
    """Threads by block key, as far as a page goes; what is more is on the block's own page."""
    discussed = {block.id: block.key for block in blocks if block.comment_count}
    if not discussed:
        return {}
    per_block = min(max(ON_PAGE // (2 * len(discussed)), 1), PER_BLOCK)
    roots = await threads_on_blocks(session, version_id, list(discussed), filters, per_block)
    threads = await view_threads(session, roots, locale)
    places = {block_id: place for place, block_id in enumerate(discussed)}
    margins: dict[str, list[ContributionView]] = {}
    room = ON_PAGE
    for thread in sorted(threads, key=lambda thread: places.get(thread.block_id or 0, 0)):
        room -= 1 + _size(thread)
        if room >= 0 and thread.block_id in discussed:
            margins.setdefault(discussed[thread.block_id], []).append(thread)
    return {key: Margin(found) for key, found in margins.items()}


def _size(thread: ContributionView) -> int:
    return sum(1 + _size(reply) for reply in thread.replies)


def with_marks(block: BlockView, margin: Margin | None) -> BlockView:
    """The block with the words marked that comments are about, where they quote this language's text."""
    spans = [
        (thread.start, thread.end, thread.reference)
        for thread in (margin.threads if margin else ())
        if thread.quote and thread.quote_lang == block.lang and thread.state == State.PUBLISHED
    ]
    return replace(block, html=type(block.html)(mark(str(block.html), spans))) if spans else block
