"""Addresses for machines: is it alive, is it ready, what does it measure, where is everything."""

from __future__ import annotations

from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from consult.security.permissions import Permission
from consult.web.site import Ask, site_of

PLAIN = "text/plain; charset=utf-8"


@get("/healthz", opt={"permission": Permission.READ})
async def read_health() -> Response[str]:
    """The process answers."""
    return Response("ok\n", media_type=PLAIN, headers={"cache-control": "no-store"})


@get("/metrics", opt={"permission": Permission.METRICS})
async def read_metrics() -> Response[bytes]:
    """Prometheus' text format, only for configured addresses."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})


@get("/robots.txt", opt={"permission": Permission.READ})
async def read_robots(request: Ask) -> Response[str]:
    """What crawlers may read: everything public; not the forms."""
    lines = ["User-agent: *", "Disallow: /*/desk", "Disallow: /*/sign-in", "Disallow: /*/report", "",
             f"Sitemap: {site_of(request).settings.base_url}/sitemap.xml", ""]  # fmt: skip
    return Response("\n".join(lines), media_type=PLAIN)


@get("/.well-known/security.txt", opt={"permission": Permission.READ})
async def read_security(request: Ask) -> Response[str]:
    """Whom to tell of a security hole (RFC 9116)."""
    settings, now = site_of(request).settings, site_of(request).clock.now()
    lines = [f"Contact: mailto:{settings.contact}", f"Expires: {now.year + 1}-01-01T00:00:00Z",
             "Preferred-Languages: en, fr, es", f"Canonical: {settings.base_url}/.well-known/security.txt", ""]  # fmt: skip
    return Response("\n".join(lines), media_type=PLAIN)


async def database_answers(session: AsyncSession) -> bool:
    """Whether the database can be asked."""
    try:
        await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


HANDLERS = (read_health, read_metrics, read_robots, read_security)
