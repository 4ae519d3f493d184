"""Proof that the public log of receipts and the tables agree: texts with their hashes, receipts with their entries and
signatures, the tree with its entries, heads with the tree.

Each check is a generator of sentences about what disagrees. Who changes a sending, an entry, a hash or a head, or takes one
away, would have to change all that hangs on it, and could still not sign it nor change the heads that others have kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import msgspec
from pymerkle import InmemoryTree
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.formats import iso
from consult.models.contribution import Contribution
from consult.models.ledger import Counter
from consult.models.log import LogHead, LogLeaf, LogNode
from consult.models.submission import Submission, SubmissionSending, SubmissionState
from consult.receipts.checking import Ended, ending_entry, is_statement
from consult.receipts.files import ReceiptFile
from consult.receipts.heads import signed_head
from consult.receipts.service import SERIES
from consult.receipts.signing import Signer
from consult.receipts.tree import Growing, Node

Check = Callable[[AsyncSession], AsyncIterator[str]]
BATCH = 1000
ENDINGS = frozenset({SubmissionState.WITHDRAWN, SubmissionState.REMOVED})


def log_checks(signer: Signer) -> dict[str, Check]:
    """What is verified of the log, by name, with the site's keys."""
    return {
        "receipts": partial(check_receipts, signer=signer),
        "log entries": check_entries,
        "log tree": check_tree,
        "log heads": partial(check_heads, signer=signer),
    }


async def _each(session: AsyncSession, statement: Any) -> AsyncIterator[Any]:
    """The rows one by one, fetched by the thousand."""
    rows = await session.stream(statement.execution_options(yield_per=BATCH))
    async for some in rows.partitions():
        for row in some:
            yield row


async def check_receipts(session: AsyncSession, signer: Signer) -> AsyncIterator[str]:
    """Every sending is what its receipt says, and the receipt is signed and in the log."""
    ended = await _last_ended(session)
    async for row in _each(session, _SENDINGS):
        name = f"sending {row.number} of {row.reference or row.logged or f'submission {row.submission_id}'}"
        if row.text and hashlib.sha256(row.text.encode()).hexdigest() != row.sha256:
            yield f"{name}: its text was changed; its SHA-256 is another one"
        if not row.text and (row.leaf is None or row.leaf > ended.get(row.logged, -1)):
            yield f"{name}: its text is gone, and the log does not say that it was withdrawn or removed"
        if not row.reference:
            yield f"{name}: its contribution is not there any more"
        for said in _check_receipt(row, signer):
            yield f"{name}: {said}"


_SENDINGS: Any = (
    select(
        SubmissionSending.submission_id, SubmissionSending.number, SubmissionSending.text,
        SubmissionSending.sha256, SubmissionSending.rule, SubmissionSending.sent_at, SubmissionSending.leaf,
        SubmissionSending.receipt, Contribution.reference, LogLeaf.entry, LogLeaf.kind,
        LogLeaf.reference.label("logged"),
    )
    .join(Submission, Submission.id == SubmissionSending.submission_id)
    .outerjoin(Contribution, Contribution.id == Submission.contribution_id)
    .outerjoin(LogLeaf, LogLeaf.number == SubmissionSending.leaf)
    .order_by(SubmissionSending.id)
)  # fmt: skip


async def _last_ended(session: AsyncSession) -> dict[str, int]:
    """The last sending that was ended, by the contribution's reference; those before it ended with it."""
    statement = select(LogLeaf.reference, func.max(LogLeaf.of)).where(LogLeaf.of.is_not(None))
    rows = await session.execute(statement.group_by(LogLeaf.reference))
    return {str(reference): int(of or 0) for reference, of in rows}


async def _endings(session: AsyncSession) -> set[tuple[int | None, str]]:
    """Which entries were ended, and how. Few are, and nothing finds them by what they are about."""
    statement = select(LogLeaf.of, LogLeaf.kind).where(LogLeaf.of.is_not(None))
    return {(of, kind) for of, kind in await session.execute(statement)}


def _check_receipt(row: Row[Any], signer: Signer) -> list[str]:
    if row.leaf is None or not row.receipt:
        return ["it has no receipt"]
    receipt = _read(row.receipt)
    if receipt is None:
        return ["its receipt can't be read"]
    file = ReceiptFile(receipt, {}, {})
    said = [] if signer.has_signed(receipt) else ["its receipt is not signed by this site"]
    if not is_statement(file):
        said.append("its receipt's entry is not the hash of what it states")
    if row.entry is None or row.kind != "received":
        said.append(f"entry {row.leaf} of the log is not there for it")
    elif (row.entry, row.leaf) != (receipt.get("entry"), receipt.get("number")):
        said.append(f"entry {row.leaf} of the log is another one than its receipt says")
    return said + [f"its {name} is another one than its receipt says" for name in _differences(row, file)]


