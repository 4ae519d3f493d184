"""Versions in preparation: readers see nothing of them; a draft has at most one."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from consult.kernel.errors import Conflict, invalid
from consult.kernel.messages import N_
from consult.models.document import Draft, Version

PUBLISHED = N_("This version is public. A public version never changes: begin a new one.")


def in_preparation(draft: Draft | None) -> Version | None:
    """The version that a loaded draft has in preparation."""
    versions = draft.versions if draft else []
    return next((version for version in versions if version.published_at is None), None)


def refuse_second(draft: Draft | None) -> None:
    """Raises FormInvalid where a draft has a version in preparation already."""
    if present := in_preparation(draft):
        text = N_("Version %(number)s is in preparation already. Publish, replace or discard it first.")
        raise invalid("", text, number=present.number)


def refuse_published(version: Version) -> None:
    """Raises Conflict where a version is public."""
    if version.published_at is not None:
        raise Conflict(PUBLISHED)


async def drop_version(session: AsyncSession, version: Version) -> None:
    """Throw away a version in preparation, with all that was done to it. Raises Conflict where it is public."""
    refuse_published(version)
    await session.execute(delete(Version).where(Version.id == version.id))
    session.expunge(version)
