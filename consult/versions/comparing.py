"""Two versions of a draft read side by side: for the page, for the API and for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.queries import load_blocks
from consult.documents.views import BlockView, view_blocks
from consult.i18n.content import pick
from consult.kernel.addresses import with_query
from consult.models.document import Draft, Version
from consult.versions.queries import Reason, load_reasons, load_steps
from consult.versions.redline_content import RedlineText, redline_parts
from consult.versions.relations import Relation, relate
from consult.versions.views import Comparison, compare


@dataclass(frozen=True, slots=True)
class Sides:
    """The blocks of two versions by key in reading order, and how they belong together.

    edited_originals: keys of the new version whose original text changed.
    """

    before: Mapping[str, BlockView]
    after: Mapping[str, BlockView]
    relations: Sequence[Relation]
    edited_originals: frozenset[str]


async def load_sides(
    session: AsyncSession, draft: Draft, old: Version, new: Version, address: str, lang: str, locale: str
) -> Sides:
    """Both versions as they read in the language `lang`; `address` is the draft's, with locale."""
    before = await _blocks(session, old, address, lang, locale)
    after = await _blocks(session, new, address, lang, locale)
    steps = await load_steps(session, draft.id, old.number, new.number)
    edited = frozenset(step.key for step in steps if step.edited)
    return Sides(before, after, relate(list(before), list(after), steps), edited)


async def load_comparison(
    session: AsyncSession, draft: Draft, old: Version, new: Version, address: str, lang: str, locale: str
) -> Comparison:
    """Every change from `old` to `new` in the language `lang`; `address` is the draft's, with locale."""
    sides = await load_sides(session, draft, old, new, address, lang, locale)
    reasons: Sequence[Reason] = await load_reasons(session, draft.id, old.number, new.number)
    edited = sides.edited_originals if lang != new.original else frozenset()
    return compare(sides.before, sides.after, sides.relations, reasons, locale, edited_originals=edited)


async def gather_redline(
    session: AsyncSession,
    draft: Draft,
    old: Version,
    new: Version,
    lang: str,
    locale: str,
    about: str,
    address: str,
) -> RedlineText:
    """What a redline's file is made of. `about`: the consultation's reference; `address`: the comparison's, in full."""
    assert old.published_at is not None
    assert new.published_at is not None
    sides = await load_sides(session, draft, old, new, address, lang, locale)
    title = pick(draft.title, lang)
    return RedlineText(
        title=title.text,
        title_lang=title.lang,
        about=about,
        reference=new.reference,
        locale=locale,
        lang=lang,
        before=old.number,
        after=new.number,
        published_before=old.published_at,
        published_after=new.published_at,
        address=address,
        parts=redline_parts(sides.before, sides.after, sides.relations),
    )


async def _blocks(
    session: AsyncSession, version: Version, address: str, lang: str, locale: str
) -> dict[str, BlockView]:
    rows = await load_blocks(session, version, lang)
    at = with_query(address, version=version.number, text=lang)
    return {block.key: block for block in view_blocks(rows, at, locale)}
