"""Signing in and out, and registering."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts import service
from consult.accounts.browser import sign_in_browser, sign_out_browser
from consult.accounts.demo import list_demo_views
from consult.accounts.forms import read_credentials, read_registration
from consult.accounts.kept import Kept, keep, read_kept
from consult.accounts.labels import KINDS, options
from consult.accounts.tries import ask_to_wait, find_owner, may_mail, meters_of, settle_try, too_many
from consult.i18n.catalogues import N_, catalogue
from consult.kernel.errors import FieldError, FormInvalid, Message
from consult.security.passwords import hash_password
from consult.security.permissions import Permission
from consult.web.forms import FormState, Typed, form_state, read_form
from consult.web.respond import respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of

HOME = "/mine"
"""Where signing in leads when nothing else was wanted."""


def open_form(show: Any) -> dict[str, Any]:
    """What a form that signed-out people can send says of itself."""
    return {"permission": Permission.SIGN_IN, "redisplay": show, "open": True}


async def show_sign_in(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The sign-in form, as it was typed."""
    state, kept = _carrying(request, failed)
    demo = await list_demo_views(request, session)
    context = {"form": state, "kept": kept, "demo_people": demo}
    return respond(request, "accounts/sign_in.html", context, has_errors=bool(state.errors))


@get("/sign-in", opt={"permission": Permission.SIGN_IN})
async def sign_in_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The sign-in form; who is signed in is led on."""
    if actor_of(request):
        return see_other(request, read_kept(request.query_params).next or HOME)
    return await show_sign_in(request, session)


@post("/sign-in", opt=open_form(show_sign_in))
async def sign_in(request: Ask, session: AsyncSession) -> Response[Any]:
    """Sign in with an address and a password, bringing along what was typed before."""
    typed = await read_form(request)
    kept = read_kept(typed.values)
    if typed["begin"]:
        return await show_sign_in(request, session, _as_begun(typed))
    credentials = read_credentials(typed)
    counted = meters_of(request, "sign-in", credentials.email)
    if wait := await too_many(request, counted):
        return await ask_to_wait(request, session, show_sign_in, typed, wait)
    user = await find_owner(request, credentials.email, credentials.password)
    if user is None:
        problem = FieldError("email", Message(N_("The address or the password is not right. Check both.")))
        raise FormInvalid([problem], typed.values)
    await settle_try(request, user, credentials.password, counted)
    await keep(session, kept, user.id, site_of(request).clock.now())
    answer = see_other(request, kept.next or HOME, "kept" if kept else "signed-in")
    return await sign_in_browser(request, session, user.id, answer)


@post("/sign-out", opt={"permission": Permission.SIGN_IN})
async def sign_out(request: Ask, session: AsyncSession) -> Response[Any]:
    """Sign this browser out."""
    return await sign_out_browser(request, session, see_other(request, "/", "signed-out"))


async def show_register(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The registration form, as it was typed."""
    state, kept = _carrying(request, failed)
    context = {"form": state, "kept": kept, "kinds": options(KINDS, locale_of(request))}
    return respond(request, "accounts/register.html", context, has_errors=bool(state.errors))


@get("/register", opt={"permission": Permission.SIGN_IN})
async def register_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """The registration form; who is signed in is led on."""
    if actor_of(request):
        return see_other(request, read_kept(request.query_params).next or HOME)
    return await show_register(request, session)


@post("/register", opt=open_form(show_register))
async def register(request: Ask, session: AsyncSession) -> Response[Any]:
    """Make an account. The answer is the same whether or not the address has one already; the mail tells."""
    typed = await read_form(request)
    kept = read_kept(typed.values)
    if typed["begin"]:
        return await show_register(request, session, _as_begun(typed))
    site, locale = site_of(request), locale_of(request)
    form = read_registration(typed, site.settings.site_name)
    if wait := await too_many(request, meters_of(request, "register", form.email)):
        return await ask_to_wait(request, session, show_register, typed, wait)
    hashed = await hash_password(form.password)
    mailing = await may_mail(request, form.email)
    new = service.NewPerson(form.name, form.email, hashed, form.organisation, form.kind, locale, form.zone)
    now = site.clock.now()
    user_id = await service.register(session, new, kept.next, now, may_mail=mailing)
    if user_id is not None:
        await keep(session, kept, user_id, now)
    return respond(request, "accounts/register_sent.html", {"email": form.email, "kept": kept})


def _as_begun(typed: Typed) -> FormInvalid:
    """A form come to from the other one, bringing along what that one carried; nothing is wrong with it yet."""
    return FormInvalid([], typed.values)


def _carrying(request: Ask, failed: FormInvalid | None) -> tuple[FormState, Kept]:
    kept = read_kept(failed.values if failed else request.query_params)
    return form_state(failed, catalogue(locale_of(request))), kept


HANDLERS = (sign_in_page, sign_in, sign_out, register_page, register)
