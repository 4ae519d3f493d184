"""Writing in the public log: receipts, and what was said of them afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.formats import iso
from consult.kernel.translated import Translated
from consult.ledger.counters import take_number
from consult.models.log import LogLeaf, LogNode
from consult.models.submission import SubmissionSending
from consult.receipts.queries import read_nodes
from consult.receipts.signing import Signer
from consult.receipts.statement import Received, canonical, ending_statement, entry_of
from consult.receipts.tree import append, siblings_of

RECEIPT = "consult-receipt-1"
SERIES = "log"
"""The counter of the log's entries, one more than their numbers; whoever takes one has the log until they commit."""

Ending = Literal["withdrawn", "removed"]

_LEAF: Any = insert(LogLeaf.__table__)  # type: ignore[arg-type]
_NODE: Any = insert(LogNode.__table__)  # type: ignore[arg-type]


async def issue_receipt(
    session: AsyncSession, received: Received, number: int, signer: Signer, now: datetime
) -> str:
    """Append to the log, as its entry `number`, that a sending was received, and sign its receipt (JSON).

    To be done late in a transaction: all others that want a receipt wait from the taking of the number until the commit.
    """
    entry = received.entry()
    leaf = {"kind": "received", "reference": received.reference, "of": None, "note": None, "at": now}
    await _append(session, number, entry, leaf)
    signed = signer.sign({"format": RECEIPT, "received": received.state(), "entry": entry, "number": number})
    return canonical(signed).decode()


async def log_end(
    session: AsyncSession,
    sending: SubmissionSending,
    kind: Ending,
    reference: str,
    note: Translated | None,
    now: datetime,
) -> None:
    """Append that a sending was withdrawn by its sender, or removed by the Forum, with the public reason.

    The entry is made of the original of the reason. A sending that is not in the log changes nothing.
    """
    if sending.leaf is None:
        return
    lang, text = (note.original, note.source) if note else ("", "")
    entry = entry_of(ending_statement(kind, sending.leaf, lang, text, iso(now)))
    number = await take_number(session, SERIES) - 1
    leaf = {"kind": kind, "reference": reference, "of": sending.leaf, "note": note or None, "at": now}
    await _append(session, number, entry, leaf)


async def _append(session: AsyncSession, number: int, entry: str, leaf: dict[str, Any]) -> None:
    siblings = await read_nodes(session, siblings_of(number))
    await session.execute(_LEAF, {"number": number, "entry": entry, **leaf})
    rows = [
        {"level": level, "place": place, "hash": found.hex()}
        for (level, place), found in append(number, bytes.fromhex(entry), siblings)
    ]
    await session.execute(_NODE, rows)
