"""What ways, roles and steps of an organisation's history are called."""

from __future__ import annotations

from consult.accounts.labels import KINDS, options
from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.i18n.words import Word
from consult.kernel.messages import N_
from consult.models.people import Kind, MemberRole, Organisation, OrganisationEvent, VerifiedBy
from consult.organisations.domains import shown_domain

MEMBER_ROLES: dict[str, Word] = {
    MemberRole.OWNER: Word(N_("Owner")),
    MemberRole.SIGNATORY: Word(N_("Signatory")),
    MemberRole.DRAFTER: Word(N_("Drafter")),
}
ROLES_SAY: dict[str, str] = {
    MemberRole.OWNER: N_("Does all that a signatory does, and invites, changes and removes members."),
    MemberRole.SIGNATORY: N_("Writes responses with the others, signs them off and sends them."),
    MemberRole.DRAFTER: N_("Writes responses with the others."),
}
WAYS: dict[str, Word] = {
    VerifiedBy.ADDRESS: Word(N_("By a mail address at your domain")),
    VerifiedBy.DNS: Word(N_("By a DNS record")),
    VerifiedBy.FILE: Word(N_("By a file on your website")),
    VerifiedBy.STAFF: Word(N_("By the Forum's staff")),
}
WAYS_SAY: dict[str, str] = {
    VerifiedBy.ADDRESS: N_(
        "The quickest way: we mail a link to your address there. Free mail services don't count."
    ),
    VerifiedBy.DNS: N_("You or whoever looks after your domain adds one line to it."),
    VerifiedBy.FILE: N_("You or whoever looks after your website puts one small file there."),
    VerifiedBy.STAFF: N_("You tell us who you are and how we can see that. This takes some days."),
}
MARKS: dict[str, str] = {
    VerifiedBy.ADDRESS: N_("Verified by an address at %(domain)s on %(date)s"),
    VerifiedBy.DNS: N_("Verified by a DNS record of %(domain)s on %(date)s"),
    VerifiedBy.FILE: N_("Verified by a file at %(domain)s on %(date)s"),
    VerifiedBy.STAFF: N_("Verified by the Forum's staff on %(date)s: %(reason)s"),
}
NOT_VERIFIED = N_("Named by people themselves, not verified")

EVENTS: dict[str, str] = {
    "asked": N_("%(actor)s asked for the organisation to be verified."),
    "verified": N_("The organisation was verified with the domain %(domain)s."),
    "verified-by-staff": N_("The Forum's staff verified the organisation: %(reason)s"),
    "renamed": N_("The Forum's staff changed the name from “%(before)s” to “%(name)s”: %(reason)s"),
    "corrected": N_("The Forum's staff corrected what is said of the organisation: %(reason)s"),
    "taken-back": N_("The Forum's staff took the verification back: %(reason)s"),
    "joined": N_("%(name)s became a member. Role: %(role)s."),
    "role": N_("%(actor)s changed the role of %(name)s. It is now: %(role)s."),
    "removed": N_("%(actor)s ended the membership of %(name)s."),
    "left": N_("%(name)s left the organisation."),
    "ended": N_("%(actor)s ended the membership of everybody."),
    "without-owner": N_("The last owner closed their account. The organisation has no owner now."),
    "invited": N_("%(actor)s invited %(email)s. Role: %(role)s."),
    "invitation-withdrawn": N_("%(actor)s withdrew the invitation of %(email)s."),
    "join-asked": N_("%(name)s asks to become a member, with the address %(email)s."),
    "join-declined": N_("%(actor)s declined the request of %(name)s."),
    "verify-declined": N_(
        "The Forum's staff can't verify the organisation on the word of %(name)s. Use another way."
    ),
    "joining-open": N_("%(actor)s let everybody with an address at the domain become a drafter."),
    "joining-closed": N_("%(actor)s decided that owners are asked before anybody becomes a member."),
    "merged-here": N_("The Forum's staff merged “%(other)s” into this organisation: %(reason)s"),
    "merged-away": N_("The Forum's staff merged this organisation into “%(other)s”: %(reason)s"),
}
"""Every step of an organisation's history, in words."""

WITH_ADDRESS = ("invited", "invitation-withdrawn", "join-asked")
"""Steps that hold a mail address: for owners alone."""

PUBLIC = ("verified", "verified-by-staff", "renamed", "corrected", "taken-back", "merged-here", "merged-away")
"""Steps that everybody sees: about the organisation, never about a person."""


def role_name(role: str, locale: str) -> str:
    """A role's name."""
    word = MEMBER_ROLES.get(role)
    return catalogue(locale).gettext(word.label) if word else role


def role_choices(locale: str) -> list[tuple[str, str, str]]:
    """(value, name, explanation) of every role, the least first."""
    return [
        (str(role), role_name(role, locale), catalogue(locale).gettext(ROLES_SAY[role]))
        for role in MemberRole
    ]


def kind_choices(locale: str) -> list[tuple[str, str]]:
    """(value, name) of every kind of organisation, with none chosen first."""
    return [("", ""), *(each for each in options(KINDS, locale) if each[0] != Kind.INDIVIDUAL)]


def way_choices(locale: str) -> list[tuple[str, str, str]]:
    """(value, name, explanation) of every way to be verified."""
    gettext = catalogue(locale).gettext
    return [(str(way), gettext(WAYS[way].label), gettext(WAYS_SAY[way])) for way in VerifiedBy]


def mark_of(organisation: Organisation, locale: str, zone: str = "UTC") -> str:
    """How an organisation was verified and when, or that it was not."""
    words = catalogue(locale)
    if not organisation.verified_by or organisation.verified_at is None:
        return words.gettext(NOT_VERIFIED)
    return words.gettext(MARKS[organisation.verified_by]) % {
        "domain": shown_domain(organisation.domain),
        "date": formats(locale).date(organisation.verified_at, zone),
        "reason": organisation.verified_reason,
    }


def event_words(event: OrganisationEvent, locale: str) -> str:
    """One step of an organisation's history as a sentence."""
    words = catalogue(locale)
    data = event.data
    values = {
        "actor": apart(event.actor_name or words.gettext(N_("Somebody who closed their account"))),
        "name": apart(data.get("name") or words.gettext(N_("Somebody who closed their account"))),
        "email": apart(data.get("email", "")),
        "other": apart(data.get("other", "")),
        "before": apart(data.get("before", "")),
        "role": role_name(data.get("role", ""), locale),
        "reason": apart(data.get("reason", "")),
        "domain": shown_domain(data.get("domain", "")),
    }
    said = EVENTS.get(event.kind)
    return words.gettext(said) % values if said else event.kind


def apart(text: str) -> str:
    """A foreign text set apart, so that its direction disturbs nothing around it (Unicode Standard Annex 9)."""
    return f"\u2068{text}\u2069"
