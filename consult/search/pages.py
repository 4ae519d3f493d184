"""The search page, what it offers to take away, and its feed.

Nobody's answer is kept for another: results change with the index, not only with what pages depend on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from anyio import to_thread
from litestar import Response, get
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.kernel.messages import N_
from consult.search.exporting import FILES, first_results, records
from consult.search.feed import ON_FEED, write_feed
from consult.search.forms import FILTERS, LONGEST_VALUE, params_of, query_from_params, run_search
from consult.search.port import Query, SearchEngine, SearchUnavailable
from consult.search.queries import look_around
from consult.search.views import view_search, view_tips, view_topics
from consult.security.permissions import Permission
from consult.web.page import Feed
from consult.web.respond import etag_of, is_partial, respond, text
from consult.web.site import Ask, actor_of, locale_of, site_of

ATOM = "application/atom+xml; charset=utf-8"
AGAIN_AFTER = 30
"""Seconds after which a search that could not be answered is worth another try."""


def search_of(request: Ask) -> SearchEngine:
    """The site's search engine."""
    engine: SearchEngine = request.scope["state"]["search"]
    return engine


def _query(request: Ask) -> Query:
    return query_from_params(request.query_params.multi_items(), locale_of(request))


@get("/search", opt={"permission": Permission.READ})
async def read_search(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Results with filters, counts and a timeline; without words everything, the newest first."""
    query = _query(request)
    try:
        results = await run_search(search_of(request), query)
    except SearchUnavailable as error:
        return _unavailable(request, query, error)
    around = await look_around(session, results.items)
    expanded = request.query_params.get("all", "")
    view = view_search(
        results, around, site_of(request).settings.base_url, expanded if expanded in FILTERS else ""
    )
    locale = locale_of(request)
    context = {
        "search": view,
        "query": query,
        "hidden_fields": view.hidden_fields,
        "unavailable": "",
        "tips": view_tips(locale),
        "topics": view_topics(around, locale),
        "now": site_of(request).clock.now(),
    }
    feed = Feed(catalogue(locale).gettext(N_("This search as a feed")), view.files.feed)
    return respond(
        request,
        "search/search.html",
        context,
        block="results",
        section="search",
        feeds=[feed],
        headers=_freshness(request),
    )


def _freshness(request: Ask) -> Mapping[str, str]:
    """Nothing personal is on the page of somebody who is not signed in; it may be kept and asked about again."""
    return {"cache-control": "no-cache"} if actor_of(request) is None else {}


def _unavailable(request: Ask, query: Query, error: SearchUnavailable) -> Response[bytes]:
    """The page with its box and what is the matter; as a part of a page it is no failure, or nobody would see it."""
    context = {
        "search": None,
        "query": query,
        "hidden_fields": [pair for pair in params_of(query) if pair[0] != "q"],
        "unavailable": text(request, error.message),
        "tips": view_tips(locale_of(request)),
        "topics": (),
        "now": site_of(request).clock.now(),
    }
    return respond(
        request,
        "search/search.html",
        context,
        block="results",
        status=200 if is_partial(request) else error.status,
        section="search",
        headers={"retry-after": str(AGAIN_AFTER), "cache-control": "no-store"},
    )


@get([f"/search/export.{ending}" for ending in FILES], opt={"permission": Permission.READ})
async def read_export(request: Ask) -> Stream:
    """All results, as the public may see them, as a file that is written while it is sent."""
    ending = request.scope["path"].rpartition(".")[2]
    media_type, write = FILES[ending]
    site, engine = site_of(request), search_of(request)
    first = await first_results(engine, _query(request))
    parts = records(site.database, engine, first, site.settings.base_url)
    headers = {
        "content-disposition": f'attachment; filename="consult-search.{ending}"',
        "cache-control": "no-store",
    }
    return Stream(write(parts), media_type=media_type, headers=headers)


@get("/search/feed.atom", opt={"permission": Permission.READ})
async def read_feed(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The newest results."""
    query = replace(_query(request), sort="newest", page=1, size=ON_FEED)
    results = await run_search(search_of(request), query)
    around = await look_around(session, results.items)
    settings = site_of(request).settings
    body = write_feed(results, around, settings.base_url, settings.site_name)
    etag = etag_of(body)
    headers = {"etag": etag, "cache-control": "no-cache", "content-language": query.locale}
    if etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=ATOM)
    return Response(body, headers=headers, media_type=ATOM)


@get("/search/suggest", opt={"permission": Permission.READ})
async def read_suggestions(request: Ask) -> Response[Any]:
    """Options for the search box's list: titles, organisations and words that begin as typed."""
    prefix = request.query_params.get("q", "")[:LONGEST_VALUE]
    try:
        found = await to_thread.run_sync(search_of(request).suggest, prefix)
    except SearchUnavailable:
        found = ()
    return respond(request, "search/suggestions.html", {"suggestions": found}, headers=_freshness(request))


HANDLERS = (read_search, read_export, read_feed, read_suggestions)
