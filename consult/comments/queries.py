"""Comments as the viewer may see them. What waits for a moderator is nowhere but with its author and at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation
from consult.models.contribution import (
    Anchor,
    Contribution,
    ContributionType,
    Place,
    Revision,
    State,
    Support,
)
from consult.models.document import Block, BlockText, Draft, Version
from consult.models.response import Action, Decision, Disposition
from consult.models.submission import Submission
from consult.models.version import Change, change_contributions
from consult.security.actor import Actor
from consult.security.predicates import moderator

PER_BLOCK = 5
PER_THREAD = 2
ON_PAGE = 48
THREADS_ON_PAGE = 20
REPLIES_ON_PAGE = 200
"""How many are shown: threads beside a block, replies under one of those, all on a reading page; threads and replies
on pages of their own. What is more comes when it is asked for, so that the first view stays small at 50 kbit/s."""

MADE = aliased(Anchor)
MADE_ON = aliased(Version)
"""The anchor as it was made, and the version that it was made on."""

_CHANGED_IN = aliased(Version)
LED = (
    select(change_contributions.c.change_id)
    .join(Change, Change.id == change_contributions.c.change_id)
    .join(_CHANGED_IN, _CHANGED_IN.id == Change.version_id)
    .where(change_contributions.c.contribution_id == Contribution.id, _CHANGED_IN.published_at.is_not(None))
    .exists()
)
"""Whether a published change of a text answers a contribution."""

ROW = (
    Contribution.id, Contribution.reference, Contribution.consultation_id, Contribution.place,
    Contribution.parent_id, Contribution.thread_id, Contribution.depth, Contribution.author_name,
    Contribution.organisation_name, Contribution.organisation_id, Contribution.verified, Contribution.kind,
    Contribution.country, Contribution.anonymous,
    Contribution.forum_voice, Contribution.lang, Contribution.title, Contribution.html, Contribution.state,
    Contribution.in_grace, Contribution.late, Contribution.type, Contribution.publication,
    Contribution.round_id, Contribution.support_count, Contribution.reply_count, Contribution.created_at,
    Contribution.edited_at, Anchor.block_id, Anchor.exact, Anchor.lang.label("quote_lang"),
    Anchor.start, Anchor.end, Anchor.fate, Anchor.unsure, MADE.exact.label("made_exact"),
    MADE.lang.label("made_lang"), MADE_ON.number.label("made_on"), Disposition.kind.label("disposition"),
    Disposition.reason, Disposition.change, Disposition.decided_at, LED.label("led"),
)  # fmt: skip
"""What is read of a contribution to show it."""


def rows_in_version(version_id: int = 0) -> Select[*tuple[Any, ...]]:
    """Contributions with their place in a version, in the one that each was made on where `version_id` is 0."""
    there = Anchor.version_id == version_id if version_id else Anchor.made_here
    return (
        select(*ROW)
        .outerjoin(Anchor, and_(Anchor.contribution_id == Contribution.id, there))
        .outerjoin(MADE, and_(MADE.contribution_id == Contribution.id, MADE.made_here))
        .outerjoin(MADE_ON, MADE_ON.id == MADE.version_id)
        .outerjoin(Disposition, Disposition.contribution_id == Contribution.id)
    )


def listed() -> ColumnElement[bool]:
    """What is on public pages: published with its text, hidden and withdrawn as stubs."""
    return Contribution.state != State.PENDING


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows threads to; empty for no matter."""

    kind: str = ""
    lang: str = ""
    answered: str = ""

    def __bool__(self) -> bool:
        return bool(self.kind or self.lang or self.answered)

    def conditions(self) -> list[ColumnElement[bool]]:
        """On the first contribution of a thread."""
        found: list[ColumnElement[bool]] = []
        if self.kind:
            found.append(Contribution.kind == self.kind)
        if self.lang:
            found.append(Contribution.lang == self.lang)
        if self.answered:
            answered = select(Disposition.contribution_id)
            is_in = Contribution.id.in_(answered)
            found.append(is_in if self.answered == "yes" else ~is_in)
        return found


