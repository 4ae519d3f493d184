"""What staff read to answer: contributions in whatever state, with what they are about, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.comments.queries import rows_by_id
from consult.kernel.errors import NotFound
from consult.models.consultation import Consultation
from consult.models.contribution import Anchor, Contribution, State
from consult.models.document import Block, BlockText, Draft, Version
from consult.models.ledger import Tally
from consult.models.response import Disposition, Outcome

ANSWERS_PAGE = 25
"""Contributions on one page of answers."""

EXCERPT = 400
"""Characters of a block's text that are shown with a comment on it."""


async def lock_contribution(session: AsyncSession, reference: str) -> Contribution:
    """A contribution in whatever state, held until this transaction ends, so that two people decide one after the
    other. Raises NotFound."""
    statement = (
        select(Contribution)
        .where(Contribution.reference == reference.upper())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def consultations_of(session: AsyncSession, rows: Iterable[Row[Any]]) -> dict[int, Consultation]:
    """The consultations of contributions, by id."""
    ids = {row.consultation_id for row in rows}
    found = (await session.execute(select(Consultation).where(Consultation.id.in_(ids)))).scalars()
    return {each.id: each for each in found}


async def parent_rows(session: AsyncSession, rows: Iterable[Row[Any]]) -> dict[int, Row[Any]]:
    """What contributions reply to, by id."""
    found = await rows_by_id(session, sorted({row.parent_id for row in rows if row.parent_id}))
    return {row.id: row for row in found}


async def block_excerpts(
    session: AsyncSession, rows: Sequence[Row[Any]], locale: str
) -> dict[int, tuple[str, str]]:
    """The beginning of the block that each contribution is about, with its language, by contribution."""
    texts = await _texts_of(session, {row.block_id for row in rows if row.block_id})
    found: dict[int, tuple[str, str]] = {}
    for row in rows:
        there = texts.get(row.block_id, {})
        lang = next((each for each in (row.quote_lang, locale, "") if each in there), None)
        if lang is not None:
            found[row.id] = there[lang]
    return found


async def _texts_of(session: AsyncSession, block_ids: Iterable[int]) -> dict[int, dict[str, tuple[str, str]]]:
    """(text, language) by block and language; under "" the original."""
    statement = select(BlockText.block_id, BlockText.lang, BlockText.plain, BlockText.of).where(
        BlockText.block_id.in_(sorted(block_ids)), BlockText.plain != ""
    )
    found: dict[int, dict[str, tuple[str, str]]] = {}
    for each in await session.execute(statement):
        text = (shorten(each.plain, EXCERPT), each.lang)
        found.setdefault(each.block_id, {})[each.lang] = text
        if not each.of:
            found[each.block_id][""] = text
    return found


def read_id(text: str) -> int:
    """The id that an address pages from; 0, the beginning, for anything that is none."""
    return int(text) if text.isdecimal() and len(text) <= 15 else 0


def shorten(text: str, most: int) -> str:
    """A text of at most `most` characters, with an ellipsis where it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class AnswerFilter:
    """What an editor narrows the list to; empty for all. `answer` is "no", "yes" or a disposition."""

    answer: str = ""
    kind: str = ""
    lang: str = ""
    block: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """On contributions, outer-joined with their dispositions."""
        found: list[ColumnElement[bool]] = []
        if self.answer == "no":
            found.append(Disposition.contribution_id.is_(None))
        elif self.answer == "yes":
            found.append(Disposition.contribution_id.is_not(None))
        elif self.answer:
            found.append(Disposition.kind == self.answer)
        if self.kind:
            found.append(Contribution.kind == self.kind)
        if self.lang:
            found.append(Contribution.lang == self.lang)
        if self.block:
            on_block = select(Anchor.contribution_id).join(Block, Block.id == Anchor.block_id)
            found.append(Contribution.id.in_(on_block.where(Block.key == self.block)))
        return found


def _answerable(consultation_id: int) -> list[ColumnElement[bool]]:
    """What the Forum can answer: public contributions of others."""
    return [
        Contribution.consultation_id == consultation_id,
        Contribution.state == State.PUBLISHED,
        Contribution.forum_voice.is_(False),
    ]


async def list_answerable(
    session: AsyncSession, consultation_id: int, wanted: AnswerFilter, after: int = 0
) -> list[Row[Any]]:
    """A page of contributions and one more, in the order in which they were made, after an id."""
    statement = (
        select(Contribution.id)
        .outerjoin(Disposition, Disposition.contribution_id == Contribution.id)
        .where(*_answerable(consultation_id), *wanted.conditions(), Contribution.id > after)
        .order_by(Contribution.id)
        .limit(ANSWERS_PAGE + 1)
    )
    return await rows_by_id(session, list((await session.execute(statement)).scalars()))


async def list_answered(
    session: AsyncSession, consultation_id: int, kind: str = "", after: int = 0
) -> list[Row[Any]]:
    """A page of answered contributions and one more, optionally of one disposition, after an id."""
    return await list_answerable(session, consultation_id, AnswerFilter(answer=kind or "yes"), after)


@dataclass(frozen=True, slots=True)
class CommentedBlock:
    """A block that has comments: its key and the beginning of its text."""

    key: str
    plain: str
    lang: str
    count: int


async def commented_blocks(
    session: AsyncSession, consultation_id: int, most: int = 200
) -> list[CommentedBlock]:
    """The blocks of a consultation's drafts that have comments, in reading order."""
    statement = (
        select(Block.key, BlockText.plain, BlockText.lang, Block.comment_count)
        .join(BlockText, (BlockText.block_id == Block.id) & (BlockText.of == ""))
        .join(Version, Version.id == Block.version_id)
        .join(Draft, Draft.id == Version.draft_id)
        .where(Draft.consultation_id == consultation_id, Block.comment_count > 0)
        .order_by(Draft.position, Draft.id, Version.number.desc(), Block.position)
        .limit(most)
    )
    found: dict[str, CommentedBlock] = {}
    for key, plain, lang, count in await session.execute(statement):
        found.setdefault(key, CommentedBlock(key, shorten(plain, 60), lang, count))
    return list(found.values())


async def find_disposition(session: AsyncSession, contribution_id: int) -> Disposition | None:
    """The answer to a contribution."""
    return await session.get(Disposition, contribution_id)


async def find_outcome(session: AsyncSession, consultation_id: int) -> Outcome | None:
    """A consultation's outcome, published or not: for the desk."""
    return await session.get(Outcome, consultation_id)


async def count_unanswered(session: AsyncSession) -> int:
    """How many public contributions of others wait for an answer, from the tallies."""
    statement = select(Tally.dimension, func.sum(Tally.count)).where(
        Tally.dimension.in_(("type", "disposition"))
    )
    found: dict[str, int] = {}
    for dimension, count in await session.execute(statement.group_by(Tally.dimension)):
        found[dimension] = int(count)
    return max(found.get("type", 0) - found.get("disposition", 0), 0)
