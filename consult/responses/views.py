"""What templates see of answers and outcomes, and of contributions as staff consider them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.views import ContributionView, DispositionView, look_around, view_row
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import country_name, direction
from consult.i18n.words import DISPOSITIONS, disposition_label, kind_name
from consult.models.consultation import Consultation
from consult.models.response import Outcome
from consult.responses.queries import block_excerpts, consultations_of, parent_rows, shorten

LISTED = 280
"""Characters of a contribution in a public list of answers."""


@dataclass(frozen=True, slots=True)
class InContext:
    """A contribution as staff consider it: its whole text whatever its state, and what it is about.

    `about` is the beginning of the block; `parent` what it replies to. A name that was withheld is withheld here too.
    """

    c: ContributionView
    parent: ContributionView | None
    about: LocalText | None
    consultation: LocalText
    slug: str
    desk_address: str


async def view_in_context(session: AsyncSession, rows: Sequence[Row[Any]], locale: str) -> list[InContext]:
    """Contributions with what they are about."""
    around = await look_around(session, rows, with_parents=True)
    consultations = await consultations_of(session, rows)
    parents = await parent_rows(session, rows)
    excerpts = await block_excerpts(session, [*rows, *parents.values()], locale)

    def whole(row: Row[Any]) -> ContributionView:
        return _whole(view_row(row, locale, around), row, locale)

    found: list[InContext] = []
    for row in rows:
        parent = parents.get(row.parent_id)
        found.append(
            InContext(
                c=whole(row),
                parent=whole(parent) if parent is not None else None,
                about=_excerpt(excerpts.get(row.id) or excerpts.get(row.parent_id)),
                consultation=pick(consultations[row.consultation_id].title, locale),
                slug=consultations[row.consultation_id].slug,
                desk_address=f"/{locale}/desk/contributions/{row.reference}",
            )
        )
    return found


def _whole(view: ContributionView, row: Row[Any], locale: str) -> ContributionView:
    """With what the public does not see of a hidden one."""
    named = not row.anonymous
    return replace(
        view,
        name=row.author_name if named else "",
        organisation=row.organisation_name if named else "",
        organisation_id=row.organisation_id if named else None,
        verified=row.verified if named else "",
        kind_label=kind_name(row.kind, locale) if row.kind != "individual" and not row.forum_voice else "",
        country_name=country_name(row.country, locale) if named else "",
        html=Markup(row.html),  # noqa: S704 - made safe when it was stored
        quote=row.exact or "",
    )


def _excerpt(found: tuple[str, str] | None) -> LocalText | None:
    return LocalText(found[0], Markup(""), found[1], direction(found[1])) if found else None


@dataclass(frozen=True, slots=True)
class AnsweredView:
    """One answered contribution in the list of the outcome."""

    reference: str
    address: str
    excerpt: str
    lang: str
    dir: str
    by: ContributionView
    answer: DispositionView


def view_answered(views: Sequence[ContributionView]) -> tuple[AnsweredView, ...]:
    """Answered contributions, each as a line with its answer."""
    return tuple(
        AnsweredView(
            view.reference,
            view.address,
            shorten(plain_text(view.html), LISTED),
            view.lang,
            view.dir,
            view,
            view.disposition,
        )
        for view in views
        if view.disposition is not None
    )


def plain_text(html: Markup) -> str:
    """What a reader sees of stored HTML, on one line."""
    return Markup(str(html).replace("<", " <")).striptags()  # noqa: S704 - its tags are taken off here


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many contributions have a disposition; `address` lists them."""

    value: str
    label: str
    count: int
    address: str


def count_answers(counts: Mapping[str, int], locale: str, address: str) -> tuple[AnswerCount, ...]:
    """Every disposition in the order of its table, with how many have it."""
    return tuple(
        AnswerCount(
            kind, disposition_label(kind, locale), counts.get(kind, 0), f"{address}?answer={kind}#answers"
        )
        for kind in DISPOSITIONS
    )


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """We asked, you said, we did."""

    asked: LocalText
    said: LocalText
    did: LocalText
    published_at: datetime | None
    edited_at: datetime | None


def view_outcome(outcome: Outcome, locale: str) -> OutcomeView:
    """An outcome in the reader's language, or the original where it lacks that."""
    return OutcomeView(
        pick(outcome.asked, locale),
        pick(outcome.said, locale),
        pick(outcome.did, locale),
        outcome.published_at,
        outcome.edited_at,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A consultation to choose from."""

    slug: str
    reference: str
    title: LocalText


def view_choices(consultations: Sequence[Consultation], locale: str) -> tuple[Choice, ...]:
    """Consultations to choose from."""
    return tuple(Choice(each.slug, each.reference, pick(each.title, locale)) for each in consultations)
