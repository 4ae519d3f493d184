"""Parsing what staff write: texts in several languages, dispositions, outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from consult.i18n.content import write
from consult.i18n.locales import CODES
from consult.i18n.words import DISPOSITIONS
from consult.kernel.errors import Conflict, FieldError, FormInvalid
from consult.kernel.messages import N_
from consult.kernel.translated import Translated
from consult.models.response import Disposition, DispositionKind
from consult.responses.service import OutcomeTexts
from consult.text.prose import is_renderable, render_prose
from consult.web.forms import Problems, Typed

MOST_REASON = 10_000
MOST_OUTCOME = 20_000
MOST_AT_ONCE = 100
PICK = "pick."
SEEN = "seen."
"""Each contribution of a list has a box and a mark of its own, so that every way of showing a form again keeps them."""


class FormOvertaken(FormInvalid):
    """Somebody else was quicker: the form is shown again with what was typed."""

    status = 409
    code = "conflict"


def overtaken(error: Conflict, typed: Typed) -> FormOvertaken:
    """A conflict as a form shows it."""
    return FormOvertaken([FieldError("", error.message)], typed.values)


@dataclass(frozen=True, slots=True)
class Field:
    """A text in several languages in a form: inputs `name.en` … `name.ru`."""

    name: str
    most: int
    render: Callable[[str], str] | None = render_prose
    required: str = ""
    """What to say where nothing was written; "" where nothing has to be."""
    fixed: bool = False
    """Whether the original language is not to be guessed from what was written."""


def read_translated(
    typed: Typed, problems: Problems, field: Field, original: str, before: Translated | None = None
) -> Translated:
    """A text from its inputs; the one language that was written is the original where the chosen one is blank."""
    texts = {lang: typed[f"{field.name}.{lang}"] for lang in CODES}
    written = [lang for lang in CODES if texts[lang]]
    if len(written) == 1 and not field.fixed:
        original = written[0]
    if field.required and not written:
        problems.add(f"{field.name}.{original}", field.required)
    elif written and original not in written:
        problems.add(
            f"{field.name}.{original}", N_("Write the original too, or choose another original language.")
        )
    sound = [_is_sound(problems, field, lang, texts[lang]) for lang in written]
    if not all(sound):
        return Translated(original)
    return write(texts, original, before=before, render=field.render)


def _is_sound(problems: Problems, field: Field, lang: str, text: str) -> bool:
    name = f"{field.name}.{lang}"
    problems.limit(text, name, field.most)
    if field.render is not None and not is_renderable(text) and len(text) <= field.most:
        problems.add(name, N_("There are too many square brackets in this text."))
    return len(text) <= field.most and (field.render is None or is_renderable(text))


def read_original(typed: Typed, problems: Problems, fallback: str) -> str:
    """The language that the others are translations of."""
    chosen = typed["original"] or fallback
    if chosen not in CODES:
        problems.add("original", N_("Choose from the languages of this site."))
        return fallback
    return chosen


def typed_from(text: Translated, name: str) -> dict[str, str]:
    """The inputs of a text, to fill a form."""
    return {f"{name}.{lang}": text.get(lang) for lang in text}


@dataclass(frozen=True, slots=True)
class Answer:
    """A disposition as typed."""

    kind: DispositionKind
    reason: Translated
    change: Translated


REASON = Field("reason", MOST_REASON, required=N_("Give the reason: it is what people read first."))
CHANGE = Field("change", MOST_REASON)


def parse_answer(typed: Typed, locale: str, before: Disposition | None = None) -> Answer:
    """A disposition from its form. Raises FormInvalid."""
    problems = Problems()
    if typed["kind"] not in DISPOSITIONS:
        problems.add("kind", N_("Choose what the Forum decided."))
    original = read_original(typed, problems, locale)
    reason = read_translated(typed, problems, REASON, original, before.reason if before else None)
    change = read_translated(typed, problems, CHANGE, original, before.change if before else None)
    problems.raise_if_any(typed)
    return Answer(DispositionKind(typed["kind"]), reason, change)


@dataclass(frozen=True, slots=True)
class Picked:
    """Contributions ticked in a list: reference → the answer's mark as it was shown."""

    seen: Mapping[str, str]


def parse_picked(typed: Typed) -> Picked:
    """What was ticked. Raises FormInvalid for nothing, and for more than a page can hold."""
    references = sorted(picked_references(typed.values))
    problems = Problems()
    if not references:
        problems.add("", N_("Tick the comments that get this answer."))
    elif len(references) > MOST_AT_ONCE:
        problems.add("", N_("Answer at most %(most)d comments at once."), most=MOST_AT_ONCE)
    problems.raise_if_any(typed)
    return Picked({reference: typed[SEEN + reference] or "none" for reference in references})


def picked_references(names: Iterable[str]) -> list[str]:
    """The references among the names of a form's values."""
    return [name.removeprefix(PICK) for name in names if name.startswith(PICK)]


OUTCOME_PARTS = ("asked", "said", "did")


def parse_outcome(typed: Typed, original: str, before: OutcomeTexts | None) -> OutcomeTexts:
    """An outcome from its form; parts may still be blank. Raises FormInvalid."""
    problems = Problems()
    original = read_original(typed, problems, original)
    parts = {
        name: read_part(typed, problems, name, original, getattr(before, name) if before else None)
        for name in OUTCOME_PARTS
    }
    problems.raise_if_any(typed)
    return OutcomeTexts(**parts)


def read_part(
    typed: Typed, problems: Problems, name: str, original: str, before: Translated | None
) -> Translated:
    """One part of an outcome: all three have the same original language."""
    return read_translated(typed, problems, Field(name, MOST_OUTCOME, fixed=True), original, before)
