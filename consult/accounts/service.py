"""Writing about people: registering, confirming, changing what they say of themselves, letting scripts in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import Purpose, end_links, use_link
from consult.accounts.organisations import speak_as_member, speak_for
from consult.accounts.queries import find_by_email
from consult.kernel.errors import Conflict, NotFound, invalid
from consult.kernel.events import Event, account_scope
from consult.kernel.messages import N_
from consult.ledger.outbox import emit
from consult.models.people import ApiToken, Role, User
from consult.security.passwords import hash_password
from consult.security.tokens import new_token, token_hash

NO_PASSWORD = "!"  # noqa: S105
"""Stored where no password lets anybody in."""
MOST_TOKENS = 20


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What an account begins with. `organisation` is empty for individuals."""

    name: str
    email: str
    password_hash: str
    organisation: str
    kind: str
    locale: str
    zone: str


async def register(
    session: AsyncSession, new: NewPerson, next_: str, now: datetime, *, may_mail: bool
) -> int | None:
    """A new account, to be confirmed by a mailed link. None where the address has one: its owner is told by mail.

    Without `may_mail` nothing is mailed: the address had enough for now.
    """
    user = User(email=new.email, password_hash=new.password_hash, name=new.name, created_at=now)
    user.locale, user.zone = new.locale, new.zone
    if not await _add(session, user):
        known = await find_by_email(session, new.email)
        if known and may_mail:
            emit(session, Event("account.known", (), {"user_id": known.id}), now)
        return None
    await speak_for(session, user, new.organisation, new.kind, "", now)
    if may_mail:
        want_link(session, user.id, Purpose.CONFIRM, now, next_=next_)
    return user.id


async def add_person(
    session: AsyncSession, email: str, name: str, role: Role, now: datetime, password: str | None
) -> User:
    """An account from the shell, confirmed. Without a password it is entered by a reset. Raises Conflict."""
    user = User(
        email=email.strip().lower(),
        password_hash=await hash_password(password) if password else NO_PASSWORD,
        name=name,
        role=role,
        confirmed_at=now,
        created_at=now,
    )
    if not await _add(session, user):
        raise Conflict(N_("This address has an account already."))
    return user


def want_link(
    session: AsyncSession, user_id: int, purpose: str, now: datetime, *, data: str = "", next_: str = ""
) -> None:
    """Ask the worker to make a one-time link and to mail it."""
    wanted = {"user_id": user_id, "purpose": str(purpose), "data": data, "next": next_}
    emit(session, Event("link.wanted", (), wanted), now)


async def ask_reset(session: AsyncSession, email: str, now: datetime) -> None:
    """Mail a reset link to whoever has this address; the same work where nobody has it."""
    user = await find_by_email(session, email)
    if user is None:
        emit(session, Event("account.unknown", ()), now)
    else:
        want_link(session, user.id, Purpose.RESET, now)


async def confirm(session: AsyncSession, token: str, now: datetime) -> int | None:
    """Confirm an address by its link: whose it is, None where the link no longer works."""
    used = await use_link(session, token, Purpose.CONFIRM, now)
    if used is None:
        return None
    await session.execute(
        update(User).where(User.id == used.user_id, User.confirmed_at.is_(None)).values(confirmed_at=now)
    )
    note_change(session, used.user_id, now)
    return used.user_id


