"""From the database to what a file is made of. Nothing is read here that the public may not see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.queries import rows_by_id
from consult.comments.views import ContributionView, look_around, nest, view_row
from consult.consultations.queries import visible_to
from consult.documents.blocks import BlockKind, read_shape
from consult.documents.keeping import newest_editions
from consult.documents.markup import FigureWords, figure_words
from consult.documents.queries import BlockRow, load_blocks
from consult.editions.content import FileBlock, FileComment, FileText, Picture
from consult.i18n.catalogues import catalogue
from consult.i18n.content import pick
from consult.i18n.locales import CODES, DEFAULT
from consult.kernel.errors import NotFound
from consult.kernel.messages import N_
from consult.models.consultation import Consultation
from consult.models.contribution import Anchor, Contribution, State
from consult.models.document import Draft, Figure, Version
from consult.versions.comparing import gather_redline
from consult.versions.redline_content import RedlineText

MANY = 500
"""Ids asked for at once."""


@dataclass(frozen=True, slots=True)
class Order:
    """Of what a file is to be made; `base_id` is the version that it is made against, 0 for none."""

    version: Version
    lang: str
    base_url: str
    base_id: int = 0


async def gather_text(session: AsyncSession, order: Order) -> FileText:
    """A version's text in a language. Raises NotFound where it is not public, or has no edition in that language."""
    version, lang, base_url = order.version, order.lang, order.base_url
    draft, consultation = await _place_of(session, version)
    edition = next((e for e in await newest_editions(session, [version.id]) if e.lang == lang), None)
    if edition is None or version.published_at is None:
        raise NotFound
    rows = [row for row in await load_blocks(session, version, lang) if not row.joined_into]
    title, about, note = pick(draft.title, lang), pick(consultation.title, lang), pick(version.note, lang)
    return FileText(
        reference=version.reference,
        address=f"{base_url}/versions/{version.reference}",
        lang=lang,
        original=version.original,
        title=title.text,
        title_lang=title.lang,
        about=about.text,
        about_lang=about.lang,
        number=version.number,
        published_at=version.published_at,
        edition=edition.number,
        sha256=edition.sha256,
        source=edition.source,
        blocks=tuple(_file_block(row) for row in rows),
        note=note.text,
        note_lang=note.lang,
        correction=version.correction,
        figures=await _figures(session, draft.id, rows),
    )


async def gather_annotated(session: AsyncSession, order: Order) -> FileText:
    """As `gather_text`, with the public comments on each block. Raises NotFound."""
    text = await gather_text(session, order)
    rows = await load_blocks(session, order.version, order.lang)
    keys = {row.id: row.joined_into or row.key for row in rows}
    found: dict[str, list[FileComment]] = {}
    for block_id, comments in (
        await _comments(session, order.version.id, text.locale, order.base_url)
    ).items():
        found.setdefault(keys.get(block_id, ""), []).extend(comments)
    blocks = (replace(block, comments=tuple(found.get(block.key, ()))) for block in text.blocks)
    return replace(text, annotated=True, blocks=tuple(blocks))


async def gather_redline_of(session: AsyncSession, order: Order) -> RedlineText:
    """What changed from the version `base_id`. Raises NotFound where not both are public and in that language."""
    version, base = order.version, await session.get(Version, order.base_id)
    draft, consultation = await _place_of(session, version)
    both = [each for each in (base, version) if each is not None and each.draft_id == draft.id]
    if len(both) < 2 or any(each.published_at is None or order.lang not in each.languages for each in both):
        raise NotFound
    old, new = sorted(both, key=lambda each: each.number)
    locale = order.lang if order.lang in CODES else DEFAULT
    address = (
        f"/{locale}/consultations/{consultation.slug}/drafts/{draft.slug}/compare/{old.number}/{new.number}"
    )
    return await gather_redline(
        session, draft, old, new, order.lang, locale, consultation.reference, order.base_url + address
    )


