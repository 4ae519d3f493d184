"""Who has which section of a shared response open. One statement a heartbeat. Flushes, never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import Membership, User
from consult.models.submission import Answer, Submission
from consult.models.team import Presence

BEAT = timedelta(seconds=20)
"""How often a page that is open says so."""
STALE = timedelta(seconds=60)
"""Who has not been heard of for this long is no longer shown: three beats, so that one may be lost."""


@dataclass(frozen=True, slots=True)
class Here:
    """A member who has a section open; `at` is when they were last heard of."""

    user_id: int
    name: str
    section: str
    at: datetime


async def mark_present(
    session: AsyncSession, submission_id: int, user_id: int, section: str, now: datetime
) -> None:
    """A person has a section open. That they may write the response is the caller's to know."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Presence).values(
        submission_id=submission_id, user_id=user_id, section=section, at=now
    )
    new = statement.excluded
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["submission_id", "user_id"], set_={"section": new.section, "at": new.at}
        )
    )


async def mark_absent(session: AsyncSession, submission_id: int, user_id: int, section: str) -> None:
    """A person left a section. One who has gone on to another one meanwhile stays there."""
    gone = delete(Presence).where(
        Presence.submission_id == submission_id,
        Presence.user_id == user_id,
        Presence.section == section,
    )
    await session.execute(gone)


async def who_is_here(session: AsyncSession, submission_id: int, now: datetime, but: int) -> list[Here]:
    """The other members who have a section open, by name. Whoever is no longer a member is not here."""
    statement = (
        select(User.id, User.name, Presence.section, Presence.at)
        .join(Presence, Presence.user_id == User.id)
        .join(Submission, Submission.id == Presence.submission_id)
        .join(
            Membership,
            (Membership.user_id == User.id) & (Membership.organisation_id == Submission.organisation_id),
        )
        .where(Presence.submission_id == submission_id, Presence.user_id != but, Membership.role != "")
        .where(Presence.at > now - STALE)
        .order_by(User.name, User.id)
    )
    return [Here(*row) for row in (await session.execute(statement)).all()]


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer that somebody saved."""

    question: str
    name: str
    at: datetime


async def changed_since(
    session: AsyncSession, submission_id: int, questions: Sequence[str], since: datetime, but: int
) -> list[Changed]:
    """Which answers to some questions others have saved since an instant, the latest first."""
    statement = (
        select(Answer.question, User.name, Answer.edited_at)
        .join(User, User.id == Answer.edited_by)
        .where(Answer.submission_id == submission_id, Answer.question.in_(questions))
        .where(Answer.edited_at > since, Answer.edited_by != but)
        .order_by(Answer.edited_at.desc(), Answer.question)
    )
    return [Changed(*row) for row in (await session.execute(statement)).all()]


async def forget_absent(session: AsyncSession, now: datetime) -> None:
    """Remove what nobody is shown any more."""
    table: Any = Presence.__table__
    await session.execute(delete(table).where(table.c.at < now - STALE))
