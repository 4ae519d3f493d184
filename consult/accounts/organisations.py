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
    """The organisation of a name and kind. A country is taken from whoever says one first."""
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
    found.country = found.country or country
    return found


async def speak_for(
    session: AsyncSession, user: User, name: str, kind: str, country: str, now: datetime
) -> Organisation | None:
    """The person (already flushed) now speaks for this organisation, or with an empty name for themselves."""
    await session.execute(delete(Membership).where(Membership.user_id == user.id))
    if not name:
        user.organisation_id = None
        return None
    organisation = await find_or_create_organisation(session, name, kind, country, now)
    user.organisation_id = organisation.id
    session.add(Membership(user_id=user.id, organisation_id=organisation.id, since=now))
    await session.flush()
    return organisation
