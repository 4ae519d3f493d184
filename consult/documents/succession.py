"""How a version's blocks follow from those of the version before, as it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.storing import KeptBlock
from consult.models.version import Match, MatchKind


async def record_succession(
    session: AsyncSession,
    version_id: int,
    original: str,
    before: Sequence[KeptBlock],
    blocks: Sequence[KeptBlock],
) -> None:
    """Keep one row for each block of either version; see `Match`."""
    rows = [{"version_id": version_id, **row} for row in _rows(original, before, blocks)]
    if rows:
        await session.execute(insert(Match), rows)


def _rows(
    original: str, before: Sequence[KeptBlock], blocks: Sequence[KeptBlock]
) -> Iterator[dict[str, Any]]:
    places = {block.key: place for place, block in enumerate(before)}
    reached = -1
    for block in blocks:
        place = places.get(block.key)
        if place is None:
            yield {"before": "", "key": block.key, "kind": MatchKind.ADDED, "edited": False, "score": 0.0}
            continue
        edited = before[place].texts[original].plain != block.texts[original].plain
        kind = MatchKind.EDITED if edited else MatchKind.UNCHANGED
        if place < reached:
            kind = MatchKind.MOVED
        reached = max(reached, place)
        yield {"before": block.key, "key": block.key, "kind": kind, "edited": edited, "score": 1.0}
    kept = {block.key for block in blocks}
    for block in before:
        if block.key not in kept:
            yield {"before": block.key, "key": "", "kind": MatchKind.REMOVED, "edited": False, "score": 0.0}
