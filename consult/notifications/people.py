"""To whom mails go: people by id, those of a contribution, and those who follow a consultation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, String, case, cast, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.contribution import Contribution, ContributionType
from consult.models.ledger import Mail, Subscription
from consult.models.people import MemberRole, Membership, User
from consult.models.submission import Submission
from consult.notifications.composing import language_for

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person as mails know them; `this` and `all_of_them` say how a follower follows."""

    id: int
    email: str
    locale: str
    zone: str
    mail_replies: bool = True
    this: bool = False
    all_of_them: bool = False


async def find_recipients(session: AsyncSession, ids: Iterable[int | None]) -> list[Recipient]:
    """People with open and confirmed accounts, in the order of their ids."""
    statement = (
        select(User.id, User.email, User.locale, User.zone, User.mail_replies)
        .where(User.id.in_(sorted({id for id in ids if id is not None})))
        .where(User.closed_at.is_(None), User.confirmed_at.is_not(None))
        .order_by(User.id)
    )
    rows = (await session.execute(statement)).all()
    return [
        Recipient(id, email, language_for(locale), zone, wants) for id, email, locale, zone, wants in rows
    ]


async def authors_of(session: AsyncSession, contribution: Contribution) -> list[Recipient]:
    """Who is told what became of a contribution: its author; of a formal response, its people."""
    if contribution.type == ContributionType.SUBMISSION:
        return await _respondents(session, contribution.id)
    return await find_recipients(session, [contribution.author_id])


async def _respondents(session: AsyncSession, contribution_id: int) -> list[Recipient]:
    """Whoever began the response, by the address given with it where they have no account; of an organisation's, its
    owners, and whoever began it as long as they are a member."""
    statement = (
        select(Submission.author_id, Submission.organisation_id, Submission.email, User.guest, User.locale)
        .outerjoin(User, User.id == Submission.author_id)
        .where(Submission.contribution_id == contribution_id)
    )
    row = (await session.execute(statement)).first()
    if row is None:
        return []
    if row.organisation_id is not None:
        return await find_recipients(session, await _concerned(session, row.organisation_id, row.author_id))
    if row.guest and row.email:
        return [Recipient(row.author_id, row.email, language_for(row.locale), "UTC")]
    return await find_recipients(session, [row.author_id])


async def _concerned(session: AsyncSession, organisation_id: int, author_id: int | None) -> list[int]:
    statement = select(Membership.user_id, Membership.role).where(
        Membership.organisation_id == organisation_id, Membership.role != ""
    )
    return [
        user_id
        for user_id, role in await session.execute(statement)
        if role == MemberRole.OWNER or user_id == author_id
    ]


async def find_account(session: AsyncSession, user_id: int) -> Recipient | None:
    """A person with an open account, confirmed or not: for mails about the account itself."""
    statement = select(User).where(User.id == user_id, User.closed_at.is_(None))
    user = (await session.execute(statement)).scalar_one_or_none()
    if user is None:
        return None
    return Recipient(user.id, user.email, language_for(user.locale), user.zone, user.mail_replies)


async def followers_without(
    session: AsyncSession, consultation_id: int, prefix: str, after: int
) -> Sequence[Recipient]:
    """The next CHUNK followers of a consultation or of everything, by id above `after`, who want to be told of rounds
    and have no mail yet whose `once` is `prefix` and their id."""
    this = func.max(case((Subscription.consultation_id == consultation_id, 1), else_=0))
    all_of_them = func.max(case((Subscription.consultation_id.is_(None), 1), else_=0))
    told = exists().where(Mail.once == literal(prefix, String) + cast(User.id, String))
    statement = (
        select(User.id, User.email, User.locale, User.zone, cast(this, Integer), cast(all_of_them, Integer))
        .join(Subscription, Subscription.user_id == User.id)
        .where(Subscription.consultation_id.is_(None) | (Subscription.consultation_id == consultation_id))
        .where(
            User.mail_rounds, User.closed_at.is_(None), User.confirmed_at.is_not(None), User.id > after, ~told
        )
        .group_by(User.id, User.email, User.locale, User.zone)
        .order_by(User.id)
        .limit(CHUNK)
    )
    rows = (await session.execute(statement)).all()
    return [
        Recipient(id, email, language_for(locale), zone, this=bool(one), all_of_them=bool(every))
        for id, email, locale, zone, one, every in rows
    ]