def _read(text: str) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None


def _differences(row: Row[Any], file: ReceiptFile) -> list[str]:
    there = {
        "reference": row.reference or row.logged or "",
        "sending": row.number,
        "sha256": row.sha256,
        "rule": row.rule,
        "sent_at": iso(row.sent_at),
    }
    return [name for name, value in there.items() if file.received.get(name) != value]


async def check_entries(session: AsyncSession) -> AsyncIterator[str]:
    """Entries are numbered without a gap; each has what it was logged for; each withdrawal and removal is logged."""
    sending = select(SubmissionSending.leaf).where(SubmissionSending.leaf == LogLeaf.number).exists()
    statement = select(
        LogLeaf.number, LogLeaf.kind, LogLeaf.entry, LogLeaf.reference, LogLeaf.of, LogLeaf.note, LogLeaf.at,
        sending.label("is_there"),
    ).order_by(LogLeaf.number)  # fmt: skip
    expected = 0
    async for row in _each(session, statement):
        if row.number > expected:
            yield _missing(expected, row.number - 1)
        expected = row.number + 1
        if row.kind == "received" and not row.is_there:
            yield f"entry {row.number}: the sending of {row.reference} that it was made for is gone"
        if row.kind != "received" and row.entry != ending_entry(_ended(row), row.of):
            yield f"entry {row.number}: its reason, its kind or its time was changed"
    given = await session.scalar(select(Counter.value).where(Counter.name == SERIES)) or 0
    if expected < given:
        yield _missing(expected, given - 1)
    async for said in _check_endings(session):
        yield said


def _missing(first: int, last: int) -> str:
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"


def _ended(row: Row[Any]) -> Ended:
    lang, note = (row.note.original, row.note.source) if row.note else ("", "")
    return Ended(row.kind, row.number, lang, note, iso(row.at))


async def _check_endings(session: AsyncSession) -> AsyncIterator[str]:
    """A response that no longer counts says so in the log, about its last sending."""
    last = (
        select(SubmissionSending.submission_id, func.max(SubmissionSending.leaf).label("leaf"))
        .group_by(SubmissionSending.submission_id)
        .subquery()
    )
    statement = (
        select(Submission.id, Submission.state, last.c.leaf)
        .join(last, last.c.submission_id == Submission.id)
        .where(Submission.state.in_(ENDINGS))
    )
    logged = await _endings(session)
    for id, state, leaf in await session.execute(statement):
        if (leaf, str(state)) not in logged:
            yield f"submission {id}: is {state}, and the log says nothing of it after entry {leaf}"


async def check_tree(session: AsyncSession) -> AsyncIterator[str]:
    """The kept hashes are those that the entries give, no more and no fewer."""
    kept: dict[Node, str] = {}
    async for level, place, hash_ in _each(session, select(LogNode.level, LogNode.place, LogNode.hash)):
        kept[level, place] = hash_
    tree = Growing()
    async for (entry,) in _each(session, _ENTRIES):
        for node, found in tree.add(_bytes(entry)):
            if kept.pop(node, "") != found.hex():
                yield f"the hash of level {node[0]}, place {node[1]} is not that of its entries"
    for level, place in sorted(kept):
        yield f"the hash of level {level}, place {place} has no entries"


_ENTRIES = select(LogLeaf.entry).order_by(LogLeaf.number)


def _bytes(entry: str) -> bytes:
    """An entry that is no hash any more is told by the tree that does not fit it."""
    try:
        return bytes.fromhex(entry)
    except ValueError:
        return entry.encode()


async def check_heads(session: AsyncSession, signer: Signer) -> AsyncIterator[str]:
    """Every head is signed, and is the root of the entries that it covers; so each is the beginning of the next.

    The tree is made by another's code than ours (pymerkle), so that a mistake of ours would show.
    """
    tree = InmemoryTree(algorithm="sha256")
    async for (entry,) in _each(session, _ENTRIES):
        tree.append_entry(_bytes(entry))
    for head in (await session.execute(select(LogHead).order_by(LogHead.size))).scalars():
        if not signer.has_signed(signed_head(head, signer.keys)):
            yield f"the head of {head.size} entries is not signed by this site"
        if head.size > tree.get_size():
            yield f"the head of {head.size} entries covers more than there are"
        elif head.root != tree.get_root(head.size).hex():
            yield f"the head of {head.size} entries is not the root of the first {head.size}"
