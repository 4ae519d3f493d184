"""A round's questions: what respondents are asked, and what editors are working on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from markupsafe import Markup
from sqlalchemy import BindParameter, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.blocks import BlockKind, read_shape
from consult.documents.queries import BlockRow, get_draft, get_version, list_drafts, load_some_blocks
from consult.i18n.locales import direction
from consult.kernel.errors import NotFound
from consult.kernel.translated import Translated
from consult.models.consultation import Consultation, Round
from consult.models.document import Block
from consult.models.questionnaire import Question, QuestionKind, Questionnaire


def _of_round(round_id: int | BindParameter[int]) -> Select[Any]:
    return select(Questionnaire).where(Questionnaire.round_id == round_id)


def current_of(round_id: int | BindParameter[int]) -> Select[Any]:
    """The newest ready edition of a round."""
    ready = _of_round(round_id).where(Questionnaire.ready_at.is_not(None))
    return ready.order_by(Questionnaire.edition.desc()).limit(1)


async def current_questionnaire(session: AsyncSession, round_id: int) -> Questionnaire | None:
    """The newest ready edition: what respondents are asked. None where nothing is ready."""
    found: Questionnaire | None = (await session.execute(current_of(round_id))).scalar_one_or_none()
    return found


async def get_edition(session: AsyncSession, round_id: int, edition: int) -> Questionnaire:
    """A ready edition. Raises NotFound."""
    statement = _of_round(round_id).where(
        Questionnaire.edition == edition, Questionnaire.ready_at.is_not(None)
    )
    found: Questionnaire | None = (await session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def list_editions(session: AsyncSession, round_id: int) -> Sequence[Questionnaire]:
    """All ready editions with their notes, the first one first."""
    statement = _of_round(round_id).where(Questionnaire.ready_at.is_not(None))
    found: Sequence[Questionnaire] = (
        (await session.execute(statement.order_by(Questionnaire.edition))).scalars().all()
    )
    return found


async def rounds_that_ask(session: AsyncSession, round_ids: Sequence[int]) -> set[int]:
    """Which of the rounds have ready questions."""
    ready = Questionnaire.ready_at.is_not(None)
    statement = select(Questionnaire.round_id).where(Questionnaire.round_id.in_(round_ids), ready)
    return set((await session.execute(statement)).scalars())


async def latest_edition(session: AsyncSession, round_id: int) -> Questionnaire | None:
    """The newest edition, ready or not: what editors see."""
    statement = _of_round(round_id).order_by(Questionnaire.edition.desc()).limit(1)
    found: Questionnaire | None = (await session.execute(statement)).scalar_one_or_none()
    return found


MOST_BLOCKS = 9
"""Blocks of the draft that a question quotes at most: a heading and what stands under it."""
_QUOTED = frozenset({BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE})


@dataclass(frozen=True, slots=True)
class PassagePart:
    """A block as it is quoted: `html` is safe inner HTML, `label` a list item's mark."""

    html: Markup
    label: str
    is_heading: bool
    lang: str
    dir: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The section of the draft that a question is about; `address` is without locale."""

    parts: tuple[PassagePart, ...]
    address: str


async def find_passages(
    session: AsyncSession, consultation_id: int, slug: str, questions: Sequence[Question], locale: str
) -> dict[str, Passage]:
    """The passages that questions of kind SECTION are about, by question's key, as the newest version has them.

    A section that is gone from the draft is left out: the question is then asked without it.
    """
    found: dict[str, Passage] = {}
    for each in questions:
        if each.kind is QuestionKind.SECTION and each.draft and each.block:
            parts = await _find_parts(session, consultation_id, each, locale)
            address = f"/consultations/{slug}/drafts/{each.draft}/blocks/{each.block}"
            found |= {each.key: Passage(parts, address)} if parts else {}
    return found


async def _find_parts(
    session: AsyncSession, consultation_id: int, question: Question, locale: str
) -> tuple[PassagePart, ...]:
    try:
        version = get_version(await get_draft(session, consultation_id, question.draft), "")
    except NotFound:
        return ()
    ids = await _blocks_under(session, version.id, question.block)
    return tuple(_view_part(each) for each in await load_some_blocks(session, version, locale, ids))


async def _blocks_under(session: AsyncSession, version_id: int, key: str) -> list[int]:
    """A block, and where it is a heading what follows up to the next one."""
    first = select(Block.position).where(Block.version_id == version_id, Block.key == key).scalar_subquery()
    statement = select(Block.id, Block.kind).where(Block.version_id == version_id, Block.position >= first)
    rows = (await session.execute(statement.order_by(Block.position).limit(MOST_BLOCKS))).all()
    if not rows or rows[0].kind != BlockKind.HEADING:
        return [row.id for row in rows[:1]]
    under = takewhile(lambda row: row.kind != BlockKind.HEADING, rows[1:])
    return [row.id for row in (rows[0], *under) if row.kind in _QUOTED]


def _view_part(row: BlockRow) -> PassagePart:
    html = Markup(row.html)  # noqa: S704 - made safe when it was stored
    label = read_shape(row.shape)["label"]
    return PassagePart(html, label, row.kind == BlockKind.HEADING, row.lang, direction(row.lang))


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a draft that a question can be about: `value` is such as "charter#block-key"."""

    value: str
    title: str


async def list_places(session: AsyncSession, consultation_id: int, locale: str) -> list[Place]:
    """The headings of the newest public versions of a consultation's drafts, in reading order."""
    places: list[Place] = []
    for draft in await list_drafts(session, consultation_id):
        version = get_version(draft, "")
        headings = select(Block.id).where(Block.version_id == version.id, Block.kind == BlockKind.HEADING)
        ids = (await session.execute(headings)).scalars().all()
        rows = await load_some_blocks(session, version, locale, ids)
        places += [Place(f"{draft.slug}#{row.key}", row.plain) for row in rows]
    return places


@dataclass(frozen=True, slots=True)
class Earlier:
    """A round whose questions can be copied."""

    round_id: int
    reference: str
    number: int
    title: Translated


async def list_earlier(session: AsyncSession, round_id: int) -> list[Earlier]:
    """Other rounds that have questions, of all consultations, the newest first."""
    statement = (
        select(Round.id, Consultation.reference, Round.number, Consultation.title)
        .join(Consultation, Consultation.id == Round.consultation_id)
        .where(
            Round.id != round_id, select(Questionnaire.id).where(Questionnaire.round_id == Round.id).exists()
        )
        .order_by(Round.id.desc())
    )
    return [Earlier(*row) for row in await session.execute(statement)]
