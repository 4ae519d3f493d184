"""Where comments are in later versions than the one they were made on, and those whose passage is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.comments.queries import MADE, Filters, listed, rows_in_version
from consult.comments.views import ContributionView, view_threads
from consult.documents.marking import mark
from consult.i18n.locales import direction
from consult.models.contribution import Anchor, Contribution, State
from consult.models.document import Block, BlockText, Version

FEW = 3
ON_PAGE = 20
"""Comments whose passage is gone: on the reading page, and on a page of their own."""


@dataclass(frozen=True, slots=True)
class GoneView:
    """A thread whose passage is gone, with that passage as it stood in an earlier version."""

    thread: ContributionView
    html: Markup
    lang: str
    dir: str


async def gone_from(session: AsyncSession, version_id: int, most: int, after: int = 0) -> list[Row[Any]]:
    """Threads whose passage is not in a version any more, up to `most` after an id, with the passage."""
    statement = _gone(version_id, Filters()).where(Anchor.contribution_id > after)
    return list((await session.execute(statement.limit(most))).all())


def _gone(version_id: int, filters: Filters) -> Select[*tuple[Any, ...]]:
    return (
        rows_in_version(version_id)
        .add_columns(
            BlockText.html.label("passage"),
            MADE.start.label("made_start"),
            MADE.end.label("made_end"),
        )
        .join(BlockText, and_(BlockText.block_id == MADE.block_id, BlockText.lang == MADE.lang))
        .where(
            Anchor.version_id == version_id,
            Anchor.block_id.is_(None),
            listed(),
            *filters.conditions(),
        )
        .order_by(Anchor.contribution_id)
    )


async def view_gone(session: AsyncSession, rows: Sequence[Row[Any]], locale: str) -> list[GoneView]:
    """What is gone, as shown: nothing is marked for a comment that is not public any more."""
    threads = await view_threads(session, rows, locale) if rows else []
    return [
        GoneView(thread, _passage(row), row.made_lang, direction(row.made_lang))
        for thread, row in zip(threads, rows, strict=True)
    ]


def _passage(row: Row[Any]) -> Markup:
    is_marked = row.made_exact and row.state == State.PUBLISHED
    spans = [(row.made_start, row.made_end, row.reference)] if is_marked else []
    return Markup(mark(row.passage, spans))  # noqa: S704 - made safe when it was stored


@dataclass(frozen=True, slots=True)
class Gone:
    """Comments whose passage is gone: how many; where in the text they stand, with locale; the first of them.

    `items` are empty where that is elsewhere. `more`: the address (without locale) of all, "" where these are all.
    """

    count: int = 0
    address: str = ""
    items: Sequence[GoneView] = ()
    more: str = ""


async def count_gone(session: AsyncSession, version_id: int, filters: Filters) -> int:
    """How many threads' passage is not in a version any more."""
    statement = (
        select(func.count())
        .select_from(Anchor)
        .join(Contribution, Contribution.id == Anchor.contribution_id)
        .where(Anchor.version_id == version_id, Anchor.block_id.is_(None), listed(), *filters.conditions())
    )
    return (await session.execute(statement)).scalar_one()


async def first_gone(
    session: AsyncSession, version_id: int, draft_address: str, filters: Filters, locale: str
) -> Gone:
    """The first of those whose passage is gone, for the page that has them; `draft_address` is without locale."""
    statement = _gone(version_id, filters).add_columns(func.count().over().label("amount")).limit(FEW)
    rows = list((await session.execute(statement)).all())
    count = int(rows[0].amount) if rows else 0
    path, _, query = draft_address.partition("?")
    more = f"{path}/gone?{query}".rstrip("?") if count > FEW else ""
    return Gone(count, "#gone", await view_gone(session, rows, locale), more)


@dataclass(frozen=True, slots=True)
class LaterPlace:
    """A comment's place in a public version: `block` is a key, "" where its passage is gone; `quote` the words now.

    `around`: where the passage is gone, the key of the block in which it stood, "" where that is gone as well.
    """

    contribution_id: int
    version: int
    block: str
    around: str
    fate: str
    quote: str
    lang: str
    unsure: bool


async def places_of(session: AsyncSession, contribution_ids: Sequence[int]) -> list[LaterPlace]:
    """The places of comments in the public versions that they were carried to, by contribution and version."""
    if not contribution_ids:
        return []
    was, around = aliased(Block), aliased(Block)
    statement = (
        select(
            Anchor.contribution_id,
            Version.number,
            Block.key,
            around.key,
            Anchor.fate,
            Anchor.exact,
            Anchor.lang,
            Anchor.unsure,
        )
        .join(Version, Version.id == Anchor.version_id)
        .join(MADE, and_(MADE.contribution_id == Anchor.contribution_id, MADE.made_here.is_(True)))
        .join(was, was.id == MADE.block_id)
        .outerjoin(Block, Block.id == Anchor.block_id)
        .outerjoin(
            around,
            and_(Anchor.block_id.is_(None), around.version_id == Anchor.version_id, around.key == was.key),
        )
        .where(
            Anchor.contribution_id.in_(contribution_ids),
            Anchor.made_here.is_(False),
            Version.published_at.is_not(None),
        )
        .order_by(Anchor.contribution_id, Version.number)
    )
    return [
        LaterPlace(id, number, key or "", home or "", fate, exact, lang, unsure)
        for id, number, key, home, fate, exact, lang, unsure in await session.execute(statement)
    ]
