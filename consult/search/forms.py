"""From an address's parameters to a query, from a query to an address, and from a query to its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.content import pick
from consult.search.port import (
    DEEPEST,
    FACETS,
    PAGE_SIZE,
    SORTS,
    TIMELINE,
    Hit,
    Query,
    Results,
    SearchEngine,
)
from consult.search.queries import Surroundings, look_around

FILTERS = (*FACETS, TIMELINE)
"""Parameters that narrow a search; each may come several times."""

LONGEST_TEXT = 1000
LONGEST_VALUE = 100
MOST_VALUES = 20
"""What is longer or more is left out: no page needs it, and an answer repeats what was asked."""

_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def query_from_params(params: Iterable[tuple[str, str]], locale: str, size: int = PAGE_SIZE) -> Query:
    """The query of an address's (name, value) pairs. Whatever makes no sense is taken as not said."""
    text, sort, page = "", SORTS[0], "1"
    filters: dict[str, dict[str, None]] = {}
    for name, raw in params:
        value = _UNWANTED.sub(" ", raw).strip()
        if name == "q":
            text = value[:LONGEST_TEXT]
        elif name == "sort" and value in SORTS:
            sort = value
        elif name == "page":
            page = value
        elif name in FILTERS and 0 < len(value) <= LONGEST_VALUE:
            filters.setdefault(name, {})[value] = None
    chosen = {name: tuple(filters[name])[:MOST_VALUES] for name in FILTERS if name in filters}
    return Query(text, chosen, sort, _page(page), size, locale)


def _page(written: str) -> int:
    is_number = written.isascii() and written.isdigit() and len(written) < 9
    return max(int(written), 1) if is_number else 1


def params_of(query: Query, *, with_page: bool = False) -> list[tuple[str, str]]:
    """The (name, value) pairs that make this query again; what is usual is left out."""
    pairs = [("q", query.text)] if query.text else []
    pairs += [(name, value) for name in FILTERS for value in query.filters.get(name, ())]
    if query.sort != SORTS[0]:
        pairs.append(("sort", query.sort))
    if with_page and query.page > 1:
        pairs.append(("page", str(query.page)))
    return pairs


def address_of(query: Query, path: str = "/search", *, with_page: bool = False) -> str:
    """Where this query is answered: `/search?q=charter&lang=ar`."""
    pairs = params_of(query, with_page=with_page)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def toggled(query: Query, name: str, value: str) -> Query:
    """The query with a filter's value put on, or taken off where it is on; from the first page."""
    values = query.filters.get(name, ())
    changed = tuple(each for each in values if each != value) if value in values else (*values, value)
    return replace(query, filters=_with(query.filters, name, changed), page=1)


def _with(
    filters: Mapping[str, tuple[str, ...]], name: str, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    rest = {key: kept for key, kept in filters.items() if key != name}
    return {**rest, name: values} if values else rest


def pages_of(results: Results) -> int:
    """How many pages there are to leaf through; at least one."""
    return max(1, -(-min(results.total, DEEPEST) // results.query.size))


async def run_search(engine: SearchEngine, query: Query) -> Results:
    """Ask the engine, in a thread. A page behind the last one is answered with the last one.

    What the index says is a moment old; `search_public` holds it against the database. Raises SearchUnavailable.
    """
    results = await to_thread.run_sync(engine.search, query)
    last = pages_of(results)
    if query.page > last:
        results = await to_thread.run_sync(engine.search, replace(query, page=last))
    return results


async def search_public(session: AsyncSession, engine: SearchEngine, query: Query) -> Results:
    """The answer as it may be given to anybody, for the API and the shell: every item has a title, none is hidden.

    Raises SearchUnavailable.
    """
    results = await run_search(engine, query)
    around = await look_around(session, results.items)
    items = tuple(_titled(hit, around, query.locale) for hit in results.items if around.is_public(hit))
    return replace(results, items=items)


def _titled(hit: Hit, around: Surroundings, locale: str) -> Hit:
    title = hit.title or pick(around.titles[hit.consultation], locale).text
    return replace(hit, title=title, late=around.is_late(hit))
