"""Tokens by which scripts act for a person at the API."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts import service
from consult.accounts.forms import clean_name
from consult.accounts.queries import list_tokens
from consult.i18n.catalogues import N_, catalogue
from consult.kernel.errors import FormInvalid
from consult.security.permissions import Permission
from consult.web.forms import Problems, form_state, read_form
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, locale_of, site_of

MOST_NAME = 100


async def show_tokens(
    request: Ask, session: AsyncSession, failed: FormInvalid | None = None, *, made: str = ""
) -> Response[Any]:
    """A person's tokens; `made` is a new one, shown this once."""
    state = form_state(failed, catalogue(locale_of(request)))
    context = {"form": state, "tokens": await list_tokens(session, actor_needed(request).id), "made": made}
    return respond(request, "accounts/tokens.html", context, section="profile", has_errors=bool(state.errors))


@get("/profile/tokens", opt={"permission": Permission.OWN_ACCOUNT})
async def tokens_page(request: Ask, session: AsyncSession) -> Response[Any]:
    """Tokens that work, and the form for another."""
    return await show_tokens(request, session)


@post("/profile/tokens", opt={"permission": Permission.OWN_ACCOUNT, "redisplay": show_tokens})
async def make_token(request: Ask, session: AsyncSession) -> Response[Any]:
    """Make a token. The answer is the page itself, because no later page can show the token."""
    typed = await read_form(request)
    problems = Problems()
    name = problems.require(clean_name(typed["name"]), "name", N_("Say what the token is for"))
    problems.limit(name, "name", MOST_NAME)
    problems.raise_if_any(typed)
    token = await service.create_token(session, actor_needed(request).id, name, site_of(request).clock.now())
    return await show_tokens(request, session, made=token)


@post("/profile/tokens/{token_id:int}/revoke", opt={"permission": Permission.OWN_ACCOUNT})
async def revoke_token(request: Ask, session: AsyncSession, token_id: int) -> Response[Any]:
    """One of the person's own tokens stops working."""
    await service.revoke_token(session, actor_needed(request).id, token_id, site_of(request).clock.now())
    return see_other(request, "/profile/tokens", "token-revoked")


HANDLERS = (tokens_page, make_token, revoke_token)