async def threads_on_blocks(
    session: AsyncSession,
    version_id: int,
    block_ids: Sequence[int],
    filters: Filters,
    per_block: int = PER_BLOCK,
) -> list[Row[Any]]:
    """The first threads of each block of a version."""
    if filters:
        ids = await _filtered_on_blocks(session, block_ids, filters, per_block)
    else:
        ids = await _first_of_each(session, _FIRST_ON_BLOCK, block_ids, per_block)
    return await rows_by_id(session, ids, version_id)


_FIRST_ON_BLOCK = (
    "SELECT * FROM (SELECT a.contribution_id FROM anchors a JOIN contributions c ON c.id = a.contribution_id "
    "WHERE a.block_id = {key} AND c.state <> 'pending' ORDER BY a.contribution_id LIMIT {most}) AS t{key}"
)
_FIRST_REPLIES = (
    "SELECT * FROM (SELECT c.id FROM contributions c WHERE c.thread_id = {key} AND c.state <> 'pending' "
    "ORDER BY c.id LIMIT {most}) AS t{key}"
)


async def _first_of_each(session: AsyncSession, query: str, keys: Sequence[int], most: int) -> list[int]:
    """Ids of the first few of each key: one index look-up a key, whatever lies behind it. Keys are our own ids."""
    found: list[int] = []
    for start in range(0, len(keys), 100):
        parts = [query.format(key=int(key), most=int(most)) for key in keys[start : start + 100]]
        found += (await session.execute(text(" UNION ALL ".join(parts)))).scalars()
    return found


async def _filtered_on_blocks(
    session: AsyncSession, block_ids: Sequence[int], filters: Filters, per_block: int
) -> list[int]:
    statement = (
        select(Contribution.id, Anchor.block_id)
        .join(Anchor, Anchor.contribution_id == Contribution.id)
        .where(Anchor.block_id.in_(block_ids), listed(), *filters.conditions())
        .order_by(Contribution.id)
        .limit(ON_PAGE)
    )
    kept: dict[int | None, list[int]] = {}
    for contribution_id, block_id in await session.execute(statement):
        if len(ids := kept.setdefault(block_id, [])) < per_block:
            ids.append(contribution_id)
    return [each for ids in kept.values() for each in ids]


async def first_replies(
    session: AsyncSession, roots: Iterable[Row[Any]], most: int = PER_THREAD
) -> list[Row[Any]]:
    """The first replies of each thread that has any."""
    ids = await _first_of_each(session, _FIRST_REPLIES, [row.id for row in roots if row.reply_count], most)
    return await rows_by_id(session, ids)


async def rows_by_id(session: AsyncSession, ids: Sequence[int], version_id: int = 0) -> list[Row[Any]]:
    """Contributions in the order in which they were made; `version_id` as in `rows_in_version`."""
    if not ids:
        return []
    statement = rows_in_version(version_id).where(Contribution.id.in_(ids)).order_by(Contribution.id)
    return list((await session.execute(statement)).all())


async def threads_on_consultation(
    session: AsyncSession, consultation_id: int, after: int, filters: Filters, *, newest: bool = False
) -> list[Row[Any]]:
    """Threads of comments about the consultation as a whole, one more than a page holds, after (newest first: before) an id."""
    statement = rows_in_version().where(
        Contribution.consultation_id == consultation_id,
        Contribution.place == Place.CONSULTATION,
        Contribution.type == ContributionType.COMMENT,
        listed(),
        *filters.conditions(),
    )
    if after:
        statement = statement.where(Contribution.id < after if newest else Contribution.id > after)
    statement = statement.order_by(Contribution.id.desc() if newest else Contribution.id)
    return list((await session.execute(statement.limit(THREADS_ON_PAGE + 1))).all())


async def threads_on_block(
    session: AsyncSession, version_id: int, block_id: int, after: int, filters: Filters
) -> list[Row[Any]]:
    """Threads on one block of a version, one more than a page holds, after an id."""
    statement = (
        rows_in_version(version_id)
        .where(Anchor.block_id == block_id, Anchor.contribution_id > after, listed(), *filters.conditions())
        .order_by(Anchor.contribution_id)
        .limit(THREADS_ON_PAGE + 1)
    )
    return list((await session.execute(statement)).all())


