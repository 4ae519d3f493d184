"""Finding sign-offs that lapsed because the text was changed afterwards, so that who gave them is told. Flushes, never commits.

Whether a sign-off holds is never stored: it is compared with the text wherever it matters. This only notices, some time
after the last change, so that typing costs nothing and nobody gets a mail for every word.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.events import Event
from consult.ledger.outbox import emit
from consult.models.consultation import Round
from consult.models.submission import Submission
from consult.models.team import SignOff, SignOffState
from consult.submissions.targets import target_of
from consult.teams.digesting import digest_now
from consult.teams.sign_offs import organisation_name
from consult.teams.signing import is_open
from consult.teams.steps import note_step

QUIET = timedelta(minutes=2)
"""For so long nobody has changed anything: who is still typing is let finish."""
LONGEST_LANE = timedelta(days=90)
"""After the end of a round: what is signed later than this can't be sent any more."""


async def changed_sign_offs(session: AsyncSession, now: datetime) -> list[tuple[SignOff, Submission]]:
    """Sign-offs whose response was saved afterwards and is quiet now; the text may still be the same."""
    statement = (
        select(SignOff, Submission)
        .join(Submission, Submission.id == SignOff.submission_id)
        .join(Round, Round.id == Submission.round_id)
        .where(SignOff.state == SignOffState.SIGNED, SignOff.lapsed_at.is_(None))
        .where(Submission.saved_at > SignOff.settled_at, Submission.saved_at <= now - QUIET)
        .where(Round.closes_at > now - LONGEST_LANE)
        .order_by(SignOff.submission_id, SignOff.organisation_id)
    )
    return [(each, submission) for each, submission in (await session.execute(statement)).all()]


async def note_lapsed(session: AsyncSession, now: datetime) -> int:
    """Note and tell each sign-off that lapsed, once. How many there were."""
    lapsed = 0
    for found, submission in await changed_sign_offs(session, now):
        target = await target_of(session, submission)
        if not is_open(submission, target, now):
            continue
        if await digest_now(session, submission, target) == found.answered:
            continue
        found.lapsed_at = now
        data = {"organisation": await organisation_name(session, found.organisation_id)}
        await note_step(session, submission.id, "lapsed", None, now, data)
        told = {"submission_id": submission.id, "organisation_id": found.organisation_id}
        emit(session, Event("sign-off.lapsed", (), told), now)
        lapsed += 1
    return lapsed
