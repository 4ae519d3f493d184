"""What templates and the feed see of one result."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from consult.i18n.content import LocalText, pick
from consult.i18n.locales import country_name, direction, language_name
from consult.i18n.words import disposition_label, kind_name
from consult.search.labels import type_name
from consult.search.port import Hit
from consult.search.queries import Surroundings

NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class PersonView:
    """Who wrote something, as shown: nothing of somebody whose name is withheld."""

    name: str
    anonymous: bool
    is_forum: bool
    organisation: str
    organisation_id: int | None
    verified: str
    kind_label: str
    country_name: str
    organisation_html: Markup = NOTHING
    """The organisation with what was found marked, empty where nothing was."""


@dataclass(frozen=True, slots=True)
class ResultView:
    """One result. `title` and the excerpt keep their own languages; `by` is None for texts of the Forum. `file` is the
    name of the file that the excerpt is from, at `file_page` (0 for none)."""

    key: str
    type: str
    type_label: str
    reference: str
    address: str
    title: LocalText
    title_html: Markup
    where: LocalText | None
    excerpt: Markup
    lang: str
    dir: str
    language_name: str
    by: PersonView | None
    created_at: dt.datetime
    disposition: str
    late: bool = False
    file: str = ""
    file_page: int = 0


def view_hit(hit: Hit, around: Surroundings, locale: str) -> ResultView:
    """One result, its consultation public."""
    where = pick(around.titles[hit.consultation], locale)
    row = around.contributions.get(hit.reference)
    title = row.title if row is not None else hit.title
    own = LocalText(title, Markup(""), hit.lang, direction(hit.lang))
    return ResultView(
        key=hit.key,
        type=hit.type,
        type_label=type_name(hit.type, locale),
        reference=hit.reference,
        address=f"/{locale}{hit.address}",
        title=own if title else where,
        title_html=_title_html(hit, title, where),
        where=where if title and hit.type not in ("consultation", "outcome") else None,
        excerpt=Markup(hit.excerpt),  # noqa: S704 - the engine escapes the text and adds marks alone
        lang=hit.lang,
        dir=direction(hit.lang),
        language_name=language_name(hit.lang, locale) if hit.lang != locale else "",
        by=_with_mark(view_person(row, locale), hit) if row is not None else None,
        created_at=hit.created_at,
        disposition=disposition_label(hit.disposition, locale) if hit.disposition else "",
        file=hit.file,
        file_page=hit.page,
        late=row.late if row is not None else False,
    )


def _title_html(hit: Hit, title: str, where: LocalText) -> Markup:
    """The title as shown, with what was found marked where it is the text that was searched."""
    if hit.title_marked and title == hit.title:
        return Markup(hit.title_marked)  # noqa: S704 - the engine escapes the text and adds marks alone
    return Markup("{}").format(title or where.text)


def _with_mark(person: PersonView, hit: Hit) -> PersonView:
    """Shows why a text was found whose author's organisation alone holds the word; only where it is shown at all."""
    if not hit.organisation_marked or person.organisation != hit.organisation:
        return person
    return replace(person, organisation_html=Markup(hit.organisation_marked))  # noqa: S704 - escaped by the engine


def view_person(row: Row[*tuple[Any, ...]], locale: str) -> PersonView:
    """Who wrote a contribution, as everybody may know."""
    named = not row.anonymous
    of_kind = row.kind != "individual" and not row.forum_voice
    return PersonView(
        name=row.author_name if named else "",
        anonymous=row.anonymous,
        is_forum=row.forum_voice,
        organisation=row.organisation_name if named and not row.forum_voice else "",
        organisation_id=row.organisation_id if named else None,
        verified=row.verified if named else "",
        kind_label=kind_name(row.kind, locale) if of_kind else "",
        country_name=country_name(row.country, locale) if named and not row.forum_voice else "",
    )
