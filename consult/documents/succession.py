"""How a version's blocks follow from those of the version before, as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.matching.matches import Match
from consult.documents.storing import KeptBlock
from consult.models.document import Version
from consult.models.version import Match as MatchRow


async def record_succession(
    session: AsyncSession,
    version_id: int,
    before: Sequence[KeptBlock],
    blocks: Sequence[KeptBlock],
    matches: Sequence[Match],
) -> None:
    """Keep how `blocks` follow from those `before`; nothing for a first version."""
    rows = [
        {
            "version_id": version_id,
            "before": "" if match.before is None else before[match.before].key,
            "key": "" if match.after is None else blocks[match.after].key,
            "kind": match.kind.value,
            "edited": match.edited,
            "score": match.score,
        }
        for match in matches
    ]
    if rows:
        await session.execute(insert(MatchRow), rows)


async def load_succession(session: AsyncSession, version_id: int) -> list[MatchRow]:
    """What is kept of how a version follows from the one before, in the order in which it was found."""
    statement = select(MatchRow).where(MatchRow.version_id == version_id).order_by(MatchRow.id)
    return list((await session.execute(statement)).scalars())


async def reopen_carrying(session: AsyncSession, version_ids: Collection[int]) -> None:
    """Have later versions look again for comments to carry over: there are new ones on these versions."""
    for version_id in sorted(version_ids):
        await session.execute(_REOPEN, {"version": version_id})


_VERSIONS: Any = Version.__table__
_MADE_ON = _VERSIONS.alias("made_on")
_REOPEN = (
    update(_VERSIONS)
    .where(
        _VERSIONS.c.draft_id
        == select(_MADE_ON.c.draft_id).where(_MADE_ON.c.id == bindparam("version")).scalar_subquery(),
        _VERSIONS.c.number
        > select(_MADE_ON.c.number).where(_MADE_ON.c.id == bindparam("version")).scalar_subquery(),
    )
    .values(carried_at=None)
)
"""Whether or not one is reopened already: who finishes carrying holds the version, and we wait for them."""
