"""`GET /search`: the same answer as the page and the shell give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from consult.api.answers import BASE, answer, gives, problems, together
from consult.api.shapes import FacetCount, Found, SearchAnswer
from consult.search.forms import address_of, pages_of, query_from_params, search_public
from consult.search.port import PAGE_SIZE, Hit, Results
from consult.security.permissions import Permission
from consult.web.site import Ask, locale_of, site_of

Several = Annotated[list[str] | None, QueryParameter(description="Several of them: any")]


@get(
    "/search",
    opt={"permission": Permission.READ},
    summary="Search everything that is public",
    operation_id="search",
    responses={**gives(SearchAnswer, "The results"), **problems(401, 422, 503)},
)
async def search(
    request: Ask,
    session: AsyncSession,
    q: Annotated[str, QueryParameter(description="Words, in the search page's language of queries")] = "",
    of_type: Annotated[
        list[str] | None, QueryParameter(name="type", description="consultation, block, comment …")
    ] = None,
    consultation: Several = None,
    lang: Several = None,
    kind: Several = None,
    topic: Several = None,
    country: Several = None,
    year: Several = None,
    disposition: Several = None,
    sort: Annotated[str, QueryParameter(description="relevance, newest or oldest")] = "relevance",
    page: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
) -> Response[bytes]:
    """What makes no sense in the parameters is passed over, as on the search page."""
    query = query_from_params(request.query_params.multi_items(), locale_of(request), PAGE_SIZE)
    results = await search_public(session, request.scope["state"]["search"], query)
    base_url = site_of(request).settings.base_url
    vary = {"vary": "Accept-Encoding, Accept-Language, Authorization, Cookie"}
    return answer(request, make_answer(results, base_url), headers=vary)


def make_answer(results: Results, base_url: str) -> SearchAnswer:
    """Results as the API and the shell give them."""
    query = results.query
    return SearchAnswer(
        query=query.text,
        total=results.total,
        page=query.page,
        items=[_found(hit, base_url) for hit in results.items],
        facets={name: _counts(values) for name, values in results.facets.items()},
        suggestions=list(results.suggestions),
        next=_next(results, base_url),
    )


def _found(hit: Hit, base_url: str) -> Found:
    return Found(
        reference=hit.reference,
        type=hit.type,
        title=hit.title,
        lang=hit.lang,
        excerpt=hit.excerpt,
        url=f"{base_url}{hit.address}",
        score=round(hit.score, 4),
        consultation=hit.consultation,
        created_at=hit.created_at,
        file=hit.file or None,
        page=hit.page or None,
        late=hit.late,
    )


def _counts(values: Sequence[Any]) -> list[FacetCount]:
    return [FacetCount(str(each.value), each.count) for each in values]


def _next(results: Results, base_url: str) -> str | None:
    query = results.query
    if query.page >= pages_of(results):
        return None
    address = address_of(query, f"{base_url}{BASE}/search")
    return f"{address}{'&' if '?' in address else '?'}page={query.page + 1}"


HANDLERS = (together(search),)
