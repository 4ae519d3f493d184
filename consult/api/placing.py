"""Contributions with where they are in later versions."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncSession

from consult.api.shapes import PlacedContribution, PlacedInternal, PlaceShape
from consult.comments.places import LaterPlace, places_of
from consult.exchange.contributions_out import ContributionRecord, InternalContribution
from consult.exchange.queries import AnyRow


async def with_places(
    session: AsyncSession, rows: Sequence[AnyRow], records: Sequence[ContributionRecord]
) -> list[PlacedContribution]:
    """The records of rows with their places, in one query for all of them."""
    places: dict[int, list[PlaceShape]] = {}
    for place in await places_of(session, [row.id for row in rows if row.version is not None]):
        places.setdefault(place.contribution_id, []).append(_shape(place))
    return [
        _placed(record, row.version, places.get(row.id, []))
        for row, record in zip(rows, records, strict=True)
    ]


def _placed(record: ContributionRecord, version: int | None, places: list[PlaceShape]) -> PlacedContribution:
    made = PlacedInternal if isinstance(record, InternalContribution) else PlacedContribution
    return made(**structs.asdict(record), version=version, places=places)


def _shape(place: LaterPlace) -> PlaceShape:
    return PlaceShape(place.version, place.block or None, place.fate, place.quote or None, not place.unsure)
