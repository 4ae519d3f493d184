"""What the desk reads of a version that is worked on: what changed, why, and the comments that it is about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.translated import digest
from consult.models.contribution import Anchor, Contribution, State
from consult.models.document import Block, Version
from consult.models.version import Change, change_contributions
from consult.preparing.arranging import Arrangement


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a block of a version: what it says, and the words that it quotes ("" for the whole block)."""

    id: int
    reference: str
    text: str
    lang: str
    key: str
    quote_lang: str
    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


async def remarks_on(session: AsyncSession, version: Version | None, keys: Collection[str]) -> list[Remark]:
    """Public comments that stand on some blocks of a version, the oldest first."""
    if version is None or not keys:
        return []
    statement = (
        select(Contribution.id, Contribution.reference, Contribution.text, Contribution.lang, Block.key,
               Anchor.lang.label("quote_lang"), Anchor.exact, Anchor.prefix, Anchor.suffix, Anchor.start, Anchor.end)
        .join(Anchor, Anchor.contribution_id == Contribution.id)
        .join(Block, Block.id == Anchor.block_id)
        .where(Block.version_id == version.id, Block.key.in_(keys), Contribution.state == State.PUBLISHED)
        .order_by(Contribution.id)
        .limit(200)
    )  # fmt: skip
    return [Remark(*row) for row in (await session.execute(statement)).all()]


async def count_carried(session: AsyncSession, version: Version | None) -> int:
    """How many comments stand on a version, and so will be looked for in the next."""
    if version is None:
        return 0
    statement = select(func.count()).select_from(Anchor)
    statement = statement.where(Anchor.version_id == version.id, Anchor.block_id.is_not(None))
    return (await session.execute(statement)).scalar_one()


async def list_changes(session: AsyncSession, version_id: int) -> dict[str, Change]:
    """What was said of why blocks changed, by key."""
    statement = select(Change).where(Change.version_id == version_id)
    return {change.key: change for change in (await session.execute(statement)).scalars()}


async def answered_by(session: AsyncSession, change_ids: Collection[int]) -> dict[int, list[str]]:
    """References of the contributions that changes answer, by change id."""
    statement = (
        select(change_contributions.c.change_id, Contribution.reference)
        .join(Contribution, Contribution.id == change_contributions.c.contribution_id)
        .where(change_contributions.c.change_id.in_(change_ids))
        .order_by(Contribution.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for change_id, reference in (await session.execute(statement)).all():
        found[change_id].append(reference)
    return found


async def find_public(
    session: AsyncSession, consultation_id: int, references: Sequence[str]
) -> dict[str, int]:
    """Reference → id of those that are public contributions to a consultation."""
    statement = select(Contribution.reference, Contribution.id).where(
        Contribution.consultation_id == consultation_id,
        Contribution.reference.in_(references),
        Contribution.state == State.PUBLISHED,
    )
    return {row.reference: row.id for row in (await session.execute(statement)).all()}


def count_stale(held: Arrangement) -> Counter[str]:
    """How many blocks have a translation that was made from another original, by language."""
    return Counter(
        lang
        for piece in held.pieces
        for lang, text in piece.block.texts.items()
        if lang != held.original and text.of != digest(piece.block.texts[held.original].plain)
    )
