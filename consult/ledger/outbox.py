"""Putting what happened in the outbox, in the transaction in which it happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import SCOPES
from consult.kernel.events import Event
from consult.models.ledger import OutboxEvent


def emit(session: AsyncSession, event: Event, now: datetime) -> None:
    """Record an event; it is seen by the worker and by page caches when the transaction commits."""
    session.add(OutboxEvent(**_row(event, now)))
    session.info.setdefault(SCOPES, set()).update(event.scopes)


async def emit_now(session: AsyncSession, event: Event, now: datetime) -> None:
    """As `emit`, by one plain INSERT: for what happens often, where the unit of work would cost as much again."""
    await session.execute(_INSERT, _row(event, now))
    session.info.setdefault(SCOPES, set()).update(event.scopes)


_INSERT = insert(OutboxEvent.__table__)  # type: ignore[arg-type]


def _row(event: Event, now: datetime) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "scopes": list(event.scopes),
        "data": dict(event.data),
        "attempts": 0,
        "created_at": now,
    }
