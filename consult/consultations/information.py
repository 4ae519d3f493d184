"""What the site says about itself: who runs it, how to take part, what is kept, what is allowed."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.words import GROUNDS, choices
from consult.publication.reach import view_reach
from consult.security.permissions import Permission
from consult.submissions.retention import KEPT_AFTER
from consult.web.respond import Shared, respond
from consult.web.site import Ask, locale_of, site_of

TEXT_KEPT_DAYS = 30
"""How long consult.js keeps unsent text in a browser (MONTH there)."""


@get("/about", opt={"permission": Permission.READ})
async def read_about(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What this site is for and how a consultation goes."""
    return _page(request, "about")


@get("/help", opt={"permission": Permission.READ})
async def read_help(request: Ask, session: AsyncSession) -> Response[bytes]:
    """How to take part, and what each error of the API means."""
    return _page(request, "help", section="help")


@get("/accessibility", opt={"permission": Permission.READ})
async def read_accessibility(request: Ask, session: AsyncSession) -> Response[bytes]:
    """The accessibility statement."""
    return _page(request, "accessibility")


@get("/privacy", opt={"permission": Permission.READ})
async def read_privacy(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What is kept of people, why and for how long."""
    days = site_of(request).settings.session_days
    return _page(request, "privacy", session_days=days, text_days=TEXT_KEPT_DAYS, reach=view_reach(locale_of(request)),
                 unsent_weeks=KEPT_AFTER.days // 7)  # fmt: skip


@get("/terms", opt={"permission": Permission.READ})
async def read_terms(request: Ask, session: AsyncSession) -> Response[bytes]:
    """What people agree to by posting, and why a comment can be hidden."""
    return _page(request, "terms", grounds=choices(GROUNDS, locale_of(request)))


def _page(request: Ask, name: str, section: str = "", **context: Any) -> Response[bytes]:
    """A page that is the same for all readers and that nothing in the database changes."""
    contact = site_of(request).settings.contact
    shared = Shared(frozenset())
    return respond(
        request, f"pages/{name}.html", {"contact": contact, **context}, shared=shared, section=section
    )


HANDLERS = (read_about, read_help, read_accessibility, read_privacy, read_terms)
