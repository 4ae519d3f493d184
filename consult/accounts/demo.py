"""Signing in with one click, where the site is a demo."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.browser import sign_in_browser
from consult.accounts.kept import keep, read_kept
from consult.accounts.queries import list_demo_people
from consult.accounts.views import PersonView, view_person
from consult.kernel.errors import NotFound
from consult.security.permissions import Permission
from consult.web.forms import read_form
from consult.web.respond import see_other
from consult.web.site import Ask, locale_of, site_of


async def list_demo_views(request: Ask, session: AsyncSession) -> list[PersonView]:
    """Whom one click signs in; nobody where the site is no demo."""
    if not site_of(request).settings.demo:
        return []
    return [view_person(user, organisation, locale_of(request))
            for user, organisation in await list_demo_people(session)]  # fmt: skip


@post("/demo/sign-in", opt={"permission": Permission.DEMO})
async def demo_sign_in(request: Ask, session: AsyncSession) -> Response[Any]:
    """Sign in as one of the demo's people; nobody else."""
    typed = await read_form(request)
    kept = read_kept(typed.values)
    found = [user.id for user, _ in await list_demo_people(session) if str(user.id) == typed["user"]]
    if not found:
        raise NotFound
    await keep(session, kept, found[0], site_of(request).clock.now())
    answer = see_other(request, kept.next or "/mine", "kept" if kept else "signed-in")
    return await sign_in_browser(request, session, found[0], answer)


HANDLERS = (demo_sign_in,)
