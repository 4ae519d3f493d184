"""Remarks inside the team that writes a response. They are never part of it: staff, co-signing organisations and the
public don't see them, and no export has them. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound, TooLarge
from consult.models.submission import Submission
from consult.models.team import TeamNote
from consult.security.actor import Actor

WHOLE = ""
"""The question of notes on the response as a whole."""
MOST_CHARACTERS = 5_000
MOST_NOTES = 500
"""On one response: more than anybody reads."""


async def add_note(
    session: AsyncSession, submission: Submission, question: str, text: str, actor: Actor, now: datetime
) -> TeamNote:
    """A remark on a question, or on the WHOLE. Raises TooLarge where there are more than anybody reads."""
    if await _count(session, submission.id) >= MOST_NOTES:
        raise TooLarge
    note = TeamNote(
        submission_id=submission.id,
        question=question,
        user_id=actor.id,
        name=actor.name,
        text=text,
        created_at=now,
    )
    session.add(note)
    await session.flush()
    return note


async def get_note(session: AsyncSession, submission: Submission, note_id: int) -> TeamNote:
    """A note on a response. Raises NotFound."""
    statement = select(TeamNote).where(TeamNote.id == note_id, TeamNote.submission_id == submission.id)
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def settle_note(session: AsyncSession, note: TeamNote, now: datetime) -> None:
    """It is dealt with; one that was settled before stays so since then."""
    note.settled_at = note.settled_at or now
    await session.flush()


async def reopen_note(session: AsyncSession, note: TeamNote) -> None:
    """It is not dealt with after all."""
    note.settled_at = None
    await session.flush()


async def delete_note(session: AsyncSession, note: TeamNote, actor: Actor) -> None:
    """Its author takes it away for good. Raises NotFound for anybody else."""
    if note.user_id != actor.id:
        raise NotFound
    await session.delete(note)
    await session.flush()


async def list_notes(session: AsyncSession, submission_id: int) -> Sequence[TeamNote]:
    """All notes on a response, the oldest first."""
    statement = select(TeamNote).where(TeamNote.submission_id == submission_id).order_by(TeamNote.id)
    return (await session.execute(statement)).scalars().all()


async def count_open(session: AsyncSession, submission_id: int) -> int:
    """How many notes nobody has settled."""
    statement = select(func.count()).where(
        TeamNote.submission_id == submission_id, TeamNote.settled_at.is_(None)
    )
    return (await session.execute(statement)).scalar_one()


async def _count(session: AsyncSession, submission_id: int) -> int:
    statement = select(func.count()).where(TeamNote.submission_id == submission_id)
    return (await session.execute(statement)).scalar_one()
