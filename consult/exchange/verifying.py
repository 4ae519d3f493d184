"""Proof that what is kept twice agrees: counts with what they count, references with their numbers, anchors with the
words they point at, hidden contributions with the public log, a language's digest with its original.

Each check is a generator of sentences about what disagrees; silence is agreement.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.exchange.verifying_responses import check_responses
from consult.exchange.verifying_texts import check_anchors, check_editions, check_places
from consult.kernel.references import LETTER, contribution_reference
from consult.ledger.counters import traits
from consult.models.consultation import Consultation
from consult.models.contribution import Anchor, Contribution, State, Support
from consult.models.document import Block
from consult.models.ledger import Counter, Tally
from consult.models.response import Action, Decision, Disposition
from consult.moderation.queries import DECISIONS

Tallied = Counts[tuple[int, str, str]]
"""How many, by consultation, dimension and value."""

Check = Callable[[AsyncSession], AsyncIterator[str]]
PARENT = aliased(Contribution)
ROOT = aliased(Contribution)


async def check_file(session: AsyncSession) -> AsyncIterator[str]:
    """SQLite's own checks of its file and of foreign keys; PostgreSQL keeps its own."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for (said,) in await session.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield f"the database file: {said}"
    for table, row, other, _ in await session.execute(text("PRAGMA foreign_key_check")):
        yield f"{table} row {row} points at a row of {other} that is not there"


async def check_references(session: AsyncSession) -> AsyncIterator[str]:
    """Every series is 1, 2, 3 … without a gap, up to its counter; every reference is its consultation's."""
    counters = {row.name: row.value for row in (await session.execute(select(Counter))).scalars()}
    for consultation in (await session.execute(select(Consultation).order_by(Consultation.id))).scalars():
        for kind, letter in LETTER.items():
            given = counters.get(f"{kind}:{consultation.id}", 0)
            async for said in _check_series(
                session, consultation, kind, f"{consultation.reference}-{letter}", given
            ):
                yield said


async def _check_series(
    session: AsyncSession, consultation: Consultation, kind: str, start: str, given: int
) -> AsyncIterator[str]:
    statement = select(Contribution.reference).where(
        Contribution.consultation_id == consultation.id, Contribution.type == kind
    )
    seen = bytearray(given + 1)
    rows = await session.stream(statement.execution_options(yield_per=1000))
    async for (reference,) in rows:
        digits = reference.removeprefix(start)
        number = int(digits) if digits.isdigit() else 0
        if not number or reference != contribution_reference(consultation.reference, kind, number):
            yield f"{reference}: this is no reference of a {kind} of {consultation.reference}"
        elif number > given:
            yield f"{reference}: its number was never given; the counter is at {given}"
        else:
            seen[number] = 1
    for number in range(1, given + 1):
        if not seen[number]:
            yield f"{contribution_reference(consultation.reference, kind, number)}: the number was given and is missing"


async def check_tallies(session: AsyncSession) -> AsyncIterator[str]:
    """How many spoke by type, kind, country, language and answer, and what moderators decided, is what there is."""
    there = await _count_speakers(session) + await _count_decisions(session)
    kept = {
        (row.consultation_id, row.dimension, row.value): row.count
        for row in (await session.execute(select(Tally))).scalars()
    }
    for key in sorted(there.keys() | kept.keys()):
        said, found = kept.get(key, 0), there[key]
        if said != found:
            yield f"consultation {key[0]}, {key[1]} “{key[2]}”: {said} are tallied, {found} there"


async def _count_speakers(session: AsyncSession) -> Tallied:
    columns = (Contribution.consultation_id, Contribution.type, Contribution.kind, Contribution.country,
               Contribution.lang, Disposition.kind)  # fmt: skip
    statement = (
        select(*columns, func.count())
        .outerjoin(Disposition, Disposition.contribution_id == Contribution.id)
        .where(Contribution.state == State.PUBLISHED, Contribution.forum_voice.is_(False))
        .group_by(*columns)
    )
    found: Tallied = Tallied()
    for consultation_id, type_, kind, country, lang, answer, count in await session.execute(statement):
        pairs = (*traits(kind, country, lang, type_), *((("disposition", answer),) if answer else ()))
        for dimension, value in pairs:
            found[consultation_id, dimension, value] += count
    return found


async def _count_decisions(session: AsyncSession) -> Tallied:
    statement = select(Contribution.consultation_id, Decision.action, Decision.decided_at)
    statement = statement.join(Contribution, Contribution.id == Decision.contribution_id)
    found: Tallied = Tallied()
    rows = await session.stream(statement.execution_options(yield_per=1000))
    async for consultation_id, action, at in rows:
        found[consultation_id, DECISIONS, f"{action}:{at.year}"] += 1
    return found


