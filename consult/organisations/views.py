"""What templates see of organisations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.accounts.labels import KINDS, name_in
from consult.i18n.locales import country_name
from consult.models.people import Invitation, MemberRole, Organisation, OrganisationEvent
from consult.organisations.domains import shown_domain
from consult.organisations.queries import Member
from consult.organisations.words import event_words, mark_of, role_name

WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation: `mark` says how it was verified and when, or that it was not; `web` is where its site is, or "".

    `role` is what the reader may do for it, "" where nothing.
    """

    id: int
    address: str
    name: str
    kind_label: str
    country_name: str
    web: str
    domain: str
    verified: str
    mark: str
    open_joining: bool
    role: str = ""
    role_label: str = ""


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member in a list; `is_me`: the reader."""

    id: int
    name: str
    email: str
    role: str
    role_label: str
    since: datetime
    is_me: bool


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An open invitation."""

    id: int
    email: str
    role_label: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StepView:
    """A step of an organisation's history in words; `other` is the address of the other one, where it was merged."""

    at: datetime
    text: str
    other: str


def address_of(organisation: Organisation) -> str:
    """The public page's address: the id, and a Latin name where there is one to read."""
    slug = slug_of(organisation.name)
    return f"/organisations/{organisation.id}{'-' + slug if slug else ''}"


def slug_of(name: str) -> str:
    """A name as part of an address: Latin letters and digits, "" where it has none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-")


def view_organisation(
    organisation: Organisation, locale: str, zone: str = "UTC", role: MemberRole | None = None
) -> OrganisationView:
    """An organisation for a page."""
    return OrganisationView(
        id=organisation.id,
        address=address_of(organisation),
        name=organisation.name,
        kind_label=name_in(KINDS, organisation.kind, locale),
        country_name=country_name(organisation.country, locale) if organisation.country else "",
        web=_web(organisation),
        domain=shown_domain(organisation.domain) if organisation.domain else "",
        verified=organisation.verified_by,
        mark=mark_of(organisation, locale, zone),
        open_joining=organisation.open_joining,
        role=role or "",
        role_label=role_name(role, locale) if role else "",
    )


def view_members(members: Iterable[Member], own_id: int, locale: str) -> list[MemberView]:
    """Members for a page."""
    return [
        MemberView(
            id=each.user_id,
            name=each.name,
            email=each.email,
            role=each.role,
            role_label=role_name(each.role, locale),
            since=each.since,
            is_me=each.user_id == own_id,
        )
        for each in members
    ]


def view_invitations(invitations: Sequence[Invitation], locale: str) -> list[InvitationView]:
    """Open invitations for a page."""
    return [
        InvitationView(each.id, each.email, role_name(each.role, locale), each.expires_at)
        for each in invitations
    ]


def view_history(events: Sequence[OrganisationEvent], locale: str) -> list[StepView]:
    """The history for a page."""
    return [
        StepView(
            at=each.at,
            text=event_words(each, locale),
            other=f"/organisations/{each.data['other_id']}" if each.data.get("other_id") else "",
        )
        for each in events
    ]


def _web(organisation: Organisation) -> str:
    """Only web addresses become links."""
    url = organisation.url.strip()
    if not url:
        return f"https://{organisation.domain}" if organisation.domain else ""
    return url if WEB.match(url) else f"https://{url}"
