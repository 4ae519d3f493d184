"""Steps from one version of a draft to the next, and how far comments have come on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.models.contribution import Anchor
from consult.models.document import Draft, Version

BEFORE = aliased(Version)


@dataclass(frozen=True, slots=True)
class Step:
    """From a version to the next one of its draft (ids)."""

    consultation_id: int
    before_id: int
    version_id: int


async def next_step(session: AsyncSession, *, thorough: bool = False) -> Step | None:
    """The earliest version that comments wait to be carried to.

    `thorough` also looks at versions that were done: a comment may have been posted on the version before in the
    moment in which they were published.
    """
    undone = Version.carried_at.is_(None)
    wanted = or_(undone, waits(BEFORE.id, Version.id)) if thorough else undone
    row = (await session.execute(_steps().where(wanted).limit(1))).first()
    return Step(*row) if row else None


def _steps() -> Select[int, int, int]:
    """Every step to a version that is public, or on the way to one that is."""
    earlier, later = aliased(Version), aliased(Version)
    last = (
        select(func.max(earlier.number))
        .where(earlier.draft_id == Version.draft_id, earlier.number < Version.number)
        .scalar_subquery()
    )
    reached = exists().where(
        later.draft_id == Version.draft_id,
        later.number >= Version.number,
        later.published_at.is_not(None),
    )
    return (
        select(Draft.consultation_id, BEFORE.id, Version.id)
        .join(Draft, Draft.id == Version.draft_id)
        .join(BEFORE, and_(BEFORE.draft_id == Version.draft_id, BEFORE.number == last))
        .where(reached)
        .order_by(Version.draft_id, Version.number)
    )


async def find_step(session: AsyncSession, version_id: int) -> Step | None:
    """The step that leads to a version; None for a first one and where none is public from there on."""
    row = (await session.execute(_steps().where(Version.id == version_id))).first()
    return Step(*row) if row else None


async def count_waiting(session: AsyncSession) -> int:
    """How many comments wait to be carried over, in all drafts."""
    steps = await session.execute(_steps().where(Version.carried_at.is_(None)))
    counts = [await count_places(session, Step(*row)) for row in steps.all()]
    return sum(of - done for done, of in counts)


async def count_places(session: AsyncSession, step: Step) -> tuple[int, int]:
    """How many of a version's comments have been carried to the next one, of how many."""
    old, new = aliased(Anchor), aliased(Anchor)
    statement = (
        select(func.count(new.contribution_id), func.count(old.contribution_id))
        .select_from(old)
        .outerjoin(new, and_(new.contribution_id == old.contribution_id, new.version_id == step.version_id))
        .where(old.version_id == step.before_id)
    )
    done, of = (await session.execute(statement)).one()
    return int(done), int(of)


def waits(before_id: Any, version_id: Any) -> ColumnElement[bool]:
    """Whether a version's comments include one without a place in the next one."""
    old, new = aliased(Anchor), aliased(Anchor)
    there = exists().where(new.contribution_id == old.contribution_id, new.version_id == version_id)
    return exists().where(old.version_id == before_id, ~there)
