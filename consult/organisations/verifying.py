"""Verifying an organisation: asking, and what follows when a domain has said the words. Flushes, never commits.

The words are made for one person, organisation and domain: somebody else's record or file lets nobody in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.links import Purpose
from consult.accounts.organisations import find_or_create_organisation
from consult.accounts.service import want_link
from consult.kernel.errors import Conflict, NotFound, invalid
from consult.kernel.messages import N_
from consult.models.people import (
    MemberRole,
    Organisation,
    OrganisationRequest,
    RequestKind,
    VerifiedBy,
)
from consult.organisations.domains import domain_of, shown_domain
from consult.organisations.events import note, note_members
from consult.organisations.freemail import is_free_mail
from consult.organisations.membership import close_requests, give_role, lock, owners_of
from consult.organisations.queries import find_by_domain, members_of, membership_of, requests_by
from consult.security.actor import Actor
from consult.security.tokens import keyed_hash
from consult.teams.parting import part_all


class Outcome(StrEnum):
    """What a proof has led to."""

    VERIFIED = "verified"
    JOINED = "joined"
    ASKED = "asked"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation as somebody names it; `domain` is that of its web address `url`, "" where it gave none."""

    name: str
    kind: str
    country: str
    url: str
    domain: str


@dataclass(frozen=True, slots=True)
class Proven:
    """A domain has shown that it knows a person: in which way, by which words ("" for an address)."""

    domain: str
    way: str
    token: str = ""
    email: str = ""


def token_for(secret_key: str, user_id: int, organisation_id: int, domain: str) -> str:
    """What the record or file has to say for this person, organisation and domain: 40 hexadecimal digits."""
    return keyed_hash(secret_key, "organisation", user_id, organisation_id, domain)[:40]


async def begin(session: AsyncSession, actor: Actor, named: Named, way: str, now: datetime) -> Organisation:
    """The organisation that somebody wants to have verified, as yet unchanged but for a web address it had not."""
    found = await find_or_create_organisation(session, named.name, named.kind, named.country, now)
    if not found.verified_by:
        found.url = named.url or found.url
    await note(session, found.id, "asked", actor, now, {"way": way, "domain": named.domain})
    return found


def want_address_link(
    session: AsyncSession, actor: Actor, organisation_id: int, email: str, now: datetime
) -> None:
    """Have a one-time link mailed to an address at the organisation's domain."""
    want_link(session, actor.id, Purpose.ORGANISATION, now, data=f"{organisation_id}:{email}")


def check_address(email: str, domain: str) -> str:
    """The domain of an address that may prove this one. Raises FormInvalid."""
    at = domain_of(email)
    if not at:
        raise invalid("email", N_("Enter an email address such as name@example.org"))
    if is_free_mail(at):
        text = N_("Anybody can have an address at %(domain)s. Use one at your organisation's own domain.")
        raise invalid("email", text, domain=shown_domain(at))
    if at != domain:
        text = N_(
            "This address is at %(at)s, and your organisation is at %(domain)s. Both must be the same: use another "
            "address, or a DNS record or a file."
        )
        raise invalid("email", text, at=shown_domain(at), domain=shown_domain(domain))
    return at


async def settle(
    session: AsyncSession, actor: Actor, organisation_id: int, proven: Proven, now: datetime
) -> tuple[Organisation, Outcome]:
    """A domain was proven: the first who does so becomes owner, those who come later ask to join.

    Raises Conflict where the organisation has another domain, or the domain another organisation.
    """
    organisation = await lock(session, organisation_id)
    other = await find_by_domain(session, proven.domain)
    if other is not None and other.id != organisation.id:
        raise _taken(other.name, proven.domain)
    if not organisation.verified_by:
        await _verify(session, actor, organisation, proven, now)
        return organisation, Outcome.VERIFIED
    if organisation.domain != proven.domain:
        raise Conflict(
            N_("This organisation is verified already, in another way. Ask its owners, or the Forum's staff.")
        )
    return organisation, await _join(session, actor, organisation, proven, now)


