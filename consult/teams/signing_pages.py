"""Reading a response whole and giving an organisation's word on it.

| address under /respond/{key}/team | what |
| --- | --- |
| read | the whole as it stands, for members and for signatories who were asked to co-sign; with the form to sign |
| sign, decline, take-back | POST: `organisation` says for whom |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import FormInvalid, NotFound, invalid
from consult.kernel.messages import N_
from consult.models.people import Organisation
from consult.models.submission import Submission
from consult.security.permissions import Permission
from consult.submissions.queries import get_readable, kept_files
from consult.submissions.targets import Target, target_of
from consult.teams.digesting import digest_now
from consult.teams.here import TEAM
from consult.teams.queries import get_signable, signs_for
from consult.teams.sign_offs import organisation_name
from consult.teams.signing import (
    MOST_WORDS,
    check_can_sign,
    decline,
    give_sign_off,
    is_open,
    take_back,
)
from consult.teams.standing import Standing, find_standing
from consult.teams.views import SignLine, about_response
from consult.teams.whole import view_whole
from consult.web.forms import Typed, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

READ = TEAM + "/read"


@dataclass(frozen=True, slots=True)
class SignBox:
    """What somebody may do for one organisation: `line` is where its sign-off stands."""

    line: SignLine
    is_own: bool


async def show_read(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The whole response, and what the reader may say to it."""
    actor, locale = actor_needed(request), locale_of(request)
    submission = await get_readable(session, request.path_params["key"], actor)
    if submission.organisation_id is None:
        raise NotFound
    target = await target_of(session, submission)
    name = await organisation_name(session, submission.organisation_id)
    standing = await find_standing(session, submission, target, actor, name, locale)
    context = {
        "about": about_response(submission.key, name, target.consultation, locale),
        "whole": view_whole(
            standing.document, target.content, await kept_files(session, submission.id), locale
        ),
        "answered": standing.answered,
        "boxes": _boxes(submission, standing, await signs_for(session, submission, actor)),
        "is_member": standing.role is not None,
        "is_open": is_open(submission, target, site_of(request).clock.now()),
        "is_sent": standing.is_sent,
        "form": form_state(failed, catalogue(locale)),
        "most": MOST_WORDS,
    }
    return respond(request, "teams/read.html", context, has_errors=failed is not None)


def _boxes(
    submission: Submission, standing: Standing, organisations: Sequence[Organisation]
) -> list[SignBox]:
    lines = {each.organisation_id: each for each in (standing.own, *standing.others)}
    return [
        SignBox(lines[each.id], each.id == submission.organisation_id)
        for each in organisations
        if each.id in lines
    ]


@get(READ, opt={"permission": Permission.RESPOND})
async def read_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The whole response."""
    return await show_read(request, session)


async def _signable(
    request: Ask, session: AsyncSession, key: str, typed: Typed
) -> tuple[Submission, Target, int]:
    """The held response, its round and the organisation that is spoken for. Raises NotFound, RoundClosed, Conflict."""
    given = typed["organisation"]
    organisation_id = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    submission = await get_signable(session, key, actor_needed(request), organisation_id, hold=True)
    target = await target_of(session, submission)
    check_can_sign(submission, target, site_of(request).clock.now())
    return submission, target, organisation_id


def _back(submission: Submission, organisation_id: int) -> str:
    """Members go back to their team, others stay with what they read."""
    is_own = organisation_id == submission.organisation_id
    return f"/respond/{submission.key}/team" if is_own else f"/respond/{submission.key}/team/read"


@post(TEAM + "/sign", opt={"permission": Permission.RESPOND, "redisplay": show_read, "form_at": READ})
async def post_sign(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Sign off what was read."""
    typed, actor, now = await read_form(request), actor_needed(request), site_of(request).clock.now()
    submission, target, organisation_id = await _signable(request, session, key, typed)
    if not typed.checked("sure"):
        raise invalid(
            f"sure-{organisation_id}", N_("Say that you have read it and may sign for your organisation.")
        )
    current = await digest_now(session, submission, target)
    await give_sign_off(session, submission, organisation_id, typed["answered"], current, actor, now)
    return see_other(request, _back(submission, organisation_id), notice="signed-off")


@post(TEAM + "/decline", opt={"permission": Permission.RESPOND, "redisplay": show_read, "form_at": READ})
async def post_decline(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Say no, perhaps why."""
    typed, actor, now = await read_form(request), actor_needed(request), site_of(request).clock.now()
    submission, _, organisation_id = await _signable(request, session, key, typed)
    words = typed["words"]
    if len(words) > MOST_WORDS:
        text = N_("Shorten this to %(most)d characters; it has %(length)d.")
        raise invalid(f"words-{organisation_id}", text, most=MOST_WORDS, length=len(words))
    await decline(session, submission, organisation_id, words, actor, now)
    is_own = organisation_id == submission.organisation_id
    return see_other(request, _back(submission, organisation_id) if is_own else "/mine", notice="declined")


@post(TEAM + "/take-back", opt={"permission": Permission.RESPOND, "redisplay": show_read, "form_at": READ})
async def post_take_back(request: Ask, session: AsyncSession, key: str) -> Response[Any]:
    """Take a sign-off back before it is sent."""
    typed, actor, now = await read_form(request), actor_needed(request), site_of(request).clock.now()
    submission, _, organisation_id = await _signable(request, session, key, typed)
    await take_back(session, submission, organisation_id, actor, now)
    return see_other(request, _back(submission, organisation_id), notice="taken-back")


HANDLERS = (read_page, post_sign, post_decline, post_take_back)
