"""What would make a question hard to answer: told beside its preview, never enforced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consult.i18n.formats import formats
from consult.i18n.locales import language_name
from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.questionnaire import Condition, Content, Question, QuestionKind, Section
from consult.questionnaires.validating import CHOSEN, possible_values

LONG_HELP, LONG_LABEL = 400, 160
"""Characters from which on a help, a label, is long for who reads it on a phone or hears it."""
MANY_OPTIONS, MANY_COLUMNS = 12, 6


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence about the question or section with `key`, "" for the whole."""

    key: str
    message: Message


def advise(content: Content, languages: Sequence[str], locale: str) -> list[Advice]:
    """All advice on a questionnaire whose words are wanted in `languages`."""
    return [
        *_same_labels(content),
        *(each for section in content.sections for each in _on_words(section.key, _words_of(section), languages, locale)),
        *(each for section in content.sections if not section.questions
          for each in [Advice(section.key, Message(N_("This section asks nothing yet.")))]),
        *(each for question in content.questions() for each in advise_question(question, languages, locale)),
        *_never_shown(content),
    ]  # fmt: skip


def advise_question(question: Question, languages: Sequence[str], locale: str) -> list[Advice]:
    """Advice on one question by itself."""
    return [
        *_on_words(question.key, _words_of(question), languages, locale),
        *(Advice(question.key, message) for message in _on_form(question)),
    ]


def _words_of(piece: Section | Question) -> list[Translated]:
    if isinstance(piece, Section):
        return [each for each in (piece.title, piece.help) if each]
    texts = (piece.label, piece.help, piece.low_label, piece.high_label)
    return [*(each for each in texts if each), *(each.label for each in (*piece.options, *piece.rows))]


def _on_words(
    key: str, texts: Sequence[Translated], languages: Sequence[str], locale: str
) -> Iterator[Advice]:
    missing = [lang for lang in languages if not all(each.get(lang) for each in texts)]
    stale = [lang for lang in languages if any(each.is_stale(lang) for each in texts)]
    if missing:
        text = N_("Words are missing in these languages: %(languages)s.")
        yield Advice(key, Message(text, {"languages": _name(missing, locale)}))
    if stale:
        text = N_("The original has changed since it was translated into these languages: %(languages)s.")
        yield Advice(key, Message(text, {"languages": _name(stale, locale)}))


def _name(languages: Sequence[str], locale: str) -> str:
    return formats(locale).list([language_name(each, locale) for each in languages])


def _on_form(question: Question) -> Iterator[Message]:
    if question.help and len(question.help.source) > LONG_HELP:
        text = N_(
            "The help is longer than %(most)d characters: people on a phone have to scroll before they answer."
        )
        yield Message(text, {"most": LONG_HELP})
    if len(question.label.source) > LONG_LABEL:
        text = N_("The question is longer than %(most)d characters: move some of it into the help.")
        yield Message(text, {"most": LONG_LABEL})
    if question.kind is QuestionKind.SCALE and not (question.low_label and question.high_label):
        yield Message(N_("The ends of the scale have no words: nobody knows which end is which."))
    yield from _on_options(question)
    if question.kind is QuestionKind.SECTION and not question.block:
        yield Message(N_("It names no section of the draft."))


def _on_options(question: Question) -> Iterator[Message]:
    if question.kind not in CHOSEN:
        return
    words = [each.label.source.strip().casefold() for each in (*question.options, *question.rows)]
    if not all(words):
        yield Message(N_("An answer has no words."))
    if len(set(words)) < len(words):
        yield Message(N_("Two answers have the same words."))
    if question.kind is QuestionKind.MATRIX and len(question.options) > MANY_COLUMNS:
        text = N_("A table with more than %(most)d answers a row does not fit on most screens.")
        yield Message(text, {"most": MANY_COLUMNS})
    elif len(question.options) > MANY_OPTIONS:
        text = N_("More than %(most)d answers are many to read or to hear.")
        yield Message(text, {"most": MANY_OPTIONS})


def _same_labels(content: Content) -> Iterator[Advice]:
    by_label: dict[str, list[str]] = defaultdict(list)
    for question in content.questions():
        by_label[question.label.source.strip().casefold()].append(question.key)
    for keys in by_label.values():
        for key in keys[1:]:
            text = N_("An earlier question has the same words: who hears the page can't tell them apart.")
            yield Advice(key, Message(text))


def _never_shown(content: Content) -> Iterator[Advice]:
    """Found by asking everything that can be asked: what stays hidden then is never seen by anybody."""
    reached = reachable(content)
    for piece in content.pieces():
        if piece.key in reached:
            continue
        needed = isinstance(piece, Question) and piece.required
        text = (
            N_("It has to be answered, but its condition can never be met, so nobody is asked.")
            if needed
            else N_("Its condition can never be met, so nobody sees it.")
        )
        yield Advice(piece.key, Message(text))


def reachable(content: Content) -> set[str]:
    """Keys of the sections and questions that some answers lead to.

    Each condition is about one earlier answer. Answers that two conditions on one question demand at once must agree, so
    what each piece demands is followed back to the first question.
    """
    demands: dict[str, dict[str, frozenset[str]] | None] = {}
    for section in content.sections:
        own = demands[section.key] = _demand(section.only_if, {}, demands, content)
        for question in section.questions:
            demands[question.key] = None if own is None else _demand(question.only_if, own, demands, content)
    return {key for key, demand in demands.items() if demand is not None}


def _demand(
    condition: Condition | None,
    around: dict[str, frozenset[str]],
    demands: dict[str, dict[str, frozenset[str]] | None],
    content: Content,
) -> dict[str, frozenset[str]] | None:
    """What has to be answered for something to be shown: by question the values of which one is needed."""
    if condition is None:
        return around
    before, about = demands.get(condition.question), content.question(condition.question)
    if before is None or about is None:
        return None
    wanted = frozenset(condition.values) & possible_values(about) if condition.values else None
    merged = dict(around)
    for key, values in before.items():
        merged[key] = values & merged[key] if key in merged and _is_single(content, key) else values
    if wanted is not None:
        single = about.key in merged and _is_single(content, about.key)
        merged[about.key] = wanted & merged[about.key] if single else wanted
    return merged if all(merged.values()) else None


def _is_single(content: Content, key: str) -> bool:
    question = content.question(key)
    return question is not None and question.kind in (QuestionKind.ONE, QuestionKind.SCALE)
