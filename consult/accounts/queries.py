"""Finding people: by session, by token, by address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import NotFound
from consult.models.people import ApiToken, Kind, Membership, Organisation, Role, SignedIn, User
from consult.security.actor import Actor
from consult.security.tokens import keyed_hash

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def _people() -> Select[User, Organisation, str]:
    """People, whom they speak for, and what they may do for it."""
    own = (Membership.user_id == User.id) & (Membership.organisation_id == User.organisation_id)
    return (
        select(User, Organisation, Membership.role)
        .outerjoin(Organisation, Organisation.id == User.organisation_id)
        .outerjoin(Membership, own)
        .where(User.closed_at.is_(None))
    )


def actor_from(
    user: User, organisation: Organisation | None, role: str | None, session_id: int = 0, csrf: str = ""
) -> Actor:
    """The Actor of a person; `role` is theirs in the organisation."""
    acts = bool(organisation and role and organisation.verified_by and not organisation.merged_into_id)
    return Actor(
        id=user.id,
        name=user.name,
        email=user.email,
        role=Role(user.role),
        locale=user.locale,
        zone=user.zone,
        country=user.country,
        organisation_id=user.organisation_id,
        organisation=organisation.name if organisation else "",
        kind=organisation.kind if organisation else Kind.INDIVIDUAL,
        verified=organisation.verified_by if organisation and acts else "",
        member_role=role if role and acts else "",
        guest=user.guest,
        confirmed=user.confirmed_at is not None,
        session_id=session_id,
        csrf=csrf,
    )


async def find_by_session(
    session: AsyncSession, digest: str, secret_key: str
) -> tuple[Actor, datetime] | None:
    """The person of a session's digest and when it ends; the actor's csrf secret is derived from the session."""
    row = (await session.execute(_SIGNED_IN, {"digest": digest})).first()
    if row is None:
        return None
    user, organisation, role, session_id, expires_at = row
    csrf = keyed_hash(secret_key, "csrf", digest)[:32]
    return actor_from(user, organisation, role, session_id, csrf), expires_at


_SIGNED_IN = (
    _people()
    .add_columns(SignedIn.id, SignedIn.expires_at)
    .join(SignedIn, SignedIn.user_id == User.id)
    .where(SignedIn.token_hash == bindparam("digest"))
)


async def find_by_token(session: AsyncSession, digest: str) -> tuple[Actor, datetime] | None:
    """The owner of an API token that was not revoked."""
    statement = _people().join(ApiToken, ApiToken.user_id == User.id)
    statement = statement.where(ApiToken.token_hash == digest, ApiToken.revoked_at.is_(None))
    row = (await session.execute(statement)).first()
    return (actor_from(row[0], row[1], row[2]), FOR_EVER) if row else None


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    """The open account of an address, compared without case."""
    statement = select(User).where(User.email == email.strip().lower(), User.closed_at.is_(None))
    return (await session.execute(statement)).scalar_one_or_none()


async def find_actor(session: AsyncSession, user_id: int) -> Actor | None:
    """A person by id."""
    row = (await session.execute(_people().where(User.id == user_id))).first()
    return actor_from(row[0], row[1], row[2]) if row else None


async def find_profile(session: AsyncSession, user_id: int) -> tuple[User, Organisation | None]:
    """A person's own row and whom they speak for. Raises NotFound."""
    row = (await session.execute(_people().where(User.id == user_id))).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def list_tokens(session: AsyncSession, user_id: int) -> Sequence[ApiToken]:
    """A person's API tokens that still work, the newest first."""
    statement = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    return (await session.execute(statement.order_by(ApiToken.id.desc()))).scalars().all()


async def search_people(
    session: AsyncSession, words: str, before: int, most: int
) -> list[tuple[User, Organisation | None]]:
    """Open accounts whose name or address holds `words`, the newest first, with ids below `before` (0: any)."""
    statement = _people().where(User.guest.is_(False)).order_by(User.id.desc()).limit(most)
    if before:
        statement = statement.where(User.id < before)
    if words:
        wanted = func.lower(User.name).contains(words.lower(), autoescape=True)
        statement = statement.where(
            wanted
            | User.name.contains(words, autoescape=True)
            | User.email.contains(words.lower(), autoescape=True)
        )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def list_demo_people(
    session: AsyncSession,
) -> list[tuple[User, Organisation | None]]:
    """Whom a demo signs in with one click: the first of each staff role, the first respondent of each language."""
    staff = select(func.min(User.id)).where(User.role != Role.RESPONDENT, User.closed_at.is_(None))
    others = select(func.min(User.id)).where(
        User.role == Role.RESPONDENT, User.closed_at.is_(None), User.guest.is_(False)
    )
    first = others.where(User.confirmed_at.is_not(None)).group_by(User.locale)
    which = User.id.in_(staff.group_by(User.role)) | User.id.in_(first)
    return [(row[0], row[1]) for row in await session.execute(_people().where(which).order_by(User.id))]