async def replies_in_thread(session: AsyncSession, thread_id: int, after: int = 0) -> list[Row[Any]]:
    """Replies of one thread, one more than a page holds, after an id."""
    statement = (
        rows_in_version()
        .where(Contribution.thread_id == thread_id, Contribution.id > after, listed())
        .order_by(Contribution.id)
        .limit(REPLIES_ON_PAGE + 1)
    )
    return list((await session.execute(statement)).all())


async def hidden_reasons(session: AsyncSession, ids: Sequence[int]) -> dict[int, Any]:
    """Why contributions were hidden: the reason of the last such decision by contribution."""
    if not ids:
        return {}
    statement = (
        select(Decision.contribution_id, Decision.reason)
        .where(Decision.contribution_id.in_(ids), Decision.action == Action.HIDE)
        .order_by(Decision.id)
    )
    return {row.contribution_id: row.reason for row in await session.execute(statement)}


async def parents_of(session: AsyncSession, rows: Iterable[Row[Any]]) -> dict[int, tuple[str, str, str]]:
    """Reference, name as shown and state of parents, by id."""
    ids = {row.parent_id for row in rows if row.parent_id}
    statement = select(
        Contribution.id, Contribution.reference, Contribution.author_name, Contribution.state
    ).where(Contribution.id.in_(ids))
    return (
        {row.id: (row.reference, row.author_name, row.state) for row in await session.execute(statement)}
        if ids
        else {}
    )


async def get_contribution(
    session: AsyncSession, reference: str, actor: Actor | None, *, hold: bool = False
) -> tuple[Contribution, Consultation]:
    """A contribution and its consultation. Raises NotFound; a waiting one is its author's and moderators' alone.

    With `hold` nobody else changes it until this transaction ends; replies, which only point at it, still come in.
    """
    visible = listed()
    if actor is not None and not moderator(actor):
        own = exists().where(Submission.contribution_id == Contribution.id, Submission.author_id == actor.id)
        visible = or_(visible, Contribution.author_id == actor.id, own)
    statement = select(Contribution, Consultation).join(
        Consultation, Consultation.id == Contribution.consultation_id
    )
    statement = statement.where(Contribution.reference == reference.upper())
    if not moderator(actor):
        statement = statement.where(visible, Consultation.published_at.is_not(None))
    if hold:
        statement = statement.with_for_update(of=Contribution, key_share=True)
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def anchor_of(
    session: AsyncSession, contribution_id: int
) -> tuple[Anchor, Block, Version, Draft, BlockText] | None:
    """Where a contribution points in the version that it was made on, with the text that it spoke about."""
    statement = (
        select(Anchor, Block, Version, Draft, BlockText)
        .join(Block, Block.id == Anchor.block_id)
        .join(BlockText, and_(BlockText.block_id == Block.id, BlockText.lang == Anchor.lang))
        .join(Version, Version.id == Block.version_id)
        .join(Draft, Draft.id == Version.draft_id)
        .where(Anchor.contribution_id == contribution_id, Anchor.made_here)
    )
    row = (await session.execute(statement)).first()
    return (row[0], row[1], row[2], row[3], row[4]) if row else None


async def list_revisions(session: AsyncSession, contribution_id: int) -> Sequence[Revision]:
    """Earlier texts, the latest first."""
    statement = (
        select(Revision).where(Revision.contribution_id == contribution_id).order_by(Revision.id.desc())
    )
    return (await session.execute(statement)).scalars().all()


async def find_viewer(
    session: AsyncSession, user_id: int, consultation_id: int
) -> tuple[frozenset[int], frozenset[int]]:
    """Ids of the contributions that a person wrote, and of those they support, in one consultation."""
    mine = select(Contribution.id).where(
        Contribution.author_id == user_id, Contribution.consultation_id == consultation_id
    )
    supported = (
        select(Support.contribution_id)
        .join(Contribution, Contribution.id == Support.contribution_id)
        .where(Support.user_id == user_id, Contribution.consultation_id == consultation_id)
    )
    return (
        frozenset((await session.execute(mine)).scalars()),
        frozenset((await session.execute(supported)).scalars()),
    )
