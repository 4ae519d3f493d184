"""Whom people speak for: one organisation for all spellings of a name, and a person's tie to it."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import Membership, Organisation, User


def fold_name(name: str) -> str:
    """A name as compared: without differences of case, width and spacing (Unicode NFKC, full case folding)."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


async def find_or_create_organisation(
    session: AsyncSession, name: str, kind: str, country: str, now: datetime
) -> Organisation:
    """The organisation of a name and kind, or the one it was merged into. A country is taken from whoever says one first."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = {
        "name": name,
        "fold": fold_name(name),
        "kind": kind,
        "country": country,
        "url": "",
        "created_at": now,
    }
    statement = dialect.insert(Organisation).values(values)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["fold", "kind"]))
    query = select(Organisation).where(Organisation.fold == fold_name(name), Organisation.kind == kind)
    found = (await session.execute(query)).scalar_one()
    if found.merged_into_id is not None:
        found = await session.get_one(Organisation, found.merged_into_id)
    found.country = found.country or country
    return found


async def speak_for(
    session: AsyncSession, user: User, name: str, kind: str, country: str, now: datetime
) -> Organisation | None:
    """The person (already flushed) now speaks for this organisation, or with an empty name for themselves.

    Naming one makes nobody its member; whose member they are, they stay.
    """
    if not name:
        await _speak_for_id(session, user, None, now)
        return None
    organisation = await find_or_create_organisation(session, name, kind, country, now)
    await _speak_for_id(session, user, organisation.id, now)
    return organisation


async def speak_as_member(session: AsyncSession, user: User, organisation_id: int, now: datetime) -> bool:
    """The person now speaks for an organisation whose member they are; False where they are not."""
    tie = await session.get(Membership, (user.id, organisation_id))
    if tie is None or not tie.role:
        return False
    await _speak_for_id(session, user, organisation_id, now)
    return True


async def _speak_for_id(
    session: AsyncSession, user: User, organisation_id: int | None, now: datetime
) -> None:
    only_named = (Membership.user_id == user.id, Membership.role == "")
    await session.execute(
        delete(Membership).where(*only_named, Membership.organisation_id != (organisation_id or 0))
    )
    user.organisation_id = organisation_id
    if organisation_id and await session.get(Membership, (user.id, organisation_id)) is None:
        session.add(Membership(user_id=user.id, organisation_id=organisation_id, role="", since=now))
    await session.flush()
