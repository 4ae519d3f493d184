"""Finding organisations and who acts for them. A role is only ever in a verified organisation that was not merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.organisations import fold_name
from consult.kernel.errors import NotFound
from consult.models.people import (
    Invitation,
    MemberRole,
    Membership,
    Organisation,
    OrganisationEvent,
    OrganisationRequest,
    User,
)

ACTS = (
    Membership.role != "",
    Organisation.verified_by != "",
    Organisation.merged_into_id.is_(None),
)
"""What makes a tie one that lets a person act for the organisation."""


MOST_CLAIMS = 50
"""Steps of a person's own that are looked at."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who acts for an organisation."""

    user_id: int
    name: str
    email: str
    role: MemberRole
    since: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that is open: `email` is the address at the organisation's domain that was shown, to join it."""

    id: int
    organisation_id: int
    organisation: str
    kind: str
    user_id: int
    name: str
    email: str
    words: str
    created_at: datetime


async def membership_of(session: AsyncSession, user_id: int, organisation_id: int) -> MemberRole | None:
    """What a person may do for an organisation; None where they may not act for it."""
    statement = (
        select(Membership.role)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id == user_id, Membership.organisation_id == organisation_id, *ACTS)
    )
    role = (await session.execute(statement)).scalar_one_or_none()
    return MemberRole(role) if role else None


async def organisations_of(session: AsyncSession, user_id: int) -> list[tuple[Organisation, MemberRole]]:
    """The organisations that a person acts for, by name."""
    statement = (
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, *ACTS)
        .order_by(Organisation.fold, Organisation.id)
    )
    return [(found, MemberRole(role)) for found, role in (await session.execute(statement)).all()]


async def members_of(session: AsyncSession, organisation_id: int) -> list[Member]:
    """Who acts for an organisation, the first to come first."""
    statement = (
        select(User.id, User.name, User.email, Membership.role, Membership.since)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.organisation_id == organisation_id, User.closed_at.is_(None), *ACTS)
        .order_by(Membership.since, User.id)
    )
    return [
        Member(id, name, email, MemberRole(role), since)
        for id, name, email, role, since in (await session.execute(statement)).all()
    ]


async def find_verified(session: AsyncSession, text: str, limit: int) -> Sequence[Organisation]:
    """Verified organisations whose name or domain holds `text`, by name; none for an empty text."""
    words = fold_name(text)
    if not words:
        return []
    statement = (
        select(Organisation)
        .where(Organisation.verified_by != "", Organisation.merged_into_id.is_(None))
        .where(_named(words))
        .order_by(Organisation.fold, Organisation.id)
        .limit(limit)
    )
    return (await session.execute(statement)).scalars().all()


async def get_organisation(session: AsyncSession, organisation_id: int) -> Organisation:
    """An organisation, merged ones too. Raises NotFound."""
    found = await session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound
    return found


async def get_present(session: AsyncSession, organisation_id: int) -> Organisation:
    """An organisation that was not merged into another. Raises NotFound."""
    found = await get_organisation(session, organisation_id)
    if found.merged_into_id is not None:
        raise NotFound
    return found


async def find_by_domain(session: AsyncSession, domain: str) -> Organisation | None:
    """The organisation that was verified with a domain."""
    statement = select(Organisation).where(Organisation.domain == domain, Organisation.domain != "")
    return (await session.execute(statement)).scalar_one_or_none()


async def find_role(session: AsyncSession, user_id: int, organisation_id: int) -> Membership | None:
    """A person's tie to an organisation, with a role or without."""
    return await session.get(Membership, (user_id, organisation_id))


async def open_invitations(
    session: AsyncSession, organisation_id: int, now: datetime
) -> Sequence[Invitation]:
    """Invitations that still work, the newest first."""
    statement = (
        select(Invitation)
        .where(Invitation.organisation_id == organisation_id, Invitation.used_at.is_(None))
        .where(Invitation.expires_at > now)
        .order_by(Invitation.id.desc())
    )
    return (await session.execute(statement)).scalars().all()


