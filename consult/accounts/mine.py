"""A person's own page: what is unfinished, what became of what they wrote, what they follow, their data."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.browser import without_cookie
from consult.accounts.closing import close_account
from consult.accounts.following import is_following, list_followed
from consult.accounts.mine_paper import data_file
from consult.accounts.queries import find_profile
from consult.accounts.record import list_written, name_consultations
from consult.accounts.tries import check_password
from consult.accounts.unfinished import list_unfinished
from consult.accounts.views import (
    UnfinishedView,
    WrittenView,
    cursor,
    page_after,
    slug_in,
    speaks_for,
    view_followed,
    view_unfinished,
    view_written,
)
from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid
from consult.organisations.closing import leave_everything, left_without_owner
from consult.security.permissions import Permission
from consult.submissions.closing import close_responses
from consult.submissions.mine_list import show_own
from consult.submissions.queries import list_own
from consult.teams.queries import asked_to_sign
from consult.teams.views import view_asked
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

MOST = 20
"""Contributions on a page."""


@get("/mine", opt={"permission": Permission.OWN_ACCOUNT})
async def mine_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Everything of one's own in one place."""
    actor, locale = actor_needed(request), locale_of(request)
    _, organisation = await find_profile(session, actor.id)
    before = cursor(request.query_params.get("before", ""))
    written = await list_written(session, actor.id, before, MOST + 1)
    ids = [each.contribution.id for each in written]
    context = {
        "confirmed": actor.confirmed,
        "responses": await show_own(session, actor, locale, site_of(request).clock.now()),
        "asked": view_asked(await asked_to_sign(session, actor), locale),
        "unfinished": await _unfinished(session, actor.id, locale),
        "written": tuple[WrittenView, ...](view_written(each, locale) for each in written[:MOST]),
        "pages": page_after(f"/{locale}/mine", ids, MOST, before),
        "followed": [view_followed(each, locale) for each in await list_followed(session, actor.id)],
        "follows_all": await is_following(session, actor.id, None),
        "organisation": speaks_for(organisation, locale),
    }
    return respond(request, "accounts/mine.html", context, section="mine")


async def _unfinished(session: AsyncSession, user_id: int, locale: str) -> list[UnfinishedView]:
    found = await list_unfinished(session, user_id)
    titles = await name_consultations(session, {slug_in(each) for each in found})
    return [view_unfinished(each, titles, locale) for each in found]


@get("/mine/data.json", opt={"permission": Permission.OWN_ACCOUNT})
async def take_data(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Everything that the site holds of a person, as a file."""
    body = await data_file(request, session)
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": 'attachment; filename="consult-my-data.json"',
    }
    return Response(body, headers=headers, media_type="application/json")


async def show_close(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """Says what goes and what stays, and asks for the password."""
    state = form_state(failed, catalogue(locale_of(request)))
    actor = actor_needed(request)
    responses = await list_own(session, actor)
    has_written = bool(await list_written(session, actor.id, 0, 1))
    context = {
        "form": state,
        "has_written": has_written or any(each.contribution for each in responses),
        "has_unsent": any(each.contribution is None for each in responses),
        "ownerless": await left_without_owner(session, actor.id),
    }
    return respond(request, "accounts/close.html", context, section="mine", has_errors=bool(state.errors))


@get("/mine/close", opt={"permission": Permission.OWN_ACCOUNT})
async def close_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The page before an account is closed."""
    return await show_close(request, session)


@post("/mine/close", opt={"permission": Permission.OWN_ACCOUNT, "redisplay": show_close})
async def close(request: Ask, session: AsyncSession) -> Response[Any]:
    """Close the account for good."""
    typed = await read_form(request)
    if waiting := await check_password(request, session, typed, show_close):
        return waiting
    now, actor = site_of(request).clock.now(), actor_needed(request)
    await close_responses(session, actor.id, now, withhold=typed.checked("withhold"))
    await leave_everything(session, actor, now)
    await close_account(session, actor.id, now, withhold=typed.checked("withhold"))
    return without_cookie(request, see_other(request, "/", "account-closed"))


HANDLERS = (mine_page, take_data, close_page, close)
