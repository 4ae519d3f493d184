"""A response as it stands, whole, for those who sign it: what is confidential too, and marked as that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from consult.i18n.catalogues import catalogue
from consult.i18n.content import LocalText, pick
from consult.i18n.locales import direction
from consult.i18n.words import kind_name
from consult.models.questionnaire import TEXTS, Content, Question
from consult.models.submission import Attachment
from consult.submissions.document import Document, SentAnswer
from consult.submissions.redacting import Span
from consult.submissions.wording import plain_html, say_answer
from consult.teams.words import INTERESTS, PUBLICATIONS

OPENS, CLOSES = "\ue000", "\ue001"
"""Stand for the ends of a mark while paragraphs are made; nobody's text keeps them."""


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """An answer. `private`: kept confidential; `parted`: the public text leaves its marked words out."""

    label: LocalText
    html: Markup
    in_words: bool
    private: bool
    parted: bool


@dataclass(frozen=True, slots=True)
class WholeSection:
    """The answers of one section."""

    title: LocalText
    answers: tuple[WholeAnswer, ...]


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file with the response; `key` names it below the response's own address."""

    key: str
    name: str
    size: int
    sha256: str
    private: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """All that would be sent. `lang` and `dir` are the answers' own; `publication` and `interest` are in words."""

    lang: str
    dir: str
    name: str
    organisation: str
    kind: str
    interest: str
    funder: str
    publication: str
    summary: Markup
    sections: tuple[WholeSection, ...]
    files: tuple[WholeFile, ...]


def view_whole(document: Document, content: Content, kept: Sequence[Attachment], locale: str) -> Whole:
    """A document in the reader's language, its answers in their own. `kept` are the response's files."""
    keys = {(each.sha256, each.name): each.key for each in kept}
    who, say = document.respondent, catalogue(locale).gettext
    return Whole(
        lang=document.lang,
        dir=direction(document.lang),
        name=who.name,
        organisation=who.organisation,
        kind=kind_name(who.kind, locale),
        interest=say(INTERESTS.get(who.interest, who.interest)),
        funder=who.funder,
        publication=say(PUBLICATIONS.get(document.publication, document.publication)),
        summary=plain_html(document.summary),
        sections=tuple(_sections(document, content, locale)),
        files=tuple(
            WholeFile(keys[each.sha256, each.name], each.name, each.size, each.sha256, each.private)
            for each in document.files
        ),
    )


def _sections(document: Document, content: Content, locale: str) -> Iterator[WholeSection]:
    given = {each.question: each for each in document.answers}
    for section in content.sections:
        answers = tuple(
            _answer(question, given[question.key], locale)
            for question in section.questions
            if question.key in given
        )
        if answers:
            yield WholeSection(pick(section.title, locale), answers)


def _answer(question: Question, answer: SentAnswer, locale: str) -> WholeAnswer:
    in_words = question.kind in TEXTS
    text = str(answer.value) if in_words else say_answer(question, answer.value, locale)
    return WholeAnswer(
        label=pick(question.label, locale),
        html=_with_marks(text, answer.marks if in_words else ()),
        in_words=in_words,
        private=answer.private,
        parted=bool(answer.marks),
    )


def _with_marks(text: str, marks: Sequence[Span]) -> Markup:
    clean = text.replace(OPENS, "\ufffd").replace(CLOSES, "\ufffd")
    pieces, at = [], 0
    for start, end in marks:
        # A mark ends with its line: elements can't overlap paragraphs.
        lines = clean[start:end].split("\n")
        pieces += [clean[at:start], "\n".join(f"{OPENS}{line}{CLOSES}" if line else "" for line in lines)]
        at = end
    html = plain_html("".join([*pieces, clean[at:]]))
    return Markup(html.replace(OPENS, "<mark>").replace(CLOSES, "</mark>"))  # noqa: S704 - escaped before