async def open_requests(session: AsyncSession, *where: ColumnElement[bool]) -> list[Asking]:
    """Requests that nobody has settled, the oldest first."""
    statement = (
        select(
            OrganisationRequest.id, Organisation.id, Organisation.name, OrganisationRequest.kind, User.id,
            User.name, OrganisationRequest.email, OrganisationRequest.words, OrganisationRequest.created_at,
        )
        .join(Organisation, Organisation.id == OrganisationRequest.organisation_id)
        .join(User, User.id == OrganisationRequest.user_id)
        .where(OrganisationRequest.settled_at.is_(None), User.closed_at.is_(None), *where)
        .order_by(OrganisationRequest.id)
    )  # fmt: skip
    return [Asking(*row) for row in (await session.execute(statement)).all()]


async def requests_to(session: AsyncSession, organisation_id: int, kind: str) -> list[Asking]:
    """The open requests of a kind about one organisation."""
    return await open_requests(
        session, OrganisationRequest.organisation_id == organisation_id, OrganisationRequest.kind == kind
    )


async def requests_by(session: AsyncSession, user_id: int) -> list[Asking]:
    """What a person has asked and nobody has settled."""
    return await open_requests(session, OrganisationRequest.user_id == user_id)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person last asked for an organisation: to be verified in a way, with a domain ("" where staff decide)."""

    organisation_id: int
    organisation: str
    way: str
    domain: str
    at: datetime


async def claims_by(session: AsyncSession, user_id: int) -> list[Claim]:
    """What a person has asked to be verified and is not yet: the last claim of each organisation, the newest first."""
    statement = (
        select(OrganisationEvent, Organisation.name)
        .join(Organisation, Organisation.id == OrganisationEvent.organisation_id)
        .where(OrganisationEvent.actor_id == user_id, OrganisationEvent.kind == "asked")
        .where(Organisation.verified_by == "", Organisation.merged_into_id.is_(None))
        .order_by(OrganisationEvent.id.desc())
        .limit(MOST_CLAIMS)
    )
    claims: dict[int, Claim] = {}
    for event, name in (await session.execute(statement)).all():
        claim = Claim(event.organisation_id, name, event.data["way"], event.data["domain"], event.at)
        claims.setdefault(event.organisation_id, claim)
    return list(claims.values())


async def claim_of(session: AsyncSession, user_id: int, organisation_id: int) -> Claim:
    """A person's own claim. Raises NotFound: nobody learns of an organisation that they did not name."""
    claims = await claims_by(session, user_id)
    found = next((each for each in claims if each.organisation_id == organisation_id), None)
    if found is None:
        raise NotFound
    return found


async def find_known(session: AsyncSession, name: str, kind: str, domain: str) -> Organisation | None:
    """The verified organisation of a domain, or else of a name and kind."""
    if domain and (found := await find_by_domain(session, domain)):
        return found
    statement = select(Organisation).where(
        Organisation.fold == fold_name(name), Organisation.kind == kind, Organisation.verified_by != ""
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def history_of(
    session: AsyncSession, organisation_id: int, kinds: Sequence[str] = (), most: int = 200
) -> Sequence[OrganisationEvent]:
    """What happened to an organisation, the newest first; of some kinds, or all."""
    statement = select(OrganisationEvent).where(OrganisationEvent.organisation_id == organisation_id)
    if kinds:
        statement = statement.where(OrganisationEvent.kind.in_(kinds))
    return (
        (await session.execute(statement.order_by(OrganisationEvent.id.desc()).limit(most))).scalars().all()
    )


async def count_owners(session: AsyncSession, organisation_id: int) -> int:
    """How many owners an organisation has."""
    return sum(each.role is MemberRole.OWNER for each in await members_of(session, organisation_id))


def searched(words: str) -> Select[Organisation]:
    """Organisations that were not merged, whose name or domain holds `words`; all for an empty text."""
    statement = select(Organisation).where(Organisation.merged_into_id.is_(None))
    return statement.where(_named(fold_name(words))) if words else statement


async def count_named(session: AsyncSession, organisation_id: int) -> int:
    """How many people name an organisation in their profile without acting for it."""
    statement = select(func.count()).where(
        Membership.organisation_id == organisation_id, Membership.role == ""
    )
    return (await session.execute(statement)).scalar_one()


def _named(words: str) -> ColumnElement[bool]:
    return Organisation.fold.contains(words, autoescape=True) | Organisation.domain.contains(
        words, autoescape=True
    )
