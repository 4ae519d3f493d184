"""A version in one language, gathered for a file."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.document import Version
from consult.translations.queries import earlier_originals, load_pairs
from consult.translations.states import BlockState
from consult.translations.units import UnitsFile, make_units


async def units_file(session: AsyncSession, version: Version, lang: str) -> UnitsFile:
    """All blocks with their translations; stale ones also with the original that they were made from."""
    pairs = await load_pairs(session, version, lang)
    stale = {pair.key: pair.made_from for pair in pairs if pair.state is BlockState.STALE}
    return make_units(version, lang, pairs, await earlier_originals(session, version, stale))
