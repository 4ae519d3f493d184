"""Contributions: read a consultation's, read one, post a comment."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get, post
from litestar.params import HeaderParameter, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from consult.api.answers import (
    USUAL,
    Cursor,
    Limit,
    answer,
    gives,
    need_token,
    next_address,
    problems,
    read_cursor,
    together,
)
from consult.api.placing import with_places
from consult.api.posting import find_target, post_once, read_comment, send_key
from consult.api.shapes import ContributionList, NewComment, PlacedContribution, Posted
from consult.comments.queries import get_contribution
from consult.consultations.queries import get_consultation
from consult.exchange.contributions_out import EVERY, PUBLIC, Links, make_records
from consult.exchange.queries import Which, left_out, read_one, read_rows
from consult.kernel.errors import NotFound, invalid
from consult.kernel.messages import N_
from consult.models.contribution import ContributionType, State
from consult.security.permissions import Permission
from consult.security.predicates import moderator
from consult.web.respond import actor_needed
from consult.web.site import Ask, actor_of, site_of

READING = {"permission": Permission.READ}
ALL = "all"
StateParam = Annotated[
    str | None,
    QueryParameter(
        name="state", max_length=20, description="Staff only: published, pending, hidden, withdrawn or all"
    ),
]


async def _list(
    request: Ask,
    session: AsyncSession,
    slug: str,
    type_: str,
    limit: int,
    cursor: str | None,
    state: str | None,
) -> Response[bytes]:
    consultation = await get_consultation(session, slug, actor_of(request))
    which = Which(consultation.id, _states(request, state), type_)
    rows = await read_rows(session, which, read_cursor(cursor) or 0, limit + 1)
    shown = rows[:limit]
    links = Links(await left_out(session, Which(consultation.id, which.states)))
    base_url = site_of(request).settings.base_url
    records = await make_records(session, shown, links, base_url, internal=which.states != PUBLIC)
    placed = await with_places(session, shown, records)
    more = next_address(request, shown[-1].id if len(rows) > limit else None)
    return answer(request, ContributionList(placed, more))


def _states(request: Ask, state: str | None) -> tuple[str, ...]:
    """The states asked for. Raises NotFound where they are not for this reader, FormInvalid for others than ours."""
    if not state or state == State.PUBLISHED:
        return PUBLIC
    if not moderator(actor_of(request)):
        raise NotFound
    if state == ALL:
        return EVERY
    if state not in frozenset(State):
        raise invalid("state", N_("This is none of the states of contributions."))
    return (state,)


@get(
    "/consultations/{slug:str}/comments",
    opt=READING,
    summary="The comments of a consultation",
    operation_id="listComments",
    responses={**gives(ContributionList, "The oldest first"), **problems(401, 404, 422)},
)
async def list_comments(
    request: Ask,
    session: AsyncSession,
    slug: str,
    limit: Limit = USUAL,
    cursor: Cursor = None,
    of_state: StateParam = None,
) -> Response[bytes]:
    """Comments and replies in the order in which they came."""
    return await _list(request, session, slug, ContributionType.COMMENT, limit, cursor, of_state)


@get(
    "/consultations/{slug:str}/submissions",
    opt=READING,
    summary="The formal responses to a consultation",
    operation_id="listSubmissions",
    responses={**gives(ContributionList, "The oldest first"), **problems(401, 404, 422)},
)
async def list_submissions(
    request: Ask,
    session: AsyncSession,
    slug: str,
    limit: Limit = USUAL,
    cursor: Cursor = None,
    of_state: StateParam = None,
) -> Response[bytes]:
    """Formal responses in the order in which they came."""
    return await _list(request, session, slug, ContributionType.SUBMISSION, limit, cursor, of_state)


@get(
    "/contributions/{reference:str}",
    opt=READING,
    summary="One contribution",
    operation_id="readContribution",
    responses={**gives(PlacedContribution, "The contribution"), **problems(401, 404)},
)
async def read_contribution(request: Ask, session: AsyncSession, reference: str) -> Response[bytes]:
    """One contribution by its reference, if it is public."""
    found, consultation = await get_contribution(session, reference, actor_of(request))
    which = Which(consultation.id, PUBLIC)
    row = await read_one(session, which, found.id)
    if row is None:
        raise NotFound
    links = Links(await left_out(session, which))
    records = await make_records(session, [row], links, site_of(request).settings.base_url)
    (placed,) = await with_places(session, [row], records)
    return answer(request, placed)


@post(
    "/consultations/{slug:str}/comments",
    opt={"permission": Permission.COMMENT, "machine": True},
    guards=[need_token],
    summary="Post a comment",
    operation_id="postComment",
    security=[{"token": []}],
    responses={**gives(Posted, "Posted", 201), **problems(400, 401, 403, 404, 409, 413, 422)},
)
async def post_new(
    request: Ask,
    session: AsyncSession,
    slug: str,
    data: JSONBody[NewComment],
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key", max_length=500, description="Sent again, it posts nothing twice"
        ),
    ] = None,
) -> Response[bytes]:
    """Post a comment: on the consultation, on a block of a draft, or as an answer to another comment."""
    actor, now = actor_needed(request), site_of(request).clock.now()
    consultation = await get_consultation(session, slug, actor)
    written = read_comment(data, consultation.original)
    target = await find_target(session, consultation, data, actor)
    key = send_key(consultation.id, idempotency_key)
    comment = await post_once(session, consultation, target, actor, written, key, now)
    url = f"{site_of(request).settings.base_url}/contributions/{comment.reference}"
    return answer(request, Posted(comment.reference, url, comment.state), 201, {"location": url})


HANDLERS = (together(list_comments, list_submissions, read_contribution, post_new),)
