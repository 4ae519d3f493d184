"""Loads a version in preparation and keeps what became of it. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.crossing import link_headings
from consult.documents.storing import KeptBlock, insert_texts, load_kept
from consult.documents.succession import load_succession
from consult.models.document import Block, BlockText, Version
from consult.models.version import Change, Match
from consult.preparing.arranging import Arrangement, Piece
from consult.preparing.mending import matches_of

_BLOCKS: Any = Block.__table__
_TEXTS: Any = BlockText.__table__
_CHANGES: Any = Change.__table__


async def load_arrangement(session: AsyncSession, version: Version, last: Version | None) -> Arrangement:
    """A version with the one before it; a version whose original is in another language follows from none."""
    rows = await load_succession(session, version.id)
    before = await load_kept(session, last) if last and last.original == version.original else ()
    blocks = await load_kept(session, version)
    return Arrangement(
        original=version.original,
        before=before,
        pieces=tuple(Piece(block.key, block) for block in blocks),
        links=frozenset((row.before, row.key) for row in rows if row.before and row.key)
        if before
        else frozenset(),
        by_hand=frozenset((row.before, row.key) for row in rows if row.by_hand),
    )


async def keep_arrangement(
    session: AsyncSession, version: Version, was: Arrangement, held: Arrangement
) -> None:
    """Store what differs from what was loaded: blocks, texts, order, keys, how they follow, and their reasons."""
    ids = await _ids(session, version.id)
    kept = {piece.was for piece in held.pieces}
    gone = [id_ for key, id_ in ids.items() if key not in kept]
    if gone:
        await session.execute(delete(Block).where(Block.id.in_(gone)))
    await _keep_blocks(session, version.id, ids, was, held)
    await _keep_texts(session, version.id, was, held)
    await _keep_matches(session, version.id, held)
    await _keep_changes(session, version.id, held)
    await session.flush()


async def _ids(session: AsyncSession, version_id: int) -> dict[str, int]:
    rows = await session.execute(select(Block.key, Block.id).where(Block.version_id == version_id))
    return {row.key: row.id for row in rows}


async def _keep_blocks(
    session: AsyncSession, version_id: int, ids: Mapping[str, int], was: Arrangement, held: Arrangement
) -> None:
    before = {piece.key: _row(piece.block, place) for place, piece in enumerate(was.pieces)}
    changed, made = [], []
    for place, piece in enumerate(held.pieces):
        row = _row(piece.block, place)
        if not piece.was:
            made.append({"version_id": version_id, "comment_count": 0, **row})
        elif row != before[piece.was]:
            changed.append({"of_id": ids[piece.was], **row})
    if changed:
        # Keys and places are unique at every moment: whatever changes steps aside first.
        statement = update(_BLOCKS).where(_BLOCKS.c.id == bindparam("of_id"))
        away = [
            {"of_id": row["of_id"], "key": f"~{row['of_id']}", "position": -row["of_id"]} for row in changed
        ]
        connection = await session.connection()
        await connection.execute(statement, away)
        await connection.execute(statement, changed)
    if made:
        await session.execute(insert(Block), made)


def _row(block: KeptBlock, place: int) -> dict[str, Any]:
    return {"key": block.key, "position": place, "kind": str(block.kind), "shape": dict(block.shape)}


async def _keep_texts(session: AsyncSession, version_id: int, was: Arrangement, held: Arrangement) -> None:
    before = {piece.key: piece.block.texts for piece in was.pieces}
    linked = {block.key: block.texts for block in link_headings([piece.block for piece in held.pieces])}
    ids = await _ids(session, version_id)
    gone, made = [], {}
    for piece in held.pieces:
        old = before.get(piece.was, {})
        now = linked[piece.key]
        gone += [{"of_block": ids[piece.key], "in_lang": lang} for lang in old if old[lang] != now.get(lang)]
        made[piece.key] = {lang: text for lang, text in now.items() if text != old.get(lang)}
    if gone:
        statement = delete(_TEXTS).where(
            _TEXTS.c.block_id == bindparam("of_block"), _TEXTS.c.lang == bindparam("in_lang")
        )
        await (await session.connection()).execute(statement, gone)
    await insert_texts(session, version_id, made)


async def _keep_matches(session: AsyncSession, version_id: int, held: Arrangement) -> None:
    await session.execute(delete(Match).where(Match.version_id == version_id))
    rows: Sequence[dict[str, Any]] = [{"version_id": version_id, **row} for row in matches_of(held)]
    if rows:
        await session.execute(insert(Match), rows)


async def _keep_changes(session: AsyncSession, version_id: int, held: Arrangement) -> None:
    """Reasons go along with their blocks' keys. Where a key comes back into use, its block's own reason counts."""
    names = {piece.was: piece.key for piece in held.pieces if piece.was}
    known = set(names.values()) | {block.key for block in held.before} | {piece.key for piece in held.pieces}
    rows = (await session.execute(select(Change.id, Change.key).where(Change.version_id == version_id))).all()
    wanted = sorted(
        ((row.id, row.key, names.get(row.key, row.key)) for row in rows),
        key=lambda each: each[1] not in names,
    )
    taken: set[str] = set()
    moved, gone = [], []
    for id_, key, new in wanted:
        if new in taken or new not in known:
            gone.append(id_)
            continue
        taken.add(new)
        if new != key:
            moved.append({"of_id": id_, "key": new})
    if gone:
        await session.execute(delete(Change).where(Change.id.in_(gone)))
    if moved:
        statement = update(_CHANGES).where(_CHANGES.c.id == bindparam("of_id"))
        away = [{"of_id": row["of_id"], "key": f"~{row['of_id']}"} for row in moved]
        connection = await session.connection()
        await connection.execute(statement, away)
        await connection.execute(statement, moved)
