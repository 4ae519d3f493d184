"""People who respond without an account: a session of their own in this browser, and mailed links for other ones.

A guest has no address or password that lets them in. Whoever uses a link that was mailed to the address given with a
response has proved that the address is theirs: the response then belongs to the account of that address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import OpenLink, Purpose, end_links, make_link, use_link
from consult.accounts.queries import find_by_email
from consult.accounts.service import NO_PASSWORD, note_change
from consult.accounts.sessions import end_all_sessions
from consult.kernel.events import Event
from consult.ledger.outbox import emit
from consult.models.people import ApiToken, Role, User
from consult.models.submission import Submission
from consult.security.tokens import new_token


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where a used link led: whose account holds the response now, its key, and whether the link signs them in.

    It does where no password was ever chosen. Where there is one, it is asked for as always: links lie in mailboxes for days.
    Staff are never let in so.
    """

    user_id: int
    key: str
    signs_in: bool


async def make_guest(session: AsyncSession, name: str, locale: str, now: datetime) -> User:
    """A person without an account."""
    user = User(
        email=f"guest-{new_token()[:22]}@invalid".lower(),
        password_hash=NO_PASSWORD,
        name=name,
        locale=locale,
        mail_replies=False,
        mail_rounds=False,
        guest=True,
        created_at=now,
    )
    session.add(user)
    await session.flush()
    return user


def want_resume_link(session: AsyncSession, user_id: int, key: str, now: datetime) -> None:
    """Ask the worker to mail a link that goes on with a response, to the address that the response or its account has."""
    wanted = {"user_id": user_id, "purpose": str(Purpose.RESUME), "data": key, "next": ""}
    emit(session, Event("link.wanted", (), wanted), now)


async def ask_resume(session: AsyncSession, email: str, now: datetime) -> None:
    """Have links mailed for all responses of an address; the same answer where it has none."""
    emit(session, Event("resume.wanted", (), {"email": email.strip().lower()}), now)


async def find_for_address(session: AsyncSession, email: str, most: int = 5) -> list[tuple[int, str]]:
    """(user, key) of the newest responses of an address, whether begun without an account or with one."""
    address = email.strip().lower()
    without_account = User.guest & (Submission.email == address)
    statement = (
        select(Submission.author_id, Submission.key)
        .join(User, User.id == Submission.author_id)
        .where(without_account | (User.email == address), User.closed_at.is_(None))
        .order_by(Submission.saved_at.desc(), Submission.id.desc())
        .limit(most)
    )
    return [(row.author_id, row.key) for row in await session.execute(statement)]


def mailed_to(user: User, submission: Submission) -> str:
    """The address to which links to a response go: a guest's is the one given with it."""
    return (submission.email if user.guest else user.email).strip().lower()


async def make_resume_link(session: AsyncSession, user: User, submission: Submission, now: datetime) -> str:
    """A new link's token. It proves the address that it is mailed to, and no other: that is noted with it."""
    return await make_link(
        session, user.id, Purpose.RESUME, f"{submission.key} {mailed_to(user, submission)}", now
    )


async def led_to(session: AsyncSession, link: OpenLink) -> tuple[User, Submission] | None:
    """Whose response a link leads to. None where it has gone to somebody else, or its address is another one now."""
    key, _, address = link.data.partition(" ")
    statement = (
        select(User, Submission)
        .join(Submission, Submission.author_id == User.id)
        .where(User.id == link.user_id, Submission.key == key)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None or mailed_to(row.User, row.Submission) != address:
        return None
    return row.User, row.Submission


async def resume(session: AsyncSession, token: str, now: datetime) -> Resumed | None:
    """Use a link: the response goes to the account of its address, which is made where there is none. None where the
    link no longer works."""
    used = await use_link(session, token, Purpose.RESUME, now)
    found = await led_to(session, used) if used else None
    if found is None:
        return None
    user, submission = found
    owner = await _owner(session, user, submission, now) if user.guest else user
    note_change(session, owner.id, now)
    signs_in = owner.password_hash == NO_PASSWORD and owner.role == Role.RESPONDENT
    return Resumed(owner.id, submission.key, signs_in)


async def _owner(session: AsyncSession, guest: User, submission: Submission, now: datetime) -> User:
    """The account of a guest's address, to which the response goes over: they have just proved that it is theirs."""
    owner = await find_by_email(session, submission.email)
    if owner is None:
        owner = await _make_account(session, guest, submission, now)
    elif owner.confirmed_at is None:
        await _confirm(session, owner, now)
    submission.author_id = owner.id
    await session.flush()
    await _close_if_empty(session, guest, now)
    return owner


async def _make_account(session: AsyncSession, guest: User, submission: Submission, now: datetime) -> User:
    owner = User(
        email=submission.email.strip().lower(),
        password_hash=NO_PASSWORD,
        name=submission.name or guest.name,
        locale=guest.locale,
        confirmed_at=now,
        created_at=now,
    )
    session.add(owner)
    await session.flush()
    return owner


async def _confirm(session: AsyncSession, owner: User, now: datetime) -> None:
    """An account whose address nobody had proved: its password is of whoever registered it, so it ends."""
    owner.confirmed_at, owner.password_hash = now, NO_PASSWORD
    await end_links(session, owner.id)
    open_tokens = (ApiToken.user_id == owner.id, ApiToken.revoked_at.is_(None))
    await session.execute(update(ApiToken).where(*open_tokens).values(revoked_at=now))
    await end_all_sessions(session, owner.id, now)


async def _close_if_empty(session: AsyncSession, guest: User, now: datetime) -> None:
    """A guest whose last response went over to an account is no more."""
    left = select(func.count()).where(Submission.author_id == guest.id)
    if (await session.execute(left)).scalar_one():
        return
    await end_all_sessions(session, guest.id, now)
    await end_links(session, guest.id)
    guest.closed_at, guest.name = now, ""
    await session.flush()


async def remove_guests(session: AsyncSession, ids: list[int], now: datetime) -> None:
    """Delete guests who have no response any more, with their sessions and links."""
    with_responses = select(Submission.author_id).where(Submission.author_id.in_(ids))
    gone = select(User.id).where(User.id.in_(ids), User.guest, User.id.not_in(with_responses))
    for user_id in (await session.execute(gone)).scalars().all():
        await end_all_sessions(session, user_id, now)
        await session.execute(delete(User).where(User.id == user_id))
