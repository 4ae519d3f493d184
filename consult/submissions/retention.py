"""What of people without an account is thrown away: responses that they did not send, some weeks after their round."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.guests import remove_guests
from consult.db.database import Database
from consult.kernel.clock import Clock
from consult.models.consultation import Round
from consult.models.people import User
from consult.models.submission import Submission, SubmissionState

KEPT_AFTER = timedelta(weeks=4)
"""How long after the round's last instant an unsent response of a guest can still be read and taken away."""
AT_ONCE = 200
EVERY = timedelta(hours=1)


async def forget_unsent(session: AsyncSession, now: datetime) -> int:
    """Delete unsent responses of people without an account whose round is long over, and these people: how many."""
    statement = (
        select(Submission.id, Submission.author_id, Round)
        .join(User, User.id == Submission.author_id)
        .join(Round, Round.id == Submission.round_id)
        .where(
            User.guest,
            Submission.state == SubmissionState.BEGUN,
            Round.closes_at < now - KEPT_AFTER,
        )
        .limit(AT_ONCE)
    )
    rows = (await session.execute(statement)).all()
    gone = [row for row in rows if row[2].period.late_ends_at < now - KEPT_AFTER]
    if not gone:
        return 0
    await session.execute(delete(Submission).where(Submission.id.in_([row[0] for row in gone])))
    await remove_guests(session, [row[1] for row in gone if row[1] is not None], now)
    return len(gone)


class Forgetting:
    """A job of the worker: looks once an hour."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._next: datetime | None = None

    async def forget_some(self) -> bool:
        """Whether there was something to forget."""
        now = self._clock.now()
        if self._next is not None and now < self._next:
            return False
        async with self._database.writing() as session:
            count = await forget_unsent(session, now)
        self._next = None if count else now + EVERY
        return bool(count)
