"""From a file that came back to what it says of each question, to be looked at before anything is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consult.i18n.catalogues import Catalogue
from consult.kernel.messages import N_
from consult.models.questionnaire import Content, Question
from consult.offline.cells import UnclearError, cells_of, fields_from
from consult.questionnaires.checking import check_answer
from consult.questionnaires.reading import read_answer
from consult.submissions.wording import in_lang, say_answer
from consult.web.forms import Problems, Typed

UNCLEAR = N_("“%(text)s” is none of the answers that can be given here.")
MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says of a question. `value` None with a `problem`: it was not read. `changes`: it differs from what is saved."""

    question: Question
    value: object
    problem: str
    warning: str
    changes: bool


@dataclass(frozen=True, slots=True)
class FoundView:
    """For the page: the question's words, what is saved now and what the file says, in words."""

    key: str
    label: str
    now: str
    said: str
    problem: str
    warning: str
    changes: bool
    raw: str


def find_answers(
    content: Content, cells: Mapping[str, str], values: Mapping[str, object], locale: str, say: Catalogue
) -> list[Found]:
    """What the file says of every question that it says something of, in order."""
    found = []
    for question in content.questions():
        if any(cells.get(cell.name, "").strip() for cell in cells_of(question, locale)):
            found.append(_find(question, cells, values.get(question.key), locale, say))
    return found


def _find(question: Question, cells: Mapping[str, str], saved: object, locale: str, say: Catalogue) -> Found:
    problems = Problems()
    try:
        typed = Typed(fields_from(question, cells))
    except UnclearError as unclear:
        text = unclear.text if len(unclear.text) <= MOST_SHOWN else unclear.text[:MOST_SHOWN] + " …"
        return Found(question, None, say.gettext(UNCLEAR) % {"text": text}, "", False)
    value = read_answer(question, typed, locale, problems)
    if problems:
        return Found(question, None, say.say(problems.errors[0].message), "", False)
    told = check_answer(question, value, locale)
    return Found(question, value, "", say.say(told) if told else "", value != saved)


def unknown_cells(content: Content, cells: Mapping[str, str]) -> int:
    """How many filled cells belong to no question of this round."""
    known = {cell.name for question in content.questions() for cell in cells_of(question, "en")}
    return sum(1 for name in cells if name.startswith("a_") and name not in known)


def view_found(found: Found, saved: object, raw: str, locale: str) -> FoundView:
    """What the page shows of it."""
    return FoundView(
        key=found.question.key,
        label=in_lang(found.question.label, locale),
        now=say_answer(found.question, saved, locale),
        said=say_answer(found.question, found.value, locale),
        problem=found.problem,
        warning=found.warning,
        changes=found.changes,
        raw=raw,
    )
