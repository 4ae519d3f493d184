"""The way back to a response on another device: by a link that is mailed and works once.

Opening the link changes nothing: programs that look into mails must not use it up. The button does.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.browser import sign_in_browser
from consult.accounts.forms import read_new_address
from consult.accounts.guests import ask_resume, led_to, mailed_to, resume
from consult.accounts.links import Purpose, find_link
from consult.accounts.queries import find_by_email
from consult.accounts.tries import ask_to_wait, may_mail, meters_of, too_many
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.kernel.errors import FormInvalid
from consult.security.permissions import Permission
from consult.submissions.targets import target_of
from consult.web.forms import form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

ASK = "/respond/resume"
LINK = f"{ASK}/{{token:str}}"


async def show_ask(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form that asks for the address of a response."""
    state = form_state(failed, catalogue(locale_of(request)))
    return respond(request, "submissions/resume.html", {"form": state}, has_errors=bool(state.errors))


@get(ASK, opt={"permission": Permission.SIGN_IN})
async def ask_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks for the address."""
    return await show_ask(request, session)


@post(ASK, opt={"permission": Permission.SIGN_IN, "redisplay": show_ask, "open": True})
async def ask(request: Ask, session: AsyncSession) -> Response[Any]:
    """Mail new links. The answer is the same for addresses that have no response."""
    typed = await read_form(request)
    email = read_new_address(typed)
    if wait := await too_many(request, meters_of(request, "resume", email)):
        return await ask_to_wait(request, session, show_ask, typed, wait)
    if await may_mail(request, email):
        await ask_resume(session, email, site_of(request).clock.now())
    return respond(request, "submissions/resume_sent.html", {"email": email})


async def show_link(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """Says what the link leads to and what becomes of the response, and has the button."""
    link = await find_link(session, _token(request), Purpose.RESUME, site_of(request).clock.now())
    led = await led_to(session, link) if link else None
    if led is None:
        return _ended(request)
    (person, found), locale = led, locale_of(request)
    target = await target_of(session, found)
    owner = await find_by_email(session, found.email) if person.guest else None
    context = {
        "form": form_state(failed, catalogue(locale)),
        "token": _token(request),
        "title": pick(target.consultation.title, locale),
        "reference": target.consultation.reference,
        "name": found.name,
        "begun_at": found.begun_at,
        "owner": owner.name if owner else "",
        "moves": person.guest,
        "email": mailed_to(person, found),
    }
    return respond(request, "submissions/resume_link.html", context)


@get(LINK, opt={"permission": Permission.SIGN_IN})
async def link_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Shows the button that goes on."""
    return await show_link(request, session)


@post(LINK, opt={"permission": Permission.SIGN_IN, "redisplay": show_link, "open": True})
async def use(request: Ask, session: AsyncSession) -> Response[Any]:
    """Go on with the response. Where its account has a password, that is asked for next."""
    found = await resume(session, _token(request), site_of(request).clock.now())
    if found is None:
        return _ended(request)
    answer = see_other(request, f"/respond/{found.key}", "response-yours")
    actor = actor_of(request)
    if not found.signs_in or (actor is not None and actor.id == found.user_id):
        return answer
    return await sign_in_browser(request, session, found.user_id, answer)


def _token(request: Ask) -> str:
    return str(request.path_params["token"])


def _ended(request: Ask) -> Response[Any]:
    return respond(request, "submissions/resume_ended.html", {}, status=410)


HANDLERS = (ask_page, ask, link_page, use)
