"""A search as an Atom feed, the newest first, each entry in its own language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from consult.i18n.catalogues import catalogue
from consult.kernel.messages import N_
from consult.notifications.entries import directed
from consult.notifications.feeds import FeedEntry, FeedHead, atom, tag_id
from consult.search.forms import address_of
from consult.search.hits import ResultView, view_hit
from consult.search.port import SORTS, Results
from consult.search.queries import CONTRIBUTIONS, Surroundings

ON_FEED = 50
"""Entries of a feed."""

FOUNDED = datetime(2023, 7, 26, tzinfo=UTC)
"""The date of a feed without entries, and the year in the names of feeds: when the Forum was founded."""


def write_feed(results: Results, around: Surroundings, base_url: str, site_name: str) -> bytes:
    """The feed of an answered search; what is hidden by now is left out."""
    # The order is the feed's own, not part of what was asked.
    query = replace(results.query, sort=SORTS[0], page=1)
    address = address_of(query, f"/{query.locale}/search/feed.atom")
    words = query.text or catalogue(query.locale).gettext(N_("everything"))
    head = FeedHead(
        id=tag_id(base_url, FOUNDED.year, f"feed{address}"),
        title=catalogue(query.locale).gettext(N_("Search: %(words)s")) % {"words": words},
        locale=query.locale,
        address=f"{base_url}{address}",
        page=f"{base_url}{address_of(query, f'/{query.locale}/search')}",
        author=site_name,
        since=FOUNDED,
    )
    shown = [view_hit(hit, around, query.locale) for hit in results.items if around.is_public(hit)]
    return atom(head, [_entry(each, base_url, site_name, query.locale) for each in shown], ON_FEED)


def _entry(result: ResultView, base_url: str, site_name: str, locale: str) -> FeedEntry:
    """A comment is the same entry in every feed that it is in."""
    of_contribution = result.type in CONTRIBUTIONS
    what = f"contribution/{result.reference}" if of_contribution else f"found/{result.key}"
    return FeedEntry(
        id=tag_id(base_url, result.created_at.year, what),
        address=f"{base_url}{result.address}",
        title=_title(result, locale),
        title_lang=result.title.lang,
        html=directed(str(result.excerpt), result.lang),
        lang=result.lang,
        author=_author(result, site_name, locale),
        published=result.created_at,
        updated=result.created_at,
    )


def _title(result: ResultView, locale: str) -> str:
    if not result.late:
        return result.title.text
    return catalogue(locale).gettext(N_("%(title)s (sent late)")) % {"title": result.title.text}


def _author(result: ResultView, site_name: str, locale: str) -> str:
    by = result.by
    if by is None or by.is_forum:
        return site_name
    name = by.name or catalogue(locale).gettext(N_("Name withheld"))
    return f"{name} ({by.organisation})" if by.organisation else name
