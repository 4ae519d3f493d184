"""What was asked, remembered: an edition that is ready never changes, and whoever types saves once a second."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from consult.db.database import Database
from consult.models.questionnaire import Content
from consult.questionnaires.queries import get_edition

MOST = 64
"""Editions remembered of a site."""
_KNOWN: WeakKeyDictionary[Database, dict[tuple[int, int], Content]] = WeakKeyDictionary()


async def content_of(database: Database, session: AsyncSession, round_id: int, edition: int) -> Content:
    """The content of a ready edition. Raises NotFound."""
    known = _KNOWN.setdefault(database, {})
    found = known.get((round_id, edition))
    if found is None:
        found = (await get_edition(session, round_id, edition)).read()
        if len(known) >= MOST:
            known.pop(next(iter(known)))
        known[round_id, edition] = found
    return found
