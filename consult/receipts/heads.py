"""Signed heads: how long the log was at an instant and what its root was. Whoever keeps one can tell later whether the
log was rewritten (RFC 9162, 4.10 has the same idea)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.i18n.formats import iso
from consult.kernel.clock import Clock
from consult.models.log import LogHead
from consult.receipts.queries import log_size, newest_head, read_root
from consult.receipts.signing import Keys, Signer, to_base64

HEAD = "consult-log-head-1"


def head_statement(size: int, root: str, at: datetime) -> dict[str, Any]:
    """A head before it is signed; `root` in hexadecimal digits."""
    return {"format": HEAD, "size": size, "root": root, "at": iso(at)}


def signed_head(head: LogHead, keys: Keys) -> dict[str, Any]:
    """A published head as it was signed."""
    public = keys.get(head.key, b"")
    return {
        **head_statement(head.size, head.root, head.at),
        "key": head.key,
        "public_key": to_base64(public),
        "signature": head.signature,
    }


async def sign_head(session: AsyncSession, signer: Signer, size: int, now: datetime) -> dict[str, Any]:
    """A head of the first `size` entries, signed now and published nowhere."""
    root = await read_root(session, size)
    return signer.sign(head_statement(size, root.hex(), now))


async def covering_head(
    session: AsyncSession, signer: Signer, number: int, now: datetime
) -> Mapping[str, Any]:
    """The newest published head where it covers the entry, else one of the whole log signed now."""
    head = await newest_head(session)
    if head is not None and head.size > number:
        return signed_head(head, signer.keys)
    return await sign_head(session, signer, await log_size(session), now)


async def publish_head(session: AsyncSession, signer: Signer, now: datetime) -> bool:
    """Sign the log as it is and keep the head for all to see. False where the newest one covers all of it."""
    size = await log_size(session)
    newest = await newest_head(session)
    if not size or (newest is not None and newest.size >= size):
        return False
    signed = await sign_head(session, signer, size, now)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"size": size, "root": signed["root"], "at": now.replace(microsecond=0), "key": signer.id,
              "signature": signed["signature"]}  # fmt: skip
    await session.execute(dialect.insert(LogHead).values(values).on_conflict_do_nothing())
    return True


class HeadPublisher:
    """Publishes a head a day, and one when the worker begins: a day on which none was running is made up for."""

    def __init__(self, database: Database, signer: Signer, clock: Clock) -> None:
        self._database = database
        self._signer = signer
        self._clock = clock
        self._done_on: date | None = None

    async def publish_due(self) -> bool:
        """Publish if it is due. Whether there was anything to do."""
        now = self._clock.now()
        if self._done_on == now.date():
            return False
        async with self._database.writing() as session:
            published = await publish_head(session, self._signer, now)
        self._done_on = now.date()
        return published
