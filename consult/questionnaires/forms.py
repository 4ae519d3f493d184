"""The desk's forms about sections, questions and settings: what was typed, as values, and back.

Words have a field for each language, named such as `label-fr`; those of answers and rows `options-KEY-fr`, `rows-KEY-fr`,
in the order that `options-order` and `rows-order` give. What something depends on is ticked: `if_QUESTION_VALUE`, or
`if_QUESTION` for a question that has to be answered at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from consult.i18n.content import write
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.questionnaire import TEXTS, Condition, Content, Option, Question, QuestionKind, Section
from consult.questionnaires.composing import fresh_key, keys_of
from consult.questionnaires.validating import CHOSEN, MOST_HELP, MOST_LABEL, MOST_OPTION
from consult.questionnaires.values import read_number, western_digits
from consult.questionnaires.wording import PUBLICATIONS
from consult.web.forms import Problems, Typed

FRESH = "new"
"""Keys of answers and rows that are not saved yet begin with this."""
BOUNDED = frozenset({QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.SEVERAL, QuestionKind.RANKING})
LISTS = ("options", "rows")
CONDITION = "if_"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a form stands in: the languages that words are wanted in, the original first; `fixed`: only words may change."""

    content: Content
    languages: tuple[str, ...]
    fixed: bool = False

    @property
    def original(self) -> str:
        """The language that words are written in first."""
        return self.languages[0]


def lists_of(kind: QuestionKind) -> tuple[str, ...]:
    """Which lists of words a kind of question has beside its own."""
    if kind is QuestionKind.MATRIX:
        return ("rows", "options")
    return ("options",) if kind in CHOSEN else ()


def parse_question(typed: Typed, kind: QuestionKind, before: Question | None, frame: Frame) -> Question:
    """A question as typed; a new one gets a key. Raises FormInvalid."""
    problems = Problems()
    made = _read_question(typed, problems, kind, before, frame)
    problems.raise_if_any(typed)
    return made


def sketch_question(typed: Typed, kind: QuestionKind, before: Question | None, frame: Frame) -> Question:
    """A question as far as it is typed, for its preview."""
    return _read_question(typed, Problems(), kind, before, frame)


def _read_question(
    typed: Typed, problems: Problems, kind: QuestionKind, before: Question | None, frame: Frame
) -> Question:
    label = _words(typed, problems, "label", before.label if before else None, frame, MOST_LABEL)
    text = N_("Write the question in the original language.")
    problems.require(label.source, f"label-{frame.original}", text)
    fields: dict[str, Any] = {"label": label}
    fields |= {name: _optional(typed, problems, name, before, frame) for name in ("help", *_ends(kind))}
    fields |= {name: _options(typed, problems, name, before, frame) for name in lists_of(kind)}
    if frame.fixed and before is not None:
        return msgspec.structs.replace(before, **fields)
    return Question(
        key=before.key if before else fresh_key(label.get("en"), keys_of(frame.content), "q"),
        kind=kind,
        required=typed.checked("required"),
        only_if=read_condition(typed, problems, frame.content),
        **fields,
        **_limits(typed, problems, kind),
    )


def _ends(kind: QuestionKind) -> tuple[str, ...]:
    return ("low_label", "high_label") if kind is QuestionKind.SCALE else ()


def _words(
    typed: Typed, problems: Problems, name: str, before: Translated | None, frame: Frame, most: int
) -> Translated:
    """A text in all languages; those that the form does not offer stay."""
    texts = {lang: before.get(lang) for lang in before if lang not in frame.languages} if before else {}
    for lang in frame.languages:
        texts[lang] = problems.limit(typed[f"{name}-{lang}"], f"{name}-{lang}", most)
    return write(texts, frame.original, before=_unless_current(before, typed))


def _unless_current(before: Translated | None, typed: Typed) -> Translated | None:
    """The earlier text without translations that were confirmed to say what the original says now."""
    if before is None:
        return None
    kept = {lang: piece for lang, piece in before.texts.items() if not typed.checked(f"current-{lang}")}
    return Translated(before.original, kept)