async def _verify(
    session: AsyncSession, actor: Actor, organisation: Organisation, proven: Proven, now: datetime
) -> None:
    try:
        async with session.begin_nested():
            organisation.domain = proven.domain
            await session.flush()
    except IntegrityError:
        raise _taken("", proven.domain) from None
    organisation.verified_by, organisation.verified_at = proven.way, now
    organisation.verify_token, organisation.verified_reason = proven.token, ""
    # Nobody inherits by a proof of their own what was written in this name before.
    await part_all(session, organisation, now)
    await give_role(session, actor.id, organisation.id, MemberRole.OWNER, now)
    await close_requests(session, organisation.id, actor.id, RequestKind.VERIFY, now)
    await note_members(session, organisation.id, now)
    data = {"way": proven.way, "domain": proven.domain}
    event = await note(session, organisation.id, "verified", None, now, data, [actor.id])
    event.actor_id, event.actor_name = actor.id, actor.name


def _taken(name: str, domain: str) -> Conflict:
    if name:
        text = N_("%(domain)s is the domain of “%(name)s”, which is verified. Ask to join it instead.")
        return Conflict(text, domain=shown_domain(domain), name=name)
    return Conflict(N_("Another organisation was verified with %(domain)s."), domain=shown_domain(domain))


async def _join(
    session: AsyncSession, actor: Actor, organisation: Organisation, proven: Proven, now: datetime
) -> Outcome:
    """Owners decide, unless they said that the address is enough. Where nobody is left, the domain decides alone."""
    if await membership_of(session, actor.id, organisation.id):
        return Outcome.MEMBER
    members = await members_of(session, organisation.id)
    if members and not organisation.open_joining:
        await _ask_to_join(session, actor, organisation.id, proven, now)
        return Outcome.ASKED
    role = MemberRole.DRAFTER if members else MemberRole.OWNER
    await give_role(session, actor.id, organisation.id, role, now)
    data = {"name": actor.name, "user_id": str(actor.id), "role": str(role)}
    await note(session, organisation.id, "joined", actor, now, data, owners_of(members))
    return Outcome.JOINED


async def _ask_to_join(
    session: AsyncSession, actor: Actor, organisation_id: int, proven: Proven, now: datetime
) -> None:
    """Once, however often they prove it."""
    asked = await requests_by(session, actor.id)
    if any(each.organisation_id == organisation_id and each.kind == RequestKind.JOIN for each in asked):
        return
    email = proven.email or proven.domain
    session.add(
        OrganisationRequest(
            organisation_id=organisation_id,
            user_id=actor.id,
            kind=RequestKind.JOIN,
            email=email,
            words="",
            created_at=now,
        )
    )
    owners = owners_of(await members_of(session, organisation_id))
    data = {"name": actor.name, "user_id": str(actor.id), "email": email}
    await note(session, organisation_id, "join-asked", actor, now, data, owners)


async def ask_staff(
    session: AsyncSession, actor: Actor, organisation: Organisation, words: str, now: datetime
) -> None:
    """Ask the Forum's staff to verify; asking anew replaces the words."""
    statement = select(OrganisationRequest).where(
        OrganisationRequest.organisation_id == organisation.id,
        OrganisationRequest.user_id == actor.id,
        OrganisationRequest.kind == RequestKind.VERIFY,
        OrganisationRequest.settled_at.is_(None),
    )
    asked = (await session.execute(statement)).scalars().first()
    if asked is None:
        asked = OrganisationRequest(
            organisation_id=organisation.id, user_id=actor.id, kind=RequestKind.VERIFY, created_at=now
        )
        session.add(asked)
    asked.words = words
    await session.flush()


def read_link(data: str) -> tuple[int, str]:
    """(organisation's id, address) as noted with a link. Raises NotFound."""
    number, colon, email = data.partition(":")
    if not colon or not number.isdigit():
        raise NotFound
    return int(number), email


def proven_by_address(email: str) -> Proven:
    """The link that was mailed to an address was used."""
    return Proven(domain_of(email), VerifiedBy.ADDRESS, email=email)
