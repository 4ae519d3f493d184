"""What a form to fill in without a line has to be filled with: cells, each with a name that stays.

A cell's name is the name of the web form's field (`questionnaires/reading.py`) with points for hyphens, which names in a
spreadsheet can't have; a date is one cell. The same names are the tags of a Word file's content controls.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from consult.i18n.catalogues import catalogue
from consult.i18n.locales import BY_CODE
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.questionnaire import TEXTS, UPLOADS, Option, Question, QuestionKind
from consult.questionnaires.reading import DATE_PARTS, field_name
from consult.questionnaires.values import read_date, western_digits
from consult.submissions.wording import in_lang

YES = N_("Yes")


class CellKind(StrEnum):
    """How a cell is filled."""

    TEXT = "text"
    LINE = "line"
    CHOICE = "choice"
    TICK = "tick"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice by its key, in the words that the file offers it with."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing to fill in. `label` says what beside the question's own words, "" for nothing more."""

    name: str
    field: str
    kind: CellKind
    label: str = ""
    choices: tuple[Choice, ...] = ()


def cells_of(question: Question, lang: str) -> tuple[Cell, ...]:
    """The cells of a question in a language; none for files, which come with the response itself."""
    if question.kind in UPLOADS:
        return ()
    if question.kind in (QuestionKind.SEVERAL, QuestionKind.RANKING):
        return tuple(_of_option(question, each, lang) for each in question.options)
    if question.kind is QuestionKind.MATRIX:
        choices = _choices(question.options, lang)
        return tuple(
            _cell(question, CellKind.CHOICE, each.key, in_lang(each.label, lang), choices)
            for each in question.rows
        )
    return (_single(question, lang),)


def _of_option(question: Question, option: Option, lang: str) -> Cell:
    label = in_lang(option.label, lang)
    if question.kind is QuestionKind.SEVERAL:
        return _cell(question, CellKind.TICK, option.key, label, (Choice("yes", _yes(lang)),))
    return _cell(question, CellKind.CHOICE, option.key, label, _numbers(1, len(question.options)))


def _single(question: Question, lang: str) -> Cell:
    if question.kind is QuestionKind.ONE:
        return _cell(question, CellKind.CHOICE, choices=_choices(question.options, lang))
    if question.kind is QuestionKind.SCALE:
        return _cell(
            question,
            CellKind.CHOICE,
            label=scale_ends(question, lang),
            choices=_numbers(question.low, question.high),
        )
    if question.kind is QuestionKind.DATE:
        return _cell(question, CellKind.DATE)
    is_long = question.kind in TEXTS and question.kind is not QuestionKind.SHORT
    return _cell(question, CellKind.TEXT if is_long else CellKind.LINE)


def scale_ends(question: Question, lang: str) -> str:
    """ "1: not at all, 5: fully", as far as the ends have words."""
    ends = ((question.low, question.low_label), (question.high, question.high_label))
    return " · ".join(f"{number}: {in_lang(label, lang)}" for number, label in ends if label)


def _cell(
    question: Question, kind: CellKind, part: str = "", label: str = "", choices: tuple[Choice, ...] = ()
) -> Cell:
    field = field_name(question, part)
    return Cell(field.replace("-", "."), field, kind, label, choices)


def _choices(options: tuple[Option, ...], lang: str) -> tuple[Choice, ...]:
    return tuple(Choice(each.key, in_lang(each.label, lang)) for each in options)


def _numbers(first: int, last: int) -> tuple[Choice, ...]:
    return tuple(Choice(str(each), str(each)) for each in range(first, last + 1))


def _yes(lang: str) -> str:
    return catalogue(lang if lang in BY_CODE else "en").gettext(YES)


class UnclearError(ValueError):
    """What stands in a cell means none of what it can mean; `text` is what stands there."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def fields_from(question: Question, filled: Mapping[str, str]) -> dict[str, str]:
    """The web form's fields of a question from what its cells were filled with. Raises UnclearError.

    A choice is known by its key or its words in any language, however they are spelt.
    """
    fields: dict[str, str] = {}
    for cell in cells_of(question, question.label.original):
        text = filled.get(cell.name, "").strip()
        if text:
            fields |= _fields(question, cell, text)
    return fields


def _fields(question: Question, cell: Cell, text: str) -> dict[str, str]:
    if cell.kind is CellKind.DATE:
        return dict(zip((field_name(question, part) for part in DATE_PARTS), _date_parts(text), strict=True))
    if cell.kind is CellKind.TICK:
        return {cell.field: "yes"} if _is_tick(text) else {}
    if cell.kind is CellKind.CHOICE:
        return {cell.field: _key_of(question, cell, text)}
    return {cell.field: text}


def _is_tick(text: str) -> bool:
    """Whatever is written there ticks it, unless it says no."""
    return fold(text) not in {"0", "no", "false", "-", "non", "нет", "لا", "否", "☐"}


def _key_of(question: Question, cell: Cell, text: str) -> str:
    known = {fold(western_digits(each.label)): each.key for each in cell.choices}
    known |= {fold(each.key): each.key for each in cell.choices}
    if question.kind in (QuestionKind.ONE, QuestionKind.MATRIX):
        known |= {fold(words): each.key for each in question.options for words in _all_words(each.label)}
    found = known.get(fold(western_digits(text))) or known.get(fold(text))
    if found is None:
        raise UnclearError(text)
    return found


def _all_words(label: Translated) -> list[str]:
    return [label.get(lang) for lang in label]


def _date_parts(text: str) -> tuple[str, str, str]:
    """Day, month and year of 2026-12-01, 2026-12-01T00:00:00Z, 1.12.2026 or 1/12/2026."""
    numbers = re.findall(r"\d+", western_digits(text).partition("T")[0])[:3]
    if len(numbers) == 3:
        year_first = len(numbers[0]) == 4
        day, month, year = numbers[::-1] if year_first else numbers
        if read_date(day, month, year):
            return day, month, year
    raise UnclearError(text)


def fold(text: str) -> str:
    """Words as compared: without differences of case, width and spacing, as numbers that a spreadsheet wrote as 3.0."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return folded.removesuffix(".0") if re.fullmatch(r"\d+\.0", folded) else folded


def filled_from(question: Question, fields: Mapping[str, str], lang: str) -> dict[str, str]:
    """What the cells are filled with for the web form's fields of an answer, in the words of a language."""
    filled: dict[str, str] = {}
    for cell in cells_of(question, lang):
        if cell.kind is CellKind.DATE:
            parts = [fields.get(field_name(question, part), "") for part in DATE_PARTS]
            filled[cell.name] = read_date(*parts) or "" if all(parts) else ""
        else:
            text = fields.get(cell.field, "")
            filled[cell.name] = next((each.label for each in cell.choices if each.key == text), text)
    return {name: text for name, text in filled.items() if text}
