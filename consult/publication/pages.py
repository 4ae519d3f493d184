"""A consultation's formal responses, as everybody reads them.

| address | what |
| --- | --- |
| /consultations/{slug}/responses | those in time, then those that came late; by round, kind and language |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.filters import FilterBar, filter_bar, read_filters
from consult.comments.queries import Filters
from consult.comments.views import ContributionView, look_around, view_row
from consult.consultations.pages import view_many
from consult.consultations.queries import get_consultation
from consult.i18n.catalogues import catalogue
from consult.kernel.addresses import with_query
from consult.kernel.events import scopes_with_responses
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.models.submission import Publication
from consult.publication.queries import ON_PAGE, Counted, Lane, count_fitting, count_responses, list_responses
from consult.publication.views import LinkView
from consult.publication.words import published_label
from consult.responses.queries import shorten
from consult.security.permissions import Permission
from consult.web.respond import Shared, respond
from consult.web.site import Ask, locale_of, site_of

ADDRESS = "/consultations/{slug:str}/responses"
BEGINNING = 320
"""Characters of a response in the list."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A response in the list: `beginning` of its public text in its own language, how it is published."""

    c: ContributionView
    beginning: str
    published: str
    round: int


@dataclass(frozen=True, slots=True)
class LaneView:
    """The responses of one lane on this page, how many there are in all and how many fit the filters (None: all do), and
    the addresses of more and of the first ones."""

    items: tuple[Listed, ...]
    count: Counted
    fitting: int | None
    next: str
    first: str


@get(ADDRESS, opt={"permission": Permission.READ})
async def read_responses(request: Ask, session: AsyncSession, slug: str) -> Response[bytes]:
    """The list: late ones stand apart under their own heading and are leafed through by themselves."""
    consultation = await get_consultation(session, slug, None)
    locale, filters = locale_of(request), read_filters(request)
    (view,) = await view_many(session, [consultation], locale, site_of(request).clock.now())
    number = _round_asked(request, consultation)
    round_id = next((each.id for each in consultation.rounds if each.number == number), 0)
    counts = await count_responses(session, consultation.id, round_id)
    address = f"/{locale}{view.address}/responses"
    lanes = {
        late: await _lane(
            request, session, Lane(consultation.id, round_id, late), filters, counts[late], consultation
        )
        for late in (False, True)
    }
    context = {
        "consultation": view,
        "in_time": lanes[False],
        "late": lanes[True],
        "filter_bar": _bar(with_query(address, round=number or ""), filters, consultation, locale),
        "rounds": _round_links(address, number, consultation, locale),
    }
    shared = Shared(scopes_with_responses(consultation.id), view.until, consultation.id)
    return respond(request, "publication/responses.html", context, section="consultations", shared=shared)


def _round_asked(request: Ask, consultation: Consultation) -> int:
    asked = request.query_params.get("round", "")
    numbers = {str(each.number): each.number for each in consultation.rounds}
    return numbers.get(asked, 0)


def _round_links(address: str, number: int, consultation: Consultation, locale: str) -> tuple[LinkView, ...]:
    if len(consultation.rounds) < 2:
        return ()
    say = catalogue(locale).gettext
    every = LinkView(say(N_("All rounds")), address, number == 0)
    return (
        every,
        *(
            LinkView(
                say(N_("Round %(number)s")) % {"number": each.number},
                with_query(address, round=each.number),
                number == each.number,
            )
            for each in consultation.rounds
        ),
    )


def _bar(address: str, filters: Filters, consultation: Consultation, locale: str) -> FilterBar:
    return filter_bar(address, filters, consultation.languages, locale)


async def _lane(
    request: Ask,
    session: AsyncSession,
    lane: Lane,
    filters: Filters,
    count: Counted,
    consultation: Consultation,
) -> LaneView:
    name, other = ("late", "after") if lane.late else ("after", "late")
    after = _cursor(request, name)
    rows = await list_responses(session, lane, filters, after) if count.all else []
    shown = rows[:ON_PAGE]
    here = f"/{locale_of(request)}/consultations/{consultation.slug}/responses"
    kept = {
        "round": _round_asked(request, consultation) or "",
        "kind": filters.kind,
        "lang": filters.lang,
        "answered": filters.answered,
        other: _cursor(request, other) or "",
    }
    more = with_query(here, **kept, **{name: shown[-1].id}) if len(rows) > ON_PAGE else ""
    first = with_query(here, **kept) if after else ""
    fitting = await count_fitting(session, lane, filters) if count.all and filters else None
    items = await _view(session, shown, consultation, locale_of(request))
    return LaneView(items, count, fitting, more, first)


def _cursor(request: Ask, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


async def _view(
    session: AsyncSession, rows: Sequence[Row[Any]], consultation: Consultation, locale: str
) -> tuple[Listed, ...]:
    around = await look_around(session, rows)
    numbers = {each.id: each.number for each in consultation.rounds}
    return tuple(
        Listed(
            c=(c := view_row(row, locale, around)),
            beginning=_beginning(row.beginning, c.publication) if c.html else "",
            published=published_label(c.publication, locale),
            round=numbers.get(row.round_id, 0) if len(numbers) > 1 else 0,
        )
        for row in rows
    )


def _beginning(text: str, publication: str) -> str:
    """The first words of a public text, without the question that they answer."""
    said = text if publication == Publication.CONFIDENTIAL else text.partition("\n\n")[2] or text
    return shorten(" ".join(said.split()), BEGINNING)


HANDLERS = (read_responses,)
