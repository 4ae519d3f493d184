"""Whether a questionnaire holds together: what must be true of every stored one, however it came here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consult.i18n.content import pick
from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.questionnaire import (
    TEXTS,
    UPLOADS,
    Condition,
    Content,
    Option,
    Question,
    QuestionKind,
    Section,
)
from consult.questionnaires.values import to_date, to_decimal
from consult.questionnaires.wording import PUBLICATIONS, READERS

MOST_SECTIONS, MOST_QUESTIONS, MOST_OPTIONS, MOST_ROWS = 40, 200, 40, 30
MOST_LABEL, MOST_HELP, MOST_OPTION, MOST_KEY = 500, 2_000, 300, 40
MOST_WORDS = 20_000
SCALE_FROM, SCALE_TO = 0, 10
CHOSEN = frozenset({QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.RANKING, QuestionKind.MATRIX})
"""Kinds that offer answers."""
KEY = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, and with which section or question ("" for the whole); `field` as in the question's form."""

    key: str
    message: Message
    field: str = ""


def find_flaws(content: Content, original: str) -> list[Flaw]:
    """All that is wrong with a questionnaire whose words are first written in `original`."""
    return [
        *_flaws_of_all(content),
        *(flaw for section in content.sections for flaw in _flaws_of_section(section, original)),
        *(flaw for question in content.questions() for flaw in flaws_of_question(question, original)),
        *_flaws_of_conditions(content),
    ]


def _flaws_of_all(content: Content) -> Iterator[Flaw]:
    if len(content.sections) > MOST_SECTIONS or len(content.questions()) > MOST_QUESTIONS:
        text = N_("Ask at most %(questions)d questions in %(sections)d sections.")
        yield Flaw("", Message(text, {"questions": MOST_QUESTIONS, "sections": MOST_SECTIONS}))
    yield from _flaws_of_keys([each.key for each in content.pieces()], "")
    if not content.publications or set(content.publications) - PUBLICATIONS.keys():
        yield Flaw("", Message(N_("Offer at least one way of publishing.")), "publications")
    if content.readers not in READERS:
        yield Flaw("", Message(N_("Choose who may read what is confidential.")), "readers")
    if content.intro and len(content.intro.source) > MOST_HELP:
        yield Flaw("", Message(N_("Shorten the introduction.")))


def _flaws_of_keys(keys: Iterable[str], about: str) -> Iterator[Flaw]:
    for key, count in Counter(keys).items():
        if not KEY.fullmatch(key) or len(key) > MOST_KEY or (not about and key == "new"):
            text = N_(
                "The key “%(key)s” can't be used: use letters, digits and single hyphens, %(most)d at most."
            )
            yield Flaw(about or key, Message(text, {"key": key[:60], "most": MOST_KEY}))
        if count > 1:
            yield Flaw(
                about or key, Message(N_("The key “%(key)s” is used more than once."), {"key": key[:60]})
            )


def _flaws_of_section(section: Section, original: str) -> Iterator[Flaw]:
    yield from _flaws_of_words(section.key, "title", section.title, original, MOST_OPTION)
    if section.help:
        yield from _flaws_of_words(section.key, "help", section.help, original, MOST_HELP)


def flaws_of_question(question: Question, original: str) -> Iterator[Flaw]:
    """What is wrong with one question by itself."""
    yield from _flaws_of_words(question.key, "label", question.label, original, MOST_LABEL)
    for name in ("help", "low_label", "high_label"):
        text: Translated | None = getattr(question, name)
        if text:
            most = MOST_HELP if name == "help" else MOST_OPTION
            yield from _flaws_of_words(question.key, name, text, original, most)
    yield from _flaws_of_options(question, original)
    yield from _flaws_of_limits(question)


def _flaws_of_words(key: str, name: str, text: Translated, original: str, most: int) -> Iterator[Flaw]:
    if text.original != original or not text.source.strip():
        yield Flaw(key, Message(N_("Write this in the original language.")), f"{name}-{original}")
    for lang, piece in text.texts.items():
        if len(piece.text) > most:
            message = Message(N_("Shorten this to %(most)d characters; it has %(length)d."),
                              {"most": most, "length": len(piece.text)})  # fmt: skip
            yield Flaw(key, message, f"{name}-{lang}")


