"""Signing a browser in and out: its session and its cookie."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie
from sqlalchemy.ext.asyncio import AsyncSession

from consult.accounts.sessions import begin_session, end_session
from consult.web.identity import cookie_name
from consult.web.site import Ask, actor_of, site_of

DAY = 86_400
"""Seconds."""


async def sign_in_browser(
    request: Ask, session: AsyncSession, user_id: int, answer: Response[Any]
) -> Response[Any]:
    """Begin a new session for this browser, never going on with an old one (session fixation), and hand over its cookie."""
    site = site_of(request)
    now = site.clock.now()
    await _end_current(request, session)
    token = await begin_session(session, user_id, site.settings.session_days, now)
    answer.set_cookie(_cookie(request, token, site.settings.session_days * DAY))
    return answer


async def sign_out_browser(request: Ask, session: AsyncSession, answer: Response[Any]) -> Response[Any]:
    """End this browser's session and take its cookie back."""
    await _end_current(request, session)
    return without_cookie(request, answer)


def without_cookie(request: Ask, answer: Response[Any]) -> Response[Any]:
    """The answer, taking the cookie back: with all its attributes, or browsers would refuse to change a `__Host-` one."""
    answer.set_cookie(_cookie(request, "", 0))
    return answer


async def _end_current(request: Ask, session: AsyncSession) -> None:
    actor = actor_of(request)
    if actor and actor.session_id:
        await end_session(session, actor.session_id, actor.id, site_of(request).clock.now())


def _cookie(request: Ask, value: str, seconds: int) -> Cookie:
    secure = site_of(request).settings.secure_origin
    return Cookie(
        key=cookie_name(secure),
        value=value,
        path="/",
        max_age=seconds,
        secure=secure,
        httponly=True,
        samesite="lax",
    )
