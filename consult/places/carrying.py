"""Carrying comments over to a version: which have no place in it yet, where each one's is, keeping what was found.

Reading and finding are apart from writing, so that writers wait for a moment only. A thread's first contribution is
held while its place is kept: whoever posts or hides something in that thread waits, and no count goes wrong. Flushes,
never commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.counting import count_on_blocks
from consult.documents.anchors import QuoteSelector
from consult.documents.carrying.carry import Anchored, Carried, carry_all
from consult.documents.matching.matches import Match
from consult.documents.succession import load_succession
from consult.kernel.events import Event, consultation_scope
from consult.ledger.outbox import emit_now
from consult.models.contribution import Anchor, Contribution, Fate, State
from consult.models.document import Block, BlockText, Version
from consult.models.version import MatchKind
from consult.places.steps import Step, waits

ANCHORS: Any = Anchor.__table__
WORST = (Fate.MADE, Fate.KEPT, Fate.MOVED, Fate.CHANGED, Fate.ORPHANED)
SELECTOR = ("exact", "prefix", "suffix", "start", "end")

AnchorRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Text:
    """A version's blocks by place: ids, keys, and plain texts by language."""

    ids: Sequence[int]
    keys: Sequence[str]
    texts: Sequence[Mapping[str, str]]


async def waiting_anchors(session: AsyncSession, step: Step, most: int) -> Sequence[AnchorRow]:
    """Places in the version before of comments that have none yet in the next one, block by block."""
    old, new = ANCHORS.alias("old"), ANCHORS.alias("new")
    statement = (
        select(old)
        .outerjoin(
            new, and_(new.c.contribution_id == old.c.contribution_id, new.c.version_id == step.version_id)
        )
        .where(old.c.version_id == step.before_id, new.c.contribution_id.is_(None))
        .order_by(old.c.block_id, old.c.contribution_id)
        .limit(most)
    )
    return (await session.execute(statement)).all()


async def load_text(session: AsyncSession, version_id: int, languages: Iterable[str]) -> Text:
    """A version's blocks with their texts in these languages; words joined into another block only there."""
    blocks = (
        await session.execute(
            select(Block.id, Block.key).where(Block.version_id == version_id).order_by(Block.position)
        )
    ).all()
    places = {row.id: place for place, row in enumerate(blocks)}
    texts: list[dict[str, str]] = [{} for _ in blocks]
    statement = (
        select(BlockText.block_id, BlockText.lang, BlockText.plain)
        .join(Block, Block.id == BlockText.block_id)
        .where(
            Block.version_id == version_id,
            BlockText.lang.in_(sorted(set(languages))),
            BlockText.joined_into == "",
        )
    )
    for block_id, lang, plain in await session.execute(statement):
        texts[places[block_id]][lang] = plain
    return Text([row.id for row in blocks], [row.key for row in blocks], texts)


async def load_matches(session: AsyncSession, step: Step, old: Text, new: Text) -> list[Match]:
    """How the blocks follow from each other; by their keys alone where nothing else is known."""
    before = {key: place for place, key in enumerate(old.keys)}
    after = {key: place for place, key in enumerate(new.keys)}
    kept = await load_succession(session, step.version_id)
    if not kept:
        return [
            Match(MatchKind.EDITED, before[key], place, 1.0) for key, place in after.items() if key in before
        ]
    return [
        Match(MatchKind(row.kind), before.get(row.before), after.get(row.key), row.score, row.edited)
        for row in kept
    ]


def find_places(
    step: Step, anchors: Sequence[AnchorRow], old: Text, new: Text, matches: Sequence[Match]
) -> list[dict[str, Any]]:
    """Rows for the places of comments in the next version, in their order. Takes some milliseconds each."""
    places = {id: place for place, id in enumerate(old.ids)}
    standing = [row for row in anchors if row.block_id in places]
    asked = [_anchored(row, places[row.block_id], old) for row in standing]
    found = carry_all(asked, old.texts, new.texts, matches)
    known = {
        row.contribution_id: carried if each.selector.exact == row.exact else _without_words(carried)
        for row, each, carried in zip(standing, asked, found, strict=True)
    }
    return [_row(step, row, known.get(row.contribution_id), new) for row in anchors]


def _anchored(row: AnchorRow, place: int, old: Text) -> Anchored:
    """The words marked, or the whole block where a translation that was brought up to date has lost them."""
    plain = old.texts[place].get(row.lang, "")
    words = QuoteSelector(*(getattr(row, name) for name in SELECTOR))
    is_there = plain[row.start : row.end] == row.exact
    return Anchored(place, row.lang, words if is_there else QuoteSelector("", "", "", 0, 0))


def _without_words(carried: Carried) -> Carried:
    """The words were lost on the way, whatever became of the block."""
    if carried.fate is Fate.ORPHANED:
        return carried
    return replace(carried, fate=Fate.CHANGED)


def _row(step: Step, row: AnchorRow, found: Carried | None, new: Text) -> dict[str, Any]:
    """An orphan stays one. What became of a place is all that happened to it since it was made."""
    words = (found.selector if found else None) or QuoteSelector("", "", "", 0, 0)
    fate = found.fate if found else Fate.ORPHANED
    return {
        "contribution_id": row.contribution_id,
        "version_id": step.version_id,
        "block_id": new.ids[found.after] if found and found.after is not None else None,
        "lang": row.lang,
        **{name: getattr(words, name) for name in SELECTOR},
        "made_here": False,
        "fate": max(Fate(row.fate), fate, key=WORST.index),
        "sure": min(row.sure, found.sure) if found else row.sure,
        "unsure": row.unsure or bool(found and found.unsure),
        "by_hand": False,
    }