async def _place_of(session: AsyncSession, version: Version) -> tuple[Draft, Consultation]:
    statement = select(Draft, Consultation).join(Consultation, Consultation.id == Draft.consultation_id)
    seen = visible_to(None).with_only_columns(Consultation.id)
    row = (
        await session.execute(statement.where(Draft.id == version.draft_id, Consultation.id.in_(seen)))
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _file_block(row: BlockRow) -> FileBlock:
    words = figure_words(row.html) if row.kind == BlockKind.FIGURE else FigureWords("", "")
    return FileBlock(
        key=row.key,
        kind=BlockKind(row.kind),
        **read_shape(row.shape),
        plain=row.plain,
        html=row.html,
        lang=row.lang,
        stale=row.stale,
        is_fallback=row.is_fallback,
        src=_figure_name(row),
        alternative=words.alternative,
        caption=words.caption,
    )


def _figure_name(row: BlockRow) -> str:
    return str(row.shape.get("src", "")).rpartition("/")[2]


async def _figures(session: AsyncSession, draft_id: int, rows: Iterable[BlockRow]) -> dict[str, Picture]:
    names = {name for row in rows if (name := _figure_name(row))}
    if not names:
        return {}
    statement = select(Figure.name, Figure.type, Figure.body).where(
        Figure.draft_id == draft_id, Figure.name.in_(names)
    )
    found = await session.execute(statement.order_by(Figure.name))
    return {row.name: Picture(row.type, row.body) for row in found}


async def _comments(
    session: AsyncSession, version_id: int, locale: str, base_url: str
) -> dict[int, list[FileComment]]:
    """Comments by block, each thread in order; those that are not public are not even read."""
    statement = (
        select(Anchor.contribution_id, Anchor.block_id)
        .join(Contribution, Contribution.id == Anchor.contribution_id)
        .where(
            Anchor.version_id == version_id, Anchor.block_id.is_not(None), Contribution.state != State.PENDING
        )
        .order_by(Anchor.contribution_id)
    )
    places: dict[int, int] = {}
    for contribution_id, block_id in await session.execute(statement):
        if block_id is not None:
            places[contribution_id] = block_id
    roots = await _rows(session, list(places))
    replies = await _rows(session, await _replies(session, list(places)))
    around = await look_around(session, [*roots, *replies])
    threads = nest(
        [view_row(row, locale, around) for row in roots], [view_row(row, locale, around) for row in replies]
    )
    found: dict[int, list[FileComment]] = {}
    for thread in threads:
        if said := list(_flat(thread, locale, base_url)):
            found.setdefault(places[thread.id], []).extend(said)
    return found


async def _rows(session: AsyncSession, ids: Sequence[int]) -> list[Any]:
    return [
        row
        for start in range(0, len(ids), MANY)
        for row in await rows_by_id(session, ids[start : start + MANY])
    ]


async def _replies(session: AsyncSession, thread_ids: Sequence[int]) -> list[int]:
    found: list[int] = []
    for start in range(0, len(thread_ids), MANY):
        statement = select(Contribution.id).where(
            Contribution.thread_id.in_(thread_ids[start : start + MANY]),
            Contribution.state == State.PUBLISHED,
        )
        found += (await session.execute(statement.order_by(Contribution.id))).scalars()
    return found


def _flat(thread: ContributionView, locale: str, base_url: str) -> list[FileComment]:
    """A thread in reading order, without recursion; nothing where only a stub would be left."""
    found: list[FileComment] = []
    waiting = [(thread, 0)]
    while waiting:
        view, depth = waiting.pop()
        found.append(_file_comment(view, depth, locale, base_url))
        waiting += [(reply, depth + 1) for reply in reversed(view.replies)]
    return found if any(comment.html for comment in found) else []


def _file_comment(view: ContributionView, depth: int, locale: str, base_url: str) -> FileComment:
    decision = view.disposition
    return FileComment(
        reference=view.reference,
        address=f"{base_url}/contributions/{view.reference}",
        who=_who(view, locale),
        lang=view.lang,
        html=str(view.html),
        quote=view.quote,
        quote_lang=view.quote_lang,
        at=view.created_at,
        depth=depth,
        state=view.state,
        decision=decision.label if decision else "",
        reason=decision.reason.text if decision else "",
        reason_lang=decision.reason.lang if decision else "",
    )


def _who(view: ContributionView, locale: str) -> tuple[str, ...]:
    if view.state != State.PUBLISHED:
        return ()
    say = catalogue(locale if locale in CODES else DEFAULT).gettext
    name = say(N_("The Forum")) if view.is_forum else view.name or say(N_("Name withheld"))
    return tuple(part for part in (name, view.organisation, view.kind_label, view.country_name) if part)
