"""A round's questions: what respondents are asked, and what editors are working on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from consult.documents.queries import get_draft, get_version, load_blocks
from consult.i18n.locales import direction
from consult.kernel.errors import NotFound
from consult.models.questionnaire import Question, QuestionKind, Questionnaire


def _of_round(round_id: int) -> Select[Any]:
    return select(Questionnaire).where(Questionnaire.round_id == round_id)


async def current_questionnaire(session: AsyncSession, round_id: int) -> Questionnaire | None:
    """The newest ready edition: what respondents are asked. None where nothing is ready."""
    statement = _of_round(round_id).where(Questionnaire.ready_at.is_not(None))
    statement = statement.order_by(Questionnaire.edition.desc()).limit(1)
    found: Questionnaire | None = (await session.execute(statement)).scalar_one_or_none()
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


async def latest_edition(session: AsyncSession, round_id: int) -> Questionnaire | None:
    """The newest edition, ready or not: what editors see."""
    statement = _of_round(round_id).order_by(Questionnaire.edition.desc()).limit(1)
    found: Questionnaire | None = (await session.execute(statement)).scalar_one_or_none()
    return found


@dataclass(frozen=True, slots=True)
class Passage:
    """The section of the draft that a question is about: `html` is safe; `address` is without locale."""

    html: Markup
    lang: str
    dir: str
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
            passage = await _find_passage(session, consultation_id, slug, each, locale)
            found |= {each.key: passage} if passage else {}
    return found


async def _find_passage(
    session: AsyncSession, consultation_id: int, slug: str, question: Question, locale: str
) -> Passage | None:
    try:
        draft = await get_draft(session, consultation_id, question.draft)
        version = get_version(draft, "")
    except NotFound:
        return None
    blocks = await load_blocks(session, version, locale, question.block)
    if not blocks:
        return None
    address = f"/consultations/{slug}/drafts/{draft.slug}/blocks/{question.block}"
    return Passage(Markup(blocks[0].html), blocks[0].lang, direction(blocks[0].lang), address)  # noqa: S704 - safe when stored
