"""Sections and questions as a respondent sees them, with what was answered and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consult.i18n.content import EMPTY, LocalText, pick
from consult.kernel.translated import Translated
from consult.models.questionnaire import Condition, Content, Option, Question, QuestionKind, Section
from consult.questionnaires.conditions import Answers, Shown, shown
from consult.questionnaires.limits import say_limits
from consult.questionnaires.queries import Passage
from consult.questionnaires.reading import answer_fields, field_name
from consult.web.forms import ShownError, Typed

SEEN = "seen"
"""Name of the hidden field that lists the keys of the questions that were on the page."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice, one place of a scale, or one row of a matrix.

    `name` and `id` are its control's; `value` is what it holds: of a ranking its place, of a row the option chosen.
    """

    key: str
    label: LocalText
    name: str
    id: str
    checked: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question in one language. `is_shown` is False where its condition is not met by what was answered so far.

    `id` is that of its first control, at which errors are told. `parts` are a date's day, month and year; `limits` says how much is taken.
    `depends_on` and `depends_values` say the condition to the page's script.
    """

    key: str
    kind: QuestionKind
    id: str
    label: LocalText
    help: LocalText
    limits: str
    required: bool
    value: str
    options: tuple[OptionView, ...]
    rows: tuple[OptionView, ...]
    points: tuple[OptionView, ...]
    parts: tuple[str, str, str]
    low: int
    high: int
    low_label: LocalText
    high_label: LocalText
    most_words: int
    error: str
    passage: Passage | None
    is_shown: bool
    depends_on: str
    depends_values: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """The questions of one page."""

    key: str
    title: LocalText
    help: LocalText
    questions: tuple[QuestionView, ...]
    is_shown: bool
    depends_on: str
    depends_values: str

    @property
    def seen(self) -> str:
        """Keys of the questions that are asked on this page now, for the field SEEN."""
        return " ".join(each.key for each in self.questions if each.is_shown)


def view_sections(
    content: Content, answers: Answers, locale: str, passages: Mapping[str, Passage] | None = None
) -> tuple[SectionView, ...]:
    """All sections with what was answered."""
    return tuple(
        view_section(content, section, answers, locale, passages=passages) for section in content.sections
    )


def view_section(
    content: Content,
    section: Section,
    answers: Answers,
    locale: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Sequence[ShownError] = (),
    passages: Mapping[str, Passage] | None = None,
) -> SectionView:
    """One section. `answers` are all of the response, so that conditions can be told; with `typed` (a failed form's
    fields) what was typed is shown in their stead. `passages`: see `queries.find_passages`.
    """
    asked = shown(content, answers)
    views = tuple(
        _view_question(question, asked, answers, locale, typed, errors, passages or {})
        for question in section.questions
    )
    return SectionView(
        key=section.key,
        title=pick(section.title, locale),
        help=_text(section.help, locale),
        questions=views,
        is_shown=section.key in asked.sections,
        depends_on=section.only_if.question if section.only_if else "",
        depends_values=_values(section.only_if),
    )


def was_unseen(section: SectionView, typed: Typed) -> bool:
    """Whether what was just typed let questions appear that were not on the page: then it is shown once more.

    `section` is the view made with the answers just read.
    """
    known = typed[SEEN].split()
    return any(each.is_shown and each.key not in known for each in section.questions)


def _view_question(
    question: Question,
    asked: Shown,
    answers: Answers,
    locale: str,
    typed: Mapping[str, str] | None,
    errors: Sequence[ShownError],
    passages: Mapping[str, Passage],
) -> QuestionView:
    saved = typed is None
    fields = answer_fields(question, answers.get(question.key), locale) if saved else typed or {}
    name = field_name(question)
    return QuestionView(
        key=question.key,
        kind=question.kind,
        id=name,
        label=pick(question.label, locale),
        help=_text(question.help, locale),
        limits=" ".join(say_limits(question, locale)),
        required=question.required,
        value=fields.get(name, ""),
        options=_options(question, fields, locale),
        rows=_rows(question, fields, locale),
        points=_points(question, fields),
        parts=(
            fields.get(f"{name}_day", ""),
            fields.get(f"{name}_month", ""),
            fields.get(f"{name}_year", ""),
        ),
        low=question.low,
        high=question.high,
        low_label=_text(question.low_label, locale),
        high_label=_text(question.high_label, locale),
        most_words=question.most_words,
        error=next((each.text for each in errors if each.name == name), ""),
        passage=passages.get(question.key),
        is_shown=question.key in asked.questions,
        depends_on=question.only_if.question if question.only_if else "",
        depends_values=_values(question.only_if),
    )


def _options(question: Question, fields: Mapping[str, str], locale: str) -> tuple[OptionView, ...]:
    return tuple(
        _option(question, each, place, fields, locale) for place, each in enumerate(question.options)
    )


def _option(
    question: Question, option: Option, place: int, fields: Mapping[str, str], locale: str
) -> OptionView:
    own = field_name(question, option.key)
    name = own if question.kind in (QuestionKind.SEVERAL, QuestionKind.RANKING) else field_name(question)
    value = fields.get(name, "")
    return OptionView(
        key=option.key,
        label=pick(option.label, locale),
        name=name,
        id=own if place else field_name(question),
        checked=value == option.key if question.kind is QuestionKind.ONE else bool(value),
        value=value,
    )


def _rows(question: Question, fields: Mapping[str, str], locale: str) -> tuple[OptionView, ...]:
    names = [field_name(question, each.key) for each in question.rows]
    return tuple(
        OptionView(
            key=row.key,
            label=pick(row.label, locale),
            name=name,
            id=name if place else field_name(question),
            value=fields.get(name, ""),
        )
        for place, (row, name) in enumerate(zip(question.rows, names, strict=True))
    )


def _points(question: Question, fields: Mapping[str, str]) -> tuple[OptionView, ...]:
    if question.kind is not QuestionKind.SCALE:
        return ()
    name = field_name(question)
    return tuple(
        OptionView(
            key=str(point),
            label=EMPTY,
            name=name,
            id=field_name(question, str(point)) if point > question.low else name,
            checked=fields.get(name, "") == str(point),
        )
        for point in range(question.low, question.high + 1)
    )


def _text(text: Translated | None, locale: str) -> LocalText:
    return pick(text, locale) if text else EMPTY


def _values(condition: Condition | None) -> str:
    return " ".join(condition.values) if condition else ""
