"""A questionnaire as it is laid out in a file: headings, questions with what helps, cells with what is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consult.i18n.catalogues import catalogue
from consult.i18n.locales import BY_CODE, direction
from consult.kernel.messages import N_
from consult.models.questionnaire import UPLOADS, Content, Question
from consult.offline.cells import Cell, cells_of, filled_from
from consult.questionnaires.reading import answer_fields
from consult.submissions.wording import in_lang

HOW = N_(
    "Fill in the marked fields and save the file. Then choose it on the page of your response: you see what was read before anything is kept. What you leave empty stays as it is."
)
WITH_FILES = N_("Files for this question are added on the page of your response.")
ANSWER = N_("Your answer")
NEEDED = N_("An answer is needed.")
MOST_WORDS = N_("At most %(most)s words.")
CHOOSE = N_("Choose")


@dataclass(frozen=True, slots=True)
class Mark:
    """Which questions a file belongs to, hidden in it: consultation's reference, round, key of the response."""

    consultation: str
    round: int
    edition: int

    def text(self) -> str:
        """As it is written into a file."""
        return f"consult-form/1 {self.consultation} {self.round} {self.edition}"


def read_mark(text: str) -> Mark | None:
    """The mark of one of our files; None for any other."""
    parts = text.split()
    if len(parts) != 4 or parts[0] != "consult-form/1":
        return None
    if not all(each.isdecimal() and len(each) < 10 for each in parts[2:]):
        return None
    return Mark(parts[1], int(parts[2]), int(parts[3]))


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question with its cells; `hints` are sentences, `filled` by cell's name."""

    label: str
    hints: tuple[str, ...]
    cells: tuple[Cell, ...]
    filled: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section's questions."""

    title: str
    help: str
    questions: tuple[FormQuestion, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """All of it. Words of the file itself are in `lang` too."""

    title: str
    lang: str
    dir: str
    mark: Mark
    how: str
    answer: str
    choose: str
    sections: tuple[FormSection, ...]


def lay_out(title: str, content: Content, values: Mapping[str, object], lang: str, mark: Mark) -> Form:
    """The form in a language, filled with what is answered already."""
    say = catalogue(lang if lang in BY_CODE else "en")
    sections = tuple(
        FormSection(
            in_lang(section.title, lang),
            in_lang(section.help, lang),
            tuple(_question(each, values.get(each.key), lang) for each in section.questions),
        )
        for section in content.sections
    )
    return Form(
        title=title,
        lang=lang,
        dir=direction(lang),
        mark=mark,
        how=say.gettext(HOW),
        answer=say.gettext(ANSWER),
        choose=say.gettext(CHOOSE),
        sections=sections,
    )


def _question(question: Question, value: object, lang: str) -> FormQuestion:
    fields = answer_fields(question, value, lang)
    return FormQuestion(
        label=in_lang(question.label, lang),
        hints=tuple(_hints(question, lang)),
        cells=cells_of(question, lang),
        filled=filled_from(question, fields, lang),
    )


def _hints(question: Question, lang: str) -> list[str]:
    say = catalogue(lang if lang in BY_CODE else "en")
    hints = [in_lang(question.help, lang)] if question.help else []
    if question.required:
        hints.append(say.gettext(NEEDED))
    if question.most_words:
        hints.append(say.gettext(MOST_WORDS) % {"most": question.most_words})
    if question.kind in UPLOADS:
        hints.append(say.gettext(WITH_FILES))
    return [each for each in hints if each]