def _optional(
    typed: Typed, problems: Problems, name: str, before: Question | Section | None, frame: Frame
) -> Translated | None:
    old: Translated | None = getattr(before, name) if before else None
    most = MOST_HELP if name == "help" else MOST_OPTION
    text = _words(typed, problems, name, old, frame, most)
    if text.texts and not text.source:
        problems.add(f"{name}-{frame.original}", N_("Write this in the original language too."))
    return text if text else None


def _options(
    typed: Typed, problems: Problems, name: str, before: Question | None, frame: Frame
) -> tuple[Option, ...]:
    old: dict[str, Option] = {each.key: each for each in getattr(before, name)} if before else {}
    keys = list(old) if frame.fixed else list(dict.fromkeys(typed[f"{name}-order"].split()))
    found: dict[str, Option] = {}
    for key in keys:
        known = old.get(key)
        label = _words(typed, problems, f"{name}-{key}", known.label if known else None, frame, MOST_OPTION)
        if not label.texts and not frame.fixed:
            continue
        problems.require(
            label.source, f"{name}-{key}-{frame.original}", N_("Write this in the original language.")
        )
        own = key if known else fresh_key(label.get("en"), {*found, *old}, name[0])
        found[own] = Option(key=own, label=label)
    return tuple(found.values())


def _limits(typed: Typed, problems: Problems, kind: QuestionKind) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if kind in TEXTS:
        limits["most_words"] = _whole(typed, problems, "most_words", 0)
    if kind in BOUNDED:
        limits |= {name: _bound(typed, problems, name, kind) for name in ("least", "most")}
    if kind is QuestionKind.SCALE:
        limits |= {"low": _whole(typed, problems, "low", 1), "high": _whole(typed, problems, "high", 5)}
    if kind is QuestionKind.SECTION:
        draft, _, block = typed["place"].partition("#")
        limits |= {"draft": draft[:100], "block": block[:100]}
    return limits


def _whole(typed: Typed, problems: Problems, name: str, usual: int) -> int:
    text = western_digits(typed[name])
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        problems.add(name, N_("Write a whole number."))
        return usual
    return int(text)


def _bound(typed: Typed, problems: Problems, name: str, kind: QuestionKind) -> str:
    text = western_digits(typed[name])
    if not text or kind is QuestionKind.DATE:
        return text[:10]
    number = read_number(text)
    if number is None:
        problems.add(name, N_("Write a number, such as 12 or 12.5."))
    return number or ""


def read_condition(typed: Typed, problems: Problems, content: Content) -> Condition | None:
    """What was ticked to depend on. Answers of more than one question are a problem of `only_if`."""
    chosen: dict[str, list[str]] = {}
    for name, value in typed.values.items():
        if name.startswith(CONDITION) and value:
            question, _, wanted = name.removeprefix(CONDITION).partition("_")
            chosen.setdefault(question, []).extend([wanted] if wanted else [])
    if len(chosen) > 1:
        problems.add("only_if", N_("Choose answers of one question only."))
    known = [(key, values) for key, values in chosen.items() if content.question(key)]
    return Condition(question=known[0][0], values=tuple(known[0][1])) if known else None


def parse_section(typed: Typed, before: Section | None, frame: Frame) -> Section:
    """A section's own words and condition; its questions stay. Raises FormInvalid."""
    problems = Problems()
    title = _words(typed, problems, "title", before.title if before else None, frame, MOST_OPTION)
    problems.require(
        title.source, f"title-{frame.original}", N_("Give the section a title in the original language.")
    )
    help_ = _optional(typed, problems, "help", before, frame)
    if frame.fixed and before is not None:
        made = msgspec.structs.replace(before, title=title, help=help_)
    else:
        made = Section(
            key=before.key if before else fresh_key(title.get("en"), keys_of(frame.content), "s"),
            title=title,
            help=help_,
            questions=before.questions if before else (),
            only_if=read_condition(typed, problems, frame.content),
        )
    problems.raise_if_any(typed)
    return made


