"""People, for administrators: finding them and giving them roles."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.forms import read_role
from consult.accounts.labels import ROLES, options
from consult.accounts.queries import search_people
from consult.accounts.service import change_role
from consult.accounts.views import cursor, page_after, view_person
from consult.i18n.catalogues import N_, catalogue
from consult.kernel.errors import FormInvalid, invalid
from consult.ledger.audit import record
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

MOST = 50
"""People on a page."""


async def show_people(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """People by the words of a search, the newest first."""
    locale = locale_of(request)
    words = request.query_params.get("q", "").replace("\x00", "").strip()[:200]
    before = cursor(request.query_params.get("before", ""))
    found = await search_people(session, words, before, MOST + 1)
    state = form_state(failed, catalogue(locale))
    context = {
        "form": state,
        "words": words,
        "people": [view_person(user, organisation, locale) for user, organisation in found[:MOST]],
        "roles": options(ROLES, locale),
        "pages": page_after(f"/{locale}/desk/people", [user.id for user, _ in found], MOST, before, q=words),
        "own_id": actor_needed(request).id,
    }
    return respond(
        request, "accounts/desk_people.html", context, section="desk", has_errors=bool(state.errors)
    )


@get("/desk/people", opt={"permission": Permission.ADMINISTER})
async def people_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """People and their roles."""
    return await show_people(request, session)


@post("/desk/people/{user_id:int}/role", opt={"permission": Permission.ADMINISTER, "redisplay": show_people})
async def give_role(request: Ask, session: AsyncSession, user_id: int) -> Response[Any]:
    """Give somebody a role. Nobody changes their own: an administrator is always left."""
    role = read_role(await read_form(request))
    actor, now = actor_needed(request), site_of(request).clock.now()
    if user_id == actor.id:
        raise invalid("", N_("You can't change your own role. Ask another administrator."))
    user, before = await change_role(session, user_id, role, now)
    if before != role:
        record(session, actor, "role.changed", f"{user.email}: {before} -> {role}", now)
    return see_other(request, "/desk/people", "role-changed")


HANDLERS = (people_page, give_role)
