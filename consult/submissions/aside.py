"""Answers that were typed over somebody else's, beside what is saved: shown at the question until one is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from consult.models.questionnaire import TEXTS, Content
from consult.models.submission import Answer, SetAside
from consult.submissions.queries import name_people, open_set_asides
from consult.submissions.wording import say_answer


@dataclass(frozen=True, slots=True)
class AsideView:
    """A text that waits to be settled: who typed it and when; `saved_by` and `saved_at` of the one that is saved."""

    id: int
    text: str
    name: str
    at: datetime
    saved_text: str
    saved_by: str
    saved_at: datetime | None
    in_words: bool


async def show_asides(
    session: AsyncSession, submission_id: int, content: Content, answers: Mapping[str, Answer], locale: str
) -> dict[str, list[AsideView]]:
    """What waits to be settled, by question."""
    waiting = await open_set_asides(session, submission_id)
    if not waiting:
        return {}
    ids = {each.user_id for each in waiting} | {
        answers[each.question].edited_by for each in waiting if each.question in answers
    }
    names = await name_people(session, ids)
    views: dict[str, list[AsideView]] = {}
    for each in waiting:
        if view := _view(each, content, answers.get(each.question), names, locale):
            views.setdefault(each.question, []).append(view)
    return views


def _view(
    aside: SetAside, content: Content, saved: Answer | None, names: Mapping[int, str], locale: str
) -> AsideView | None:
    question = content.question(aside.question)
    if question is None:
        return None
    return AsideView(
        id=aside.id,
        text=say_answer(question, aside.value, locale),
        name=names.get(aside.user_id or 0, ""),
        at=aside.at,
        saved_text=say_answer(question, saved.value, locale) if saved else "",
        saved_by=names.get(saved.edited_by or 0, "") if saved else "",
        saved_at=saved.edited_at if saved else None,
        in_words=question.kind in TEXTS,
    )
