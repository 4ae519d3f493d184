"""The page behind an invitation's link."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import N_, catalogue
from consult.kernel.errors import FormInvalid, invalid
from consult.organisations.claim_pages import confirmed_actor
from consult.organisations.inviting import accept_invitation, find_invitation
from consult.organisations.queries import get_present
from consult.organisations.views import view_organisation
from consult.organisations.words import ROLES_SAY, role_name
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

AT = "/invitation/{token:str}"


async def show_invitation(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """Into what one is invited; whoever is signed in with another address has to say that they mean it."""
    locale, actor = locale_of(request), actor_needed(request)
    found = await find_invitation(session, request.path_params["token"], site_of(request).clock.now())
    if found is None:
        return respond(request, "accounts/link_ended.html", {}, status=410)
    state = form_state(failed, catalogue(locale))
    organisation = await get_present(session, found.organisation_id)
    context = {
        "form": state,
        "invitation": found,
        "organisation": view_organisation(organisation, locale, actor.zone),
        "role_label": role_name(found.role, locale),
        "role_says": catalogue(locale).gettext(ROLES_SAY[found.role]),
        "other_address": found.email != actor.email,
        "confirmed": actor.confirmed,
        "reader": actor,
        "token": request.path_params["token"],
    }
    return respond(
        request, "organisations/invitation.html", context, section="mine", has_errors=bool(state.errors)
    )


@get(AT, opt={"permission": Permission.OWN_ACCOUNT})
async def invitation_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Shows the button that accepts: programs that open mailed links must not use them up."""
    return await show_invitation(request, session)


@post(AT, opt={"permission": Permission.OWN_ACCOUNT, "redisplay": show_invitation, "form_at": AT})
async def accept(request: Ask, session: AsyncSession) -> Response[Any]:
    """Become a member."""
    actor, typed = confirmed_actor(request), await read_form(request)
    token, now = request.path_params["token"], site_of(request).clock.now()
    found = await find_invitation(session, token, now)
    if found is not None and found.email != actor.email and not typed.checked("mine"):
        raise invalid("mine", N_("Tick the box to say that the invitation is for you"))
    joined = await accept_invitation(session, actor, token, now) if found else None
    if joined is None:
        return respond(request, "accounts/link_ended.html", {}, status=410)
    return see_other(request, f"/mine/organisation/{joined}", "organisation-joined")


HANDLERS = (invitation_page, accept)
