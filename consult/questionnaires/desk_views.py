"""What the desk's templates see of a questionnaire: its outline, and the fields of its forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consult.i18n.catalogues import catalogue
from consult.i18n.content import EMPTY, LocalText, pick
from consult.i18n.formats import formats
from consult.i18n.locales import direction, language_name
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.questionnaire import (
    UPLOADS,
    Condition,
    Content,
    Option,
    Question,
    QuestionKind,
    Section,
)
from consult.questionnaires.advice import Advice
from consult.questionnaires.forms import CONDITION, Frame, lists_of
from consult.questionnaires.validating import CHOSEN, MOST_HELP, MOST_LABEL, MOST_OPTION
from consult.questionnaires.wording import KINDS

LABELS = {
    "label": N_("Question"),
    "title": N_("Title"),
    "help": N_("Help"),
    "intro": N_("Introduction"),
    "low_label": N_("Words at the lower end"),
    "high_label": N_("Words at the upper end"),
    "note": N_("What changed, and why"),
}
LONG = frozenset({"help", "intro", "note"})
MOST = {"label": MOST_LABEL, "title": MOST_OPTION, "low_label": MOST_OPTION, "high_label": MOST_OPTION}
"""Most characters of words; of others MOST_HELP."""


@dataclass(frozen=True, slots=True)
class WordField:
    """A field for words in one language. `was` is the original beside a translation; `group` the list it belongs to."""

    name: str
    label: str
    is_long: bool
    most: int
    required: bool
    stale: bool
    was: str = ""
    group: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class LanguageFields:
    """The words of a form in one language."""

    code: str
    name: str
    dir: str
    is_original: bool
    fields: tuple[WordField, ...]

    @property
    def has_stale(self) -> bool:
        """Whether any was translated from an earlier original."""
        return any(each.stale for each in self.fields)


@dataclass(frozen=True, slots=True)
class ConditionBox:
    """A box to tick in a condition."""

    name: str
    label: LocalText | None


@dataclass(frozen=True, slots=True)
class ConditionChoice:
    """An earlier question and what a condition can ask of its answer; a box without words: answered at all."""

    key: str
    label: LocalText
    boxes: tuple[ConditionBox, ...]


@dataclass(frozen=True, slots=True)
class OutlineQuestion:
    """A question in the outline."""

    key: str
    number: str
    label: LocalText
    kind: str
    required: bool
    condition: str
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A section in the outline, with its questions."""

    key: str
    title: LocalText
    condition: str
    advice: tuple[str, ...]
    questions: tuple[OutlineQuestion, ...]


def view_outline(content: Content, advice: Sequence[Advice], locale: str) -> tuple[OutlineSection, ...]:
    """Sections and questions in order, each with the advice on it."""
    said = say_advice(advice, locale)
    numbers = {each.key: number for number, each in enumerate(content.questions(), 1)}
    return tuple(
        OutlineSection(
            key=section.key,
            title=pick(section.title, locale),
            condition=say_condition(section.only_if, content, locale),
            advice=said.get(section.key, ()),
            questions=tuple(
                _outline_question(each, numbers[each.key], content, said, locale)
                for each in section.questions
            ),
        )
        for section in content.sections
    )


def _outline_question(
    question: Question, number: int, content: Content, said: Mapping[str, tuple[str, ...]], locale: str
) -> OutlineQuestion:
    return OutlineQuestion(
        key=question.key,
        number=formats(locale).number(number),
        label=pick(question.label, locale),
        kind=catalogue(locale).gettext(KINDS[question.kind].label),
        required=question.required,
        condition=say_condition(question.only_if, content, locale),
        advice=said.get(question.key, ()),
    )


def say_advice(advice: Sequence[Advice], locale: str) -> dict[str, tuple[str, ...]]:
    """Advice in words, by the key of what it is about."""
    say, found = catalogue(locale).say, dict[str, tuple[str, ...]]()
    for each in advice:
        found[each.key] = (*found.get(each.key, ()), say(each.message))
    return found


def say_condition(condition: Condition | None, content: Content, locale: str) -> str:
    """When something is asked, in a sentence; "" for always."""
    about = content.question(condition.question) if condition else None
    if condition is None or about is None:
        return ""
    say, label = catalogue(locale).gettext, _isolated(pick(about.label, locale), locale)
    if not condition.values:
        return say(N_("Asked only if “%(question)s” was answered.")) % {"question": label}
    answers = formats(locale).list([_say_value(about, each, locale) for each in condition.values])
    text = N_("Asked only if the answer to “%(question)s” is one of these: %(answers)s.")
    return say(text) % {"question": label, "answers": answers}


def _say_value(question: Question, value: str, locale: str) -> str:
    if question.kind is QuestionKind.SCALE:
        return formats(locale).number(int(value))
    found = next((each for each in question.options if each.key == value), None)
    return f"“{_isolated(pick(found.label, locale), locale)}”" if found else value


