"""The pictures of drafts, as files. What such a file may do when it is opened alone: see FILE_POLICY in web/outer.py."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.pending import get_figure
from consult.security.permissions import Permission
from consult.web.site import Ask, actor_of

FOR_EVER = "public, max-age=31536000, immutable"


@get("/files/{draft:int}/{name:str}", opt={"permission": Permission.READ})
async def show_figure(request: Ask, session: AsyncSession, draft: int, name: str) -> Response[Any]:
    """A picture. Its name changes with its content, so it may be kept for ever once it is public."""
    figure, is_public = await get_figure(session, draft, name, actor_of(request))
    return Response(
        figure.body,
        media_type=figure.type,
        headers={"cache-control": FOR_EVER if is_public else "private, no-store"},
    )


HANDLERS = (show_figure,)
