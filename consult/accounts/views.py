"""What templates see of people and of their own things."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.accounts.following import Followed
from consult.accounts.labels import KINDS, ROLES, name_in
from consult.accounts.record import Written
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import country_name, direction
from consult.i18n.words import disposition_label
from consult.kernel.addresses import with_query
from consult.kernel.translated import Translated
from consult.models.ledger import Unfinished
from consult.models.people import Kind, Organisation, User
from consult.models.response import Disposition

EXCERPT = 280
SLUG = re.compile(r"^/consultations/([^/?#]+)")


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person in a list."""

    id: int
    name: str
    email: str
    role: str
    role_label: str
    organisation: str
    kind_label: str
    confirmed: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UnfinishedView:
    """Text that was not sent: `address` is where its form is, "" where that is not known."""

    target: str
    address: str
    about: LocalText | None
    text: str
    lang: str
    dir: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class DispositionView:
    """The Forum's answer, as macros/contribution.html shows it."""

    kind: str
    label: str
    reason: LocalText
    change: LocalText | None
    at: datetime


@dataclass(frozen=True, slots=True)
class WrittenView:
    """A contribution of one's own and what became of it."""

    reference: str
    consultation: LocalText
    consultation_address: str
    excerpt: str
    lang: str
    dir: str
    state: str
    created_at: datetime
    edited_at: datetime | None
    reply_count: int
    support_count: int
    hidden_reason: LocalText | None
    disposition: DispositionView | None


@dataclass(frozen=True, slots=True)
class FollowedView:
    """A consultation that is followed; `title` is None for all of them."""

    slug: str
    title: LocalText | None


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses before and after a page of a list that is paged by a cursor; "" where there are none."""

    previous: str = ""
    next: str = ""


def cursor(text: str) -> int:
    """The id that a list goes on below; 0 for the beginning, or for anything that is no id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def page_after(address: str, ids: Sequence[int], most: int, before: int, **query: str) -> Pages:
    """The neighbours of a page that was asked for with one row more than `most`."""
    next_ = with_query(address, before=ids[most - 1], **query) if len(ids) > most else ""
    return Pages(with_query(address, **query) if before else "", next_)


def view_person(user: User, organisation: Organisation | None, locale: str) -> PersonView:
    """A person for a list."""
    return PersonView(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        role_label=name_in(ROLES, user.role, locale),
        organisation=organisation.name if organisation else "",
        kind_label=name_in(KINDS, organisation.kind if organisation else Kind.INDIVIDUAL, locale),
        confirmed=user.confirmed_at is not None,
        created_at=user.created_at,
    )


def view_unfinished(each: Unfinished, titles: Mapping[str, Translated], locale: str) -> UnfinishedView:
    """An unsent text; its own language where one was chosen."""
    text = "\n\n".join(each.fields[name] for name in SHOWN if each.fields.get(name, "").strip())
    lang = each.fields.get("lang", "")
    title = titles.get(slug_in(each))
    return UnfinishedView(
        target=each.target,
        address=each.address,
        about=pick(title, locale) if title else None,
        text=text,
        lang=lang,
        dir=direction(lang) if lang else "auto",
        saved_at=each.saved_at,
    )


SHOWN = ("title", "quote", "text", "reason", "change", "asked", "said", "did")


def slug_in(each: Unfinished) -> str:
    """The consultation that an unsent text belongs to, by its addresses."""
    found = SLUG.match(each.target) or SLUG.match(each.address)
    return found[1] if found else ""


def view_written(each: Written, locale: str) -> WrittenView:
    """A contribution of one's own."""
    c = each.contribution
    return WrittenView(
        reference=c.reference,
        consultation=pick(each.title, locale),
        consultation_address=f"/consultations/{each.slug}",
        excerpt=c.text if len(c.text) <= EXCERPT else c.text[:EXCERPT].rsplit(maxsplit=1)[0] + " …",
        lang=c.lang,
        dir=direction(c.lang),
        state=c.state,
        created_at=c.created_at,
        edited_at=c.edited_at,
        reply_count=c.reply_count,
        support_count=c.support_count,
        hidden_reason=pick(each.hidden_reason, locale) if each.hidden_reason else None,
        disposition=view_disposition(each.disposition, locale) if each.disposition else None,
    )


def view_followed(each: Followed, locale: str) -> FollowedView:
    """A consultation that is followed."""
    return FollowedView(each.slug, pick(each.title, locale) if each.title else None)


def speaks_for(organisation: Organisation | None, locale: str) -> tuple[str, str, str]:
    """(name, kind, country) of an organisation in words; empty for individuals."""
    if organisation is None:
        return "", "", ""
    return (
        organisation.name,
        name_in(KINDS, organisation.kind, locale),
        country_name(organisation.country, locale),
    )


def view_disposition(each: Disposition, locale: str) -> DispositionView:
    """The Forum's answer in a language."""
    return DispositionView(
        kind=each.kind,
        label=disposition_label(each.kind, locale),
        reason=pick(each.reason, locale),
        change=pick(each.change, locale) if each.change else None,
        at=each.decided_at,
    )
