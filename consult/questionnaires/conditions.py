"""Which questions are asked, given the answers so far: a question may depend on an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consult.models.questionnaire import Condition, Content

Answers = Mapping[str, object]
"""Values by question's key; what a value is says `QuestionKind`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Keys of the sections and questions that are asked."""

    sections: frozenset[str]
    questions: frozenset[str]


def shown(content: Content, answers: Answers) -> Shown:
    """What is asked. Whatever depends on something that is not asked is not asked either, whatever its answer was.

    Read from the first question to the last, so conditions that point forward are never met.
    """
    sections: set[str] = set()
    questions: set[str] = set()
    for section in content.sections:
        if not _is_met(section.only_if, answers, questions):
            continue
        sections.add(section.key)
        for question in section.questions:
            if _is_met(question.only_if, answers, questions):
                questions.add(question.key)
    return Shown(frozenset(sections), frozenset(questions))


def is_answered(value: object) -> bool:
    """Whether a value says anything."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, bool) or value is None:
        return False
    return not isinstance(value, (list, tuple, dict)) or bool(value)


def said(value: object) -> frozenset[str]:
    """What a condition can be about in a value: the keys or numbers that were chosen."""
    if not is_answered(value):
        return frozenset()
    if isinstance(value, dict):
        return frozenset(str(each) for each in value.values())
    if isinstance(value, (list, tuple)):
        return frozenset(str(each) for each in value)
    return frozenset({str(value)})


def _is_met(condition: Condition | None, answers: Answers, asked: set[str]) -> bool:
    if condition is None:
        return True
    if condition.question not in asked:
        return False
    value = answers.get(condition.question)
    return bool(said(value) & set(condition.values)) if condition.values else is_answered(value)
