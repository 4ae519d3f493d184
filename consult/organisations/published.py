"""What an organisation has said in public: what was sent by its members, and what only names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.i18n.content import LocalText, pick
from consult.i18n.locales import direction
from consult.models.consultation import Consultation
from consult.models.contribution import Contribution, State

EXCERPT = 280


@dataclass(frozen=True, slots=True)
class SaidView:
    """A published contribution in a list. `organisation` is the name as it was when it was sent."""

    id: int
    reference: str
    consultation: LocalText
    consultation_address: str
    name: str
    organisation: str
    excerpt: str
    lang: str
    dir: str
    created_at: datetime


async def list_said(
    session: AsyncSession, organisation_id: int, by_members: bool | None, before: int, most: int, locale: str
) -> list[SaidView]:
    """Public contributions, the newest first, with ids below `before` (0: any).

    `by_members`: True those sent by members of the verified organisation, False those that only name it, None both.
    """
    statement = (
        select(
            Contribution.id, Contribution.reference, Contribution.author_name,
            Contribution.organisation_name, Contribution.text, Contribution.lang, Contribution.created_at,
            Consultation.title, Consultation.slug,
        )
        .where(*_public(organisation_id, by_members))
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .order_by(Contribution.id.desc())
        .limit(most)
    )  # fmt: skip
    if before:
        statement = statement.where(Contribution.id < before)
    return [_view(row, locale) for row in (await session.execute(statement)).all()]


async def count_said(session: AsyncSession, organisation_id: int, by_members: bool | None) -> int:
    """How many there are."""
    return (await session.execute(_counting(organisation_id, by_members))).scalar_one()


async def has_said(session: AsyncSession, organisation_id: int) -> bool:
    """Whether anything public names the organisation."""
    statement = _counting(organisation_id, None).with_only_columns(Contribution.id).limit(1)
    return (await session.execute(statement)).first() is not None


def _counting(organisation_id: int, by_members: bool | None) -> Select[int]:
    return (
        select(func.count())
        .select_from(Contribution)
        .join(Consultation, Consultation.id == Contribution.consultation_id)
        .where(*_public(organisation_id, by_members))
    )


def _public(organisation_id: int, by_members: bool | None) -> list[ColumnElement[bool]]:
    found = [
        Contribution.organisation_id == organisation_id,
        Contribution.state == State.PUBLISHED,
        Contribution.anonymous.is_(False),
        Contribution.forum_voice.is_(False),
        Consultation.published_at.is_not(None),
    ]
    if by_members is not None:
        found.append(Contribution.verified != "" if by_members else Contribution.verified == "")
    return found


def _view(row: Any, locale: str) -> SaidView:
    text = row.text if len(row.text) <= EXCERPT else row.text[:EXCERPT].rsplit(maxsplit=1)[0] + " …"
    return SaidView(
        id=row.id,
        reference=row.reference,
        consultation=pick(row.title, locale),
        consultation_address=f"/consultations/{row.slug}",
        name=row.author_name,
        organisation=row.organisation_name,
        excerpt=text,
        lang=row.lang,
        dir=direction(row.lang),
        created_at=row.created_at,
    )
