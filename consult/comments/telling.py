"""What happened to a contribution, told to the rest of the house."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.events import Event, activity_scope, consultation_scope
from consult.ledger.outbox import emit
from consult.models.contribution import Contribution


def emit_about(
    session: AsyncSession,
    kind: str,
    comment: Contribution,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Say that something happened to a contribution."""
    emit(session, about(kind, comment, data), now)


def about(kind: str, comment: Contribution, data: Mapping[str, Any] | None = None) -> Event:
    """An event about a contribution; its author's own pages change with it."""
    scopes = [consultation_scope(comment.consultation_id)]
    if comment.author_id is not None:
        scopes.append(activity_scope(comment.author_id))
    known = {"contribution_id": comment.id, "consultation_id": comment.consultation_id, **(data or {})}
    return Event(kind, tuple(scopes), known)
