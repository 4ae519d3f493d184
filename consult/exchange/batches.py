"""Writing one batch of an import: rows, anchors, numbers and counts in one transaction. Flushes, never commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.anchors import from_quote
from consult.documents.succession import reopen_carrying
from consult.exchange.lines import Prepared
from consult.exchange.queries import MANY, Placed, block_texts, find_placed, hold
from consult.kernel.events import SITE, Event, consultation_scope
from consult.kernel.references import contribution_reference
from consult.ledger.counters import take_numbers, tally_many, traits
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation
from consult.models.contribution import Anchor, Contribution, Place, State
from consult.models.document import Block
from consult.models.submission import Publication

CONTRIBUTIONS: Any = Contribution.__table__
ANCHORS: Any = Anchor.__table__
"""The tables and not the classes: those would send rows with different NULLs one by one."""

Blocks = Mapping[tuple[str, str], tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where contributions go: the consultation with its rounds, its blocks, and the name of their source."""

    consultation: Consultation
    blocks: Blocks
    source: str


@dataclass(slots=True)
class Written:
    """What became of a batch: where its contributions stand now, how many are new, whose quote was not found."""

    placed: dict[str, Placed] = field(default_factory=dict)
    added: int = 0
    without_quote: list[int] = field(default_factory=list)


async def write_batch(
    session: AsyncSession,
    target: Target,
    batch: Sequence[Prepared],
    parents: Mapping[str, Placed],
    now: datetime,
) -> Written:
    """Add those of the batch that are not there. `parents` are those that stand outside of the batch."""
    consultation_id = target.consultation.id
    await hold(session, consultation_id)
    there = await find_placed(session, consultation_id, target.source, [one.id for one in batch])
    fresh = [one for one in batch if one.id not in there]
    written = Written(placed=dict(there), added=len(fresh))
    if not fresh:
        return written
    references = await _references(session, target.consultation, fresh)
    ids = await _take_ids(session, len(fresh))
    rows, anchors = _rows(target, fresh, ids, references, {**parents, **there}, written)
    await session.execute(insert(CONTRIBUTIONS), rows)
    await _add_anchors(session, target, anchors, written)
    await _count(session, consultation_id, rows, written)
    data = {"consultation_id": consultation_id, "first_id": ids[0], "last_id": ids[-1]}
    emit(session, Event("contributions.imported", (consultation_scope(consultation_id), SITE), data), now)
    await session.flush()
    return written


async def _references(
    session: AsyncSession, consultation: Consultation, fresh: Sequence[Prepared]
) -> list[str]:
    """A reference for each, numbered in their order."""
    numbers = await take_numbers(session, Counter(f"{one.type}:{consultation.id}" for one in fresh))
    found = []
    for one in fresh:
        series = f"{one.type}:{consultation.id}"
        found.append(contribution_reference(consultation.reference, one.type, numbers[series]))
        numbers[series] += 1
    return found


async def _take_ids(session: AsyncSession, amount: int) -> list[int]:
    """Primary keys, ascending: replies in a batch name their parents before any row is there.

    On SQLite nobody else writes before this transaction ends, so the numbers after the last one are free.
    """
    if session.get_bind().dialect.name == "postgresql":
        taking = text(
            "SELECT nextval(pg_get_serial_sequence('contributions', 'id')) FROM generate_series(1, :amount)"
        )
        return sorted((await session.execute(taking, {"amount": amount})).scalars())
    last = (await session.execute(select(func.coalesce(func.max(Contribution.id), 0)))).scalar_one()
    return list(range(last + 1, last + 1 + amount))


def _rows(
    target: Target,
    fresh: Sequence[Prepared],
    ids: Sequence[int],
    references: Sequence[str],
    parents: Mapping[str, Placed],
    written: Written,
) -> tuple[list[dict[str, Any]], list[tuple[int, Prepared]]]:
    rows, anchored = [], []
    for one, id, reference in zip(fresh, ids, references, strict=True):
        parent = (written.placed.get(one.parent) or parents[one.parent]) if one.parent else None
        block = target.blocks[one.draft, one.block][0] if one.block and parent is None else None
        placed = _below(parent, id) if parent else Placed(id, None, 0, block)
        written.placed[one.id] = placed
        place = Place.REPLY if parent else Place.BLOCK if block else Place.CONSULTATION
        parent_id = parent.key if parent else None
        rows.append(
            _row(target, one, placed, {"reference": reference, "place": place, "parent_id": parent_id})
        )
        if block:
            anchored.append((id, one))
    return rows, anchored


def _below(parent: Placed, id: int) -> Placed:
    return Placed(id, parent.thread or parent.key, parent.depth + 1, parent.block)


