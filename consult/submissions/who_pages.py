"""The page that asks who responds."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.catalogues import N_, catalogue
from consult.i18n.locales import LOCALES, countries
from consult.i18n.words import KINDS, kind_name
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.models.people import Organisation
from consult.security.permissions import Permission
from consult.submissions.own_page import KEY, address_of, context_of, find_own
from consult.submissions.queries import organisation_of
from consult.submissions.saving import check_open, save_who
from consult.submissions.who_form import INTERESTS, read_who, who_fields
from consult.web.forms import Typed, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

WHO = f"{KEY}/who"


async def show_who(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form, as it was saved or typed."""
    own, locale = await find_own(request, session), locale_of(request)
    say = catalogue(locale).gettext
    state = form_state(failed, catalogue(locale), who_fields(own.submission))
    organisation = await organisation_of(session, own.submission)
    context = context_of(
        request,
        own,
        form=state,
        organisation=_describe(organisation, locale) if organisation else None,
        kinds=[(code, say(word.label)) for code, word in KINDS.items()],
        countries=[("", say(N_("Not said"))), *countries(locale)],
        languages=[(each.code, each.name) for each in LOCALES],
        interests=[(code, say(word.label), say(word.explanation)) for code, word in INTERESTS.items()],
    )
    return respond(request, "submissions/who.html", context, has_errors=bool(state.errors))


def _describe(organisation: Organisation, locale: str) -> tuple[str, str]:
    return organisation.name, kind_name(organisation.kind, locale)


@get(WHO, opt={"permission": Permission.RESPOND})
async def who_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks who responds."""
    return await show_who(request, session)


@post(WHO, opt={"permission": Permission.RESPOND, "redisplay": show_who, "form_at": WHO})
async def save_who_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep it. What somebody else changed meanwhile is not written over."""
    typed, actor = await read_form(request), actor_needed(request)
    own = await find_own(request, session, hold=True)
    check_open(own.submission)
    who = read_who(typed, own.submission, is_guest=actor.guest)
    _check_seen(typed, own.submission.version)
    await save_who(session, own.submission, who.columns(), site_of(request).clock.now())
    return see_other(request, address_of(own.submission), "response-saved")


def _check_seen(typed: Typed, version: int) -> None:
    if typed["seen"] and typed["seen"] != str(version):
        text = N_(
            "Somebody else, or another tab, has changed this meanwhile. Check it, and save again to keep yours."
        )
        raise FormInvalid([FieldError("", Message(text))], {**typed.values, "seen": str(version)})


HANDLERS = (who_page, save_who_page)
