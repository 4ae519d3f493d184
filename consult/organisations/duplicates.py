"""Organisations that may be one: names that are nearly the same, or web addresses at one domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.people import Organisation
from consult.organisations.domains import read_domain

MOST_COMPARED = 2_000
"""The newest ones are compared, each with each."""
MOST_PAIRS = 100
LIKE = 88.0
"""From which likeness on (0 to 100) two names may be the same (rapidfuzz, ratio of their sorted words)."""


@dataclass(frozen=True, slots=True)
class Named:
    """What is compared of an organisation."""

    id: int
    name: str
    fold: str
    kind: str
    domain: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that may be one: how alike their names are (0 to 100), and whether they share a domain."""

    first: Named
    second: Named
    likeness: int
    same_domain: bool


async def list_named(session: AsyncSession) -> list[Named]:
    """The newest organisations that were not merged."""
    statement = (
        select(
            Organisation.id,
            Organisation.name,
            Organisation.fold,
            Organisation.kind,
            Organisation.domain,
            Organisation.url,
        )
        .where(Organisation.merged_into_id.is_(None))
        .order_by(Organisation.id.desc())
        .limit(MOST_COMPARED)
    )
    return [
        Named(id, name, fold, kind, domain or read_domain(url))
        for id, name, fold, kind, domain, url in (await session.execute(statement)).all()
    ]


def find_pairs(named: Sequence[Named]) -> list[Pair]:
    """The likeliest pairs, the most alike first. Work for a thread: a second for MOST_COMPARED."""
    pairs = {(at, other): likeness for at, other, likeness in _alike(named)}
    for at, other in _sharing(named):
        pairs.setdefault((at, other), fuzz.ratio(_sorted(named[at]), _sorted(named[other])))
    found = [
        Pair(named[at], named[other], round(likeness), _share(named[at], named[other]))
        for (at, other), likeness in pairs.items()
    ]
    return sorted(found, key=lambda pair: (-pair.likeness, pair.first.id))[:MOST_PAIRS]


def _alike(named: Sequence[Named]) -> list[tuple[int, int, float]]:
    folds = [_sorted(each) for each in named]
    found = []
    for at, fold in enumerate(folds):
        rest = process.extract(fold, folds[at + 1 :], scorer=fuzz.ratio, score_cutoff=LIKE, limit=10)
        found += [(at, at + 1 + place, likeness) for _, likeness, place in rest]
    return found


def _sorted(each: Named) -> str:
    return " ".join(sorted(each.fold.split()))


def _sharing(named: Sequence[Named]) -> list[tuple[int, int]]:
    """Each with the first of the same domain."""
    first: dict[str, int] = {}
    found = []
    for at, each in enumerate(named):
        if each.domain:
            before = first.setdefault(each.domain, at)
            if before != at:
                found.append((before, at))
    return found


def _share(one: Named, other: Named) -> bool:
    return bool(one.domain) and one.domain == other.domain
