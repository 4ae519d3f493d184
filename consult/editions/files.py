"""A version's files themselves, at addresses that stay. What is not there yet has a page: see pages.py."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from consult.editions.formats import FORMATS, TEXT
from consult.editions.freshness import is_fresh
from consult.editions.names import FileName, read_name
from consult.editions.queries import Recorded, find_rendition, find_version, get_edition
from consult.kernel.errors import NotFound
from consult.security.permissions import Permission
from consult.web.site import Ask, actor_of, locale_of

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
NEVER_KEPT = "no-store"
"""For files with comments: what is hidden tomorrow should not lie in a cache."""


@get("/files/versions/{name:str}", opt={"permission": Permission.READ})
async def send_file(request: Ask, session: AsyncSession, name: str) -> Response[Any]:
    """An edition's own text, which never changes, or the file of that name."""
    read = read_name(name)
    if read is None:
        raise NotFound
    recorded = await find_version(session, read.reference, actor_of(request))
    public = recorded.consultation.published_at is not None
    if read.edition:
        edition = await get_edition(session, recorded.version, read)
        cache = FOR_EVER if public else "private, no-store"
        return _answer(request, read, edition.source.encode(), edition.sha256, cache)
    return await _rendition(request, session, recorded, read, public)


async def _rendition(
    request: Ask, session: AsyncSession, recorded: Recorded, name: FileName, public: bool
) -> Response[Any]:
    """The file, or the way to the page that says why it is not there."""
    found = await find_rendition(session, recorded, name, with_body=True)
    if found is None or found.body is None or not await is_fresh(session, found):
        return Redirect(f"/{locale_of(request)}{name.page}", status_code=303)
    cache = (ASK_AGAIN if name.what == TEXT else NEVER_KEPT) if public else "private, no-store"
    return _answer(request, name, found.body, found.content, cache)


def _answer(request: Ask, name: FileName, body: bytes, content: str, cache: str) -> Response[Any]:
    tag = f'"{content}"'
    headers = {
        "etag": tag,
        "cache-control": cache,
        "content-disposition": f'attachment; filename="{name}"',
        "content-language": name.lang,
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=FORMATS[name.format].media_type, headers=headers)


HANDLERS = (send_file,)
