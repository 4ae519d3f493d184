"""What a round asks, for everybody to read: the questions in words, and how their wording changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.i18n.catalogues import catalogue
from consult.i18n.content import EMPTY, LocalText, pick
from consult.i18n.formats import formats
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.questionnaire import Content, Question, Questionnaire, Section
from consult.questionnaires.desk_views import say_condition
from consult.questionnaires.limits import say_limits
from consult.questionnaires.queries import Passage
from consult.questionnaires.views import QuestionView, view_sections
from consult.questionnaires.wording import KINDS
from consult.translations.views import ChangeView, view_change


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it is read; `rules` say in sentences how it is answered."""

    number: str
    view: QuestionView
    kind: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedSection:
    """The questions of a section."""

    key: str
    title: LocalText
    help: LocalText
    condition: str
    questions: tuple[AskedQuestion, ...]


@dataclass(frozen=True, slots=True)
class Reworded:
    """A text that an edition changed: of which question or section, and how."""

    about: LocalText
    change: ChangeView


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition with its public note; `reworded` is what it changed in the reader's language."""

    number: int
    ready_at: datetime
    note: LocalText
    reworded: tuple[Reworded, ...]


def view_asked(content: Content, passages: Mapping[str, Passage], locale: str) -> tuple[AskedSection, ...]:
    """All sections with their questions, numbered through."""
    by_key = {each.key: each for each in content.questions()}
    numbers = {key: formats(locale).number(number) for number, key in enumerate(by_key, 1)}
    return tuple(
        AskedSection(
            key=section.key,
            title=view.title,
            help=view.help,
            condition=say_condition(section.only_if, content, locale),
            questions=tuple(
                AskedQuestion(
                    number=numbers[each.key],
                    view=each,
                    kind=catalogue(locale).gettext(KINDS[each.kind].label),
                    rules=tuple(_rules(by_key[each.key], content, locale)),
                )
                for each in view.questions
            ),
        )
        for section, view in zip(content.sections, view_sections(content, {}, locale, passages), strict=True)
    )


def _rules(question: Question, content: Content, locale: str) -> Iterator[str]:
    say, number = catalogue(locale).gettext, formats(locale).number
    if condition := say_condition(question.only_if, content, locale):
        yield condition
    yield say(N_("Has to be answered.")) if question.required else say(N_("Can be left out."))
    if question.most_words:
        yield say(N_("Words at most: %(most)s")) % {"most": number(question.most_words)}
    yield from say_limits(question, locale)


def view_editions(editions: Sequence[Questionnaire], locale: str) -> tuple[EditionView, ...]:
    """Ready editions, the newest first, each with what it changed."""
    contents = [each.read() for each in editions]
    pairs = zip(editions, [None, *contents], contents, strict=False)
    views = [
        EditionView(
            number=edition.edition,
            ready_at=edition.ready_at,
            note=pick(edition.note, locale) if edition.note else EMPTY,
            reworded=tuple(_reworded(before, now, locale)) if before else (),
        )
        for edition, before, now in pairs
        if edition.ready_at is not None
    ]
    return tuple(reversed(views))


def _reworded(before: Content, now: Content, locale: str) -> Iterator[Reworded]:
    earlier = {each.key: each for each in before.pieces()}
    if before.intro or now.intro:
        yield from _changes(EMPTY, [before.intro], [now.intro], locale)
    for piece in now.pieces():
        if was := earlier.get(piece.key):
            about = pick(piece.title if isinstance(piece, Section) else piece.label, locale)
            yield from _changes(about, _texts(was), _texts(piece), locale)


def _texts(piece: Section | Question) -> list[Translated | None]:
    if isinstance(piece, Section):
        return [piece.title, piece.help]
    own = [piece.label, piece.help, piece.low_label, piece.high_label]
    return [*own, *(each.label for each in (*piece.options, *piece.rows))]


def _changes(
    about: LocalText,
    before: Sequence[Translated | None],
    now: Sequence[Translated | None],
    locale: str,
) -> Iterator[Reworded]:
    for old, new in zip(before, now, strict=False):
        was = pick(old, locale) if old else EMPTY
        fresh = pick(new, locale) if new else EMPTY
        if was.text != fresh.text:
            yield Reworded(about, view_change(was.text, fresh.text, (fresh or was).lang))