def _isolated(text: LocalText, locale: str) -> str:
    """Words within a sentence: those of another language can't turn what is around them (Unicode Annex 9)."""
    return text.text if text.lang == locale else f"\u2068{text.text}\u2069"


def view_choices(content: Content, key: str, locale: str) -> tuple[ConditionChoice, ...]:
    """What the section or question with a key ("" for a new one) can depend on: what comes before it."""
    found: list[ConditionChoice] = []
    for piece in content.pieces():
        if piece.key == key:
            break
        if isinstance(piece, Question) and piece.kind not in UPLOADS:
            found.append(ConditionChoice(piece.key, pick(piece.label, locale), _boxes(piece, locale)))
    return tuple(found)


def earlier_in(content: Content, section: Section, question: Question | None) -> str:
    """The key up to which questions come before: the question's own, for a new one that of the next section."""
    if question is not None:
        return question.key
    at = content.sections.index(section) + 1
    return content.sections[at].key if at < len(content.sections) else ""


def _boxes(question: Question, locale: str) -> tuple[ConditionBox, ...]:
    base = f"{CONDITION}{question.key}"
    if question.kind is QuestionKind.SCALE:
        say = formats(locale).number
        points = range(question.low, question.high + 1)
        return tuple(ConditionBox(f"{base}_{each}", _plain(say(each), locale)) for each in points)
    if question.kind in CHOSEN:
        return tuple(
            ConditionBox(f"{base}_{each.key}", pick(each.label, locale)) for each in question.options
        )
    return (ConditionBox(base, None),)


def _plain(text: str, locale: str) -> LocalText:
    return LocalText(text, EMPTY.html, locale, direction(locale))


def view_question_fields(
    kind: QuestionKind,
    question: Question | None,
    orders: Mapping[str, Sequence[str]],
    frame: Frame,
    locale: str,
) -> tuple[LanguageFields, ...]:
    """The words of a question's form; `orders` are the keys of its answers and rows, in order, new ones as well."""
    names = ["label", "help"]
    if kind is QuestionKind.SCALE:
        names += ["low_label", "high_label"]
    texts: dict[str, Translated | None] = {
        name: getattr(question, name) if question else None for name in names
    }
    lists = {name: _by_key(getattr(question, name)) if question else {} for name in lists_of(kind)}
    return tuple(
        LanguageFields(
            code=lang,
            name=language_name(lang, locale),
            dir=direction(lang),
            is_original=lang == frame.original,
            fields=(
                *(_field(name, texts[name], lang, frame, locale) for name in names),
                *(
                    _list_field(name, key, place, lists[name].get(key), lang, frame, locale)
                    for name in lists
                    for place, key in enumerate(orders.get(name, ()), 1)
                ),
            ),
        )
        for lang in frame.languages
    )


def view_word_fields(
    texts: Mapping[str, Translated | None], frame: Frame, locale: str
) -> tuple[LanguageFields, ...]:
    """The words of a form that has nothing but these."""
    return tuple(
        LanguageFields(
            code=lang,
            name=language_name(lang, locale),
            dir=direction(lang),
            is_original=lang == frame.original,
            fields=tuple(_field(name, text, lang, frame, locale) for name, text in texts.items()),
        )
        for lang in frame.languages
    )


def _field(name: str, text: Translated | None, lang: str, frame: Frame, locale: str) -> WordField:
    return WordField(
        name=f"{name}-{lang}",
        label=_labelled(catalogue(locale).gettext(LABELS[name]), lang, locale),
        is_long=name in LONG,
        most=MOST.get(name, MOST_HELP),
        required=lang == frame.original and name in ("label", "title", "note"),
        stale=bool(text and text.is_stale(lang)),
        was=text.source if text and lang != frame.original else "",
    )


def _list_field(
    name: str, key: str, place: int, option: Option | None, lang: str, frame: Frame, locale: str
) -> WordField:
    text = N_("Answer %(number)s") if name == "options" else N_("Row %(number)s")
    label = catalogue(locale).gettext(text) % {"number": formats(locale).number(place)}
    return WordField(
        name=f"{name}-{key}-{lang}",
        label=_labelled(label, lang, locale),
        is_long=False,
        most=MOST_OPTION,
        required=lang == frame.original and option is not None,
        stale=bool(option and option.label.is_stale(lang)),
        was=option.label.source if option and lang != frame.original else "",
        group=name,
        key=key,
    )


def _labelled(label: str, lang: str, locale: str) -> str:
    words = {"text": label, "language": language_name(lang, locale)}
    return catalogue(locale).gettext(N_("%(text)s (%(language)s)")) % words


def _by_key(options: Sequence[Option]) -> dict[str, Option]:
    return {each.key: each for each in options}
