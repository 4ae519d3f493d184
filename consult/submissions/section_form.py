"""Answers as they come in a form: a section's page sends all of its own, autosave those that changed.

Beside the fields of `questionnaires/reading.py` each question has `v_KEY`, the version of its answer that the page was
made with, and `h_KEY`, the `short_hash` of the text that the page sent last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consult.kernel.errors import FieldError, TooLarge
from consult.models.questionnaire import UPLOADS, Content, Question
from consult.questionnaires.conditions import shown
from consult.questionnaires.reading import read_answer
from consult.submissions.saving import MOST_CHARACTERS
from consult.web.forms import Problems, Typed


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """An answer as it was typed over version `seen`; `last` see above."""

    question: Question
    value: object
    seen: int
    last: str


def seen_version(typed: Typed, key: str) -> int:
    """The version that a page was made with, 0 for none."""
    text = typed[f"v_{key}"]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def read_typed(question: Question, typed: Typed, locale: str, problems: Problems) -> TypedAnswer:
    """One answer. Raises TooLarge for more than any answer has."""
    value = read_answer(question, typed, locale, problems)
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        raise TooLarge
    return TypedAnswer(question, value, seen_version(typed, question.key), typed[f"h_{question.key}"])


def read_section(
    content: Content, questions: Iterable[Question], typed: Typed, values: dict[str, object], locale: str
) -> list[TypedAnswer]:
    """All answers of a section's page to what is asked, given the other answers (`values`). Raises FormInvalid.

    Questions that are not asked are in the form too, hidden; what is in their fields is left as it was saved.
    """
    problems = Problems()
    found = [read_typed(each, typed, locale, problems) for each in questions if each.kind not in UPLOADS]
    asked = shown(content, values | {each.question.key: each.value for each in found}).questions
    wrong = Problems()
    for error in problems.errors:
        if error.name.removeprefix("a_") in asked:
            wrong.add(error.name, error.message.text, **error.message.params)
    wrong.raise_if_any(typed)
    return [each for each in found if each.question.key in asked]


def read_changed(
    content: Content, typed: Typed, locale: str
) -> tuple[list[TypedAnswer], tuple[FieldError, ...]]:
    """The answers that a page says have changed (`q`, keys with blanks between), and what could not be read of them."""
    problems, found = Problems(), list[TypedAnswer]()
    wanted = frozenset(typed["q"].split())
    for question in content.questions():
        if question.key in wanted and question.kind not in UPLOADS:
            found.append(read_typed(question, typed, locale, problems))
    unread = {error.name for error in problems.errors}
    return [each for each in found if f"a_{each.question.key}" not in unread], problems.errors
