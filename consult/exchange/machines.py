"""Addresses for machines that look at several domains: is the site ready, and which pages does it have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from litestar import Response, get
from msgspec import json
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from consult.exchange.queries import public_places
from consult.i18n.locales import CODES, DEFAULT
from consult.notifications.upkeep import worker_beat_age
from consult.search.port import Condition
from consult.security.permissions import Permission
from consult.web.site import Ask, site_of

WORKER_LIVES = timedelta(seconds=60)
MOST_ADDRESSES = 50_000
"""What one sitemap may hold (sitemaps.org)."""
ALWAYS = ("", "/consultations", "/about", "/help", "/log")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)


@get("/readyz", opt={"permission": Permission.READ})
async def read_readiness(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Whether database, index and worker do their work: 200, or 503 and which one does not."""
    parts = {
        "database": "ok",
        "index": str(request.scope["state"]["search"].state().condition),
        "worker": "ok",
    }
    try:
        parts["worker"] = await _worker(request, session)
    except (SQLAlchemyError, OSError):
        parts["database"], parts["worker"] = "unreachable", "unknown"
    ready = parts["database"] == parts["worker"] == "ok" and parts["index"] in (
        Condition.READY,
        Condition.REBUILDING,
    )
    body = json.encode({"ready": ready, **parts})
    return Response(
        body,
        status_code=200 if ready else 503,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


async def _worker(request: Ask, session: AsyncSession) -> str:
    age = await worker_beat_age(session, site_of(request).clock.now())
    if age is None:
        return "never seen"
    return "ok" if age <= WORKER_LIVES else "silent"


@get("/sitemap.xml", opt={"permission": Permission.READ})
async def read_sitemap(request: Ask, session: AsyncSession) -> Response[bytes]:
    """Every public page that is about something, in each language, each naming the others."""
    paths = [*ALWAYS, *await public_places(session)]
    body = "".join(_sitemap(paths[: MOST_ADDRESSES // len(CODES)], site_of(request).settings.base_url))
    return Response(
        body.encode(), media_type="application/xml; charset=utf-8", headers={"cache-control": "max-age=3600"}
    )


def _sitemap(paths: Sequence[str], base_url: str) -> Iterator[str]:
    yield _HEAD
    for path in paths:
        links = "".join(_alternate(base_url, path, code, code) for code in CODES)
        links += _alternate(base_url, path, DEFAULT, "x-default")
        for code in CODES:
            yield f"<url><loc>{escape(f'{base_url}/{code}{path}')}</loc>{links}</url>\n"
    yield "</urlset>\n"


def _alternate(base_url: str, path: str, code: str, lang: str) -> str:
    address: Any = quoteattr(f"{base_url}/{code}{path}")
    return f'<xhtml:link rel="alternate" hreflang="{lang}" href={address}/>'


HANDLERS = (read_readiness, read_sitemap)
