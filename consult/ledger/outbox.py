"""Putting what happened in the outbox, in the transaction in which it happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.changes import announcement
from consult.db.database import ANNOUNCED, SCOPES
from consult.kernel.events import Event
from consult.models.ledger import OutboxEvent


def emit(session: AsyncSession, event: Event, now: datetime) -> None:
    """Record an event; it is seen by the worker and by page caches when the transaction commits."""
    session.add(OutboxEvent(**_row(event, now)))
    session.info.setdefault(SCOPES, set()).update(event.scopes)


async def emit_now(session: AsyncSession, event: Event, now: datetime) -> None:
    """As `emit`, by one plain INSERT: for what happens often, where the unit of work would cost as much again.

    On PostgreSQL the same statement also has the commit announced.
    """
    row = _row(event, now)
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(_INSERT_AND_ANNOUNCE, {**row, **announcement(frozenset(event.scopes))})
        session.info.setdefault(ANNOUNCED, set()).update(event.scopes)
    else:
        await session.execute(_INSERT, row)
        session.info.setdefault(SCOPES, set()).update(event.scopes)


_INSERT = insert(OutboxEvent.__table__)  # type: ignore[arg-type]
_INSERT_AND_ANNOUNCE = _INSERT.returning(func.pg_notify(bindparam("channel"), bindparam("payload")))


def _row(event: Event, now: datetime) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "scopes": list(event.scopes),
        "data": dict(event.data),
        "attempts": 0,
        "created_at": now,
    }
