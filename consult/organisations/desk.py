"""Organisations at the desk: who asks to be verified, verifying with a reason, taking it back, merging what is one."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.views import cursor, page_after
from consult.i18n.catalogues import N_, catalogue
from consult.i18n.locales import countries
from consult.kernel.errors import FormInvalid, invalid
from consult.models.people import OrganisationRequest, RequestKind
from consult.organisations.desk_queries import list_naming, list_organisations, without_owner
from consult.organisations.duplicates import find_pairs, list_named
from consult.organisations.forms import read_correction, read_decision, read_id
from consult.organisations.merging import merge, plan_merge
from consult.organisations.published import count_said
from consult.organisations.queries import get_present, history_of, members_of, open_requests, requests_to
from consult.organisations.staffing import correct, decline_to_verify, name_owner, take_back, verify_by_staff
from consult.organisations.views import view_history, view_members, view_organisation
from consult.organisations.words import EVENTS, WITH_ADDRESS, kind_choices
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

MOST = 50
"""Organisations on a page, people in a list."""
DESK = "/desk/organisations"
ONE = f"{DESK}/{{organisation_id:int}}"
SHOWN_AT = f"{DESK}/{{organisation_id}}"
EDIT = {"permission": Permission.EDIT}
FOR_STAFF = tuple(kind for kind in EVENTS if kind not in WITH_ADDRESS)


@get(DESK, opt=EDIT)
async def organisations_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """What waits, and organisations by the words of a search."""
    locale = locale_of(request)
    words = request.query_params.get("q", "").replace("\x00", "").strip()[:200]
    verified = request.query_params.get("verified", "")
    verified = verified if verified in ("yes", "no") else ""
    before = cursor(request.query_params.get("before", ""))
    found = await list_organisations(session, words, verified, before, MOST + 1)
    ids = [each.organisation.id for each in found]
    context = {
        "words": words,
        "verified": verified,
        "listed": [(view_organisation(each.organisation, locale), each) for each in found[:MOST]],
        "pages": page_after(f"/{locale}{DESK}", ids, MOST, before, q=words, verified=verified),
        "requests": await open_requests(session, OrganisationRequest.kind == RequestKind.VERIFY),
        "ownerless": [view_organisation(each, locale) for each in await without_owner(session)],
    }
    return respond(request, "organisations/desk_list.html", context, section="desk")


@get(f"{DESK}/duplicates", opt=EDIT)
async def duplicates_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Pairs that may be one organisation."""
    pairs = await to_thread.run_sync(find_pairs, await list_named(session))
    return respond(request, "organisations/desk_duplicates.html", {"pairs": pairs}, section="desk")


