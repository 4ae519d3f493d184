"""Who at the desk reads what is confidential, and what they then see. Each reading is in the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from consult.accounts.labels import KINDS, name_in
from consult.i18n.locales import country_name, direction, language_name
from consult.models.questionnaire import TEXTS, Content, Question
from consult.models.submission import Attachment
from consult.publication.words import VERIFIED, interest_label, published_label, roles_from
from consult.security.actor import Actor
from consult.submissions.document import Document, SentAnswer
from consult.submissions.redacting import Span
from consult.submissions.wording import in_lang, lang_of, say_answer


def may_read(actor: Actor, content: Content) -> bool:
    """Whether somebody may read what is confidential: the roles that the questionnaire names to respondents."""
    return actor.role in roles_from(content.readers)


@dataclass(frozen=True, slots=True)
class FullAnswer:
    """An answer as it was received; words that the public text leaves out are marked."""

    label: str
    label_lang: str
    label_dir: str
    html: Markup
    in_words: bool
    private: bool
    parted: bool


@dataclass(frozen=True, slots=True)
class FullFile:
    """A file as it was received. `key` is "" where it is no longer there."""

    name: str
    size: int
    sha256: str
    private: bool
    key: str


@dataclass(frozen=True, slots=True)
class FullView:
    """A response as it was received, for those who may read it."""

    name: str
    sender: str
    email: str
    organisation: str
    verified: str
    kind: str
    country: str
    interest: str
    published: str
    lang: str
    dir: str
    language_name: str
    summary: str
    answers: tuple[FullAnswer, ...]
    files: tuple[FullFile, ...]
    co_signed: tuple[str, ...]


def view_full(
    document: Document,
    content: Content,
    files: Sequence[Attachment],
    sender: tuple[str, str],
    locale: str,
) -> FullView:
    """All of a document; `files` are those that are still stored, `sender` name and address of whoever began it."""
    who = document.respondent
    return FullView(
        name=who.name,
        sender=sender[0],
        email=sender[1],
        organisation=who.organisation,
        verified=name_in(VERIFIED, who.verified, locale) if who.verified else "",
        kind=name_in(KINDS, who.kind, locale),
        country=country_name(who.country, locale) if who.country else "",
        interest=interest_label(who.interest, who.funder, locale),
        published=published_label(document.publication, locale),
        lang=document.lang,
        dir=direction(document.lang),
        language_name=language_name(document.lang, locale),
        summary=document.summary,
        answers=tuple(_answers(document, content, locale)),
        files=tuple(received_files(document, files)),
        co_signed=document.co_signed,
    )


def _answers(document: Document, content: Content, locale: str) -> Iterator[FullAnswer]:
    given = {each.question: each for each in document.answers}
    for question in content.questions():
        if question.key in given:
            yield _answer(question, given[question.key], locale)


def _answer(question: Question, answer: SentAnswer, locale: str) -> FullAnswer:
    is_text = question.kind in TEXTS
    lang = lang_of(question.label, locale)
    text = str(answer.value) if is_text else say_answer(question, answer.value, locale)
    return FullAnswer(
        label=in_lang(question.label, locale),
        label_lang=lang,
        label_dir=direction(lang),
        html=highlight(text, answer.marks),
        in_words=is_text,
        private=answer.private,
        parted=bool(answer.marks),
    )


def highlight(text: str, spans: Sequence[Span]) -> Markup:
    """The text, safe, with `<mark>` around each span; its line ends are the page's matter (`white-space`)."""
    pieces: list[Markup] = []
    at = 0
    for start, end in spans:
        pieces += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup("").join([*pieces, escape(text[at:])])


def received_files(document: Document, files: Sequence[Attachment]) -> Iterator[FullFile]:
    """A document's files, named as they were sent; `files` are those that are still stored, as they are named now."""
    keys = {(each.name, each.sha256): each.key for each in files}
    by_hash = {each.sha256: each.key for each in files}
    for each in document.files:
        key = keys.get((each.name, each.sha256)) or by_hash.get(each.sha256, "")
        yield FullFile(each.name, each.size, each.sha256, each.private, key)
