"""An organisation as its members see it: who they are, who is invited or asks to join, leaving."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.queries import find_profile
from consult.accounts.throttle import WINDOW
from consult.accounts.tries import ask_to_wait, may_mail, meters_of, too_many
from consult.i18n.catalogues import N_, catalogue
from consult.kernel.errors import FormInvalid, NotFound, invalid
from consult.models.people import MemberRole, Organisation, RequestKind
from consult.organisations.claim_pages import confirmed_actor
from consult.organisations.forms import read_id, read_invitation, read_member_role
from consult.organisations.inviting import invite, withdraw_invitation
from consult.organisations.membership import (
    change_member,
    end_all,
    leave,
    need_owner,
    remove_member,
    set_joining,
    settle_request,
)
from consult.organisations.queries import (
    claims_by,
    get_present,
    history_of,
    members_of,
    membership_of,
    open_invitations,
    organisations_of,
    requests_by,
    requests_to,
)
from consult.organisations.views import (
    OrganisationView,
    view_history,
    view_invitations,
    view_members,
    view_organisation,
)
from consult.organisations.words import role_choices
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

ONE = "/mine/organisation/{organisation_id:int}"
SHOWN_AT = "/mine/organisation/{organisation_id}"
CAN_BE_READ = {"permission": Permission.OWN_ACCOUNT}


@get("/mine/organisation", opt=CAN_BE_READ)
async def own_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The organisations that one acts for, whom one speaks for, and what one has asked."""
    actor, locale = actor_needed(request), locale_of(request)
    _, named = await find_profile(session, actor.id)
    own = await organisations_of(session, actor.id)
    member = named is not None and any(each.id == named.id for each, _ in own)
    context = {
        "confirmed": actor.confirmed,
        "zone": actor.zone,
        "organisations": [view_organisation(each, locale, actor.zone, role) for each, role in own],
        "named": view_organisation(named, locale, actor.zone) if named and not member else None,
        "claims": await claims_by(session, actor.id),
        "requests": await requests_by(session, actor.id),
    }
    return respond(request, "organisations/own.html", context, section="mine")