async def reset_password(session: AsyncSession, token: str, password_hash: str, now: datetime) -> int | None:
    """A new password by a mailed link, which also proves the address. None where the link no longer works.

    Tokens stop working: whoever had the account before its owner could have made some.
    """
    used = await use_link(session, token, Purpose.RESET, now)
    if used is None:
        return None
    user = await get_user(session, used.user_id)
    user.password_hash = password_hash
    user.confirmed_at = user.confirmed_at or now
    await end_links(session, user.id, Purpose.CONFIRM, Purpose.EMAIL)
    open_tokens = (ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
    await session.execute(update(ApiToken).where(*open_tokens).values(revoked_at=now))
    note_change(session, user.id, now)
    return user.id


async def change_password(session: AsyncSession, user_id: int, password_hash: str, now: datetime) -> None:
    """A new password; links that were mailed before stop working."""
    user = await get_user(session, user_id)
    user.password_hash = password_hash
    await end_links(session, user_id, Purpose.RESET, Purpose.EMAIL)
    note_change(session, user_id, now)


async def keep_rehashed(session: AsyncSession, user_id: int, old: str, new: str) -> None:
    """The same password, kept with today's parameters; not where it was changed meanwhile."""
    await session.execute(
        update(User).where(User.id == user_id, User.password_hash == old).values(password_hash=new)
    )


async def ask_new_address(session: AsyncSession, user_id: int, email: str, now: datetime) -> None:
    """Mail a link to a new address. Where it has an account, its owner is told instead: the answer is the same."""
    known = await find_by_email(session, email)
    if known is not None:
        emit(session, Event("account.known", (), {"user_id": known.id}), now)
    else:
        want_link(session, user_id, Purpose.EMAIL, now, data=email)


async def change_address(session: AsyncSession, token: str, now: datetime) -> bool:
    """The address noted with a link becomes the person's own. Raises Conflict where it is taken by now."""
    used = await use_link(session, token, Purpose.EMAIL, now)
    if used is None:
        return False
    user = await get_user(session, used.user_id)
    if await find_by_email(session, used.data) is not None:
        raise Conflict(N_("This address has an account already."))
    user.email, user.confirmed_at = used.data, user.confirmed_at or now
    await session.flush()
    await end_links(session, user.id, Purpose.CONFIRM, Purpose.RESET)
    note_change(session, user.id, now)
    return True


async def change_profile(
    session: AsyncSession,
    user_id: int,
    values: dict[str, str | bool],
    organisation: tuple[str, str],
    now: datetime,
    member_of: int = 0,
) -> None:
    """New values of a person's own columns, and (name, kind) of whom they speak for.

    `member_of` is an organisation whose member they are and which they chose instead. Raises FormInvalid where they are
    not, or no longer.
    """
    user = await get_user(session, user_id)
    for column, value in values.items():
        setattr(user, column, value)
    if member_of:
        if not await speak_as_member(session, user, member_of, now):
            raise invalid("member_of", N_("You are no member of this organisation."))
        note_change(session, user_id, now)
        return
    name, kind = organisation
    await speak_for(session, user, name, kind, user.country, now)
    note_change(session, user_id, now)


async def create_token(session: AsyncSession, user_id: int, name: str, now: datetime) -> str:
    """A new API token; it can't be read again. Raises FormInvalid where there are enough."""
    statement = select(func.count()).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    if (await session.execute(statement)).scalar_one() >= MOST_TOKENS:
        raise invalid("name", N_("Revoke a token first: you have %(most)d."), most=MOST_TOKENS)
    token = new_token()
    session.add(ApiToken(token_hash=token_hash(token), user_id=user_id, name=name[:300], created_at=now))
    await session.flush()
    return token


async def revoke_token(session: AsyncSession, user_id: int, token_id: int, now: datetime) -> None:
    """A person's own token stops working. Raises NotFound."""
    statement = select(ApiToken).where(ApiToken.id == token_id, ApiToken.user_id == user_id)
    token = (await session.execute(statement)).scalar_one_or_none()
    if token is None:
        raise NotFound
    token.revoked_at = token.revoked_at or now
    note_change(session, user_id, now)


async def change_role(session: AsyncSession, user_id: int, role: Role, now: datetime) -> tuple[User, str]:
    """A person gets a role: the person, and the role they had. Raises NotFound."""
    user = await get_user(session, user_id)
    before, user.role = user.role, role
    note_change(session, user_id, now)
    return user, before


async def get_user(session: AsyncSession, user_id: int) -> User:
    """An open account. Raises NotFound."""
    statement = select(User).where(User.id == user_id, User.closed_at.is_(None))
    user = (await session.execute(statement)).scalar_one_or_none()
    if user is None:
        raise NotFound
    return user


def note_change(session: AsyncSession, user_id: int, now: datetime) -> None:
    """What is remembered of a person's account is no longer true."""
    emit(session, Event("account.changed", (account_scope(user_id),), {"user_id": user_id}), now)


async def _add(session: AsyncSession, user: User) -> bool:
    """Whether the address was free. Two who register it at once are told apart by the database."""
    try:
        async with session.begin_nested():
            session.add(user)
    except IntegrityError:
        return False
    return True
