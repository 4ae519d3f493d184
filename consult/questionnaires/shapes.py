"""The shape of a questionnaire: everything but its words. Once people answer, only the words may change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from consult.i18n.content import pick
from consult.kernel.errors import Message
from consult.kernel.messages import N_
from consult.kernel.translated import digest
from consult.models.questionnaire import Content, Question

WORDS = frozenset({"label", "help", "title", "intro", "low_label", "high_label"})
"""Fields that hold words for respondents."""

PARTS: dict[str, str] = {
    "kind": N_("“%(question)s” would be answered in another way."),
    "required": N_("Whether “%(question)s” has to be answered would change."),
    "options": N_("The answers offered to “%(question)s” would be other ones, or in another order."),
    "rows": N_("The rows of “%(question)s” would be other ones, or in another order."),
    "only_if": N_("When “%(question)s” is asked would change."),
    "draft": N_("“%(question)s” would be about another section of the draft."),
    "block": N_("“%(question)s” would be about another section of the draft."),
}
"""What is said where a part of a question's shape differs; for limits `LIMITS`."""
LIMITS = N_("The limits of “%(question)s” would change.")
SETTINGS = N_("How answers may be published would change.")
SECTIONS = N_("The sections, their order or their conditions would change.")


def shape_of(content: Content) -> str:
    """A digest that stays while only words change."""
    return digest(msgspec.json.encode(_bare(msgspec.to_builtins(content)), order="sorted").decode())


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name not in WORDS}
    return [_bare(each) for each in value] if isinstance(value, (list, tuple)) else value


def differences(old: Content, new: Content, locale: str) -> tuple[Message, ...]:
    """What of the shape differs, in words that name the questions in a language."""
    before = {each.key: each for each in old.questions()}
    after = {each.key: each for each in new.questions()}
    gone, come = N_("“%(question)s” would no longer be asked."), N_("“%(question)s” would be asked as well.")
    both = [key for key in before if key in after]
    found = [
        *(_about(gone, before[key], locale) for key in before if key not in after),
        *(_about(come, after[key], locale) for key in after if key not in before),
        *(message for key in both for message in _between(before[key], after[key], locale)),
        *_around(old, new),
    ]
    return tuple(each for at, each in enumerate(found) if each not in found[:at])


def _between(old: Question, new: Question, locale: str) -> Iterator[Message]:
    was, now = _fields(old), _fields(new)
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            yield _about(PARTS.get(name, LIMITS), old, locale)


def _fields(question: Question) -> Mapping[str, Any]:
    bare: Mapping[str, Any] = _bare(msgspec.to_builtins(question))
    return bare


def _around(old: Content, new: Content) -> Iterator[Message]:
    if _settings(old) != _settings(new):
        yield Message(SETTINGS)
    order = [[(section.key, section.only_if, [each.key for each in section.questions])
              for section in content.sections] for content in (old, new)]  # fmt: skip
    same = {each.key for each in old.questions()} == {each.key for each in new.questions()}
    if order[0] != order[1] and same:
        yield Message(SECTIONS)


def _settings(content: Content) -> tuple[object, ...]:
    return content.publications, content.per_answer, content.paired, content.readers


def _about(text: str, question: Question, locale: str) -> Message:
    return Message(text, {"question": pick(question.label, locale).text})
