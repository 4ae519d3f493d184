"""What the public sees of a response: made from the document that was sent (or would be), and from nothing else.

The same value feeds the preview before sending, the contribution's page, its text for the search index, the API and
exports. Words that are kept back are in none of its fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from markupsafe import Markup, escape

from consult.i18n.catalogues import catalogue
from consult.i18n.locales import BY_CODE
from consult.kernel.messages import N_
from consult.models.questionnaire import TEXTS, Content, Question, QuestionKind
from consult.models.submission import Publication
from consult.submissions.document import Document, SentAnswer, SentFile
from consult.submissions.redacting import without
from consult.submissions.wording import in_lang, lang_of, plain_html, say_answer

KEPT_BACK = N_("[confidential]")
"""What stands for words that are kept back, in the response's own language."""


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """An answer as everybody sees it. `withheld`: all of it is confidential; `parted`: words of it are."""

    question: str
    label: str
    label_lang: str
    text: str
    html: Markup
    in_words: bool
    withheld: bool
    parted: bool


@dataclass(frozen=True, slots=True)
class PublicSection:
    """The answers of one section; `title` in the language that was asked for, else in its original."""

    title: str
    title_lang: str
    answers: tuple[PublicAnswer, ...]


@dataclass(frozen=True, slots=True)
class PublicResponse:
    """A response as everybody sees it. Empty strings where its people stay unnamed; `files` are the public ones."""

    publication: str
    lang: str
    name: str
    organisation: str
    verified: str
    kind: str
    country: str
    interest: str
    funder: str
    summary: str
    summary_html: Markup
    sections: tuple[PublicSection, ...]
    files: tuple[SentFile, ...]
    kept_files: int
    co_signed: tuple[str, ...]

    @property
    def is_confidential(self) -> bool:
        """Whether only a summary is public."""
        return self.publication == Publication.CONFIDENTIAL

    @property
    def is_named(self) -> bool:
        """Whether it says who sent it."""
        return self.publication == Publication.NAMED


def as_published(document: Document, publication: str, text: str) -> Document:
    """The document as it is published now, which may be less than its sending asked for: on request, staff have taken the
    name off it, or all but the summary `text`."""
    if document.publication == publication or not publication:
        return document
    is_confidential = publication == Publication.CONFIDENTIAL
    return msgspec.structs.replace(
        document, publication=publication, summary=text if is_confidential else document.summary
    )


def view_public(document: Document, content: Content, locale: str) -> PublicResponse:
    """The public view of a document; questions' words in `locale`, else in their original."""
    named = document.publication == Publication.NAMED
    confidential = document.publication == Publication.CONFIDENTIAL
    who = document.respondent
    shown = () if confidential else tuple(each for each in document.files if not each.private)
    return PublicResponse(
        publication=document.publication,
        lang=document.lang,
        name=who.name if named else "",
        organisation=who.organisation if named else "",
        verified=who.verified if named else "",
        kind=who.kind,
        country=who.country if named else "",
        interest=who.interest,
        funder=who.funder if named else "",
        summary=document.summary if confidential else "",
        summary_html=plain_html(document.summary if confidential else ""),
        sections=() if confidential else tuple(_sections(document, content, locale)),
        files=shown,
        kept_files=len(document.files) - len(shown),
        co_signed=document.co_signed if named else (),
    )


def _sections(document: Document, content: Content, locale: str) -> Iterator[PublicSection]:
    given = {each.question: each for each in document.answers}
    for section in content.sections:
        answers = tuple(
            _answer(question, given[question.key], document.lang, locale)
            for question in section.questions
            if question.key in given
        )
        if answers:
            yield PublicSection(in_lang(section.title, locale), lang_of(section.title, locale), answers)


def _answer(question: Question, answer: SentAnswer, lang: str, locale: str) -> PublicAnswer:
    text = _public_text(question, answer, lang, locale)
    is_letter = question.kind in (QuestionKind.LETTER, QuestionKind.LONG, QuestionKind.SECTION)
    return PublicAnswer(
        question=question.key,
        label=in_lang(question.label, locale),
        label_lang=lang_of(question.label, locale),
        text=text,
        html=plain_html(text) if is_letter else _lines(text),
        in_words=question.kind in TEXTS,
        withheld=answer.private,
        parted=bool(answer.marks) and not answer.private,
    )


def _public_text(question: Question, answer: SentAnswer, lang: str, locale: str) -> str:
    if answer.private:
        return ""
    if question.kind in TEXTS:
        return without(str(answer.value), answer.marks, kept_back(lang))
    return say_answer(question, answer.value, locale)


def kept_back(lang: str) -> str:
    """What stands for words that are kept back, in a language of the interface, else in English."""
    return catalogue(lang if lang in BY_CODE else "en").gettext(KEPT_BACK)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def public_text(response: PublicResponse) -> tuple[str, Markup]:
    """The whole as one text and as HTML, for lists, the search index, the API and exports.

    What was answered in words comes first: choices begin alike in all responses, and tell nobody one from the other.
    """
    if response.is_confidential:
        return response.summary, response.summary_html
    texts: list[str] = []
    html: list[Markup] = []
    shown = [each for section in response.sections for each in section.answers if not each.withheld]
    for answer in sorted(shown, key=lambda each: not each.in_words):
        texts.append(f"{answer.label}\n\n{answer.text}")
        html.append(Markup("<p><strong>{}</strong></p>\n{}").format(answer.label, _block(answer)))
    return "\n\n".join(texts), Markup("\n").join(html)


def _block(answer: PublicAnswer) -> Markup:
    return answer.html if answer.html.startswith("<p>") else Markup("<p>{}</p>").format(answer.html)
