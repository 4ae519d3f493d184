"""Beginning a formal response. Flushes, never commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import RoundClosed
from consult.kernel.messages import N_
from consult.models.people import Organisation, User
from consult.models.submission import Submission
from consult.security.actor import Actor
from consult.security.tokens import new_token
from consult.submissions.queries import find_in_round
from consult.submissions.rules import may_begin
from consult.submissions.targets import Target


async def begin_submission(
    session: AsyncSession,
    target: Target,
    actor: Actor,
    organisation_id: int | None,
    lang: str,
    now: datetime,
    email: str = "",
) -> Submission:
    """The person's (or their organisation's) response to a round: the one that is there, or a new one.

    That the person acts for the organisation is the caller's to know. Raises RoundClosed where none is taken any more.
    """
    await _hold(session, actor, organisation_id)
    there = await find_in_round(session, target.round.id, actor, organisation_id)
    if there is not None:
        return there
    if not may_begin(target.round.period, now):
        raise RoundClosed(N_("This round does not take responses now."))
    alone = organisation_id is None
    submission = Submission(
        key=new_token()[:22],
        round_id=target.round.id,
        edition=target.edition,
        author_id=actor.id,
        email=email,
        organisation_id=organisation_id,
        name=actor.name,
        organisation_name=actor.organisation if alone else "",
        kind=actor.kind,
        country=actor.country,
        lang=lang,
        publication=target.content.publications[0] if len(target.content.publications) == 1 else "",
        begun_at=now,
        saved_at=now,
    )
    session.add(submission)
    await session.flush()
    return submission


async def _hold(session: AsyncSession, actor: Actor, organisation_id: int | None) -> None:
    """Make others who begin for the same person or organisation wait for the end of this transaction: they then find
    what was begun."""
    statement = select(User.id).where(User.id == actor.id)
    if organisation_id is not None:
        statement = select(Organisation.id).where(Organisation.id == organisation_id)
    await session.execute(statement.with_for_update(key_share=True))