async def show_one(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """All about one organisation, and what staff can do."""
    locale, actor = locale_of(request), actor_needed(request)
    organisation = await get_present(session, int(request.path_params["organisation_id"]))
    state = form_state(failed, catalogue(locale))
    context = {
        "form": state,
        "organisation": view_organisation(organisation, locale, actor.zone),
        "members": view_members(await members_of(session, organisation.id), actor.id, locale),
        "naming": await list_naming(session, organisation.id, MOST),
        "requests": await requests_to(session, organisation.id, RequestKind.VERIFY),
        "history": view_history(await history_of(session, organisation.id, FOR_STAFF), locale),
        "said": await count_said(session, organisation.id, None),
        "others": await _others(request, session, organisation.id),
        "words": request.query_params.get("q", ""),
        "may_merge": actor.role == "administrator",
    }
    return respond(
        request, "organisations/desk_one.html", context, section="desk", has_errors=bool(state.errors)
    )


async def _others(request: Ask, session: AsyncSession, organisation_id: int) -> list[Any]:
    """Whom it could be merged with, by the words of a search."""
    words = request.query_params.get("q", "").replace("\x00", "").strip()[:200]
    found = await list_organisations(session, words, "", 0, MOST) if words else []
    others = [each.organisation for each in found if each.organisation.id != organisation_id]
    return [view_organisation(each, locale_of(request)) for each in others]


def _form(permission: Permission) -> dict[str, Any]:
    return {"permission": permission, "redisplay": show_one, "form_at": SHOWN_AT}


@get(ONE, opt=EDIT)
async def one_page(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """One organisation."""
    return await show_one(request, session)


@post(f"{ONE}/verify", opt=_form(Permission.EDIT))
async def verify(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Verify it with a public reason, and say who becomes its owner."""
    form = read_decision(await read_form(request))
    now = site_of(request).clock.now()
    await verify_by_staff(session, actor_needed(request), organisation_id, form.reason, form.owner, now)
    return _back(request, organisation_id)


@post(f"{ONE}/take-back", opt=_form(Permission.ADMINISTER))
async def take_verification_back(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """No longer verified, with a public reason."""
    form = read_decision(await read_form(request))
    now = site_of(request).clock.now()
    await take_back(session, actor_needed(request), organisation_id, form.reason, now, unmark=form.unmark)
    return _back(request, organisation_id, "organisation-taken-back")


@post(f"{ONE}/owner", opt=_form(Permission.ADMINISTER))
async def give_owner(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Make somebody owner of a verified organisation."""
    typed = await read_form(request)
    owner = read_id(typed["owner"])
    if not owner:
        raise invalid("owner", N_("Choose somebody from the list"))
    await name_owner(session, actor_needed(request), organisation_id, owner, site_of(request).clock.now())
    return _back(request, organisation_id)


@post(f"{ONE}/decline", opt=_form(Permission.EDIT))
async def decline(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Settle a request to verify without doing so."""
    typed, now = await read_form(request), site_of(request).clock.now()
    await get_present(session, organisation_id)
    await decline_to_verify(session, actor_needed(request), organisation_id, read_id(typed["user"]), now)
    return _back(request, organisation_id)


CORRECT = f"{ONE}/correct"


async def show_correct(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """Name, kind and country of an organisation, to be set right."""
    locale = locale_of(request)
    found = await get_present(session, int(request.path_params["organisation_id"]))
    state = form_state(
        failed, catalogue(locale), {"name": found.name, "kind": found.kind, "country": found.country}
    )
    context = {
        "form": state,
        "organisation": view_organisation(found, locale),
        "kinds": kind_choices(locale),
        "countries": [("", ""), *countries(locale)],
    }
    return respond(
        request, "organisations/desk_correct.html", context, section="desk", has_errors=bool(state.errors)
    )


@get(CORRECT, opt=EDIT)
async def correct_page(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """The form with what is said now."""
    return await show_correct(request, session)


@post(CORRECT, opt={**EDIT, "redisplay": show_correct, "form_at": f"{SHOWN_AT}/correct"})
async def correct_organisation(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Set it right, with a public reason."""
    correction = read_correction(await read_form(request))
    now = site_of(request).clock.now()
    await correct(session, actor_needed(request), organisation_id, correction, now)
    return _back(request, organisation_id)


async def show_merge(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """What merging would do, before it is done."""
    locale = locale_of(request)
    stays = await get_present(session, int(request.path_params["organisation_id"]))
    goes = await get_present(session, int(request.path_params["other_id"]))
    state = form_state(failed, catalogue(locale))
    context = {
        "form": state,
        "stays": view_organisation(stays, locale),
        "goes": view_organisation(goes, locale),
        "plan": await plan_merge(session, stays, goes),
    }
    return respond(
        request, "organisations/desk_merge.html", context, section="desk", has_errors=bool(state.errors)
    )


MERGE = f"{ONE}/merge/{{other_id:int}}"


@get(MERGE, opt={"permission": Permission.ADMINISTER})
async def merge_page(
    request: Ask, session: AsyncSession, organisation_id: int, other_id: int
) -> Response[Any]:
    """The page before a merge."""
    return await show_merge(request, session)


@post(
    MERGE,
    opt={
        "permission": Permission.ADMINISTER,
        "redisplay": show_merge,
        "form_at": f"{SHOWN_AT}/merge/{{other_id}}",
    },
)
async def merge_organisations(
    request: Ask, session: AsyncSession, organisation_id: int, other_id: int
) -> Response[Any]:
    """Merge the other one into this one."""
    form = read_decision(await read_form(request))
    now = site_of(request).clock.now()
    await merge(session, actor_needed(request), organisation_id, other_id, form.reason, now)
    return _back(request, organisation_id, "organisation-merged")


def _back(request: Ask, organisation_id: int, notice: str = "saved") -> Response[Any]:
    return see_other(request, f"{DESK}/{organisation_id}", notice)


HANDLERS = (
    organisations_page,
    duplicates_page,
    one_page,
    verify,
    take_verification_back,
    give_owner,
    decline,
    correct_page,
    correct_organisation,
    merge_page,
    merge_organisations,
)