def parse_settings(typed: Typed, frame: Frame) -> Content:
    """The content with its introduction and how answers may be published. Raises FormInvalid."""
    problems = Problems()
    intro = _words(typed, problems, "intro", frame.content.intro, frame, MOST_HELP)
    if intro.texts and not intro.source:
        problems.add(f"intro-{frame.original}", N_("Write this in the original language too."))
    made = msgspec.structs.replace(frame.content, intro=intro if intro else None)
    if not frame.fixed:
        offered = tuple(each for each in PUBLICATIONS if typed.checked(f"publication-{each}"))
        if not offered:
            problems.add("publications", N_("Offer at least one way of publishing."))
        made = msgspec.structs.replace(
            made,
            publications=offered,
            per_answer=typed.checked("per_answer"),
            paired=typed.checked("paired"),
            readers=typed["readers"] or "editor",
        )
    problems.raise_if_any(typed)
    return made


def parse_note(typed: Typed, languages: Sequence[str]) -> Translated:
    """The public note of new words, the original language first."""
    return write({lang: typed[f"note-{lang}"] for lang in languages}, languages[0])


def question_values(question: Question) -> dict[str, str]:
    """The form's fields for a question that is kept."""
    values = {
        "required": "yes" if question.required else "",
        "most_words": str(question.most_words or ""),
        "least": question.least,
        "most": question.most,
        "low": str(question.low),
        "high": str(question.high),
        "place": f"{question.draft}#{question.block}" if question.block else "",
        **condition_values(question.only_if),
        **_word_values("label", question.label),
    }
    for name in ("help", "low_label", "high_label"):
        values |= _word_values(name, getattr(question, name))
    for name in LISTS:
        options: tuple[Option, ...] = getattr(question, name)
        values[f"{name}-order"] = " ".join(each.key for each in options)
        for each in options:
            values |= _word_values(f"{name}-{each.key}", each.label)
    return values


def section_values(section: Section) -> dict[str, str]:
    """The form's fields for a section that is kept."""
    words = {**_word_values("title", section.title), **_word_values("help", section.help)}
    return {**words, **condition_values(section.only_if)}


def settings_values(content: Content) -> dict[str, str]:
    """The form's fields for the settings that are kept."""
    return {
        **_word_values("intro", content.intro),
        **{f"publication-{each}": "yes" for each in content.publications},
        "per_answer": "yes" if content.per_answer else "",
        "paired": "yes" if content.paired else "",
        "readers": content.readers,
    }


def condition_values(condition: Condition | None) -> dict[str, str]:
    """The ticked boxes of a condition."""
    if condition is None:
        return {}
    names = [f"{CONDITION}{condition.question}_{each}" for each in condition.values]
    return dict.fromkeys(names or [f"{CONDITION}{condition.question}"], "yes")


def _word_values(name: str, text: Translated | None) -> dict[str, str]:
    return {f"{name}-{lang}": piece.text for lang, piece in text.texts.items()} if text else {}


def with_step(values: Mapping[str, str], step: str) -> dict[str, str]:
    """The fields after a button that only changes the form: "more options", "up rows KEY", "down options KEY"."""
    what, _, rest = step.partition(" ")
    name, _, key = rest.partition(" ")
    changed = dict(values)
    if name not in LISTS or what not in ("more", "up", "down"):
        return changed
    order = values.get(f"{name}-order", "").split()
    if what == "more":
        order += fresh_rows(order)
    elif key in order:
        at = order.index(key)
        order.insert(max(at + (-1 if what == "up" else 1), 0), order.pop(at))
    changed[f"{name}-order"] = " ".join(order)
    return changed


def fresh_rows(order: Sequence[str], count: int = 3) -> list[str]:
    """Keys for more rows to write in."""
    numbers = [int(each.removeprefix(FRESH)) for each in order if each.removeprefix(FRESH).isdecimal()]
    last = max(numbers, default=0)
    return [f"{FRESH}{last + each}" for each in range(1, count + 1)]
