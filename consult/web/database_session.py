"""The request's database session: committed after the page was made and before anything is sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncSession

from consult.web.guards import SAFE
from consult.web.site import Site


async def provide_session(request: Request) -> AsyncGenerator[AsyncSession, None]:  # type: ignore[type-arg]
    """A reading session for safe methods, else a writing one. Whatever is raised rolls back.

    The framework resumes this generator when the answer has been made and not yet sent; a commit that fails
    therefore becomes an error page and never a success.
    """
    site: Site = request.scope["state"]["site"]
    opened = site.database.reading() if request.method in SAFE else site.database.writing()
    async with opened as session:
        yield session