async def show_team(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """Members for members; what owners do for owners. Raises NotFound for everybody else."""
    actor, locale = actor_needed(request), locale_of(request)
    view = await _for_member(request, session)
    is_owner = view.role == MemberRole.OWNER
    state = form_state(failed, catalogue(locale), {"role": MemberRole.DRAFTER})
    now = site_of(request).clock.now()
    context = {
        "form": state,
        "organisation": view,
        "is_owner": is_owner,
        "zone": actor.zone,
        "members": view_members(await members_of(session, view.id), actor.id, locale),
        "roles": role_choices(locale),
        "invitations": view_invitations(await open_invitations(session, view.id, now), locale),
        "requests": await requests_to(session, view.id, RequestKind.JOIN) if is_owner else [],
        "history": view_history(await history_of(session, view.id), locale) if is_owner else [],
    }
    return respond(request, "organisations/team.html", context, section="mine", has_errors=bool(state.errors))


TEAM = {"permission": Permission.OWN_ACCOUNT, "redisplay": show_team, "form_at": SHOWN_AT}


@get(ONE, opt=CAN_BE_READ)
async def team_page(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """The organisation's members."""
    return await show_team(request, session)


@post(f"{ONE}/invite", opt=TEAM)
async def invite_member(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """An owner invites an address."""
    actor, typed = confirmed_actor(request), await read_form(request)
    form = read_invitation(typed)
    async with site_of(request).database.reading() as reading:
        if await membership_of(reading, actor.id, organisation_id) is not MemberRole.OWNER:
            raise NotFound
    if wait := await too_many(request, meters_of(request, "organisation", actor.email)):
        return await ask_to_wait(request, session, show_team, typed, wait)
    if not await may_mail(request, form.email):
        return await ask_to_wait(request, session, show_team, typed, WINDOW)
    await need_owner(session, actor, organisation_id)
    await invite(session, actor, organisation_id, form.email, form.role, site_of(request).clock.now())
    return _back(request, organisation_id, "organisation-invited")


@post(f"{ONE}/invitations/{{invitation_id:int}}/withdraw", opt=TEAM)
async def withdraw(
    request: Ask, session: AsyncSession, organisation_id: int, invitation_id: int
) -> Response[Any]:
    """An owner takes an invitation back."""
    actor = actor_needed(request)
    await need_owner(session, actor, organisation_id)
    now = site_of(request).clock.now()
    await withdraw_invitation(session, actor, organisation_id, invitation_id, now)
    return _back(request, organisation_id, "removed")


@post(f"{ONE}/members/{{user_id:int}}/role", opt=TEAM)
async def give_member_role(
    request: Ask, session: AsyncSession, organisation_id: int, user_id: int
) -> Response[Any]:
    """An owner gives a member another role."""
    actor = actor_needed(request)
    role = read_member_role(await read_form(request))
    await need_owner(session, actor, organisation_id)
    await change_member(session, actor, organisation_id, user_id, role, site_of(request).clock.now())
    return _back(request, organisation_id, "role-changed")


@post(f"{ONE}/members/{{user_id:int}}/remove", opt=TEAM)
async def remove(request: Ask, session: AsyncSession, organisation_id: int, user_id: int) -> Response[Any]:
    """An owner ends somebody's membership."""
    actor = actor_needed(request)
    await need_owner(session, actor, organisation_id)
    await remove_member(session, actor, organisation_id, user_id, site_of(request).clock.now())
    return _back(request, organisation_id, "removed")


@post(f"{ONE}/requests/{{request_id:int}}", opt=TEAM)
async def answer_request(
    request: Ask, session: AsyncSession, organisation_id: int, request_id: int
) -> Response[Any]:
    """An owner lets somebody in, or declines."""
    actor, typed = actor_needed(request), await read_form(request)
    role = None if typed["answer"] == "decline" else read_member_role(typed)
    await need_owner(session, actor, organisation_id)
    now = site_of(request).clock.now()
    await settle_request(session, actor, organisation_id, request_id, role, now)
    return _back(request, organisation_id, "saved")


@post(f"{ONE}/joining", opt=TEAM)
async def change_joining(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """An owner says whether an address at the domain is enough."""
    actor, typed = actor_needed(request), await read_form(request)
    organisation = await need_owner(session, actor, organisation_id)
    now = site_of(request).clock.now()
    await set_joining(session, actor, organisation, typed.checked("open"), now)
    return _back(request, organisation_id, "saved")


async def show_leave(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """What leaving means; for the last owner, who takes over."""
    actor, locale = actor_needed(request), locale_of(request)
    view = await _for_member(request, session)
    members = view_members(await members_of(session, view.id), actor.id, locale)
    owners = [each for each in members if each.role == MemberRole.OWNER]
    state = form_state(failed, catalogue(locale))
    context = {
        "form": state,
        "organisation": view,
        "others": [each for each in members if not each.is_me],
        "is_last_owner": [each.is_me for each in owners] == [True],
        "is_owner": view.role == MemberRole.OWNER,
    }
    return respond(
        request, "organisations/leave.html", context, section="mine", has_errors=bool(state.errors)
    )


LEAVE = {"permission": Permission.OWN_ACCOUNT, "redisplay": show_leave, "form_at": f"{SHOWN_AT}/leave"}


@get(f"{ONE}/leave", opt=CAN_BE_READ)
async def leave_page(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """The page before somebody leaves."""
    return await show_leave(request, session)


@post(f"{ONE}/leave", opt=LEAVE)
async def leave_organisation(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """Leave, after handing over where one is the last owner."""
    typed = await read_form(request)
    now = site_of(request).clock.now()
    await leave(session, actor_needed(request), organisation_id, read_id(typed["heir"]), now)
    return see_other(request, "/mine/organisation", "organisation-left")


@post(f"{ONE}/end", opt=LEAVE)
async def end_memberships(request: Ask, session: AsyncSession, organisation_id: int) -> Response[Any]:
    """An owner ends everybody's membership, having said so."""
    actor, typed = actor_needed(request), await read_form(request)
    if not typed.checked("sure"):
        raise invalid("sure", N_("Tick the box to say that you mean it"))
    await need_owner(session, actor, organisation_id)
    await end_all(session, actor, organisation_id, site_of(request).clock.now())
    return see_other(request, "/mine/organisation", "organisation-ended")


async def _for_member(request: Ask, session: AsyncSession) -> OrganisationView:
    actor = actor_needed(request)
    organisation_id = int(request.path_params["organisation_id"])
    role = await membership_of(session, actor.id, organisation_id)
    if role is None:
        raise NotFound
    organisation: Organisation = await get_present(session, organisation_id)
    return view_organisation(organisation, locale_of(request), actor.zone, role)


def _back(request: Ask, organisation_id: int, notice: str) -> Response[Any]:
    return see_other(request, f"/mine/organisation/{organisation_id}", notice)


HANDLERS = (
    own_page,
    team_page,
    invite_member,
    withdraw,
    give_member_role,
    remove,
    answer_request,
    change_joining,
    leave_page,
    leave_organisation,
    end_memberships,
)