def _row(target: Target, one: Prepared, placed: Placed, more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": placed.key,
        "consultation_id": target.consultation.id,
        "round_id": _round_id(target.consultation, one.created_at),
        "type": one.type,
        "thread_id": placed.thread,
        "depth": placed.depth,
        "author_name": one.author,
        "organisation_name": one.organisation,
        "kind": one.kind,
        "country": one.country,
        "anonymous": one.publication in (Publication.UNNAMED, Publication.CONFIDENTIAL),
        "verified": one.verified,
        "publication": one.publication,
        "interest": one.interest,
        "funder": one.funder,
        "forum_voice": False,
        "lang": one.lang,
        "title": one.title,
        "text": one.text,
        "html": one.html,
        "state": State.PUBLISHED,
        "in_grace": one.in_grace,
        "late": one.late,
        "support_count": 0,
        "reply_count": 0,
        "source": target.source,
        "source_id": one.id,
        "created_at": one.created_at,
        "edited_at": one.edited_at,
        **more,
    }


def _round_id(consultation: Consultation, at: datetime) -> int | None:
    """The round in whose period or grace it was written, else the last one."""
    rounds = consultation.rounds
    found = next((each for each in rounds if each.opens_at <= at < each.period.grace_ends_at), None)
    last = found or (rounds[-1] if rounds else None)
    return last.id if last else None


async def _add_anchors(
    session: AsyncSession, target: Target, anchored: Sequence[tuple[int, Prepared]], written: Written
) -> None:
    if not anchored:
        return
    quoted = {target.blocks[one.draft, one.block][0] for _, one in anchored if one.quote}
    texts = await block_texts(session, quoted)
    rows = []
    for id, one in anchored:
        block_id, version_id, original = target.blocks[one.draft, one.block]
        found = _find_quote(one, texts.get(block_id, {}), original)
        if one.quote and found is None:
            written.without_quote.append(one.line)
        lang, selector = found or (original, EMPTY_SELECTOR)
        rows.append(
            {
                "contribution_id": id,
                "version_id": version_id,
                "block_id": block_id,
                "lang": lang,
                "made_here": True,
            }
            | selector
        )
    await session.execute(insert(ANCHORS), rows)
    await reopen_carrying(session, {target.blocks[one.draft, one.block][1] for _, one in anchored})


EMPTY_SELECTOR = {"exact": "", "prefix": "", "suffix": "", "start": 0, "end": 0}


def _find_quote(one: Prepared, texts: Mapping[str, str], original: str) -> tuple[str, dict[str, Any]] | None:
    """The language whose text holds the quoted words, and their selector."""
    for lang in dict.fromkeys((one.lang, original, *texts)):
        found = from_quote(one.quote, texts[lang]) if one.quote and lang in texts else None
        if found:
            return lang, {name: getattr(found, name) for name in EMPTY_SELECTOR}
    return None


async def _count(
    session: AsyncSession, consultation_id: int, rows: Sequence[Mapping[str, Any]], written: Written
) -> None:
    """Keep tallies, counts of replies and counts at blocks true."""
    pairs = (pair for row in rows for pair in traits(row["kind"], row["country"], row["lang"], row["type"]))
    await tally_many(session, consultation_id, Counter(pairs))
    threads = Counter(row["thread_id"] for row in rows if row["thread_id"] is not None)
    await _add_counts(session, Contribution, Contribution.reply_count, threads)
    block_of = {placed.key: placed.block for placed in written.placed.values()}
    on_blocks = Counter(row["thread_id"] or row["id"] for row in rows if block_of[row["id"]] is not None)
    await _add_counts(session, Block, Block.comment_count, await _spread(session, on_blocks))


async def _spread(session: AsyncSession, threads: Mapping[int, int]) -> Mapping[int, int]:
    """Amounts by block from amounts by thread: a thread stands on a block of each version it was carried to."""
    found: Counter[int] = Counter()
    ids = sorted(threads)
    for start in range(0, len(ids), MANY):
        statement = select(ANCHORS.c.contribution_id, ANCHORS.c.block_id).where(
            ANCHORS.c.contribution_id.in_(ids[start : start + MANY]), ANCHORS.c.block_id.is_not(None)
        )
        for thread, block in await session.execute(statement):
            found[block] += threads[thread]
    return found


async def _add_counts(session: AsyncSession, model: Any, column: Any, amounts: Mapping[int, int]) -> None:
    if not amounts:
        return
    table = model.__table__
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({column.name: table.c[column.name] + bindparam("more")})
    )
    rows = [{"row_id": key, "more": amount} for key, amount in sorted(amounts.items())]
    await session.execute(statement, rows, execution_options={"synchronize_session": False})
