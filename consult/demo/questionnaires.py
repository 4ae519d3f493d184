"""The demo's questionnaires: from the file to what the desk would have made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from consult.consultations.queries import get_consultation
from consult.demo.content import read_tables
from consult.demo.schedule import Schedule
from consult.i18n.content import write
from consult.kernel.translated import Translated
from consult.models.questionnaire import Condition, Content, Option, Question, QuestionKind, Section
from consult.questionnaires.composing import letter_only
from consult.questionnaires.letters import letter_words
from consult.questionnaires.service import begin_questions, make_ready
from consult.security.actor import Actor

PLAIN = ("required", "most_words", "least", "most", "low", "high", "draft", "block")
"""What is in the file as it is in a question."""
WORDS = ("help", "low_label", "high_label")


async def load_questionnaires(
    session: AsyncSession, schedules: Mapping[str, tuple[Schedule, Any]], editor: Actor
) -> None:
    """What rounds ask, ready before they opened."""
    for table in read_tables("questionnaires")["questionnaire"]:
        consultation = await get_consultation(session, table["consultation"], editor)
        round_, at = consultation.rounds[-1], schedules[table["consultation"]][0].created_at
        content = (
            letter_only(*letter_words(consultation.languages)) if table.get("letter") else read_content(table)
        )
        await begin_questions(session, consultation, round_, content, editor, at)
        await make_ready(session, consultation, round_, editor, at)


def late_days(slug: str) -> int:
    """How long a consultation's round has a late lane for."""
    tables = read_tables("questionnaires")["questionnaire"]
    return int(next((each.get("late_days", 0) for each in tables if each["consultation"] == slug), 0))


def read_content(table: Mapping[str, Any]) -> Content:
    """A questionnaire from its table in the file."""
    return Content(sections=tuple(_section(each) for each in table["section"]))


def _section(table: Mapping[str, Any]) -> Section:
    return Section(
        key=table["key"],
        title=_words(table["title"]),
        questions=tuple(_question(each) for each in table["question"]),
    )


def _question(table: Mapping[str, Any]) -> Question:
    more: dict[str, Any] = {name: table[name] for name in PLAIN if name in table}
    more |= {name: _words(table[name]) for name in WORDS if name in table}
    condition = table.get("only_if")
    return Question(
        key=table["key"],
        kind=QuestionKind(table["kind"]),
        label=_words(table["label"]),
        options=tuple(_option(each) for each in table.get("options", ())),
        rows=tuple(_option(each) for each in table.get("rows", ())),
        only_if=Condition(question=condition["question"], values=tuple(condition["values"]))
        if condition
        else None,
        **more,
    )


def _option(table: Mapping[str, str]) -> Option:
    return Option(
        key=table["key"], label=_words({name: text for name, text in table.items() if name != "key"})
    )


def _words(texts: Mapping[str, str]) -> Translated:
    return write(dict(texts), "en")
