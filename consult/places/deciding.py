"""Editors decide where a comment stands in a version. Flushes, never commits; what they decided is never computed
again, and what was computed from something else is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.counting import count_on_blocks
from consult.documents.anchors import QuoteSelector
from consult.kernel.events import Event, consultation_scope
from consult.ledger.audit import record
from consult.ledger.outbox import emit
from consult.models.contribution import Anchor, Contribution, Fate
from consult.models.document import Version
from consult.places.carrying import carry_one, forget_places, public_in
from consult.places.queries import Carried
from consult.places.steps import find_step
from consult.security.actor import Actor


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an editor puts a comment: a block with its key and its text in `lang`, and words in it, if any."""

    block_id: int
    key: str
    lang: str
    plain: str
    words: QuoteSelector | None


async def confirm_place(
    session: AsyncSession, version: Version, carried: Carried, actor: Actor, now: datetime
) -> None:
    """It stands where it was proposed; of an orphan: it has no place."""
    _seal(carried.anchor, Fate(carried.anchor.fate))
    await _decided(session, version, carried.thread, actor, now)


async def put_at(
    session: AsyncSession, version: Version, carried: Carried, spot: Spot, actor: Actor, now: datetime
) -> None:
    """It stands somewhere else."""
    anchor = carried.anchor
    await _count_move(session, carried.thread, anchor.block_id, spot.block_id)
    anchor.block_id, anchor.lang = spot.block_id, spot.lang
    _point(anchor, spot.words)
    _seal(anchor, fate_at(carried, spot))
    await _decided(session, version, carried.thread, actor, now)


async def take_away(
    session: AsyncSession, version: Version, carried: Carried, actor: Actor, now: datetime
) -> None:
    """It has no place in this version."""
    await _count_move(session, carried.thread, carried.anchor.block_id, None)
    carried.anchor.block_id = None
    _point(carried.anchor, None)
    _seal(carried.anchor, Fate.ORPHANED)
    await _decided(session, version, carried.thread, actor, now)


async def undo_decision(
    session: AsyncSession, version: Version, carried: Carried, actor: Actor, now: datetime
) -> None:
    """As if nobody had decided: its place is found anew."""
    thread, anchor = carried.thread, carried.anchor
    await forget_places(session, version.draft_id, version.number, thread)
    await _count_move(session, thread, anchor.block_id, None)
    await session.delete(anchor)
    await session.flush()
    step = await find_step(session, version.id)
    if step is not None:
        await carry_one(session, step, thread.id, now)
    record(session, actor, "place.undone", thread.reference, now)
    await session.flush()


def fate_at(carried: Carried, spot: Spot) -> Fate:
    """What became of a comment's place if it is now at `spot`."""
    was = carried.made.exact or carried.plain
    now = spot.words.exact if spot.words else spot.plain
    if was != now:
        return Fate.CHANGED
    return Fate.KEPT if spot.key == carried.key else Fate.MOVED


def _point(anchor: Anchor, words: QuoteSelector | None) -> None:
    words = words or QuoteSelector("", "", "", 0, 0)
    anchor.exact, anchor.prefix, anchor.suffix = words.exact, words.prefix, words.suffix
    anchor.start, anchor.end = words.start, words.end


def _seal(anchor: Anchor, fate: Fate) -> None:
    anchor.fate, anchor.sure, anchor.unsure, anchor.by_hand = fate, 1.0, False, True


async def _count_move(session: AsyncSession, thread: Contribution, old: int | None, new: int | None) -> None:
    if old == new:
        return
    amount = public_in(thread)
    moves = [(old, -amount), (new, amount)]
    await count_on_blocks(session, {block: by for block, by in moves if block is not None})


async def _decided(
    session: AsyncSession, version: Version, thread: Contribution, actor: Actor, now: datetime
) -> None:
    await session.flush()
    await forget_places(session, version.draft_id, version.number, thread)
    record(session, actor, "place.decided", thread.reference, now)
    data = {"consultation_id": thread.consultation_id, "version_id": version.id}
    emit(session, Event("comments.carried", (consultation_scope(thread.consultation_id),), data), now)
    await session.flush()
