"""Answers: a page, or the fragment of it that htmx asked for; a redirect after something was done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.response import Redirect

from consult.i18n.catalogues import catalogue
from consult.kernel.errors import Message
from consult.security.actor import Actor
from consult.web.holes import NOBODY, fill
from consult.web.page import Feed, Notice, Page
from consult.web.rendering import Segments
from consult.web.site import Ask, Viewer, actor_of, locale_of, site_of

NOTICE = "notice"
"""Query parameter naming a message of NOTICES to show once after a redirect."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a page shared by all readers depends on: scopes, and the instant at which the clock changes it.

    `consultation_id` says whose contributions its holes are about, 0 for none.
    """

    scopes: frozenset[str]
    until: datetime | None = None
    consultation_id: int = 0


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A rendered shared page on its way to the page cache."""

    segments: Segments
    page: Page
    shared: Shared
    headers: dict[str, str] = field(default_factory=dict)


def is_partial(request: Ask) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true"


def page_of(request: Ask, **more: Any) -> Page:
    """The Page of a request."""
    site = site_of(request)
    locale = locale_of(request)
    path = request.scope["path"]
    notices = (*more.pop("notices", ()), *_notices(request, locale))
    return Page(
        locale=locale,
        path=path.removeprefix(f"/{locale}") or "/",
        base_url=site.settings.base_url,
        site_name=site.settings.site_name,
        query=_without_notice(request),
        actor=actor_of(request),
        demo=site.settings.demo,
        notices=notices,
        **more,
    )


def respond(
    request: Ask,
    template: str,
    context: Mapping[str, Any],
    *,
    block: str = "",
    status: int = 200,
    shared: Shared | None = None,
    section: str = "",
    feeds: Iterable[Feed] = (),
    has_errors: bool = False,
    headers: Mapping[str, str] | None = None,
    viewer: Viewer = NOBODY,
) -> Response[bytes]:
    """The template, or its `block` for htmx. With `shared` it may be kept and given to every reader."""
    site = site_of(request)
    page = page_of(
        request, section=section, feeds=tuple(feeds), has_errors=has_errors, private=shared is None
    )
    fragment = block if block and is_partial(request) else ""
    shown = _without_actor(page) if shared else page
    html = site.renderer.render(page.locale, template, {"page": shown, **context}, fragment)
    segments = site.renderer.segments(html)
    all_headers = {"content-language": page.locale, "vary": "HX-Request", **(headers or {})}
    if shared and status == 200:
        request.scope["state"]["shared"] = SharedPage(segments, shown, shared, all_headers)
        return Response(b"", headers=all_headers, media_type="text/html")
    body = fill(site.renderer, segments, page, actor_of(request), viewer).encode()
    return Response(
        body,
        status_code=status,
        headers={"cache-control": "private, no-store", **all_headers},
        media_type="text/html",
    )


def see_other(request: Ask, address: str, notice: str = "") -> Response[Any]:
    """To a page of this site (an address without locale) after something was done: 303 (RFC 9110, 15.4.4)."""
    path, hash_, fragment = address.partition("#")
    if notice:
        path += ("&" if "?" in path else "?") + f"{NOTICE}={notice}"
    return Redirect(f"/{locale_of(request)}{path}{hash_}{fragment}", status_code=303)


def text(request: Ask, message: Message) -> str:
    """A message in the request's language."""
    return catalogue(locale_of(request)).say(message)


def etag_of(body: bytes) -> str:
    """A strong entity tag (RFC 9110, 8.8.3)."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _without_actor(page: Page) -> Page:
    from_page: dict[str, Any] = {name: getattr(page, name) for name in Page.__dataclass_fields__}
    return Page(**{**from_page, "actor": None})


def _without_notice(request: Ask) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return "&".join(part for part in query.split("&") if part and not part.startswith(f"{NOTICE}="))


def _notices(request: Ask, locale: str) -> tuple[Notice, ...]:
    known: Mapping[str, tuple[str, str]] = request.app.state.notices
    found = known.get(request.query_params.get(NOTICE, ""))
    return (Notice(found[0], catalogue(locale).gettext(found[1])),) if found else ()


def actor_needed(request: Ask) -> Actor:
    """The actor of a route whose permission admits only signed-in people."""
    actor = actor_of(request)
    assert actor is not None
    return actor
