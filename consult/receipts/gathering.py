"""A sending's receipt with all that belongs in its file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.models.submission import SubmissionSending
from consult.receipts.files import make_file
from consult.receipts.heads import covering_head
from consult.receipts.queries import prove_inclusion
from consult.receipts.signing import Signer


async def gather_file(
    session: AsyncSession, sending: SubmissionSending, signer: Signer, now: datetime
) -> dict[str, Any]:
    """Receipt, proof and a head that covers the entry. Raises NotFound where there is no receipt."""
    if sending.leaf is None or not sending.receipt:
        raise NotFound
    head = await covering_head(session, signer, sending.leaf, now)
    proof = await prove_inclusion(session, sending.leaf, head["size"])
    return make_file(sending.receipt, proof, head)
