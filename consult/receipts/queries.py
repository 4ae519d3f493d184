"""Reading the public log: its length, entries, heads and proofs. Nothing here is about who wrote what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.models.consultation import Round
from consult.models.log import LogHead, LogLeaf
from consult.models.submission import Submission, SubmissionSending
from consult.receipts.tree import Node, Span, consistency_spans, hash_of, inclusion_spans, nodes_of

BATCH = 1000
ON_PAGE = 25
"""Entries and heads that the log's page shows."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof over the log of `size` entries: `path` as in RFC 9162, 2.1.3 and 2.1.4; `root` is the log's."""

    size: int
    path: tuple[bytes, ...]
    root: bytes


async def log_size(session: AsyncSession) -> int:
    """How many entries the log has."""
    last = (await session.execute(select(func.max(LogLeaf.number)))).scalar_one_or_none()
    return 0 if last is None else int(last) + 1


async def read_nodes(session: AsyncSession, nodes: Sequence[Node]) -> dict[Node, bytes]:
    """The hashes of full subtrees."""
    if not nodes:
        return {}
    # SQLite looks each of these up by the key, and would read the whole table for a list of pairs. Written out, as they
    # are whole numbers of our own: putting thirty parameters together takes longer than the search.
    wanted = " OR ".join(f"(level = {level:d} AND place = {place:d})" for level, place in nodes)
    statement = f"SELECT level, place, hash FROM log_nodes WHERE {wanted}"  # noqa: S608
    rows = (await (await session.connection()).exec_driver_sql(statement)).all()
    return {(row.level, row.place): bytes.fromhex(row.hash) for row in rows}


async def read_root(session: AsyncSession, size: int) -> bytes:
    """The root over the first `size` entries."""
    return (await _prove(session, size, ())).root


async def prove_inclusion(session: AsyncSession, number: int, size: int) -> Proof:
    """That an entry is among the first `size`. Raises NotFound where there are not so many."""
    if not 0 <= number < size:
        raise NotFound
    return await _prove(session, size, inclusion_spans(number, size))


async def prove_consistency(session: AsyncSession, earlier: int, size: int) -> Proof:
    """That the log of `size` begins with that of `earlier` entries. Raises NotFound where there are not so many."""
    if not 0 < earlier <= size:
        raise NotFound
    return await _prove(session, size, consistency_spans(earlier, size))


async def _prove(session: AsyncSession, size: int, spans: Sequence[Span]) -> Proof:
    """One statement, however long the log is. Raises NotFound where it is shorter: hashes of it are missing then."""
    whole = (0, size)
    wanted = {node for span in (whole, *spans) for node in nodes_of(span)}
    hashes = await read_nodes(session, sorted(wanted))
    if len(hashes) < len(wanted):
        raise NotFound
    return Proof(size, tuple(hash_of(span, hashes) for span in spans), hash_of(whole, hashes))


async def find_entry(session: AsyncSession, number: int) -> LogLeaf | None:
    """An entry by its number."""
    return await session.get(LogLeaf, number) if 0 <= number < 2**63 else None


async def later_entries(session: AsyncSession, leaf: LogLeaf) -> Sequence[LogLeaf]:
    """What came later of the same response, in order: newer versions, and that it was withdrawn or removed, which is
    entered for its newest version alone. Found by the reference, which has an index."""
    statement = select(LogLeaf).where(LogLeaf.reference == leaf.reference, LogLeaf.number > leaf.number)
    statement = statement.order_by(LogLeaf.number)
    return (await session.execute(statement)).scalars().all()


async def list_entries(session: AsyncSession, last: int) -> Sequence[LogLeaf]:
    """A page of entries up to number `last`, the newest first."""
    statement = select(LogLeaf).where(LogLeaf.number <= last).order_by(LogLeaf.number.desc())
    return (await session.execute(statement.limit(ON_PAGE))).scalars().all()


async def read_batch(session: AsyncSession, first: int) -> Sequence[LogLeaf]:
    """The next BATCH entries from a number on, in order; fewer at the end."""
    statement = select(LogLeaf).where(LogLeaf.number >= first).order_by(LogLeaf.number)
    return (await session.execute(statement.limit(BATCH))).scalars().all()


async def newest_head(session: AsyncSession) -> LogHead | None:
    """The published head that covers most."""
    statement = select(LogHead).order_by(LogHead.size.desc()).limit(1)
    return (await session.execute(statement)).scalar_one_or_none()


async def list_heads(session: AsyncSession, most: int = 0) -> Sequence[LogHead]:
    """The published heads, the newest first; `most` 0 for all."""
    statement = select(LogHead).order_by(LogHead.size.desc())
    return (await session.execute(statement.limit(most) if most else statement)).scalars().all()


@dataclass(frozen=True, slots=True)
class Issued:
    """A sending with its receipt, and the zone in which its round's deadline is told."""

    sending: SubmissionSending
    time_zone: str


async def find_issued(
    session: AsyncSession, submission_id: int, *, sending_id: int = 0, number: int = 0
) -> Issued:
    """A response's sending, the newest where none is named by its id or number. Raises NotFound where there is no receipt."""
    statement = (
        select(SubmissionSending, Round.time_zone)
        .join(Submission, Submission.id == SubmissionSending.submission_id)
        .join(Round, Round.id == Submission.round_id)
        .where(SubmissionSending.submission_id == submission_id, SubmissionSending.receipt != "")
        .order_by(SubmissionSending.number.desc())
        .limit(1)
    )
    if sending_id:
        statement = statement.where(SubmissionSending.id == sending_id)
    if number:
        statement = statement.where(SubmissionSending.number == number)
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    return Issued(row[0], row[1])
