"""The team that writes a response: who is in it, what stands open, who signs it, who did what.

| address under /respond/{key}/team | what |
| --- | --- |
| (itself) | all of that |
| ask | POST: asks the own signatories for their sign-off |
| invite | finds verified organisations (`q`) and asks one to co-sign (POST `organisation`); POST to stop-asking ends that |

Presence is in `here.py`, notes in `note_pages.py`, reading and signing in `signing_pages.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.words import kind_name
from consult.kernel.errors import NotFound
from consult.models.people import MemberRole, Organisation
from consult.models.submission import Submission
from consult.organisations.queries import find_verified, get_present, members_of
from consult.security.permissions import Permission
from consult.submissions.queries import name_people, sendings_of
from consult.submissions.targets import Target, target_of
from consult.teams import here as team_here
from consult.teams import note_pages, signing_pages
from consult.teams.digesting import digest_now
from consult.teams.here import TEAM
from consult.teams.notes import count_open
from consult.teams.presence import who_is_here
from consult.teams.queries import get_shared, last_words, sign_offs_of
from consult.teams.sign_offs import organisation_name
from consult.teams.signing import ask_sign_off, ask_to_co_sign, check_can_sign, is_open, stop_asking
from consult.teams.standing import find_standing
from consult.teams.steps import steps_of
from consult.teams.views import (
    StepLine,
    about_response,
    section_titles,
    view_history,
    view_members,
    view_words,
)
from consult.web.forms import Typed, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

MOST_FOUND = 20
INVITE = TEAM + "/invite"


@get(TEAM, opt={"permission": Permission.RESPOND})
async def team_page(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """The team and where its response stands."""
    actor, locale, now = actor_needed(request), locale_of(request), site_of(request).clock.now()
    submission = await get_shared(session, key, actor)
    target = await target_of(session, submission)
    name = await organisation_name(session, submission.organisation_id or 0)
    about = about_response(submission.key, name, target.consultation, locale)
    here = await who_is_here(session, submission.id, now, 0)
    members = await members_of(session, submission.organisation_id or 0)
    context = {
        "about": about,
        "here": await team_here.show_here(request, session, submission, target.content),
        "members": view_members(members, here, section_titles(target.content, locale), actor.id, locale),
        "standing": await find_standing(session, submission, target, actor, name, locale),
        "open_notes": await count_open(session, submission.id),
        "words": view_words(await last_words(session, submission.id), target.content, about.address, locale),
        "history": await _history(session, submission, locale),
        "is_open": is_open(submission, target, now),
    }
    return respond(request, "teams/team.html", context)


async def _history(session: AsyncSession, submission: Submission, locale: str) -> tuple[StepLine, ...]:
    sendings = await sendings_of(session, submission.id)
    names = await name_people(session, [submission.author_id, *(each.sent_by for each in sendings)])
    begun = (names.get(submission.author_id or 0, ""), submission.begun_at)
    return view_history(await steps_of(session, submission.id), sendings, names, begun, locale)


@post(TEAM + "/ask", opt={"permission": Permission.RESPOND, "form_at": TEAM})
async def post_ask(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Ask the signatories for their sign-off."""
    actor, now = actor_needed(request), site_of(request).clock.now()
    submission = await get_shared(session, key, actor, hold=True)
    target = await target_of(session, submission)
    check_can_sign(submission, target, now)
    await ask_sign_off(session, submission, await digest_now(session, submission, target), actor, now)
    return see_other(request, f"/respond/{key}/team", notice="sign-off-asked")


@dataclass(frozen=True, slots=True)
class FoundOrganisation:
    """An organisation that could be asked to co-sign; `is_asked` already."""

    id: int
    name: str
    kind: str
    domain: str
    is_asked: bool


@get(INVITE, opt={"permission": Permission.RESPOND})
async def invite_page(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Find a verified organisation."""
    submission, target = await _inviting(request, session, key)
    locale, words = locale_of(request), request.query_params.get("q", "").strip()[:100]
    name = await organisation_name(session, submission.organisation_id or 0)
    asked = {
        each.organisation.id
        for each in await sign_offs_of(session, submission.id)
        if each.sign_off.state != "declined"
    }
    context = {
        "about": about_response(key, name, target.consultation, locale),
        "q": words,
        "found": [
            FoundOrganisation(each.id, each.name, kind_name(each.kind, locale), each.domain, each.id in asked)
            for each in await find_verified(session, words, MOST_FOUND)
            if each.id != submission.organisation_id
        ],
    }
    return respond(request, "teams/invite.html", context)


async def _inviting(
    request: Ask, session: AsyncSession, key: str, *, hold: bool = False
) -> tuple[Submission, Target]:
    """Only signatories show what is not public yet to others."""
    actor = actor_needed(request)
    submission = await get_shared(session, key, actor, least=MemberRole.SIGNATORY, hold=hold)
    return submission, await target_of(session, submission)


async def _named(session: AsyncSession, typed: Typed) -> Organisation:
    given = typed["organisation"]
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound
    return await get_present(session, int(given))


@post(INVITE, opt={"permission": Permission.RESPOND, "form_at": INVITE})
async def post_invite(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Ask an organisation to co-sign."""
    typed, actor, now = await read_form(request), actor_needed(request), site_of(request).clock.now()
    submission, target = await _inviting(request, session, key, hold=True)
    check_can_sign(submission, target, now)
    organisation = await _named(session, typed)
    if not organisation.verified_by:
        raise NotFound
    await ask_to_co_sign(session, submission, organisation.id, actor, now)
    return see_other(request, f"/respond/{key}/team#co-signing", notice="co-signing-asked")


@post(TEAM + "/stop-asking", opt={"permission": Permission.RESPOND, "form_at": TEAM})
async def post_stop_asking(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """An organisation is no longer asked."""
    typed, actor, now = await read_form(request), actor_needed(request), site_of(request).clock.now()
    submission, _ = await _inviting(request, session, key, hold=True)
    organisation = await _named(session, typed)
    await stop_asking(session, submission, organisation.id, actor, now)
    return see_other(request, f"/respond/{key}/team#co-signing", notice="removed")


HANDLERS = (
    team_page,
    post_ask,
    invite_page,
    post_invite,
    post_stop_asking,
    *team_here.HANDLERS,
    *note_pages.HANDLERS,
    *signing_pages.HANDLERS,
)
