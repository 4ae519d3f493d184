"""A person's own account: what others see of them, their password, their address, tokens for scripts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts import service
from consult.accounts.browser import sign_in_browser, without_cookie
from consult.accounts.forms import read_new_address, read_new_password, read_profile
from consult.accounts.labels import KINDS, options
from consult.accounts.link_pages import own_words
from consult.accounts.queries import find_profile
from consult.accounts.sessions import end_all_sessions
from consult.accounts.tries import check_password, may_mail
from consult.i18n.catalogues import catalogue
from consult.i18n.locales import LOCALES, countries
from consult.i18n.zones import zone_options
from consult.kernel.errors import FormInvalid
from consult.models.people import Kind
from consult.organisations.queries import organisations_of
from consult.organisations.words import mark_of
from consult.security.passwords import hash_password
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

SECTION = "profile"
CAN_BE_READ = {"permission": Permission.OWN_ACCOUNT}


def _form(show: Any, at: str) -> dict[str, Any]:
    return {"permission": Permission.OWN_ACCOUNT, "redisplay": show, "form_at": at}


async def show_profile(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """What others see, language, zone and mails."""
    locale = locale_of(request)
    user, organisation = await find_profile(session, actor_needed(request).id)
    own = await organisations_of(session, user.id)
    member = organisation is not None and organisation.id in {each.id for each, _ in own}
    if member:
        organisation = None
    values = {
        "member_of": str(user.organisation_id) if member else "",
        "name": user.name,
        "kind": organisation.kind if organisation else Kind.INDIVIDUAL,
        "organisation": organisation.name if organisation else "",
        "country": user.country,
        "locale": user.locale,
        "zone": user.zone,
    }
    state = form_state(failed, catalogue(locale), values)
    context = {
        "form": state,
        "kinds": options(KINDS, locale),
        "member_of": [(str(each.id), each.name, mark_of(each, locale, user.zone)) for each, _ in own],
        "countries": [("", ""), *countries(locale)],
        "locales": [(each.code, each.name) for each in LOCALES],
        "zones": zone_options(locale),
        "mails": [name for name, on in (("replies", user.mail_replies), ("rounds", user.mail_rounds)) if on],
    }
    return respond(request, "accounts/profile.html", context, section=SECTION, has_errors=bool(state.errors))


@get("/profile", opt=CAN_BE_READ)
async def profile_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The profile."""
    return await show_profile(request, session)


@post("/profile", opt=_form(show_profile, "/profile"))
async def change_profile(request: Ask, session: AsyncSession) -> Response[Any]:
    """Keep the profile. What was sent before keeps the name it was sent under."""
    form = read_profile(await read_form(request))
    values = asdict(form)
    organisation = (values.pop("organisation"), values.pop("kind"))
    member_of = values.pop("member_of")
    now = site_of(request).clock.now()
    await service.change_profile(session, actor_needed(request).id, values, organisation, now, member_of)
    return see_other(request, "/profile", "saved")


async def show_password(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The form for another password."""
    state = form_state(failed, catalogue(locale_of(request)))
    return respond(request, "accounts/password.html", {"form": state}, section=SECTION,
                   has_errors=bool(state.errors))  # fmt: skip


@get("/profile/password", opt=CAN_BE_READ)
async def password_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks for the present password and another one."""
    return await show_password(request, session)


@post("/profile/password", opt=_form(show_password, "/profile/password"))
async def change_password(request: Ask, session: AsyncSession) -> Response[Any]:
    """Another password: all other devices are signed out, this one gets a new session."""
    typed = await read_form(request)
    actor, site = actor_needed(request), site_of(request)
    password = read_new_password(typed, *own_words(actor, site.settings.site_name))
    if waiting := await check_password(request, session, typed, show_password):
        return waiting
    hashed = await hash_password(password)
    now = site.clock.now()
    await service.change_password(session, actor.id, hashed, now)
    await end_all_sessions(session, actor.id, now)
    return await sign_in_browser(
        request, session, actor.id, see_other(request, "/profile", "password-changed")
    )


async def show_address(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The form for another email address."""
    state = form_state(failed, catalogue(locale_of(request)))
    return respond(request, "accounts/address.html", {"form": state, "now": actor_needed(request).email},
                   section=SECTION, has_errors=bool(state.errors))  # fmt: skip


@get("/profile/email", opt=CAN_BE_READ)
async def address_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks for the new address and the password."""
    return await show_address(request, session)


@post("/profile/email", opt=_form(show_address, "/profile/email"))
async def ask_address(request: Ask, session: AsyncSession) -> Response[Any]:
    """Mail a link to the new address; the old one stays until it is used."""
    typed = await read_form(request)
    email = read_new_address(typed)
    if waiting := await check_password(request, session, typed, show_address):
        return waiting
    if await may_mail(request, email):
        await service.ask_new_address(session, actor_needed(request).id, email, site_of(request).clock.now())
    return see_other(request, "/profile", "link-sent")


@post("/profile/sign-out-everywhere", opt=CAN_BE_READ)
async def sign_out_everywhere(request: Ask, session: AsyncSession) -> Response[Any]:
    """Sign all browsers out, this one too."""
    await end_all_sessions(session, actor_needed(request).id, site_of(request).clock.now())
    return without_cookie(request, see_other(request, "/", "signed-out-everywhere"))


HANDLERS = (
    profile_page,
    change_profile,
    password_page,
    change_password,
    address_page,
    ask_address,
    sign_out_everywhere,
)
