"""The limits of an answer in sentences, said before anybody writes."""

from __future__ import annotations

from collections.abc import Iterator

from consult.i18n.catalogues import catalogue
from consult.i18n.formats import formats
from consult.kernel.messages import N_
from consult.models.questionnaire import Question, QuestionKind
from consult.questionnaires.checking import chosen_bounds
from consult.questionnaires.values import to_date, to_decimal


def say_limits(question: Question, locale: str) -> tuple[str, ...]:
    """Sentences on how few or many, how little or much; words are counted by the field itself."""
    if question.kind in (QuestionKind.NUMBER, QuestionKind.DATE):
        return tuple(_bounds(question, locale))
    if question.kind in (QuestionKind.SEVERAL, QuestionKind.RANKING):
        return tuple(_chosen(question, locale))
    return ()


def _chosen(question: Question, locale: str) -> Iterator[str]:
    say, number = catalogue(locale).gettext, formats(locale).number
    least, most = chosen_bounds(question)
    if least:
        yield say(N_("Choose at least this many: %(least)s.")) % {"least": number(least)}
    if most:
        yield say(N_("Choose at most this many: %(most)s.")) % {"most": number(most)}


def _bounds(question: Question, locale: str) -> Iterator[str]:
    say = catalogue(locale).gettext
    for text, bound in (
        (N_("Not less than %(bound)s."), question.least),
        (N_("Not more than %(bound)s."), question.most),
    ):
        if said := _say_bound(question, bound, locale):
            yield say(text) % {"bound": said}


def _say_bound(question: Question, bound: str, locale: str) -> str:
    if question.kind is QuestionKind.DATE:
        day = to_date(bound)
        return formats(locale).date(day) if day else ""
    amount = to_decimal(bound) if bound else None
    if amount is None:
        return ""
    return formats(locale).number(float(amount) if amount % 1 else int(amount))
