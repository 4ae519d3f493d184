"""A receipt held against the log as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.models.log import LogHead, LogLeaf
from consult.receipts.checking import Checked, Step, check_file, is_good, is_proven
from consult.receipts.files import ReceiptFile
from consult.receipts.queries import find_entry, later_entries, newest_head, prove_inclusion
from consult.receipts.signing import Signer

RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Held:
    """How each step went, the head that was used, and the entries about the same response that came since."""

    steps: tuple[Checked, ...]
    head: LogHead | None
    since: Sequence[LogLeaf]

    @property
    def good(self) -> bool:
        """Whether nothing was wrong."""
        return is_good(self.steps)


async def hold_against_log(session: AsyncSession, file: ReceiptFile, signer: Signer) -> Held:
    """Check a receipt file, then its entry against the log."""
    steps = check_file(file, signer.keys)
    leaf = await find_entry(session, file.number)
    there = leaf is not None and leaf.kind == RECEIVED and leaf.entry == file.receipt.get("entry")
    steps.append(Checked(Step.ENTRY, there))
    head = await newest_head(session)
    steps.append(Checked(Step.INCLUSION, await _is_under(session, file, head) if there else False))
    return Held(tuple(steps), head, await later_entries(session, leaf) if leaf and there else ())


async def _is_under(session: AsyncSession, file: ReceiptFile, head: LogHead | None) -> bool | None:
    """None where no head covers the entry yet: it came since the last one."""
    if head is None or head.size <= file.number:
        return None
    try:
        proof = await prove_inclusion(session, file.number, head.size)
    except NotFound:
        return False
    return is_proven(file, [each.hex() for each in proof.path], head.size, head.root)
