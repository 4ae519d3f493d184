"""What templates see of a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.kernel.messages import N_
from consult.search.forms import FILTERS, address_of, pages_of, params_of, toggled
from consult.search.hits import ResultView, view_hit
from consult.search.labels import Labels, facet_name
from consult.search.port import DEEPEST, FACETS, SORTS, TIMELINE, FacetValue, Query, Results
from consult.search.queries import Surroundings
from consult.search.query import OPERATORS

SORT_NAMES: dict[str, str] = {
    "relevance": N_("Best match first"),
    "newest": N_("Newest first"),
    "oldest": N_("Oldest first"),
}
"""What each order is called."""

SHOWN_VALUES = 8
"""Values of a filter that are listed before “show all”."""

MOST_MONTHS = 18
"""Months that a timeline shows; one that would be longer shows years."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another search."""

    label: str
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class FilterValue:
    """A value of a filter; `address` puts it on or takes it off."""

    value: str
    label: str
    count: int
    address: str
    chosen: bool
    lang: str


@dataclass(frozen=True, slots=True)
class Group:
    """A filter with its values; `more` shows all of them."""

    name: str
    title: str
    entries: tuple[FilterValue, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A value that narrows the search; `address` takes it off."""

    label: str
    group: str
    address: str


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pager shows."""

    page: int
    pages: int
    address_of: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Files:
    """Where the results can be taken away."""

    csv: str
    jsonl: str
    bib: str
    feed: str


@dataclass(frozen=True, slots=True)
class Tip:
    """An example of the query language and what it finds."""

    example: str
    meaning: str
    address: str


@dataclass(frozen=True, slots=True)
class SearchView:
    """An answered search."""

    query: Query
    total: int
    results: tuple[ResultView, ...]
    groups: tuple[Group, ...]
    chosen: tuple[Chip, ...]
    clear: str
    sorts: tuple[Link, ...]
    timeline: tuple[FilterValue, ...]
    suggestions: tuple[Link, ...]
    problems: tuple[str, ...]
    pager: Pages
    files: Files
    cite_address: str
    too_deep: bool
    hidden_fields: tuple[tuple[str, str], ...]


def view_search(results: Results, around: Surroundings, base_url: str, expanded: str = "") -> SearchView:
    """The view of an answer; all values of the filter `expanded` are listed. What is hidden by now is left out."""
    query = results.query
    locale, path = query.locale, f"/{query.locale}/search"
    labels = Labels(around, locale)
    say = catalogue(locale).say
    return SearchView(
        query=query,
        total=results.total,
        results=tuple(view_hit(hit, around, locale) for hit in results.items if around.is_public(hit)),
        groups=_groups(results, labels, path, expanded),
        chosen=_chips(query, labels, path),
        clear=address_of(replace(query, filters={}, page=1), path),
        sorts=_sorts(query, path),
        timeline=_timeline(results, labels, path),
        suggestions=tuple(
            Link(text, address_of(replace(query, text=text, page=1), path)) for text in results.suggestions
        ),
        problems=tuple(say(problem) for problem in results.problems),
        pager=Pages(
            query.page,
            pages_of(results),
            lambda page: address_of(replace(query, page=page), path, with_page=True),
        ),
        files=_files(query, path),
        cite_address=f"{base_url}{address_of(replace(query, page=1))}",
        too_deep=results.total > DEEPEST,
        hidden_fields=tuple(pair for pair in params_of(query) if pair[0] != "q"),
    )


def _groups(results: Results, labels: Labels, path: str, expanded: str) -> tuple[Group, ...]:
    """Every filter that can still narrow or is on."""
    query = results.query
    found: list[Group] = []
    for name in FACETS:
        values = results.facets.get(name, ())
        entries = [_entry(query, name, value, labels, path) for value in values]
        if len(entries) > 1 or any(entry.chosen for entry in entries):
            shown = [
                entry
                for place, entry in enumerate(entries)
                if place < SHOWN_VALUES or entry.chosen or name == expanded
            ]
            more = "" if len(shown) == len(entries) else _expanded(query, path, name)
            found.append(Group(name, facet_name(name, query.locale), tuple(shown), more))
    return tuple(found)


def _expanded(query: Query, path: str, name: str) -> str:
    address = address_of(replace(query, page=1), path)
    return f"{address}{'&' if '?' in address else '?'}all={name}#filter-results"


def _entry(query: Query, name: str, value: FacetValue, labels: Labels, path: str) -> FilterValue:
    label, lang = labels.of(name, value.value)
    chosen = value.value in query.filters.get(name, ())
    address = address_of(toggled(query, name, value.value), path)
    return FilterValue(value.value, label, value.count, address, chosen, lang)


def _chips(query: Query, labels: Labels, path: str) -> tuple[Chip, ...]:
    return tuple(
        Chip(
            labels.of(name, value)[0],
            facet_name(name, query.locale),
            address_of(toggled(query, name, value), path),
        )
        for name in FILTERS
        for value in query.filters.get(name, ())
    )


def _sorts(query: Query, path: str) -> tuple[Link, ...]:
    """The orders; without words nothing matches better than another, and the newest come first."""
    say = catalogue(query.locale).gettext
    offered = SORTS if query.text else SORTS[1:]
    current = query.sort if query.sort in offered else offered[0]
    return tuple(
        Link(say(SORT_NAMES[sort]), address_of(replace(query, sort=sort, page=1), path), sort == current)
        for sort in offered
    )


def _timeline(results: Results, labels: Labels, path: str) -> tuple[FilterValue, ...]:
    """When what was found was written: by month, or by year where that would be long."""
    months: Sequence[FacetValue] = results.facets.get(TIMELINE, ())
    name, values = TIMELINE, months
    if len(months) > MOST_MONTHS:
        name, values = "year", results.facets.get("year", ())[::-1]
    if len(values) < 2:
        return ()
    return tuple(_entry(results.query, name, value, labels, path) for value in values)


def _files(query: Query, path: str) -> Files:
    plain = replace(query, page=1)
    return Files(
        csv=address_of(plain, f"{path}/export.csv"),
        jsonl=address_of(plain, f"{path}/export.jsonl"),
        bib=address_of(plain, f"{path}/export.bib"),
        feed=address_of(replace(plain, sort=SORTS[0]), f"{path}/feed.atom"),
    )


def view_tips(locale: str) -> tuple[Tip, ...]:
    """The query language, an example each."""
    say = catalogue(locale).gettext
    return tuple(
        Tip(example, say(meaning), address_of(Query(example), f"/{locale}/search"))
        for example, meaning in OPERATORS
    )


def view_topics(around: Surroundings, locale: str) -> tuple[tuple[LocalText, str], ...]:
    """(name, address of everything on it) of every topic."""
    path = f"/{locale}/search"
    return tuple(
        (pick(name, locale), address_of(Query("", {"topic": (slug,)}), path))
        for slug, name in around.topics.items()
    )
