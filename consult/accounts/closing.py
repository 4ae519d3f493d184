"""Closing an account: what goes, what stays, and under which name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.service import NO_PASSWORD, get_user
from consult.accounts.sessions import end_all_sessions
from consult.kernel.errors import Conflict
from consult.kernel.events import Event, account_scope, consultation_scope
from consult.kernel.messages import N_
from consult.ledger.outbox import emit
from consult.models.contribution import Contribution, State
from consult.models.ledger import Mail, Subscription, Unfinished
from consult.models.people import ApiToken, Link, Membership, Role, User

GOES = (ApiToken, Link, Unfinished, Subscription, Membership, Mail)
"""Tables whose rows of a person are removed."""


async def close_account(session: AsyncSession, user_id: int, now: datetime, *, withhold: bool) -> None:
    """Close an account for good. What is public stays: under the name it was given, or with `withhold` without one.

    Raises Conflict for the last administrator: nobody could let another in.
    """
    user = await get_user(session, user_id)
    if user.role == Role.ADMINISTRATOR and await _count_administrators(session) < 2:
        raise Conflict(N_("You are the only administrator. Make somebody else one first."))
    await _withhold_name(session, user_id, now, everywhere=withhold)
    for table in GOES:
        await session.execute(delete(table).where(table.user_id == user_id))
    _empty(user, now)
    await end_all_sessions(session, user_id, now)
    emit(session, Event("account.closed", (account_scope(user_id),), {"user_id": user_id}), now)


def _empty(user: User, now: datetime) -> None:
    user.email = f"closed-{user.id}@invalid"
    user.password_hash = NO_PASSWORD
    user.name, user.country, user.zone = "", "", "UTC"
    user.role = Role.RESPONDENT
    user.organisation_id = None
    user.mail_replies = user.mail_rounds = False
    user.closed_at = now


async def _count_administrators(session: AsyncSession) -> int:
    statement = select(func.count()).where(User.role == Role.ADMINISTRATOR, User.closed_at.is_(None))
    return (await session.execute(statement)).scalar_one()


async def _withhold_name(session: AsyncSession, user_id: int, now: datetime, *, everywhere: bool) -> None:
    """Take the name off contributions: off all, or off those that never were or no longer are public.

    What was said in the Forum's voice bears no name. Kind and country stay: they are in the counts, and say no name.
    """
    own = (Contribution.author_id == user_id, Contribution.forum_voice.is_(False))
    which = own if everywhere else (*own, Contribution.state != State.PUBLISHED)
    statement = (
        update(Contribution)
        .where(*which)
        .values(
            anonymous=True,
            author_name="",
            organisation_id=None,
            organisation_name="",
            verified="",
            author_id=None,
        )
        .returning(Contribution.id, Contribution.consultation_id)
        .execution_options(synchronize_session=False)
    )
    for contribution_id, consultation_id in (await session.execute(statement)).all():
        data = {"contribution_id": contribution_id, "consultation_id": consultation_id}
        emit(session, Event("comment.edited", (consultation_scope(consultation_id),), data), now)