def _flaws_of_options(question: Question, original: str) -> Iterator[Flaw]:
    if question.kind in CHOSEN:
        if len(question.options) < 2:
            yield Flaw(question.key, Message(N_("Offer at least two answers.")), "options")
        yield from _flaws_of_list(question.key, question.options, "options", MOST_OPTIONS, original)
    if question.kind is QuestionKind.MATRIX:
        if not question.rows:
            yield Flaw(question.key, Message(N_("A table needs at least one row.")), "rows")
        yield from _flaws_of_list(question.key, question.rows, "rows", MOST_ROWS, original)


def _flaws_of_list(
    key: str, options: tuple[Option, ...], name: str, most: int, original: str
) -> Iterator[Flaw]:
    if len(options) > most:
        yield Flaw(key, Message(N_("That is more than %(most)d."), {"most": most}), name)
    yield from _flaws_of_keys([each.key for each in options], key)
    for option in options:
        yield from _flaws_of_words(key, f"{name}-{option.key}", option.label, original, MOST_OPTION)


def _flaws_of_limits(question: Question) -> Iterator[Flaw]:
    key = question.key
    if question.kind in TEXTS and not 0 <= question.most_words <= MOST_WORDS:
        text = N_("Limit words to a number up to %(most)d, or leave this empty.")
        yield Flaw(key, Message(text, {"most": MOST_WORDS}), "most_words")
    if question.kind is QuestionKind.SCALE and not SCALE_FROM <= question.low < question.high <= SCALE_TO:
        text = N_("A scale goes from 0 or more up to 10 at most, and its end is higher than its beginning.")
        yield Flaw(key, Message(text), "high")
    if question.kind in (QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.SEVERAL, QuestionKind.RANKING):
        yield from _flaws_of_bounds(question)


def _flaws_of_bounds(question: Question) -> Iterator[Flaw]:
    read = to_date if question.kind is QuestionKind.DATE else to_decimal
    least, most = read(question.least), read(question.most)
    for name, text, found in (("least", question.least, least), ("most", question.most, most)):
        if (text and found is None) or (
            text and question.kind in CHOSEN and not (text.isascii() and text.isdecimal())
        ):
            yield Flaw(question.key, Message(_BOUND[question.kind]), name)
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        yield Flaw(question.key, Message(N_("The upper limit is below the lower one.")), "most")
    elif question.kind in CHOSEN and least is not None and least > len(question.options):  # type: ignore[operator]
        yield Flaw(question.key, Message(N_("There are fewer answers than have to be chosen.")), "least")


_BOUND = {
    QuestionKind.NUMBER: N_("Write a number, such as 12 or 12.5."),
    QuestionKind.DATE: N_("Write the date as 2027-01-31."),
    QuestionKind.SEVERAL: N_("Write a whole number."),
    QuestionKind.RANKING: N_("Write a whole number."),
}


def _flaws_of_conditions(content: Content) -> Iterator[Flaw]:
    earlier: dict[str, Question] = {}
    for section in content.sections:
        yield from _flaws_of_condition(section.key, section.only_if, earlier, content)
        for question in section.questions:
            yield from _flaws_of_condition(question.key, question.only_if, earlier, content)
            earlier[question.key] = question


def _flaws_of_condition(
    key: str, condition: Condition | None, earlier: dict[str, Question], content: Content
) -> Iterator[Flaw]:
    if condition is None:
        return
    about = earlier.get(condition.question)
    if about is None:
        later = content.question(condition.question)
        text = (
            N_("It is shown only because of an answer to “%(question)s”, which does not come before it.")
            if later
            else N_("It is shown only because of an answer to a question “%(question)s”, which is not asked.")
        )
        name = pick(later.label, later.label.original).text if later else condition.question[:60]
        yield Flaw(key, Message(text, {"question": name}), "only_if")
    elif about.kind in UPLOADS:
        yield Flaw(key, Message(N_("What is shown can't depend on files.")), "only_if")
    elif set(condition.values) - possible_values(about):
        text = N_("It is shown only because of an answer that “%(question)s” does not offer.")
        yield Flaw(key, Message(text, {"question": pick(about.label, about.label.original).text}), "only_if")


def possible_values(question: Question) -> set[str]:
    """What a condition can ask of an answer; nothing for texts, numbers and dates: whether it was answered at all."""
    if question.kind is QuestionKind.SCALE:
        return {str(each) for each in range(question.low, question.high + 1)}
    return {each.key for each in question.options} if question.kind in CHOSEN else set()
