"""Whether an answer can be sent as it is: needed ones are there, limits are kept. Knows no form, so files use it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from consult.i18n.formats import formats
from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.models.questionnaire import TEXTS, UPLOADS, Content, Question, QuestionKind
from consult.questionnaires.conditions import Answers, is_answered, shown
from consult.questionnaires.values import count_words, to_date, to_decimal

MOST_CHARACTERS = {QuestionKind.SHORT: 500}
"""Most characters of texts, where it is not MOST_LONG."""
MOST_LONG = 100_000

NOT_AN_ANSWER = N_("Choose from the answers that are offered.")
NEEDED: dict[QuestionKind, str] = {
    QuestionKind.ONE: N_("Choose an answer."),
    QuestionKind.SEVERAL: N_("Choose at least one answer."),
    QuestionKind.SCALE: N_("Choose a place on the scale."),
    QuestionKind.RANKING: N_("Give at least one of these a place."),
    QuestionKind.MATRIX: N_("Choose an answer in every row."),
    QuestionKind.NUMBER: N_("Write a number."),
    QuestionKind.DATE: N_("Write a date."),
    QuestionKind.FILES: N_("Add a file."),
    QuestionKind.DOCUMENT: N_("Add your document."),
    QuestionKind.LETTER: N_("Write your letter here."),
}
"""What is said where a needed answer is missing; for other kinds `NEEDED_TEXT`."""
NEEDED_TEXT = N_("Answer this question.")


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """Why a response can't be sent yet: what is wrong with the answer to a question."""

    question: Question
    message: Message


def check_answers(
    content: Content, answers: Answers, locale: str, files: Mapping[str, int] | None = None
) -> tuple[AnswerProblem, ...]:
    """All that is wrong with the answers to what is asked; `files` counts the kept files by question's key."""
    asked, counts = shown(content, answers).questions, files or {}
    found = (
        (each, check_answer(each, answers.get(each.key), locale, counts.get(each.key, 0)))
        for each in content.questions()
        if each.key in asked
    )
    return tuple(AnswerProblem(question, message) for question, message in found if message)


def check_answer(question: Question, value: object, locale: str = "en", files: int = 0) -> Message | None:
    """What is wrong with an answer, None for nothing. Numbers and dates in the message are written as in `locale`."""
    if question.kind in UPLOADS:
        return Message(NEEDED[question.kind]) if question.required and not files else None
    if not is_answered(value):
        return Message(NEEDED.get(question.kind, NEEDED_TEXT)) if question.required else None
    if question.kind in TEXTS:
        return _check_text(question, value, locale)
    return _CHECKS[question.kind](question, value, locale)


def _check_text(question: Question, value: object, locale: str) -> Message | None:
    if not isinstance(value, str):
        return Message(NOT_AN_ANSWER)
    say = formats(locale).number
    most = MOST_CHARACTERS.get(question.kind, MOST_LONG)
    if len(value) > most:
        text = N_("Shorten this to %(most)s characters; it has %(length)s.")
        return Message(text, {"most": say(most), "length": say(len(value))})
    words = count_words(value) if question.most_words else 0
    if words > question.most_words:
        text = N_("Shorten this to %(most)s words; it has %(count)s.")
        return Message(text, {"most": say(question.most_words), "count": say(words)})
    return None


def _are_offered(question: Question, values: Iterable[object]) -> bool:
    keys = {each.key for each in question.options}
    return all(isinstance(each, str) and each in keys for each in values)


def _check_one(question: Question, value: object, locale: str) -> Message | None:
    return None if _are_offered(question, [value]) else Message(NOT_AN_ANSWER)


def _check_several(question: Question, value: object, locale: str) -> Message | None:
    if not isinstance(value, list) or not _are_offered(question, value) or len(set(value)) < len(value):
        return Message(NOT_AN_ANSWER)
    say, (least, most) = formats(locale).number, chosen_bounds(question)
    if len(value) < least:
        return Message(N_("Choose at least this many: %(least)s."), {"least": say(least)})
    if most and len(value) > most:
        return Message(N_("Choose at most this many: %(most)s."), {"most": say(most)})
    return None


def chosen_bounds(question: Question) -> tuple[int, int]:
    """How many may be chosen of several, at least and at most (0 for as many as one likes)."""
    least = int(question.least) if question.least.isdecimal() else 0
    return least, int(question.most) if question.most.isdecimal() else 0


def _check_scale(question: Question, value: object, locale: str) -> Message | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and question.low <= value <= question.high
    return None if fits else Message(NOT_AN_ANSWER)


def _check_matrix(question: Question, value: object, locale: str) -> Message | None:
    rows = {each.key for each in question.rows}
    if not isinstance(value, dict) or set(value) - rows or not _are_offered(question, value.values()):
        return Message(NOT_AN_ANSWER)
    if question.required and set(value) != rows:
        return Message(NEEDED[QuestionKind.MATRIX])
    return None


def _check_number(question: Question, value: object, locale: str) -> Message | None:
    number = to_decimal(value) if isinstance(value, str) else None
    if number is None:
        return Message(N_("Write a number, such as 12 or 12.5."))
    least, most = to_decimal(question.least), to_decimal(question.most)
    if least is not None and number < least:
        return Message(N_("Write a number that is at least %(least)s."), {"least": _say(least, locale)})
    if most is not None and number > most:
        return Message(N_("Write a number that is at most %(most)s."), {"most": _say(most, locale)})
    return None


def _check_date(question: Question, value: object, locale: str) -> Message | None:
    day = to_date(value) if isinstance(value, str) else None
    if day is None:
        return Message(N_("Write a day that exists, such as 27 3 2027."))
    least, most = to_date(question.least), to_date(question.most)
    if least is not None and day < least:
        return Message(N_("Write a date not before %(least)s."), {"least": _say(least, locale)})
    if most is not None and day > most:
        return Message(N_("Write a date not after %(most)s."), {"most": _say(most, locale)})
    return None


def _say(bound: Decimal | date, locale: str) -> str:
    if isinstance(bound, date):
        return formats(locale).date(bound)
    return formats(locale).number(float(bound)) if bound % 1 else formats(locale).number(int(bound))


_CHECKS = {
    QuestionKind.ONE: _check_one,
    QuestionKind.SEVERAL: _check_several,
    QuestionKind.RANKING: _check_several,
    QuestionKind.SCALE: _check_scale,
    QuestionKind.MATRIX: _check_matrix,
    QuestionKind.NUMBER: _check_number,
    QuestionKind.DATE: _check_date,
}
