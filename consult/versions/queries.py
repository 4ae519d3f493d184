"""What comparing two versions reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.queries import published_versions
from consult.kernel.errors import NotFound
from consult.kernel.translated import Translated
from consult.models.contribution import Contribution, State
from consult.models.document import Draft, Version
from consult.models.version import Change, Match, change_contributions
from consult.versions.relations import Step


@dataclass(frozen=True, slots=True)
class Answered:
    """A contribution that a change answers; an anonymous one has no names."""

    reference: str
    name: str
    organisation: str
    verified: str
    anonymous: bool
    forum_voice: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a block changed in version `number`, and which contributions that answers."""

    number: int
    key: str
    reason: Translated
    answers: tuple[Answered, ...]


def get_versions(draft: Draft, first: int, second: int) -> tuple[Version, Version]:
    """Two published versions by number. Raises NotFound."""
    by_number = {version.number: version for version in published_versions(draft)}
    if first not in by_number or second not in by_number:
        raise NotFound
    return by_number[first], by_number[second]


async def load_steps(session: AsyncSession, draft_id: int, first: int, last: int) -> list[Step]:
    """How blocks follow from each other in the versions after `first` up to `last`."""
    statement = (
        select(Version.number, Match.before, Match.key, Match.kind, Match.edited)
        .join(Version, Version.id == Match.version_id)
        .where(Version.draft_id == draft_id, Version.number > first, Version.number <= last)
    )
    return [Step(*row) for row in (await session.execute(statement)).all()]


async def load_reasons(session: AsyncSession, draft_id: int, first: int, last: int) -> list[Reason]:
    """The editors' reasons in the versions after `first` up to `last`, with the public contributions that they answer."""
    statement = (
        select(Change.id, Version.number, Change.key, Change.reason)
        .join(Version, Version.id == Change.version_id)
        .where(Version.draft_id == draft_id, Version.number > first, Version.number <= last)
        .where(Version.published_at.is_not(None))
        .order_by(Version.number, Change.id)
    )
    rows = (await session.execute(statement)).all()
    answered = await _answered(session, [row.id for row in rows])
    return [Reason(row.number, row.key, row.reason, tuple(answered.get(row.id, ()))) for row in rows]


async def _answered(session: AsyncSession, changes: Sequence[int]) -> dict[int, list[Answered]]:
    if not changes:
        return {}
    link = change_contributions.c
    statement = (
        select(link.change_id, Contribution.reference, Contribution.author_name, Contribution.organisation_name,
               Contribution.verified, Contribution.anonymous, Contribution.forum_voice)
        .join(Contribution, Contribution.id == link.contribution_id)
        .where(link.change_id.in_(changes), Contribution.state == State.PUBLISHED)
        .order_by(Contribution.id)
    )  # fmt: skip
    found: dict[int, list[Answered]] = {}
    for row in (await session.execute(statement)).all():
        named = not row.anonymous
        answered = Answered(
            row.reference,
            row.author_name if named else "",
            row.organisation_name if named else "",
            row.verified if named else "",
            row.anonymous,
            row.forum_voice,
        )
        found.setdefault(row.change_id, []).append(answered)
    return found


@dataclass(frozen=True, slots=True)
class Led:
    """A change that a contribution led to."""

    draft_slug: str
    number: int
    key: str
    reason: Translated


async def changes_led_to(session: AsyncSession, contribution_id: int) -> list[Led]:
    """The published changes that answer a contribution."""
    statement: Any = (
        select(Draft.slug, Version.number, Change.key, Change.reason)
        .join(change_contributions, change_contributions.c.change_id == Change.id)
        .join(Version, Version.id == Change.version_id)
        .join(Draft, Draft.id == Version.draft_id)
        .where(change_contributions.c.contribution_id == contribution_id, Version.published_at.is_not(None))
        .order_by(Version.number, Change.id)
    )
    return [Led(*row) for row in (await session.execute(statement)).all()]


def common_languages(old: Version, new: Version) -> list[str]:
    """The languages in which two versions can be compared, in the new one's order."""
    return [lang for lang in new.languages if lang in old.languages]
