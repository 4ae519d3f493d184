"""An organisation's public page."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.views import cursor, page_after
from consult.kernel.errors import NotFound
from consult.models.people import Organisation
from consult.organisations.merging import find_present
from consult.organisations.published import count_said, has_said, list_said
from consult.organisations.queries import history_of, membership_of
from consult.organisations.views import address_of, view_history, view_organisation
from consult.organisations.words import PUBLIC
from consult.security.permissions import Permission
from consult.web.respond import respond
from consult.web.site import Ask, actor_of, locale_of

MOST = 20
"""Contributions on a page."""


@get("/organisations/{key:str}", opt={"permission": Permission.READ})
async def organisation_page(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Who it is, how that is known, what it said. `key` is its id, with or without a name after it.

    There is one for every verified organisation, and for those that something public names; one that was merged leads
    to the other.
    """
    locale, number = locale_of(request), _read_id(key)
    organisation = await find_present(session, number)
    if not organisation.verified_by and not await has_said(session, organisation.id):
        raise NotFound
    if organisation.id != number:
        return Redirect(f"/{locale}{address_of(organisation)}", status_code=301)
    context = await _context(request, session, organisation)
    return respond(request, "organisations/organisation.html", context)


async def _context(request: Ask, session: AsyncSession, organisation: Organisation) -> dict[str, Any]:
    locale, actor = locale_of(request), actor_of(request)
    named_only = request.query_params.get("named") == "yes" or not organisation.verified_by
    by_members = not named_only if organisation.verified_by else None
    before = cursor(request.query_params.get("before", ""))
    said = await list_said(session, organisation.id, by_members, before, MOST + 1, locale)
    query = {"named": "yes"} if organisation.verified_by and named_only else {}
    address = f"/{locale}{address_of(organisation)}"
    return {
        "organisation": view_organisation(organisation, locale),
        "said": said[:MOST],
        "named_only": named_only,
        "by_members": await count_said(session, organisation.id, True) if organisation.verified_by else 0,
        "naming": await count_said(session, organisation.id, False),
        "pages": page_after(address, [each.id for each in said], MOST, before, **query),
        "history": view_history(await history_of(session, organisation.id, PUBLIC), locale),
        "is_member": bool(actor and await membership_of(session, actor.id, organisation.id)),
    }


def _read_id(key: str) -> int:
    number = key.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound
    return int(number)


HANDLERS = (organisation_page,)
