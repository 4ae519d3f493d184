"""Questionnaires that tests ask, and every way of answering them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from consult.i18n.content import write
from consult.kernel.translated import Translated
from consult.models.questionnaire import (
    TEXTS,
    UPLOADS,
    Condition,
    Content,
    Option,
    Question,
    QuestionKind,
    Section,
)
from consult.questionnaires.values import say_plain

OPTIONS = ("yes", "no", "it-depends")
ROWS = ("risk", "cost")


def said(english: str, **others: str) -> Translated:
    """Words of the Forum, English the original."""
    return write({"en": english, **others}, "en")


def options(*keys: str) -> tuple[Option, ...]:
    """Options, or rows, with their keys as words."""
    return tuple(Option(key=key, label=said(key.replace("-", " ").capitalize())) for key in keys)


def ask(key: str, kind: QuestionKind = QuestionKind.SHORT, **more: Any) -> Question:
    """A question that has whatever its kind needs."""
    chosen = {QuestionKind.ONE, QuestionKind.SEVERAL, QuestionKind.RANKING, QuestionKind.MATRIX}
    if kind in chosen:
        more = {"options": options(*OPTIONS), **more}
    if kind is QuestionKind.MATRIX:
        more = {"rows": options(*ROWS), **more}
    if kind is QuestionKind.SCALE:
        more = {"low_label": said("Not at all"), "high_label": said("Wholly"), **more}
    return Question(key=key, kind=kind, label=more.pop("label", said(f"About {key}?")), **more)


def content(*questions: Question, **more: Any) -> Content:
    """All in one section."""
    section = Section(key="all", title=said("Questions"), questions=questions)
    return Content(sections=(section,), **more)


def values(question: Question) -> st.SearchStrategy[object]:
    """Every answer that can be given to a question, None for none."""
    if question.kind in UPLOADS:
        return st.none()
    return st.none() | _given(question)


def _given(question: Question) -> st.SearchStrategy[object]:
    keys = [each.key for each in question.options]
    some = st.lists(st.sampled_from(keys or ["none"]), min_size=1, unique=True)
    kinds: dict[QuestionKind, st.SearchStrategy[Any]] = {
        QuestionKind.ONE: st.sampled_from(keys or ["none"]),
        QuestionKind.SEVERAL: some.map(lambda chosen: [key for key in keys if key in chosen]),
        QuestionKind.RANKING: some,
        QuestionKind.SCALE: st.integers(question.low, question.high),
        QuestionKind.MATRIX: st.dictionaries(
            st.sampled_from(ROWS), st.sampled_from(keys or ["none"]), min_size=1
        ),
        QuestionKind.NUMBER: st.decimals(-(10**12), 10**12, places=6).map(say_plain),
        QuestionKind.DATE: st.dates().map(lambda day: day.isoformat()),
    }
    if question.kind in TEXTS:
        text = st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]), min_size=1)
        return text.map(str.strip).filter(bool)
    return kinds[question.kind]


def _condition(draw: st.DrawFn, earlier: list[Question]) -> Condition | None:
    earlier = [each for each in earlier if each.kind not in UPLOADS]
    if not earlier or not draw(st.booleans()):
        return None
    about = draw(st.sampled_from(earlier))
    keys = [each.key for each in about.options]
    return Condition(
        question=about.key, values=tuple(draw(st.lists(st.sampled_from(keys), unique=True))) if keys else ()
    )


@st.composite
def questionnaires(draw: st.DrawFn) -> Content:
    """Some sections of questions of all kinds, some of which depend on earlier ones."""
    earlier: list[Question] = []
    sections: list[Section] = []
    for place in range(draw(st.integers(1, 3))):
        only_if = _condition(draw, earlier)
        own: list[Question] = []
        for kind in draw(st.lists(st.sampled_from(QuestionKind), max_size=4)):
            key = f"q{len(earlier)}"
            own.append(ask(key, kind, required=draw(st.booleans()), only_if=_condition(draw, earlier)))
            earlier.append(own[-1])
        sections.append(
            Section(key=f"s{place}", title=said(f"Part {place}"), questions=tuple(own), only_if=only_if)
        )
    return Content(sections=tuple(sections))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Content, dict[str, object]]:
    """A questionnaire and answers to all of its questions, also to those that are not asked."""
    made = draw(questionnaires())
    return made, {each.key: draw(values(each)) for each in made.questions()}
