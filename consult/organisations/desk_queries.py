"""Organisations as the desk lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import MemberRole, Membership, Organisation, User
from consult.organisations.queries import searched


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation with how many act for it, how many are its owners, and how many only name it."""

    organisation: Organisation
    members: int
    owners: int
    naming: int


@dataclass(frozen=True, slots=True)
class Naming:
    """Somebody whose profile names an organisation without being its member."""

    user_id: int
    name: str


async def list_organisations(
    session: AsyncSession, words: str, verified: str, before: int, most: int
) -> list[Listed]:
    """By the words of a search, the newest first, with ids below `before` (0: any). `verified`: yes, no or ""."""
    statement = searched(words).order_by(Organisation.id.desc()).limit(most)
    if before:
        statement = statement.where(Organisation.id < before)
    if verified:
        statement = statement.where(
            Organisation.verified_by != "" if verified == "yes" else Organisation.verified_by == ""
        )
    found = (await session.execute(statement)).scalars().all()
    counts = await _count_ties(session, [each.id for each in found])
    return [_listed(each, counts.get(each.id, {})) for each in found]


async def without_owner(session: AsyncSession) -> Sequence[Organisation]:
    """Verified organisations that have members and no owner."""
    tied = select(Membership.organisation_id)
    statement = (
        select(Organisation)
        .where(Organisation.verified_by != "", Organisation.merged_into_id.is_(None))
        .where(Organisation.id.in_(tied.where(Membership.role != "")))
        .where(Organisation.id.not_in(tied.where(Membership.role == MemberRole.OWNER)))
        .order_by(Organisation.fold)
    )
    return (await session.execute(statement)).scalars().all()


async def list_naming(session: AsyncSession, organisation_id: int, most: int) -> list[Naming]:
    """Who names an organisation without a role in it."""
    statement = (
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation_id, Membership.role == "")
        .where(User.closed_at.is_(None), User.guest.is_(False))
        .order_by(User.id)
        .limit(most)
    )
    return [Naming(id, name) for id, name in (await session.execute(statement)).all()]


async def _count_ties(session: AsyncSession, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    statement = (
        select(Membership.organisation_id, Membership.role, func.count())
        .where(Membership.organisation_id.in_(ids))
        .group_by(Membership.organisation_id, Membership.role)
    )
    counts: dict[int, dict[str, int]] = {}
    for organisation_id, role, count in (await session.execute(statement)).all():
        counts.setdefault(organisation_id, {})[role] = count
    return counts


def _listed(organisation: Organisation, counts: dict[str, int]) -> Listed:
    naming = counts.get("", 0)
    return Listed(organisation, sum(counts.values()) - naming, counts.get(MemberRole.OWNER, 0), naming)
