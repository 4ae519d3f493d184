"""One-time links: made when a mail is written, used once, and only for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import Link, User
from consult.security.tokens import new_token, token_hash


class Purpose(StrEnum):
    """What a link is for."""

    CONFIRM = "confirm"
    RESET = "reset"
    EMAIL = "email"
    RESUME = "resume"
    ORGANISATION = "organisation"


LASTS: dict[str, timedelta] = {
    Purpose.CONFIRM: timedelta(days=3),
    Purpose.RESET: timedelta(hours=1),
    Purpose.EMAIL: timedelta(days=1),
    Purpose.RESUME: timedelta(days=7),
    Purpose.ORGANISATION: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that still works: whose it is, and what was noted with it (the new address, for `email`; the organisation and
    the address at its domain, for `organisation`)."""

    user_id: int
    purpose: str
    data: str


async def make_link(session: AsyncSession, user_id: int, purpose: str, data: str, now: datetime) -> str:
    """A new link's token, for its address. Links that ended are removed."""
    token = new_token()
    await session.execute(delete(Link).where(Link.expires_at <= now))
    session.add(
        Link(
            token_hash=token_hash(token),
            purpose=Purpose(purpose),
            user_id=user_id,
            data=data[:300],
            created_at=now,
            expires_at=now + LASTS[purpose],
        )
    )
    await session.flush()
    return token


async def find_link(session: AsyncSession, token: str, purpose: str, now: datetime) -> OpenLink | None:
    """The link, if it still works; nothing is changed."""
    found = (await session.execute(_open(token, now, purpose))).scalar_one_or_none()
    return OpenLink(found.user_id, found.purpose, found.data) if found else None


async def use_link(session: AsyncSession, token: str, purpose: str, now: datetime) -> OpenLink | None:
    """Use a link up, and with it all of the same purpose. None where it was used, ended, or is for something else.

    One UPDATE decides, so of two browsers that send the same link at once only one succeeds.
    """
    statement = (
        update(Link)
        .where(Link.id.in_(_open(token, now, purpose).with_only_columns(Link.id)), Link.used_at.is_(None))
        .values(used_at=now)
        .returning(Link.user_id, Link.data)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).first()
    if row is None:
        return None
    await end_links(session, row.user_id, purpose)
    return OpenLink(row.user_id, purpose, row.data)


async def end_links(session: AsyncSession, user_id: int, *purposes: str) -> None:
    """Links of a person stop working: those of some purposes, or all."""
    statement = delete(Link).where(Link.user_id == user_id)
    if purposes:
        statement = statement.where(Link.purpose.in_(purposes), Link.used_at.is_(None))
    await session.execute(statement)


def _open(token: str, now: datetime, purpose: str) -> Select[Link]:
    return (
        select(Link)
        .join(User, User.id == Link.user_id)
        .where(Link.token_hash == token_hash(token), Link.purpose == purpose, Link.used_at.is_(None))
        .where(Link.expires_at > now, User.closed_at.is_(None))
    )
