"""The desk's page of files that could not be made, and making them again."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from consult.editions.queries import unmade_files
from consult.editions.service import try_again
from consult.kernel.errors import NotFound
from consult.ledger.audit import record
from consult.security.permissions import Permission
from consult.web.respond import actor_needed, respond, see_other
from consult.web.site import Ask, site_of

FILES = "/desk/files"


@get(FILES, opt={"permission": Permission.EDIT})
async def show_files(request: Ask, session: AsyncSession) -> Response[Any]:
    """Files that could not be made."""
    return respond(request, "editions/desk_files.html", {"files": await unmade_files(session)})


@post(f"{FILES}/{{rendition_id:int}}/retry", opt={"permission": Permission.EDIT, "form_at": FILES})
async def retry_file(request: Ask, session: AsyncSession, rendition_id: int) -> Response[Any]:
    """Make a file again, now."""
    now = site_of(request).clock.now()
    if not await try_again(session, rendition_id, now):
        raise NotFound
    record(session, actor_needed(request), "file.retried", f"file {rendition_id}", now)
    return see_other(request, FILES, notice="saved")


HANDLERS = (show_files, retry_file)
