"""From a form's fields to an answer's value, and back.

Fields are named after the question's key, `a_KEY` (`field_name`); keys hold no underscore. Where a question has several
fields, an underscore and what the field is for follow:

| kind | fields |
| --- | --- |
| short, long, letter, section, number | `a_KEY`: text |
| one, scale | `a_KEY`: the option's key, the number |
| several | `a_KEY_OPTION`: "yes" where it is ticked |
| ranking | `a_KEY_OPTION`: its place from 1 on, "" for none |
| matrix | `a_KEY_ROW`: the option's key |
| date | `a_KEY_day`, `a_KEY_month`, `a_KEY_year` |
| files, document | none |

What is wrong is told at `a_KEY`, which is the id of the question's first control whatever its name is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from consult.kernel.messages import N_
from consult.models.questionnaire import TEXTS, UPLOADS, Option, Question, QuestionKind
from consult.questionnaires.checking import NOT_AN_ANSWER
from consult.questionnaires.values import (
    read_date,
    read_number,
    to_date,
    western_digits,
    write_number,
)
from consult.web.forms import Problems, Typed

DATE_PARTS = ("day", "month", "year")


def field_name(question: Question, part: str = "") -> str:
    """The name of a question's field, or of its `part`: an option's or row's key, or one of DATE_PARTS."""
    return f"a_{question.key}_{part}" if part else f"a_{question.key}"


def field_names(question: Question) -> tuple[str, ...]:
    """All names of a question's fields."""
    return tuple(field_name(question, part) for part in _parts(question))


def _parts(question: Question) -> tuple[str, ...]:
    if question.kind in UPLOADS:
        return ()
    if question.kind in (QuestionKind.SEVERAL, QuestionKind.RANKING):
        return tuple(each.key for each in question.options)
    if question.kind is QuestionKind.MATRIX:
        return tuple(each.key for each in question.rows)
    return DATE_PARTS if question.kind is QuestionKind.DATE else ("",)


def read_answer(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    """The value that was typed, None for none. What can't be read is told to `problems`, and then None.

    Whether it is needed, too long or out of bounds is for `checking.check_answer`: what is unfinished can be saved.
    """
    if question.kind in TEXTS:
        return typed[field_name(question)] or None
    read = _READERS.get(question.kind)
    return read(question, typed, locale, problems) if read else None


def _read_one(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    chosen = typed[field_name(question)]
    if not chosen or chosen in _keys(question.options):
        return chosen or None
    problems.add(field_name(question), NOT_AN_ANSWER)
    return None


def _read_scale(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    chosen = typed[field_name(question)]
    points = {str(each): each for each in range(question.low, question.high + 1)}
    if not chosen or chosen in points:
        return points.get(chosen)
    problems.add(field_name(question), NOT_AN_ANSWER)
    return None


def _read_several(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    ticked = [each.key for each in question.options if typed.checked(field_name(question, each.key))]
    return ticked or None


def _read_ranking(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    places: dict[str, int] = {}
    for each in question.options:
        text = western_digits(typed[field_name(question, each.key)])
        if not text:
            continue
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= len(question.options)):
            problems.add(field_name(question), N_("Choose the places from the lists."))
            return None
        places[each.key] = int(text[:4])
    if len(set(places.values())) < len(places):
        problems.add(field_name(question), N_("Give each place only once."))
        return None
    return sorted(places, key=lambda key: places[key]) or None


def _read_matrix(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    chosen = {each.key: typed[field_name(question, each.key)] for each in question.rows}
    chosen = {row: option for row, option in chosen.items() if option}
    if set(chosen.values()) <= _keys(question.options):
        return chosen or None
    problems.add(field_name(question), NOT_AN_ANSWER)
    return None


def _read_number(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    text = typed[field_name(question)]
    number = read_number(text, locale) if text else None
    if text and number is None:
        problems.add(field_name(question), N_("Write a number, such as 12 or 12.5."))
    return number


def _read_date(question: Question, typed: Typed, locale: str, problems: Problems) -> object:
    day, month, year = (typed[field_name(question, part)] for part in DATE_PARTS)
    if not (day or month or year):
        return None
    if not (day and month and year):
        problems.add(field_name(question), N_("A date has a day, a month and a year."))
        return None
    found = read_date(day, month, year)
    if found is None:
        problems.add(field_name(question), N_("Write a day that exists, such as 27 3 2027."))
    return found


_READERS: Mapping[QuestionKind, Callable[[Question, Typed, str, Problems], object]] = {
    QuestionKind.ONE: _read_one,
    QuestionKind.SCALE: _read_scale,
    QuestionKind.SEVERAL: _read_several,
    QuestionKind.RANKING: _read_ranking,
    QuestionKind.MATRIX: _read_matrix,
    QuestionKind.NUMBER: _read_number,
    QuestionKind.DATE: _read_date,
}


def answer_fields(question: Question, value: object, locale: str) -> dict[str, str]:
    """The form's fields for a value: what `read_answer` makes the same value of."""
    if value is None or question.kind in UPLOADS:
        return {}
    if question.kind is QuestionKind.SEVERAL and isinstance(value, list):
        return {field_name(question, str(each)): "yes" for each in value}
    if question.kind is QuestionKind.RANKING and isinstance(value, list):
        return {field_name(question, str(each)): str(place) for place, each in enumerate(value, 1)}
    if question.kind is QuestionKind.MATRIX and isinstance(value, dict):
        return {field_name(question, str(row)): str(option) for row, option in value.items()}
    if question.kind is QuestionKind.DATE:
        return _date_fields(question, str(value))
    if question.kind is QuestionKind.NUMBER:
        return {field_name(question): write_number(str(value), locale)}
    return {field_name(question): str(value)}


def _date_fields(question: Question, value: str) -> dict[str, str]:
    day = to_date(value)
    if day is None:
        return {}
    return {field_name(question, part): str(getattr(day, part)) for part in DATE_PARTS} | {
        field_name(question, "year"): f"{day.year:04d}"
    }


def _keys(options: tuple[Option, ...]) -> set[str]:
    return {each.key for each in options}