async def check_replies(session: AsyncSession) -> AsyncIterator[str]:
    """A thread's count of replies is how many public ones there are."""
    reply = aliased(Contribution)
    counted = (
        select(reply.thread_id.label("thread_id"), func.count().label("count"))
        .where(reply.thread_id.is_not(None), reply.state == State.PUBLISHED)
        .group_by(reply.thread_id)
        .subquery()
    )
    statement = (
        select(Contribution.reference, Contribution.reply_count, func.coalesce(counted.c.count, 0))
        .outerjoin(counted, counted.c.thread_id == Contribution.id)
        .where(Contribution.reply_count != func.coalesce(counted.c.count, 0))
    )
    for reference, said, there in await session.execute(statement):
        yield f"{reference}: says {said} replies, has {there}"


async def check_supports(session: AsyncSession) -> AsyncIterator[str]:
    """A contribution's count of supports is how many there are."""
    counted = (
        select(Support.contribution_id, func.count().label("count"))
        .group_by(Support.contribution_id)
        .subquery()
    )
    statement = (
        select(Contribution.reference, Contribution.support_count, func.coalesce(counted.c.count, 0))
        .outerjoin(counted, counted.c.contribution_id == Contribution.id)
        .where(Contribution.support_count != func.coalesce(counted.c.count, 0))
    )
    for reference, said, there in await session.execute(statement):
        yield f"{reference}: says {said} supports, has {there}"


async def check_block_counts(session: AsyncSession) -> AsyncIterator[str]:
    """A block's count, in each version, is how many public comments and replies stand on it."""
    counted = (
        select(Anchor.block_id, func.count().label("count"))
        .join(Contribution, Anchor.contribution_id == func.coalesce(Contribution.thread_id, Contribution.id))
        .where(Contribution.state == State.PUBLISHED)
        .group_by(Anchor.block_id)
        .subquery()
    )
    statement = (
        select(Block.key, Block.version_id, Block.comment_count, func.coalesce(counted.c.count, 0))
        .outerjoin(counted, counted.c.block_id == Block.id)
        .where(Block.comment_count != func.coalesce(counted.c.count, 0))
    )
    for key, version_id, said, there in await session.execute(statement):
        yield f"block {key} of version {version_id}: says {said} comments, has {there}"


async def check_threads(session: AsyncSession) -> AsyncIterator[str]:
    """A reply is in its parent's consultation and thread, one step deeper; a thread begins with no parent."""
    statement = (
        select(Contribution.reference)
        .outerjoin(PARENT, PARENT.id == Contribution.parent_id)
        .where(
            or_(
                and_(
                    Contribution.parent_id.is_(None),
                    or_(Contribution.thread_id.is_not(None), Contribution.depth != 0),
                ),
                and_(
                    Contribution.parent_id.is_not(None),
                    or_(
                        PARENT.id.is_(None),
                        PARENT.consultation_id != Contribution.consultation_id,
                        Contribution.thread_id.is_(None),
                        Contribution.thread_id != func.coalesce(PARENT.thread_id, PARENT.id),
                        Contribution.depth != PARENT.depth + 1,
                    ),
                ),
            )
        )
    )
    for reference in (await session.execute(statement)).scalars():
        yield f"{reference}: its place in its thread is wrong"


async def check_log(session: AsyncSession) -> AsyncIterator[str]:
    """What is hidden has a last decision in the public log that says so, and the other way round."""
    last = (
        select(Decision.contribution_id, func.max(Decision.id).label("id"))
        .where(Decision.action.not_in((Action.DISMISS, Action.NARROW)))
        .group_by(Decision.contribution_id)
        .subquery()
    )
    statement: Any = (
        select(Contribution.reference, Contribution.state, Decision.action)
        .outerjoin(last, last.c.contribution_id == Contribution.id)
        .outerjoin(Decision, Decision.id == last.c.id)
        .where(or_(Contribution.state == State.HIDDEN, Decision.action == Action.HIDE))
    )
    for reference, state, action in await session.execute(statement):
        if state == State.HIDDEN and action != Action.HIDE:
            yield f"{reference}: is hidden, and the public log does not say so"
        if action == Action.HIDE and state in (State.PUBLISHED, State.PENDING):
            yield f"{reference}: the public log says it is hidden, and it is {state}"


CHECKS: dict[str, Check] = {
    "database file": check_file,
    "references": check_references,
    "tallies": check_tallies,
    "replies": check_replies,
    "supports": check_supports,
    "comments on blocks": check_block_counts,
    "threads": check_threads,
    "quoted words": check_anchors,
    "places": check_places,
    "public log": check_log,
    "editions": check_editions,
    "responses": check_responses,
}
"""What is verified, by name."""
