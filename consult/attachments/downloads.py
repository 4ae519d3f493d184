"""Files go out as downloads only: with the type that was found, a safe name, and nothing that a browser would run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anyio import to_thread
from litestar import Response, get
from litestar.response import Redirect, Stream
from sqlalchemy.ext.asyncio import AsyncSession

from consult.attachments.kinds import kind_of
from consult.attachments.names import disposition
from consult.attachments.queries import PublicFile, get_attachment, get_public_file
from consult.attachments.store import FileMissingError, store_of
from consult.comments.queries import get_contribution
from consult.kernel.errors import NotFound
from consult.models.contribution import State
from consult.models.submission import AttachmentState
from consult.security.permissions import Permission
from consult.submissions.queries import get_readable
from consult.web.respond import actor_needed
from consult.web.site import Ask, actor_of, locale_of, site_of

POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
FALLBACK = "application/octet-stream"


@get(
    "/respond/{key:str}/files/{attachment:str}", opt={"permission": Permission.RESPOND, "uncompressed": True}
)
async def send_own(request: Ask, session: AsyncSession, key: str, attachment: str) -> Response[Any]:
    """A file as it was received, to those who write the response or are asked to sign it."""
    submission = await get_readable(session, key, actor_needed(request))
    found = await get_attachment(session, submission.id, attachment)
    if found.state != AttachmentState.KEPT:
        raise NotFound
    return await send(request, found.sha256, found.name, found.media_type, found.size)


@get(
    "/contributions/{reference:str}/files/{number:int}/{name:str}",
    opt={"permission": Permission.READ, "uncompressed": True},
)
async def send_public(
    request: Ask, session: AsyncSession, reference: str, number: int, name: str
) -> Response[Any]:
    """A file that everybody may have, or that waits with its response, for those who may see that. Under another name it
    is at its present one."""
    contribution, _ = await get_contribution(session, reference, actor_of(request))
    waits = contribution.state == State.PENDING
    found = await get_public_file(session, contribution.reference, number, waiting=waits)
    if name != found.name:
        return Redirect(f"/{locale_of(request)}{found.address}", status_code=303)
    if waits:
        return await send(request, found.sha256, found.name, found.media_type, found.size)
    return await send_public_file(request, found)


async def send_public_file(request: Ask, found: PublicFile) -> Response[Any]:
    """The public's copy. Asked for again it is checked whether it is still public."""
    return await send(request, found.sha256, found.name, found.media_type, found.size, "public, no-cache")


async def send(
    request: Ask, sha256: str, name: str, media_type: str, size: int, cache: str = "private, no-store"
) -> Response[Any]:
    """Stored bytes as a download, some at a time. Raises NotFound where the store lacks them."""
    known = kind_of(media_type)
    kind = known.media_type if known else FALLBACK
    tag = f'"{sha256[:40]}"'
    headers = {
        "content-disposition": disposition(name),
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": cache,
        "etag": tag,
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    try:
        chunks: Iterator[bytes] = await to_thread.run_sync(store_of(site_of(request).settings).chunks, sha256)
    except FileMissingError:
        raise NotFound from None
    headers["content-length"] = str(size)
    return Stream(chunks, media_type=kind, headers=headers)


HANDLERS = (send_own, send_public)
