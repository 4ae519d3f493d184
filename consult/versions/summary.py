"""What a consultation changed in its drafts, in brief: for the page of its outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.queries import published_versions
from consult.i18n.content import LocalText, pick
from consult.models.document import Draft
from consult.versions.addresses import comparison_of
from consult.versions.comparing import load_comparison
from consult.versions.queries import common_languages
from consult.versions.views import ChangeView

LISTED = 40
"""Most changes of a draft that are shown with their reasons; the page that compares has all."""


@dataclass(frozen=True, slots=True)
class TextChanges:
    """A draft's text, from its first public version to the newest one. `address` leads to all of it, with locale.

    counts: what kind of change, how many. listed: changes that say why, with where they are shown; others: how many are not listed.
    """

    title: LocalText
    before: int
    after: int
    address: str
    counts: tuple[tuple[str, int], ...]
    listed: tuple[tuple[ChangeView, str], ...]
    others: int


async def changes_of(
    session: AsyncSession, drafts: Sequence[Draft], address: str, locale: str
) -> list[TextChanges]:
    """The drafts that have a later version. `address`: the consultation's, with locale."""
    found = [await _changes(session, draft, f"{address}/drafts/{draft.slug}", locale) for draft in drafts]
    return [each for each in found if each is not None]


async def _changes(session: AsyncSession, draft: Draft, address: str, locale: str) -> TextChanges | None:
    versions = published_versions(draft)
    languages = common_languages(versions[0], versions[-1]) if len(versions) > 1 else []
    if not languages:
        return None
    old, new = versions[0], versions[-1]
    lang = locale if locale in languages else new.original
    comparison = await load_comparison(session, draft, old, new, address, lang, locale)
    here = comparison_of(address, old.number, new.number)
    changes = [change for change in comparison.changes if not change.left]
    told = [change for change in changes if change.reasons][:LISTED]
    return TextChanges(
        title=pick(draft.title, locale),
        before=old.number,
        after=new.number,
        address=here,
        counts=comparison.counts(),
        listed=tuple((each, f"{here}?from={each.id}#{each.id}") for each in told),
        others=len(changes) - len(told),
    )