async def keep_places(
    session: AsyncSession,
    step: Step,
    anchors: Sequence[AnchorRow],
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
) -> int:
    """Keep what was found, except where something came between; how many were kept.

    `anchors` are the places that the `rows` were found from: where one is not the same any more (withdrawn, mended by
    an editor), or somebody else was faster, nothing is kept and it waits on.
    """
    holding = (
        select(Contribution.id, Contribution.state, Contribution.reply_count)
        .where(Contribution.id.in_([row.contribution_id for row in anchors]))
        .order_by(Contribution.id)
        .with_for_update()
    )
    held = {row.id: row for row in await session.execute(holding)}
    same = await _unchanged(session, step, anchors)
    kept = [row for row in rows if row["contribution_id"] in same]
    if not kept:
        return 0
    await session.execute(insert(ANCHORS), kept)
    await _count(session, kept, held)
    data = {"consultation_id": step.consultation_id, "version_id": step.version_id}
    await emit_now(session, Event("comments.carried", (consultation_scope(step.consultation_id),), data), now)
    return len(kept)


async def _unchanged(session: AsyncSession, step: Step, anchors: Sequence[AnchorRow]) -> set[int]:
    """Contributions whose place is as it was read, and that have none in the next version."""
    ids = [row.contribution_id for row in anchors]
    there = select(ANCHORS.c.contribution_id).where(
        ANCHORS.c.contribution_id.in_(ids), ANCHORS.c.version_id == step.version_id
    )
    taken = set((await session.execute(there)).scalars())
    now = select(ANCHORS).where(ANCHORS.c.contribution_id.in_(ids), ANCHORS.c.version_id == step.before_id)
    as_they_are = {row.contribution_id: tuple(row) for row in await session.execute(now)}
    return {
        row.contribution_id
        for row in anchors
        if row.contribution_id not in taken and as_they_are.get(row.contribution_id) == tuple(row)
    }


async def _count(session: AsyncSession, rows: Sequence[Mapping[str, Any]], held: Mapping[int, Any]) -> None:
    amounts: dict[int, int] = {}
    for row in rows:
        thread = held[row["contribution_id"]]
        if row["block_id"] is not None:
            amounts[row["block_id"]] = amounts.get(row["block_id"], 0) + public_in(thread)
    await count_on_blocks(session, amounts)


def public_in(thread: Any) -> int:
    """How many of a thread readers see, by its first contribution's `state` and `reply_count`."""
    return int(thread.reply_count) + int(thread.state == State.PUBLISHED)


async def finish(session: AsyncSession, step: Step, now: datetime) -> bool:
    """Say that a version's comments are all carried over; False, and nothing said, where one waits after all."""
    await session.execute(select(Version.id).where(Version.id == step.version_id).with_for_update())
    if (await session.execute(select(waits(step.before_id, step.version_id)))).scalar_one():
        return False
    await session.execute(
        update(Version)
        .where(Version.id == step.version_id)
        .values(carried_at=now)
        .execution_options(synchronize_session=False)
    )
    data = {"consultation_id": step.consultation_id, "version_id": step.version_id}
    await emit_now(session, Event("comments.carried", (consultation_scope(step.consultation_id),), data), now)
    return True


async def forget_places(session: AsyncSession, draft_id: int, after: int, thread: Contribution) -> None:
    """Have a thread's places found anew in versions after a number, except where an editor decided.

    The thread's first contribution must be held. What follows a decision of an editor's stays as well.
    """
    statement = (
        select(ANCHORS.c.version_id, ANCHORS.c.block_id, ANCHORS.c.by_hand)
        .join(Version, Version.id == ANCHORS.c.version_id)
        .where(ANCHORS.c.contribution_id == thread.id, Version.draft_id == draft_id, Version.number > after)
        .order_by(Version.number)
    )
    gone = []
    for row in (await session.execute(statement)).all():
        if row.by_hand:
            break
        gone.append(row)
    ids = [row.version_id for row in gone]
    await count_on_blocks(session, {row.block_id: -public_in(thread) for row in gone if row.block_id})
    await session.execute(
        delete(ANCHORS).where(ANCHORS.c.contribution_id == thread.id, ANCHORS.c.version_id.in_(ids))
    )
    await session.execute(
        update(Version)
        .where(Version.id.in_(ids))
        .values(carried_at=None)
        .execution_options(synchronize_session=False)
    )


async def carry_one(session: AsyncSession, step: Step, contribution_id: int, now: datetime) -> None:
    """Find one comment's place anew in a version where it has none."""
    statement = select(ANCHORS).where(
        ANCHORS.c.contribution_id == contribution_id, ANCHORS.c.version_id == step.before_id
    )
    anchors = (await session.execute(statement)).all()
    languages = {row.lang for row in anchors}
    old = await load_text(session, step.before_id, languages)
    new = await load_text(session, step.version_id, languages)
    matches = await load_matches(session, step, old, new)
    await keep_places(session, step, anchors, find_places(step, anchors, old, new, matches), now)
