"""What mailed links lead to: confirming an address, setting a new password. Opening a link changes nothing."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts import service
from consult.accounts.browser import sign_in_browser
from consult.accounts.forms import read_new_address, read_new_password
from consult.accounts.kept import read_kept
from consult.accounts.links import OpenLink, Purpose, find_link
from consult.accounts.pages import HOME, open_form
from consult.accounts.queries import find_actor
from consult.accounts.sessions import end_all_sessions
from consult.accounts.tries import ask_to_wait, may_mail, meters_of, too_many
from consult.i18n.catalogues import N_, catalogue
from consult.kernel.errors import FormInvalid, SignInNeeded
from consult.security.actor import Actor
from consult.security.passwords import hash_password
from consult.security.permissions import Permission
from consult.web.forms import form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, actor_of, locale_of, site_of


async def show_confirm(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The page behind the link that confirms a new account's address: says whose, and has the button."""
    link = await _find(request, session, Purpose.CONFIRM)
    if link is None:
        return _ended(request)
    return await _show_button(request, session, link, "accounts/confirm.html", failed)


@get("/confirm/{token:str}", opt={"permission": Permission.SIGN_IN})
async def confirm_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Shows the button that confirms an address: programs that open mailed links must not use them up."""
    return await show_confirm(request, session)


@post("/confirm/{token:str}", opt=open_form(show_confirm))
async def confirm(request: Ask, session: AsyncSession) -> Response[Any]:
    """Confirm a new account's address and sign its owner in."""
    next_ = read_kept((await read_form(request)).values).next
    user_id = await service.confirm(session, _token(request), site_of(request).clock.now())
    if user_id is None:
        return _ended(request)
    return await sign_in_browser(request, session, user_id, see_other(request, next_ or HOME, "confirmed"))


async def show_new_address(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The page behind the link that was mailed to somebody's new address.

    It works only for its owner, signed in: whoever got it by a typing error must not get into the account. Raises
    SignInNeeded.
    """
    link = await _find(request, session, Purpose.EMAIL)
    if link is None:
        return _ended(request)
    _refuse_others(request, link)
    return await _show_button(request, session, link, "accounts/new_address.html", failed)


@get("/email/{token:str}", opt={"permission": Permission.SIGN_IN})
async def new_address_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Shows the button that makes an address the person's own."""
    return await show_new_address(request, session)


@post("/email/{token:str}", opt=open_form(show_new_address))
async def take_new_address(request: Ask, session: AsyncSession) -> Response[Any]:
    """The new address becomes the person's own."""
    link = await _find(request, session, Purpose.EMAIL)
    if link is None:
        return _ended(request)
    _refuse_others(request, link)
    await service.change_address(session, _token(request), site_of(request).clock.now())
    return see_other(request, "/profile", "address-changed")


@post("/confirm-again", opt={"permission": Permission.OWN_ACCOUNT})
async def confirm_again(request: Ask, session: AsyncSession) -> Response[Any]:
    """Mail the confirmation once more."""
    actor = actor_needed(request)
    if not actor.confirmed and await may_mail(request, actor.email):
        service.want_link(session, actor.id, Purpose.CONFIRM, site_of(request).clock.now())
    return see_other(request, HOME, "link-sent")


async def show_reset(request: Ask, session: AsyncSession, failed: FormInvalid | None = None) -> Response[Any]:
    """The form that asks for an address to mail a reset link to."""
    actor = actor_of(request)
    state = form_state(failed, catalogue(locale_of(request)), {"email": actor.email if actor else ""})
    return respond(request, "accounts/reset.html", {"form": state}, has_errors=bool(state.errors))


@get("/reset", opt={"permission": Permission.SIGN_IN})
async def reset_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks for the address."""
    return await show_reset(request, session)


@post("/reset", opt=open_form(show_reset))
async def ask_reset(request: Ask, session: AsyncSession) -> Response[Any]:
    """Mail a reset link. The answer, and the work, are the same for known and unknown addresses."""
    typed = await read_form(request)
    email = read_new_address(typed)
    if wait := await too_many(request, meters_of(request, "reset", email)):
        return await ask_to_wait(request, session, show_reset, typed, wait)
    if await may_mail(request, email):
        await service.ask_reset(session, email, site_of(request).clock.now())
    return respond(request, "accounts/reset_sent.html", {"email": email})


async def show_new_password(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None
) -> Response[Any]:
    """The form for a new password behind a mailed link."""
    link = await _find(request, session, Purpose.RESET)
    if link is None:
        return _ended(request)
    person = await find_actor(session, link.user_id)
    state = form_state(failed, catalogue(locale_of(request)))
    context = {"form": state, "person": person, "token": _token(request)}
    return respond(request, "accounts/new_password.html", context, has_errors=bool(state.errors))


@get("/reset/{token:str}", opt={"permission": Permission.SIGN_IN})
async def new_password_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Asks for the new password."""
    return await show_new_password(request, session)


@post("/reset/{token:str}", opt=open_form(show_new_password))
async def set_new_password(request: Ask, session: AsyncSession) -> Response[Any]:
    """A new password: all other devices are signed out, this one is signed in."""
    typed = await read_form(request)
    site = site_of(request)
    async with site.database.reading() as reading:
        link = await _find(request, reading, Purpose.RESET)
        person = await find_actor(reading, link.user_id) if link else None
    if person is None:
        return _ended(request)
    password = read_new_password(typed, *own_words(person, site.settings.site_name))
    hashed = await hash_password(password)
    now = site.clock.now()
    user_id = await service.reset_password(session, _token(request), hashed, now)
    if user_id is None:
        return _ended(request)
    await end_all_sessions(session, user_id, now)
    return await sign_in_browser(request, session, user_id, see_other(request, HOME, "password-changed"))


def own_words(person: Actor, site_name: str) -> tuple[str, ...]:
    """What a password must not be made of."""
    return person.name, person.email, person.organisation, site_name


async def _find(request: Ask, session: AsyncSession, purpose: str) -> OpenLink | None:
    return await find_link(session, _token(request), purpose, site_of(request).clock.now())


def _refuse_others(request: Ask, link: OpenLink) -> None:
    actor = actor_of(request)
    if actor is None or actor.id != link.user_id:
        raise SignInNeeded(N_("Sign in to the account whose email address you want to change."))


async def _show_button(
    request: Ask, session: AsyncSession, link: OpenLink, template: str, failed: FormInvalid | None
) -> Response[Any]:
    state = form_state(failed, catalogue(locale_of(request)))
    context = {
        "form": state,
        "link": link,
        "person": await find_actor(session, link.user_id),
        "kept": read_kept(failed.values if failed else request.query_params),
        "token": _token(request),
    }
    return respond(request, template, context, has_errors=bool(state.errors))


def _token(request: Ask) -> str:
    return str(request.path_params["token"])


def _ended(request: Ask) -> Response[Any]:
    return respond(request, "accounts/link_ended.html", {}, status=410)


HANDLERS = (
    confirm_page,
    confirm,
    new_address_page,
    take_new_address,
    confirm_again,
    reset_page,
    ask_reset,
    new_password_page,
    set_new_password,
)
