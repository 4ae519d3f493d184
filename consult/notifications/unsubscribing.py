"""Lists that a person can be taken off by a link in a mail, without signing in (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.following import is_following, unfollow
from consult.kernel.errors import NotFound
from consult.kernel.events import Event, account_scope
from consult.kernel.translated import Translated
from consult.ledger.outbox import emit
from consult.models.consultation import Consultation
from consult.models.people import User
from consult.security.tokens import sign, unsign

REPLIES = "replies"
ROUNDS = "rounds"
EVERYTHING = "everything"
FOLLOW = "follow-"
PURPOSE = "unsubscribe"
SWITCHES = {REPLIES: User.mail_replies, ROUNDS: User.mail_rounds}


@dataclass(frozen=True, slots=True)
class MailList:
    """One person on one list: `replies`, `rounds` (all that is followed), `everything`, or `follow-12`."""

    user_id: int
    name: str

    @property
    def consultation_id(self) -> int | None:
        """The consultation of a `follow-` list."""
        return int(self.name.removeprefix(FOLLOW)) if self.name.startswith(FOLLOW) else None


def list_of_follower(user_id: int, consultation_id: int, *, this: bool, all_of_them: bool) -> MailList:
    """The list that stops mails about a consultation, whichever way the person follows it."""
    if this and all_of_them:
        return MailList(user_id, ROUNDS)
    return MailList(user_id, f"{FOLLOW}{consultation_id}" if this else EVERYTHING)


def make_token(mail_list: MailList, secret_key: str) -> str:
    """The token in an unsubscribe address. It never expires: neither does the mail it stands in."""
    return sign(secret_key, PURPOSE, f"{mail_list.user_id}-{mail_list.name}")


def read_token(token: str, secret_key: str) -> MailList:
    """The list of a token. Raises NotFound where it is not ours."""
    value = unsign(secret_key, PURPOSE, token)
    if value is None:
        raise NotFound
    user_id, _, name = value.partition("-")
    return MailList(int(user_id), name)


async def is_subscribed(session: AsyncSession, mail_list: MailList) -> bool:
    """Whether mails of the list still go out."""
    if mail_list.name not in SWITCHES:
        return await is_following(session, mail_list.user_id, mail_list.consultation_id)
    statement = select(SWITCHES[mail_list.name]).where(User.id == mail_list.user_id)
    return bool((await session.execute(statement)).scalar_one_or_none())


async def unsubscribe(session: AsyncSession, mail_list: MailList, now: datetime) -> None:
    """Take the person off the list; doing it again changes nothing."""
    user_id = mail_list.user_id
    if not await is_subscribed(session, mail_list):
        return
    if mail_list.name not in SWITCHES:
        await unfollow(session, user_id, mail_list.consultation_id, now)
        return
    change = update(User).where(User.id == user_id).values({SWITCHES[mail_list.name]: False})
    await session.execute(change)
    emit(session, Event("account.changed", (account_scope(user_id),), {"user_id": user_id}), now)


async def followed_title(session: AsyncSession, mail_list: MailList) -> Translated | None:
    """The title of the consultation that a list is about, None for the other lists."""
    if mail_list.consultation_id is None:
        return None
    statement = select(Consultation.title).where(
        Consultation.id == mail_list.consultation_id, Consultation.published_at.is_not(None)
    )
    return (await session.execute(statement)).scalar_one_or_none()
